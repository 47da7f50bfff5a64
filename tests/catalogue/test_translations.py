"""Every text of the catalogue's pages is there in all four languages, compiled, with the same gaps to fill."""

import re
from collections.abc import Callable
from types import SimpleNamespace

import polib
import pytest
from django.conf import settings
from django.test import Client

from tests import house
from tests.catalogue import rows
from tests.messages import CATALOGUES, compiled
from tests.places import ROOT

LANGUAGES = sorted(path.parent.parent.name for path in CATALOGUES)
GAP = re.compile(r"%\(\w+\)s")
IN_TEMPLATE = re.compile(r"""{%-?\s*translate\s+(?:"([^"]+)"|'([^']+)')|_\("([^"]+)"\)""")
IN_CODE = re.compile(r"""\b(?:_|gettext|gettext_lazy|gettext_noop)\(\s*"((?:[^"\\]|\\.)+)"\s*\)""")
BLOCK = re.compile(r"{%\s*blocktranslate.*?%}(.*?)(?:{%\s*plural\s*%}.*?)?{%\s*endblocktranslate\s*%}", re.S)


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def texts() -> set[str]:
    """All that the templates and the code of the catalogue say."""
    found: set[str] = set()
    for name in house.files(".html"):
        text = house.text(name)
        found |= {one or two or three for one, two, three in IN_TEMPLATE.findall(text)}
        found |= {re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", block) for block in BLOCK.findall(text)}
    for name in house.files(".py"):
        if name.startswith(("marketplace/catalogue/", "marketplace/templatetags/catalogue")):
            found |= set(IN_CODE.findall(house.text(name)))
    return found


def test_the_languages_are_those_of_labels() -> None:
    assert LANGUAGES == ["ja", "pt_BR", "zh_Hans"]
    assert [code for code, _ in settings.LANGUAGES] == ["en", "zh-hans", "ja", "pt-br"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    found = catalogue(language)
    assert texts() - {entry.msgid for entry in found} == set(), "python manage.py makemessages, then make messages"
    assert [entry.msgid for entry in found if not entry.translated()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fill_the_same_gaps(language: str) -> None:
    def gaps(text: str) -> list[str]:
        return sorted(GAP.findall(text))

    wrong = [
        entry.msgid
        for entry in catalogue(language)
        for said in entry.msgstr_plural.values() or [entry.msgstr]
        if gaps(said) not in (gaps(entry.msgid), gaps(entry.msgid_plural))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_what_is_compiled_is_what_is_written(path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(path), "make messages"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("browser", "tag", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans", "先看清楚，再装进来的插件"),
        ("ja", "ja", "中身を確かめてから迎え入れるプラグイン"),
        ("pt-BR", "pt-br", "Plugins que você examina antes de deixar entrar"),
        ("pt", "pt-br", "Plugins que você examina antes de deixar entrar"),
        ("fr, en;q=0.5", "en", "Plugins you can look into before you let them in"),
        ("", "en", "Plugins you can look into before you let them in"),
    ],
)
def test_a_page_is_in_the_language_of_its_reader(browser: str, tag: str, title: str) -> None:
    answer = Client(headers={"Accept-Language": browser}).get("/")
    assert title in answer.text
    assert f'<html lang="{tag}">' in answer.text
    assert {"Accept-Language", "Cookie"} <= set(re.split(r",\s*", answer["Vary"]))


@pytest.mark.django_db
def test_the_switcher_wins_over_the_browser_and_the_address_over_both() -> None:
    browser = Client(headers={"Accept-Language": "ja"})
    assert browser.post("/language", {"language": "pt-br", "next": "/plugins"})["Location"] == "/plugins"
    assert "Todos os plugins" in browser.get("/plugins").text
    assert "全部插件" in browser.get("/plugins?language=zh_Hans").text
    assert "全部插件" in browser.get("/plugins?language=zh-Hans").text
    assert "Todos os plugins" in browser.get("/plugins?language=xx").text


@pytest.mark.django_db
def test_the_switcher_leads_nowhere_else() -> None:
    there = Client().post("/language", {"language": "ja", "next": "https://evil.example/"})["Location"]
    assert there == "/"


@pytest.mark.django_db
def test_labels_fall_back_to_english() -> None:
    rows.plugin("a/mail", label={"en_US": "Mail", "zh_Hans": "邮件"})
    assert "邮件" in Client().get("/plugins/a/mail?language=zh-Hans").text
    assert "<h1>Mail</h1>" in Client().get("/plugins/a/mail?language=ja").text


def test_pages_of_workspaces_stay_in_one_language(people: SimpleNamespace, visit: Callable[..., Client]) -> None:
    page = visit("owner", language="ja").get("/w/support/members").text
    assert '<html lang="en">' in page
    assert "マーケットプレイス" not in page
