"""What a plugin's code can do, read from the rules of the findings that checks have made (pure)."""

from collections.abc import Iterable

BY_RULE = {
    "code.exec": "code execution",
    "code.exec-hidden": "code execution",
    "code.exec-literal": "code execution",
    "code.unsafe-load": "code execution",
    "code.unsafe-load-hidden": "code execution",
    "code.import-hidden": "code execution",
    "code.import-computed": "modules chosen at run time",
    "code.process": "command execution",
    "code.process-hidden": "command execution",
    "rehearsal.process": "command execution",
    "code.install": "command execution",
    "code.native": "native code",
    "binaries.executable": "native code",
    "binaries.bytecode": "native code",
    "code.sql": "sql",
    "code.ssh": "ssh",
    "code.browser": "browser automation",
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
