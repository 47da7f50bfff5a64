"""The whole log looked through: every leaf, every stored subtree, every signed head; and all that was signed and is listed."""

import json
from collections.abc import Iterator

from django.db.models import Count

from marketplace import keeping
from marketplace.difypkg import BadPackage, load_public_key, open_package
from marketplace.difypkg import verify as verified
from marketplace.models import LogLeaf, LogNode, Release, ReviewRecord, SigningKey, TreeHead
from marketplace.releasing import package_limits
from marketplace.signing import making, records
from marketplace.signing.errors import SigningFault
from marketplace.transparency import log, merkle

BATCH = 1000


def faults() -> Iterator[str]:
    """Everything that is wrong, a sentence each; nothing when the log is whole. Reads all of it."""
    heads = {head.size: head for head in TreeHead.objects.select_related("key")}
    nodes: dict[tuple[int, int], bytes] = {}
    size = 0
    for leaf in LogLeaf.objects.filter(position__isnull=False).order_by("position").iterator(BATCH):
        if leaf.position != size:
            yield f"Leaf {size} is missing."
            return
        value = merkle.leaf_hash(leaf.body.encode())
        if value.hex() != leaf.leaf_hash:
            yield f"Leaf {size} was changed after it was written."
        for level, place, subtree in merkle.grown(size, value, merkle.known(nodes)):
            nodes[level, place] = subtree
        size += 1
        if size in heads:
            yield from head_faults(heads.pop(size), merkle.root(size, merkle.known(nodes)))
    yield from (f"There is a signed head of {left} leaves, but the log has {size}." for left in sorted(heads))
    yield from subtree_faults(nodes)


def head_faults(head: TreeHead, root: bytes) -> Iterator[str]:
    if head.root != root.hex():
        yield f"The head of {head.size} leaves has another root than these leaves have."
    if not making.is_by(head.key, log.said(head).encode(), head.signature):
        yield f"The signature of the head of {head.size} leaves is not of its key."


def kept_faults(text: str) -> list[str]:
    """Whether the log begins with what a head that somebody kept has signed."""
    try:
        kept = json.loads(text)
        said = json.loads(kept["head"])
        size, root = int(said["size"]), str(said["root"])
    except (ValueError, KeyError, TypeError):
        return ["The head that you kept cannot be read. Keep what manage.py transparency head prints."]
    key = SigningKey.objects.filter(fingerprint=str(kept.get("key", ""))).first()
    if key is None or not making.is_by(key, kept["head"].encode(), str(kept.get("signature", ""))):
        return ["The head that you kept is not signed by a key of this log."]
    if size > log.size():
        return [f"The head that you kept is of {size} leaves, and the log has {log.size()}: something was taken away."]
    if log.root(size).hex() != root:
        return [f"The first {size} leaves are not those that the head that you kept has signed."]
    return []


def subtree_faults(nodes: dict[tuple[int, int], bytes]) -> Iterator[str]:
    if LogNode.objects.count() != len(nodes):
        yield f"{LogNode.objects.count()} subtrees are stored, but these leaves make {len(nodes)}."
    for level, place, value in LogNode.objects.values_list("level", "place", "hash").iterator(BATCH):
        if nodes.get((level, place), b"").hex() != value:
            yield f"The stored hash of subtree {level}/{place} is not that of its leaves."


def release_faults() -> Iterator[str]:
    """Releases whose file, signature, identifier or log entry is not what it must be; and records that were changed."""
    pems = SigningKey.objects.filter(role=SigningKey.Role.RELEASE).values_list("public", flat=True)
    known = [load_public_key(pem) for pem in pems]
    told = LogLeaf.objects.filter(kind="release").values("subject").annotate(times=Count("pk"))
    logged = set(told.values_list("subject", flat=True))
    for release in Release.objects.order_by("created_at").iterator(BATCH):
        try:
            data = keeping.read(release.package)
            with open_package(data, package_limits()) as package:
                if verified(package, known) is None:
                    yield f"{release}: no release key has signed its file."
                if package.unique_identifier != release.unique_identifier:
                    yield f"{release}: its file has another identifier, {package.unique_identifier}."
        except (OSError, keeping.Damaged, BadPackage) as error:
            yield f"{release}: {error}"
        if release.unique_identifier not in logged:
            yield f"{release}: the log does not tell of it."
    for record in ReviewRecord.objects.select_related("key", "release").iterator(BATCH):
        try:
            records.verify(record)
        except SigningFault as fault:
            yield f"{record.release}: {fault}"
