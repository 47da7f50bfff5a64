"""``python -m tests.corpus --plugins DIR``: see README.md beside this file."""

import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from tests.corpus import table
from tests.corpus.client import Client
from tests.corpus.server import OwnServer, RunningServer
from tests.corpus.trial import Result, Trial

# What is tried when nobody says: some of every kind, all of the rare ones.
CHOSEN = Path(__file__).with_name("chosen.txt")


def arguments(argv: list[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.corpus", description="Run plugins that others wrote, and time it.")
    parser.add_argument(
        "--plugins", type=Path, required=True, help="a checkout: folders with a manifest, or such folders of folders"
    )
    parser.add_argument(
        "--only", default="", help="names, or kind/name, separated by commas; default: a choice of all kinds"
    )
    parser.add_argument("--all", action="store_true", help="every plugin that is there")
    parser.add_argument("--check-only", action="store_true", help="package and upload, install nothing")
    parser.add_argument("--server", help="address of a server that runs already; else one is started")
    parser.add_argument("--key", default="", help="its server key")
    parser.add_argument(
        "--data", type=Path, help="folder for the server's data (default: a temporary one, removed at the end)"
    )
    parser.add_argument("--port", type=int, default=0, help="port of the server (default: a free one)")
    parser.add_argument("--limit", type=float, default=60, help="seconds that a call may take (default 60)")
    parser.add_argument("--output", type=Path, action="append", default=[], help="a file to write: .json, or markdown")
    return parser.parse_args(argv)


def sources(options: Namespace) -> list[Path]:
    """The folders to try, in the order asked for; raises SystemExit for a name that is not there."""
    found = sorted(path.parent for path in options.plugins.resolve().glob("*/manifest.yaml"))
    found += sorted(path.parent for path in options.plugins.resolve().glob("*/*/manifest.yaml"))
    if options.all:
        return found
    wanted = [name for name in options.only.split(",") if name] or CHOSEN.read_text().split()
    chosen = [path for name in wanted for path in named(name, found)]
    if not chosen:
        raise SystemExit(f"{options.plugins} holds no plugin that was asked for")
    return list(dict.fromkeys(chosen))


def named(name: str, found: Iterable[Path]) -> list[Path]:
    matching = [path for path in found if name in (path.name, f"{path.parent.name}/{path.name}")]
    if not matching:
        sys.stderr.write(f"there is no plugin {name}\n")
    return matching


def server_for(options: Namespace, stack: ExitStack) -> RunningServer:
    if options.server:
        return RunningServer(options.server.rstrip("/"), options.key)
    folder = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corpus-")))
    return stack.enter_context(OwnServer(folder.resolve(), options.port))


def run(options: Namespace) -> list[Result]:
    results: list[Result] = []
    with ExitStack() as stack:
        workplace = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corpus-packages-")))
        folders = sources(options)
        server = server_for(options, stack)
        client = Client(server.url, server.key)
        for source in folders:
            trial = Trial(source, server, client, workplace, limit=options.limit, check_only=options.check_only)
            results.append(trial.run())
            print(table.line(results[-1]), flush=True)
            for path in options.output:
                table.write(results, path)
            if not server.alive():
                raise SystemExit("the server has ended")
    return results


def main(argv: list[str]) -> int:
    # asked to end: leave by way of the contexts, so that no server stays behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = run(arguments(argv))
    print(f"\n{table.summary(results)}")
    return 1 if any(one.loud for one in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
