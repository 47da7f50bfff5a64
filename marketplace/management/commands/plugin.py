"""`manage.py plugin`: start, pack, check, sign and publish plugin packages."""

import asyncio
import contextlib
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError

from debugging.bridge import Bridge, interpreter
from marketplace.difypkg import (
    CATEGORIES,
    OFFICIAL,
    OWN_LIMITS,
    BadPackage,
    Package,
    generate_keys,
    load_public_key,
    official_key,
    open_directory,
    open_package,
    sign,
    verify,
    write_package,
)
from marketplace.difypkg.building import write_atomically
from marketplace.difypkg.skeleton import PERMISSIONS, PROVIDERS, Blueprint, write_skeleton
from marketplace.publishers.sending import TIMEOUT, UNDER_WAY, NotSent, notes_for, open_server, package_at, send, wait

_ASKED = ("author", "name", "category", "description")


class Command(BaseCommand):
    """One subcommand a method; whatever is wrong with the input ends as one sentence."""

    help = "Start, pack, check, sign and publish plugin packages (.difypkg)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        _init_arguments(actions.add_parser("init", help="write the skeleton of a new plugin"))
        package = actions.add_parser("package", help="pack a plugin's directory")
        package.add_argument("directory", nargs="?", type=Path, default=Path())
        package.add_argument("-o", "--output-path", "--output_path", type=Path, help="default: <directory>.difypkg")
        package.add_argument("--max-size", type=int, default=50, help="largest unpacked size in MB (default 50)")
        checksum = actions.add_parser("checksum", help="print the checksum of a directory or package")
        checksum.add_argument("path", nargs="?", type=Path, default=Path())
        check = actions.add_parser("verify", help="check who signed a package")
        check.add_argument("package", type=Path)
        check.add_argument("-p", "--public-key", type=Path, action="append", help="default: the official key")
        signing = actions.add_parser("sign", help="write <name>.signed.difypkg")
        signing.add_argument("package", type=Path)
        signing.add_argument("-p", "--private-key", type=Path, required=True)
        signing.add_argument(
            "-c", "--category", "--authorized-category", choices=(*CATEGORIES, OFFICIAL), default=CATEGORIES[0]
        )
        _publish_arguments(actions.add_parser("publish", help="hand a package in at a Patchbay"))
        keygen = actions.add_parser("keygen", help="write a new pair of keys for signing")
        keygen.add_argument("-f", "--filename", type=Path, default=Path("dify_plugin_signing_key"))
        debug = actions.add_parser("debug", help="run a plugin here for a workspace elsewhere, anew after each change")
        debug.add_argument("directory", nargs="?", type=Path, default=Path())
        debug.add_argument("--to", required=True, help="the server's address, such as https://plugins.example.org")
        debug.add_argument("--key", required=True, help="the workspace's key, from its page Debugging")
        debug.add_argument("--python", help="the Python that has the plugin's dependencies; default: its own .venv")
        debug.add_argument("--no-watch", action="store_true", help="do not start anew when a file changes")

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        act: Callable[[dict[str, Any]], None] = getattr(self, action)
        try:
            act(options)
        except BadPackage as error:
            raise CommandError(str(error)) from error
        except (FileExistsError, NotSent) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or action}: {error.strerror}") from error

    def init(self, options: dict[str, Any]) -> None:
        blueprint = _blueprint(options)
        target = options["directory"] or Path(blueprint.name)
        with write_skeleton(target, blueprint) as plugin:
            self.stdout.write(f"{plugin.plugin_id} is in {target}")

    def debug(self, options: dict[str, Any]) -> None:
        folder = options["directory"].resolve()
        with open_directory(folder, OWN_LIMITS) as plugin:
            self.stdout.write(f"{plugin.plugin_id} {plugin.version}; end it with Ctrl+C")
            entrypoint = plugin.manifest.meta.runner.entrypoint
        bridge = Bridge(
            folder=folder,
            site=options["to"],
            key=options["key"],
            python=options["python"] or interpreter(folder),
            say=lambda kind, line: self.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {kind:<6} {line}"),
            entrypoint=entrypoint,
            watches=not options["no_watch"],
        )
        with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(bridge.run())

    def package(self, options: dict[str, Any]) -> None:
        directory = options["directory"].resolve()
        target = options["output_path"] or Path(f"{directory.name}.difypkg")
        limits = replace(OWN_LIMITS, max_unpacked_bytes=options["max_size"] * 1_048_576)
        with write_package(directory, target, limits) as package:
            self._warn(package)
            self.stdout.write(f"{target}: {package.unique_identifier}, {package.size} bytes")

    def checksum(self, options: dict[str, Any]) -> None:
        path: Path = options["path"]
        with open_directory(path, OWN_LIMITS) if path.is_dir() else open_package(path, OWN_LIMITS) as package:
            self.stdout.write(package.checksum)

    def verify(self, options: dict[str, Any]) -> None:
        path: Path = options["package"]
        keys = [load_public_key(key.read_bytes()) for key in options["public_key"] or ()] or [official_key()]
        with open_package(path, OWN_LIMITS) as package:
            verified = verify(package, keys)
            if verified is None:
                reason = "its signature fits none of the keys" if package.signature else "it is not signed"
                raise CommandError(f"{path} is not verified: {reason}")
            signed = datetime.fromtimestamp(verified.time, UTC)
            self.stdout.write(
                f"{package.unique_identifier} is verified: signed as {verified.category} on {signed:%Y-%m-%d %H:%M} UTC"
                f" by key {verified.key.fingerprint[:16]}"
            )

    def sign(self, options: dict[str, Any]) -> None:
        path: Path = options["package"]
        target = path.with_name(f"{path.stem}.signed{path.suffix}")
        key, category = options["private_key"].read_bytes(), options["category"]
        signed = sign(path.read_bytes(), key, category=category, limits=OWN_LIMITS)
        with open_package(signed, OWN_LIMITS) as package:
            write_atomically(target, signed)
            self.stdout.write(f"{target}: {package.unique_identifier}")

    def keygen(self, options: dict[str, Any]) -> None:
        name: Path = options["filename"]
        targets = [name.with_name(f"{name.name}.{kind}.pem") for kind in ("private", "public")]
        if taken := [target for target in targets if target.exists()]:
            raise CommandError(f"{taken[0]} exists already, choose another name")
        for target, key in zip(targets, generate_keys(), strict=True):
            write_atomically(target, key, mode=0o600)
            self.stdout.write(str(target))

    def publish(self, options: dict[str, Any]) -> None:
        data = package_at(options["path"])
        file: Path | None = options["notes_file"]
        notes = notes_for(data, file.read_text() if file else options["notes"])
        with open_package(data, OWN_LIMITS) as package, httpx.Client(base_url=options["to"], timeout=TIMEOUT) as http:
            server = open_server(http, options["token"], plugin_id=package.plugin_id)
            fields = {"notes": notes, "channel": options["channel"], "rollout": str(options["rollout"])}
            sent = send(server, data, name=f"{package.manifest.name}.difypkg", fields=fields)
            self.stdout.write(f"{sent['plugin_id']} {sent['version']} is handed in: {sent['page']}")
            sent = wait(server, sent, seconds=options["wait"])
        self.stdout.write(
            f"It is {sent['state']}" + (f", and waits for {sent['waits_for']}." if sent["state"] in UNDER_WAY else ".")
        )
        if sent["state"] in ("rejected", "withdrawn"):
            raise CommandError("It will not be released. The page says why.")

    def _warn(self, package: Package) -> None:
        for warning in package.warnings:
            self.stderr.write(f"warning: {warning}")


