"""What is said of data outside of the policy, and denials of one thing in particular."""

import time

import pytest

from marketplace.privacy.beside import texts_beside
from marketplace.privacy.denials import denials
from marketplace.privacy.evidence import Evidence, Seen

SENDS = Seen("api.service.com", "tools/a.py", 7, frozenset({"input", "credential"}))
ELSEWHERE = Seen("licence-check.net", "tools/a.py", 9, frozenset({"credential"}))
COUNTS = Seen("stats.service.com", "tools/a.py", 11)
WRITES = Seen("open('a', 'w').write(text)", "tools/a.py", 13)
HONEST = "What you enter is sent to https://api.service.com, which answers."


def beside(text: str, **seen) -> list[tuple[str, str, int]]:
    found = denials(Evidence(hosts=[SENDS], sends=SENDS, text=HONEST, beside=[("README.md", 4, text)], **seen))
    return [(one.kind, one.path, one.line) for one in found]


def test_sections_about_data_are_read_with_what_is_below_them() -> None:
    readme = "# Plugin\n\nNothing is sent.\n\n## Privacy\n\nNo data leaves.\n\n### Keys\n\nSafe.\n\n## Usage\n\nNever mind.\n"
    files = {
        "README.md": readme.encode(),
        "docs/a.md": b"# Setup\n\n**Your data**\n\nIs yours.\n",
        "a.py": b"# Privacy",
    }
    manifest = {"description": {"en_US": "Works offline.", "ja_JP": ""}}
    assert list(texts_beside(files, manifest, policy="PRIVACY.md")) == [
        ("manifest.yaml", 0, "Works offline."),
        ("README.md", 5, "\nNo data leaves.\n\n### Keys\n\nSafe.\n"),
        ("docs/a.md", 3, "\nIs yours."),
    ]


def test_the_policy_itself_is_not_read_twice_and_there_is_an_end_to_reading() -> None:
    files = {f"docs/{number}.md": b"# Privacy\n" + b"word " * 5_000 for number in range(100)}
    found = list(texts_beside(files, {"description": "Short"}, policy="docs/0.md"))
    assert "docs/0.md" not in {path for path, _, _ in found}
    assert sum(len(text) for _, _, text in found) <= 60_000


@pytest.mark.parametrize(
    "sentence",
    [
        "Nothing you enter ever leaves your workspace.",
        "No requests go out to the network.",
        "Your text never goes over the wire.",
        "There is no outbound traffic other than to your own server.",
        "Tus datos nunca salen de tu equipo.",
    ],
)
def test_a_readme_that_denies_what_an_honest_policy_says(sentence: str) -> None:
    assert beside(f"\n{sentence}") == [("network", "README.md", 6)]


@pytest.mark.parametrize(
    "sentence",
    [
        "We do not collect personal data; see https://service.com/privacy.",
        "No personal data is collected by the plugin's authors.",
        "It is sent to https://api.service.com. Keys are not kept there.",
        "Envia mensagens no Slack e recebe respostas no Dify.",
    ],
)
def test_a_readme_that_says_less_than_the_policy_denies_nothing(sentence: str) -> None:
    assert beside(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "kind", "seen"),
    [
        ("We never pass on your API key.", "credentials", {"undeclared": [ELSEWHERE]}),
        ("API-Schlüssel gehen an niemanden.", "credentials", {"undeclared": [ELSEWHERE]}),
        ("密钥不会提供给任何第三方。", "credentials", {"undeclared": [ELSEWHERE]}),
        ("There is no tracking of any kind.", "counts", {"counts": [COUNTS]}),
        ("利用状況の計測は行いません。", "counts", {"counts": [COUNTS]}),
        ("Es werden keine Nutzungsstatistiken erstellt.", "counts", {"counts": [COUNTS]}),
        ("Queries are not written to disk.", "storage", {"writes": [WRITES]}),
        ("There is no history.", "storage", {"stores": [WRITES]}),
        ("Logs hold errors and never what you have entered.", "logs", {"logs": [WRITES]}),
    ],
)
def test_what_is_denied_in_particular_is_held_against_that(sentence: str, kind: str, seen) -> None:
    assert [one for one, _, _ in beside(sentence, **seen)] == [kind]
    assert beside(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "seen"),
    [
        ("Your key is not logged.", {"undeclared": [ELSEWHERE]}),
        ("Zugangsdaten werden nicht protokolliert.", {"logs": [WRITES]}),
        ("We do not store it on servers of ours.", {"stores": [WRITES]}),
        ("Nothing is kept on our servers.", {"writes": [WRITES]}),
        ("Usage is counted; see below.", {"counts": [COUNTS]}),
    ],
)
def test_what_is_denied_of_something_else_is_not(sentence: str, seen) -> None:
    assert beside(sentence, **seen) == []


HOSTILE = {
    "no": "no " * 4_000,
    "not": "not data " * 2_000,
    "lines": "Not the data\n" * 1_000,
    "tags": "<a" * 10_000,
    "a table": "| no " * 2_000 + "\n|---|\n" + "| no " * 2_000,
    "a word": "a" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_texts_made_to_be_slow_are_read_in_pieces(text: str) -> None:
    began = time.process_time()
    seen = [SENDS]
    denials(Evidence(hosts=seen, sends=SENDS, text=text, logs=seen, writes=seen, counts=seen, undeclared=[ELSEWHERE]))
    assert time.process_time() - began < 30  # one that was ten times as long took three minutes


@pytest.mark.parametrize(
    "advice",
    [
        "Never share your API key.",
        "Do not enter personal data.",
        "You should not use it for secrets.",
        "请勿泄露您的密钥。",
    ],
)
def test_advice_in_a_readme_is_no_denial(advice: str) -> None:
    found = denials(Evidence(hosts=[SENDS], sends=SENDS, beside=[("README.md", 4, advice)]))
    assert found == []


def test_a_readme_that_names_nobody_and_says_no_denies_what_is_sent() -> None:
    found = denials(Evidence(hosts=[SENDS], sends=SENDS, beside=[("README.md", 4, "Outsiders never get to see it.")]))
    assert [(one.kind, one.path) for one in found] == [("collection", "README.md")]
