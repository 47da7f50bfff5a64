"""What the code calls back for against what the manifest declares."""

from collections.abc import Iterator
from typing import Any

from marketplace.screening.callbacks import COMPUTED, Use, declared_permissions, is_declared, raw, uses
from marketplace.screening.findings import Finding
from marketplace.screening.subject import Subject

from .base import Check


class Permissions(Check):
    name = "permissions"
    title = "Permissions"
    clean = "The code calls back for what the manifest declares, and for nothing else."

    def run(self, subject: Subject, evidence: dict[str, Any]) -> Iterator[Finding]:
        used = uses(subject.program)
        declared = subject.permission
        evidence["used"] = [
            {"permission": use.permission, "path": use.path, "line": use.line, "call": use.call} for use in used
        ]
        evidence["declared"] = declared_permissions(declared)
        yield from (finding for use in used if (finding := _undeclared(use, declared)))
        for use in raw(subject.program):
            message = (
                f"{use.call} speaks to the host past the SDK, so no permission can be told; call through the session"
            )
            yield Finding("permissions.raw", message, use.path, use.line, use.call)
        yield from _endpoints(subject)
        yield from _unused(evidence["declared"], used)


def _undeclared(use: Use, declared: dict[str, Any]) -> Finding | None:
    if use.permission == COMPUTED and not declared_permissions(declared):
        message = f"{use.call} calls back for something that is only known while it runs, and no permission is declared"
        return Finding("permissions.undeclared", message, use.path, use.line, use.call)
    if use.permission == COMPUTED or (use.permission.endswith(COMPUTED) and is_declared(use.permission, declared)):
        message = f"{use.call} calls back for something that is only known while the plugin runs"
        return Finding("permissions.computed", message, use.path, use.line, use.call)
    if is_declared(use.permission, declared):
        return None
    message = f"{use.call} needs the permission {use.permission}, which the manifest does not declare"
    return Finding("permissions.undeclared", message, use.path, use.line, use.call)


def _endpoints(subject: Subject) -> Iterator[Finding]:
    has = bool((subject.manifest.get("plugins") or {}).get("endpoints"))
    if has and not is_declared("endpoint", subject.permission):
        message = "The package has endpoints, and the manifest does not declare the permission endpoint"
        yield Finding("permissions.endpoint", message, "manifest.yaml")


def _unused(declared: list[str], used: list[Use]) -> Iterator[Finding]:
    needed = {use.permission for use in used}
    groups = {permission.partition(".")[0] for permission in needed}
    for permission in declared:
        group, _, kind = permission.partition(".")
        if group == "endpoint" or permission in needed or f"{group}.{COMPUTED}" in needed or COMPUTED in needed:
            continue
        if kind or group not in groups:
            message = f"The manifest declares {permission}, and the code never uses it; ask for less"
            yield Finding("permissions.unused", message, "manifest.yaml", evidence=permission)