def _publish_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="a package, or a plugin's directory")
    address = os.environ.get("PATCHBAY_URL", "")
    parser.add_argument("--to", default=address, required=not address, help="address of the server (PATCHBAY_URL)")
    parser.add_argument("--token", default=os.environ.get("PATCHBAY_TOKEN", ""), help="upload token (PATCHBAY_TOKEN)")
    parser.add_argument("--notes", default="", help="what is new; default: CHANGELOG.md below the version's heading")
    parser.add_argument("--notes-file", type=Path, help="a file that says what is new")
    parser.add_argument("--channel", choices=("stable", "beta", "unlisted"), default="stable")
    parser.add_argument("--rollout", type=int, default=100, help="percent of installations at first (default 100)")
    parser.add_argument("--wait", type=float, default=0, help="seconds to wait for a decision (default 0)")


def _init_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", type=Path, help="default: the plugin's name")
    parser.add_argument("--quick", action="store_true", help="never ask")
    parser.add_argument("--author")
    parser.add_argument("--name")
    parser.add_argument("--description")
    parser.add_argument("--category", choices=tuple(PROVIDERS))
    parser.add_argument("--repo", default="")
    parser.add_argument("--min-dify-version", default="")
    for permission in PERMISSIONS:
        parser.add_argument(f"--allow-{permission}", action="store_true", help=f"may use {permission}")
    parser.add_argument("--storage-size", type=int, default=1_048_576, help="bytes (default 1048576)")


def _blueprint(options: dict[str, Any]) -> Blueprint:
    answers = {field: options[field] for field in _ASKED}
    missing = [field for field in _ASKED[:3] if not answers[field]]
    if missing and (options["quick"] or not sys.stdin.isatty()):
        raise CommandError(f"say what the plugin is to be: {', '.join(f'--{field}' for field in missing)}")
    if missing:
        answers |= {field: _ask(field) for field in _ASKED if not answers[field]}
    return Blueprint(
        **{field: answer or "" for field, answer in answers.items()},
        repo=options["repo"],
        minimum_dify_version=options["min_dify_version"],
        permissions=frozenset(p for p in PERMISSIONS if options[f"allow_{p.replace('-', '_')}"]),
        storage_size=options["storage_size"],
    )


def _ask(field: str) -> str:
    choices = f" ({', '.join(PROVIDERS)})" if field == "category" else ""
    try:
        return input(f"{field}{choices}: ").strip()
    except EOFError:
        raise CommandError(f"no {field} given") from None
