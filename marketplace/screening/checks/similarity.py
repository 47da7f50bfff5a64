"""How much of the source is that of plugins that are known already."""

from collections.abc import Iterator
from typing import Any

from marketplace.screening.findings import Finding
from marketplace.screening.shingles import shared, shingles_of, sketch
from marketplace.screening.subject import Subject

from .base import Check, NotScanned

_COPY = 0.6


class Similarity(Check):
    name = "similarity"
    title = "Similarity"
    clean = "The source is not that of another plugin."
    enforced = False
    required = False

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        known = subject.context.known
        own = sketch(shingles_of(subject.program.modules.values()))
        evidence["sketch"] = sorted(own)
        if known is None:
            raise NotScanned("There is nothing here yet to compare with.")
        likest = sorted(
            ((shared(own, theirs), other) for other, theirs in known.items() if other != subject.package.plugin_id),
            reverse=True,
        )
        evidence["likest"] = [{"plugin": other, "share": round(share, 2)} for share, other in likest[:5]]
        for share, other in likest:
            if share >= _COPY:
                yield Finding("similarity.copy", f"{share:.0%} of the source stands in {other}", evidence=other)
