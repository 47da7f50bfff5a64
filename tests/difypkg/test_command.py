"""`manage.py plugin`: every subcommand, and that errors are one sentence."""

import io
import os
import sys

import pytest
from django.core.management import CommandError, call_command

from marketplace.difypkg import checksum, generate_keys, open_package
from marketplace.management.commands.plugin import Command

from .making import pack, plugin
from .test_folder import write


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    call_command(Command(), *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().strip()


def test_from_nothing_to_a_signed_package(here):
    assert (
        run("init", "--quick", "--author", "acme", "--name", "demo", "--category", "tool", "--allow-llm")[0]
        == "acme/demo is in demo"
    )
    assert open_package_of("demo")["resource"]["permission"]["model"]["llm"] is True
    out, err = run("package", "demo")
    assert out.startswith("demo.difypkg: acme/demo:0.0.1@") and err == ""
    assert run("checksum", "demo")[0] == run("checksum", "demo.difypkg")[0]
    out, _ = run("keygen", "-f", "mine")
    assert out.splitlines() == ["mine.private.pem", "mine.public.pem"]
    assert (here / "mine.private.pem").stat().st_mode & 0o777 == 0o600
    out, _ = run("sign", "demo.difypkg", "-p", "mine.private.pem", "-c", "partner")
    assert out.startswith("demo.signed.difypkg: acme/demo:0.0.1@")
    out, _ = run("verify", "demo.signed.difypkg", "-p", "mine.public.pem")
    assert "is verified: signed as partner on" in out


def test_what_was_packed_with_a_higher_limit_can_be_read_signed_and_verified(here):
    large = b"".join(os.urandom(64) + bytes(4032) for _ in range(13_000))
    write(here / "demo", plugin({"data.bin": large}))
    with pytest.raises(CommandError, match=r"the largest files are data\.bin \(53248000\)"):
        run("package", "demo")
    packed = run("package", "demo", "--max-size", "60")[0]
    assert run("checksum", "demo.difypkg")[0] in packed
    private, public = generate_keys(bits=2048)
    (here / "private.pem").write_bytes(private)
    (here / "public.pem").write_bytes(public)
    run("sign", "demo.difypkg", "-p", "private.pem")
    assert "is verified" in run("verify", "demo.signed.difypkg", "-p", "public.pem")[0]


def open_package_of(directory):
    run("package", directory, "-o", "probe.difypkg")
    from pathlib import Path

    with open_package(Path("probe.difypkg")) as package:
        return package.declaration()


def test_the_directory_itself_is_packed_by_default(here, monkeypatch):
    write(here / "demo", plugin())
    monkeypatch.chdir(here / "demo")
    assert run("checksum")[0] == checksum(plugin())
    assert run("package", "-o", here / "out.difypkg")[0].endswith(
        f"@{checksum(plugin())}, {(here / 'out.difypkg').stat().st_size} bytes"
    )


def test_warnings_go_to_stderr(here):
    write(here / "demo", plugin({"README.md": ...}))
    assert run("package", "demo")[1] == "warning: README.md: is missing, nobody will know what the plugin is for"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["package", "nothing"], "is not a directory"),
        (["package", "bad"], "manifest.yaml: field version: must be a version"),
        (["package", "good", "--max-size", "0"], "Plugin package size is too large"),
        (["package", "good", "-o", "none/x.difypkg"], "No such file or directory"),
        (["checksum", "nothing"], "nothing: No such file or directory"),
        (["checksum", "junk"], "not-a-zip"),
        (["verify", "good.difypkg"], "is not verified: it is not signed"),
        (["verify", "claims.difypkg"], "its signature fits none of the keys"),
        (["verify", "good.difypkg", "-p", "junk"], "is not a PEM file"),
        (["sign", "good.difypkg", "-p", "junk"], "is not a PEM file"),
        (["sign", "good.difypkg", "-p", "nothing"], "nothing: No such file or directory"),
        (["keygen", "-f", "taken"], "taken.public.pem exists already"),
        (["init", "good", "--quick", "--author", "a", "--name", "b", "--category", "tool"], "good exists already"),
        (["init", "--quick", "--author", "A!", "--name", "b", "--category", "tool"], "author must be alphanumeric"),
        (["init", "--quick", "--name", "b"], "--author, --category"),
        (["init"], "--author, --name, --category"),
        (["fly"], "invalid choice"),
        ([], "required"),
    ],
)
def test_errors_are_one_sentence(here, monkeypatch, arguments, sentence):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    write(here / "good", plugin())
    write(here / "bad", plugin(version="one"))
    (here / "junk").write_bytes(b"junk")
    (here / "good.difypkg").write_bytes(pack(plugin()))
    (here / "claims.difypkg").write_bytes(pack(plugin(), b'{"signature":"AAAA","time":1}'))
    (here / "taken.public.pem").touch()
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 1


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_is_asked_for_what_is_missing(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("demo\ntrigger\nAbout it\n"))
    run("init", "--author", "acme")
    declaration = open_package_of("demo")
    assert declaration["description"]["en_US"] == "About it"
    assert "trigger" in declaration
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    with pytest.raises(CommandError, match="no author given"):
        run("init")
