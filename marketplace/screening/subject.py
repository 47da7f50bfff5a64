"""A package as the checks look at it; what several of them need is worked out once."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import yaml

from marketplace.difypkg import Package

from .code import Program, read_program
from .context import Context
from .declared import Declared, declared_by
from .outgoing import Outgoing, outgoing

_TEXT = 1_048_576


class Subject:
    def __init__(self, package: Package, context: Context) -> None:
        self.package = package
        self.context = context

    @cached_property
    def files(self) -> dict[str, bytes]:
        return {name: bytes(content) for name, content in self.package.files.items()}

    @cached_property
    def program(self) -> Program:
        return read_program(self.files)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """As it is written, also keys that the format does not know."""
        loaded = yaml.safe_load(self.files["manifest.yaml"])
        return loaded if isinstance(loaded, dict) else {}

    @cached_property
    def permission(self) -> dict[str, Any]:
        return dict((self.manifest.get("resource") or {}).get("permission") or {})

    @cached_property
    def declared(self) -> Declared:
        listed = (self.manifest.get("network") or {}).get("domains") or []
        recipients = self.context.statement.hosts() if self.context.statement else []
        more = [str(one).removeprefix("*.") for one in (*listed, *recipients)]
        return declared_by(self.files, self.manifest, more)

    @cached_property
    def outgoing(self) -> list[Outgoing]:
        return outgoing(self.program)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Files that are text, and not too large to be read as such."""
        for path, content in self.files.items():
            if len(content) <= _TEXT and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
                yield path, content.decode("utf-16", errors="replace")
            elif len(content) <= _TEXT and b"\0" not in content[:8192]:
                yield path, content.decode(errors="replace")
