"""The cells in which something nobody has reviewed is built and played: what is shown there, and what is not."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from runtime.cells.making import NOBODY, Cell, command
from runtime.environment import EnvironmentOptions
from runtime.environment.building import Workshop
from runtime.environment.commands import Place
from runtime.environment.interpreter import Interpreter
from runtime.rehearsing import witness

PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder for one rehearsal. `user`: whom everything runs as, where this process is root."""

    root: Path
    user: int

    @property
    def watch(self) -> Path:
        """The witness, where it can be shown."""
        return self.root / "watch"

    @property
    def folder(self) -> Path:
        """The package, unpacked."""
        return self.root / "package"

    def prepare(self) -> None:
        self.watch.mkdir()
        for name in ("witness.py", "sitecustomize.py"):
            shutil.copyfile(Path(witness.__file__).with_name(name), self.watch / name)

    def workshop(self, name: str, options: EnvironmentOptions) -> Workshop:
        """A place to build in, with a cell that writes there, and over the shared cache, but not into it."""
        place, cell = Place(self.root / name), self.root / f"{name}-cell"
        cell.mkdir()
        files = [path for one in named_files(options) for path in (one, Path(os.path.realpath(one)))]

        def enclosed(argv: Sequence[str], python: Interpreter) -> list[str]:
            return command(
                Cell(
                    place=cell,
                    shown=[prefix_of(python.path), self.watch, *files],
                    hidden=hidden(),
                    written=[place.root],
                    layered=[options.cache],
                    hosts=sorted(hosts(options)),
                    user=self.user,
                    environment={
                        "UV_LINK_MODE": "copy",  # nothing can be linked out of a layer
                        "UV_HTTP_RETRIES": "1",  # whom the door refuses is not asked for long
                        "PYTHONPATH": str(self.watch),
                        witness.OWN: os.pathsep.join([str(place.root), str(options.cache)]),
                    },
                ),
                argv,
            )

        return Workshop(place, lambda: give(place.root, self.user), enclosed)

    def record(self, shop: Workshop) -> Path:
        """What was noted while it was built there."""
        return self.root / f"{shop.place.root.name}-cell" / "record"

    def player(self, shop: Workshop, written: Sequence[Path]) -> Cell:
        """The cell in which the plugin runs: it finds its environment, its own folder, and nobody to talk to."""
        place, built = self.root / "player-cell", shop.place
        place.mkdir()
        for one in written:
            give(one, self.user)
        shown = [prefix_of(str(built.python)), self.watch, built.environment]
        return Cell(place=place, shown=shown, hidden=hidden(), written=written, user=self.user)


def prefix_of(python: str) -> Path:
    """All of an interpreter: its libraries are beside its folder of programs."""
    return Path(os.path.realpath(python)).parents[1]


def give(folder: Path, user: int) -> None:
    """To whom it is written by; done before anything runs there, never after."""
    if os.geteuid() == 0:
        for at, names, files in os.walk(folder):
            for name in (".", *names, *files):
                os.lchown(os.path.join(at, name), user, user)  # noqa: PTH118 - thousands of files


def user_of(number: int) -> int:
    """One of those set aside for plugins, from the other end than theirs are taken from."""
    users = settings.PLUGIN_USERS
    return users[-1 - number % len(users)] if users else NOBODY


def named_files(options: EnvironmentOptions) -> Iterator[Path]:
    """Files and folders that uv needs by name: itself, the operator's wheels, certificates, its settings for the machine."""
    yield Path(options.uv_binary())
    if options.find_links:
        yield options.find_links
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
        if options.environ.get(name):
            yield Path(options.environ[name])
    yield Path("/etc/uv")


def hosts(options: EnvironmentOptions) -> set[tuple[str, int]]:
    """Whom a build may reach: the operator's indexes, and where the files of the usual ones are."""
    found = {(name.lower(), PORTS["https"]) for name in settings.SCREENING_PACKAGE_HOSTS}
    for address in (options.index_url, *options.extra_index_urls):
        where = urlsplit(address)
        if where.hostname and where.scheme in PORTS:
            found.add((where.hostname, where.port or PORTS[where.scheme]))
    return found


def has_password(options: EnvironmentOptions) -> bool:
    """Whether uv has to know one, which what it builds could then read."""
    addresses = (options.index_url, *options.extra_index_urls)
    return any(urlsplit(one).username for one in addresses) or any("PASSWORD" in name for name in options.environ)


def hidden() -> list[Path]:
    """What of the host is empty even where something that is shown holds it: secrets, data, other plugins, our own code."""
    kept = [
        settings.BASE_DIR,
        settings.DATA_DIR,
        settings.SECRETS_DIR,
        settings.PLUGIN_STORAGE_LOCAL_ROOT,
        settings.PLUGIN_WORKING_PATH,
        settings.PLUGIN_LOGS_PATH,
        settings.PLUGIN_ENVIRONMENTS_PATH,
        settings.PLUGIN_CACHE_PATH,
        Path.home(),
    ]
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        kept.append(Path(settings.DATABASES["default"]["NAME"]))
    return sorted({Path(os.path.realpath(path)) for path in kept})
