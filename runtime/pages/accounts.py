"""Which account a run is made with: one that is stored, or what is typed for this run alone."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from runtime.credentials import afor_provider
from runtime.credentials.storing import stored
from runtime.models import Credential
from runtime.pages.runnable import Runnable

TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Accounts:
    """What can be chosen on the page, and what is chosen: the id of a stored one, or TYPED."""

    workspace: str
    plugin_id: str
    kind: str
    rows: list[Credential] = field(default_factory=list)
    chosen: str = TYPED

    @property
    def typed(self) -> bool:
        return self.chosen == TYPED

    async def data(self, ran: Runnable) -> tuple[Runnable, dict[str, Any]]:
        """The stored values, and the run with their type; raises RuntimeFault."""
        found = await afor_provider(
            self.workspace,
            kind=self.kind,
            provider=str(ran.fixed["provider"]),
            plugin_id=self.plugin_id,
            model=str(ran.fixed.get("model") or ""),
            model_type=str(ran.fixed.get("model_type") or ""),
            credential_id=self.chosen,
        )
        return replace(ran, credential_type=found.type), found.values


def accounts(workspace: str, plugin_id: str, ran: Runnable, *, wanted: str) -> Accounts:
    """`wanted` is what the form says, "" before it was sent: then the first one that is stored."""
    kind = "tool" if ran.action == "tool/invoke" else "model"
    if not ran.credentials:
        return Accounts(workspace, plugin_id, kind)
    fits = Q(model="") | Q(model=str(ran.fixed.get("model") or ""))
    rows = stored(workspace, plugin_id=plugin_id, kind=kind, provider=ran.fixed["provider"]).filter(fits)
    found = list(rows.order_by("-model", "-is_default", "created_at"))
    known = {str(row.pk) for row in found} | {TYPED}
    first = str(found[0].pk) if found else TYPED
    return Accounts(workspace, plugin_id, kind, found, wanted if wanted in known else first)
