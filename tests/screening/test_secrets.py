"""Secrets that no pattern over a line finds: given by grammar, told in words, encoded, packed; and what only looks so."""

import base64
import gzip
import io
import json
import time
import zipfile
from pathlib import Path

import pytest

from marketplace.screening import Context, screen
from marketplace.screening.folded import folded_in
from marketplace.screening.pairs import pairs_in
from marketplace.screening.uncovered import packed_in, uncovered
from marketplace.screening.worded import is_unlike_words, told, told_in_words
from tests.screening.making import package, report, tool
from tests.trust.copies import Copy, Files

DRAWN = "p9Xk2vLq8RtZ3mWc" + "7YbN4sHd"
TOKEN = "ghp_" + "x7Kp2Qm9Lw4Zt1Vb8Nc5Rj3Hs6Df0Gy2Ae4U"
WORD = "Thunder" + "3876!"
GIVEN = {
    "login": f"server.login('me', '{WORD}')",
    "pair": f"requests.get(url, auth=('me', '{WORD}'))",
    "class": f"session.auth = HTTPBasicAuth('me', '{WORD}')",
    "argument": f"parser.add_argument('--token', default='{DRAWN}')",
    "wrapped": f"password = SecretStr('{WORD}')",
    "passphrase": f"load(data, passphrase='{WORD}')",
    "compared": f"def f(user, password):\n    return password == '{WORD}'",
    "default": f"def f(user, *, api_key='{DRAWN}'):\n    pass",
    "bytes": f"hmac.new(b'{DRAWN}', body, 'sha256')",
    "side by side": f"user, password = 'me', '{WORD}'",
    "web key": f"KEY = {{'kty': 'EC', 'x': 'a', 'd': '{DRAWN}{DRAWN}'}}",
    "signs of a shell": "password = 'pw8Q#Hl2x$7'",
    "command": f"os.system('sshpass -p {DRAWN} ssh a@b')",
    "told in a comment": f"# staging: password is {WORD}",
    "told in a docstring": f"def f():\n    '''Login: admin / {WORD}'''",
    "cookie": f"H = {{'cookie': 'sessionid={DRAWN}'}}",
    "encoded": f"X = '{base64.b64encode(TOKEN.encode()).decode()}'",
    "hexadecimal": f"X = '{TOKEN.encode().hex()}'",
}
INNOCENT = [
    "server.login(user, password)",
    "requests.get(url, auth=('user', 'password'))",
    "parser.add_argument('--token', default='')",
    "password = SecretStr('changeme')",
    "def f(password):\n    return password == 'current_password'",
    "os.system('sshpass -p $PASSWORD ssh a@b')",
    "# the password is required since version 2.31",
    "def f():\n    '''Login: user / password'''",
    "KEY = {'kty': 'EC', 'x': 'aGVsbG8', 'y': 'd29ybGQ'}",
    "DATABASE = 'postgres://postgres:postgres@localhost:5432/postgres'",
    "ID = 'AKIAIOSFODNN7EXAMPLE'",
    "API_KEY = 'AKIAIOSFODNN7EXAMPLE'",
    "API_KEY = 'AIza00000000000000000000000000000000000'",
    "API_KEY = 'sk_test_000000000000000000000000'",
    f"X = '{base64.b64encode(b'a text that says nothing of interest to anybody').decode()}'",
    "cache_key = 'weather_v2_daily'",
]


@pytest.mark.parametrize("text", GIVEN.values(), ids=GIVEN)
def test_what_a_program_gives_to_a_secret_is_found(text: str, tmp_path: Path) -> None:
    found = report(tmp_path, "secrets", tools__keys_dot_py=f"import os\n{text}\n")
    assert [one.path for one in found.findings if one.blocking] == ["tools/keys.py"]


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_it_is_no_secret(text: str, tmp_path: Path) -> None:
    assert report(tmp_path, "secrets", tools__keys_dot_py=f"import os\n{text}\n").findings == []


def test_files_that_python_does_not_read_are_looked_into(tmp_path: Path) -> None:
    found = report(
        tmp_path,
        "secrets",
        demo__README_dot_md=f"The password is `{WORD}`.\n",
        deploy__values_dot_yaml="db:\n  password: pw8Q#Hl2x$7\n",
        settings_dot_ini=f"[db]\npassword = {WORD}\n",
        shapes_dot_svg=f"<svg><!-- {TOKEN} --></svg>\n",
        jwks_dot_json=f'{{"keys": [{{"kty": "oct",\n"k": "{DRAWN}{DRAWN}"}}]}}\n',
    )
    wanted = {"demo/README.md", "deploy/values.yaml", "settings.ini", "shapes.svg", "jwks.json"}
    assert {one.path for one in found.findings if one.blocking} == wanted


def test_archives_are_opened() -> None:
    told_zip = io.BytesIO()
    with zipfile.ZipFile(told_zip, "w") as archive:
        archive.writestr("in/.env", "A=1\n")
        archive.writestr("in/picture.png", b"\x89PNG\0\0")
    assert list(packed_in("data/a.zip", told_zip.getvalue())) == [("data/a.zip/in/.env", "A=1\n")]
    assert list(packed_in("dump.json.gz", gzip.compress(b"{}"))) == [("dump.json.gz/dump.json", "{}")]
    assert list(packed_in("a.zip", b"no archive")) == list(packed_in("a.tar.gz", b"neither")) == []


def test_what_is_encoded_twice_is_uncovered() -> None:
    once = base64.b64encode(b"user: somebody, somewhere")
    assert [text for _, text in uncovered(f"x: {base64.b64encode(once).decode()}\n")] == [
        once.decode(),
        "user: somebody, somewhere",
    ]
    assert list(uncovered("a" * 64)) == list(uncovered(base64.b64encode(bytes(range(60))).decode())) == []


