"""What a plugin and its host have to say about it: the last lines in memory, more in a file that rotates."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

KEPT_LINES = 2000
FILE_SIZE = 4 << 20  # bytes; one older file is kept beside it
LINES_A_SECOND = 2000  # a plugin that says more is not written down, so that it cannot hold up the others


@dataclass(frozen=True, slots=True)
class LogLine:
    """`number` counts from 1 a process of ours; `at` is Unix seconds; `kind` is stderr, stdout, host or a level."""

    number: int
    at: float
    kind: str
    text: str

    def packed(self) -> dict[str, Any]:
        return asdict(self)


class PluginLog:
    """Written and followed on the node's event loop only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self.number = 0
        self.second, self.in_second = 0, 0
        self.news = asyncio.Event()
        self.file: IO[str] | None = None

    def __call__(self, kind: str, text: str) -> None:
        now = time.time()
        if int(now) != self.second:
            self.catch_up(int(now))
        self.in_second += 1
        if self.in_second <= LINES_A_SECOND or kind == "host":
            self.add(LogLine(self.number + 1, now, kind, text))

    def catch_up(self, second: int) -> None:
        """A new second has begun: say what the last one left out, and write down what it had."""
        left_out = self.in_second - LINES_A_SECOND
        self.second, self.in_second = second, 0
        if left_out > 0:
            text = f"{left_out} lines left out: more than {LINES_A_SECOND} a second"
            self.add(LogLine(self.number + 1, time.time(), "host", text))
        self.flush()

    def add(self, line: LogLine) -> None:
        self.number = line.number
        self.lines.append(line)
        self.news.set()
        with self.as_far_as_the_disk_goes():
            file = self.file = self.file or self.opened()
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(line.at))
            file.write(f"{stamp} {line.kind} {line.text}\n")
            if file.tell() > FILE_SIZE:
                self.rotate()

    @contextmanager
    def as_far_as_the_disk_goes(self) -> Iterator[None]:
        """On a full disk a line is only in memory: the plugin, and all that its lines come with, goes on."""
        try:
            yield
        except OSError:
            file, self.file = self.file, None
            with suppress(OSError):
                if file is not None:
                    file.close()

    def opened(self) -> IO[str]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self.path.open("a", encoding="utf-8")

    def rotate(self) -> None:
        self.close()
        self.path.replace(self.path.with_suffix(".1.log"))

    def flush(self) -> None:
        with self.as_far_as_the_disk_goes():
            if self.file is not None:
                self.file.flush()

    def close(self) -> None:
        with self.as_far_as_the_disk_goes():
            if self.file is not None:
                self.file.close()
        self.file = None

    async def follow(self, after: int) -> AsyncGenerator[list[LogLine]]:
        """Lines with a number above `after`, those that are here together, then new ones as they come."""
        while True:
            if lines := [line for line in self.lines if line.number > after]:
                after = lines[-1].number
                yield lines
            self.news.clear()
            if self.number <= after:
                await self.news.wait()
