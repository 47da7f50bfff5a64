"""What a plugin's code can do, read from the rules of the findings that checks have made (pure).

The names are those that checks give themselves in their evidence (marketplace/screening/checks/execution.py).
"""

from collections.abc import Iterable

BY_RULE = {
    "code.exec": "code_exec",
    "code.exec-hidden": "code_exec",
    "code.exec-literal": "code_exec",
    "code.unsafe-load": "code_exec",
    "code.unsafe-load-hidden": "code_exec",
    "code.import-hidden": "code_exec",
    "code.import-computed": "modules chosen at run time",
    "code.process": "command",
    "code.process-hidden": "command",
    "rehearsal.process": "command",
    "code.install": "command",
    "code.native": "native",
    "binaries.executable": "native",
    "binaries.bytecode": "native",
    "code.sql": "sql",
    "code.ssh": "ssh",
    "code.browser": "browser",
    "files.host": "filesystem",
    "files.other-plugin": "filesystem",
    "files.host-secret": "filesystem",
    "files.written-system": "filesystem",
    "files.written-outside": "filesystem",
    "rehearsal.file": "filesystem",
    "files.environment": "reads its environment",
    "network.user-given": "addresses that users give",
    "network.runtime-host": "addresses made at run time",
    "network.listens": "opens a port",
}


def capabilities(rules: Iterable[str]) -> list[str]:
    """Names of what was seen, each once."""
    return sorted({BY_RULE[rule] for rule in rules if rule in BY_RULE})