def test_words_and_commands() -> None:
    assert list(told("mysql -h db -u root -pR4inbow!7 app")) == [("password", "R4inbow!7")]
    assert list(told_in_words("Passwort: R4inbow!7.")) == [("password", "R4inbow!7")]
    assert list(told_in_words("Enter your password: it has 8-32 letters, see https://a.io/v1.2")) == []
    assert [is_unlike_words(one) for one in ("R4inbow!7", "password1", "OAuth2.0", "aB12cD34", "hunter")] == [
        *(True, False, False, True, False)
    ]


def test_lines_of_settings_have_names() -> None:
    assert list(pairs_in("a/.env.local", "export A_KEY='x y' \n# B=2\nC = 3 ; no\n")) == [("A_KEY", "x y"), ("C", "3")]


def test_code_of_notebooks_is_read() -> None:
    source = ["%pip install x\n", "import os\n", 'os.environ["A_KEY"] = "v"']
    told_json = json.dumps({"cells": [{"cell_type": "code", "source": source}, {"cell_type": "markdown"}, 3]})
    assert ("A_KEY", "v") in list(pairs_in("a.ipynb", told_json))
    assert list(pairs_in("a.ipynb", "[]")) == list(pairs_in("a.ipynb", "{")) == []


def test_a_bomb_of_aliases_is_read_once() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    assert list(pairs_in("a.yaml", "\n".join([*lines, "api_key: v"]))) == [("a0", "x"), ("api_key", "v")]


def test_what_has_a_name_of_its_own_goes_by_that() -> None:
    text = "credential_form_schemas:\n- {variable: context, default: four}\napi_key: {default: five}\n"
    found = {pair for pair in pairs_in("a.yaml", text) if pair[1] in ("four", "five")}
    assert found == {("context", "four"), ("default", "four"), ("api_key", "five"), ("default", "five")}


HOSTILE = {
    "tools/a.py": ["a.b", "secret", "secret-", "token: a ", "token" + " " * 9000 + "x"],
    "b.env": ["/", "KEYKEYKEY" + " " * 9000 + "$", "KEY:", "#", "a" * 60 + "!", "\n" * 20_000],
    "c.md": ["password" + " " * 9000 + "x", "password  is ", "login with "],
    "d.ini": ["a = b" + " " * 19_000 + "c"],
    "f.txt": [" ", "password: bluewhale, user: me ", "uid=me ", "user=a;pwd=", "x://a:bluewhale@", "M", "MII"],
    "g.xml": ['<property name="', '<string name="password">'],
    "tools/h.py": ["# , A", "'api-key: ", "| A_KEY "],
    "e.ipynb": [json.dumps({"cells": [{"cell_type": "code", "source": "\n" * 200_000}]})],
}


@pytest.mark.parametrize("path", HOSTILE)
def test_lines_made_to_be_slow_cost_no_more_than_others(path: str, tmp_path: Path) -> None:
    lines = [(one * 20_000)[:20_000] if len(one) < 20_000 else one for one in HOSTILE[path]]
    with package(tmp_path) as opened:
        copy = Copy("hostile", Files({name: bytes(opened.files[name]) for name in opened.names()}))
    copy.add(path, "\n".join(lines))
    began = time.process_time()
    with copy.opened() as opened:
        found = screen(opened, context=Context(checks=("marketplace.screening.checks.secrets.Secrets",)))
    assert found.section("secrets").state == "passed"
    assert time.process_time() - began < 20  # each took minutes, or for ever


def test_what_is_put_together_without_end_has_an_end() -> None:
    deep = "a = 'x'\nb = " + "+".join(["a"] * 20_000) + "\nc = " + "f'{a}'" * 20_000
    assert len(list(folded_in(deep))) <= 2_000
    assert list(folded_in("(" * 5_000)) == []


def test_a_text_that_is_not_read_is_named(tmp_path: Path) -> None:
    found = report(tmp_path, "secrets", prod_dot_env="\0API_KEY=" + DRAWN, notes_dot_txt="a b\n" * 300_000)
    named = {(one.path, one.severity) for one in found.findings if one.rule == "secrets.not-read"}
    assert named == {("prod.env", "warning"), ("notes.txt", "warning")}


def test_archives_are_read_up_to_a_bound(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.txt", "a" * 1_000_000)
    with package(tmp_path) as opened:
        copy = Copy("packed", Files({name: bytes(opened.files[name]) for name in opened.names()}))
    copy.files["a.zip"] = packed.getvalue()
    with copy.opened() as opened:
        found = screen(opened, context=Context(checks=("marketplace.screening.checks.secrets.Secrets",)))
    assert [(one.rule, one.path) for one in found.findings] == [("secrets.not-read", "a.zip")]


def test_what_is_broken_inside_of_an_archive_is_left_out() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", "password = 'x' " * 100)
    content = packed.getvalue()
    for position in range(30, len(content) - 60):
        list(packed_in("a.zip", content[:position] + b"\xff" + content[position + 1 :]))


def test_a_long_file_of_logging_is_read_in_no_more_than_its_length(tmp_path: Path) -> None:
    body = (
        "credentials = self.runtime.credentials\nfor name, value in credentials.items():\n"
        + "    print(value)\n" * 1500
    )
    began = time.process_time()
    found = report(tmp_path, "credentials", tools__weather_dot_py=tool(body))
    assert len([one for one in found.findings if one.rule == "credentials.leaked"]) == 1500
    assert time.process_time() - began < 60
