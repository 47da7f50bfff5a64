"""Sentences that deny what the code does, in words that nobody has listed, and sentences that only look so."""

import pytest

from marketplace.privacy.denials import denials
from marketplace.privacy.evidence import Evidence, Seen

SENDS = Seen("api.service.com", "tools/ask.py", 3, frozenset(["input"]))
DENIES = """Your prompts never touch the public internet.
This plugin keeps to itself: it talks to no one.
Data does not cross the boundary of your workspace.
The software operates without contacting any backend.
No outside company is involved in answering your request.
The plugin has been designed so that data cannot escape.
Text is analysed with a bundled library; no service is queried.
本工具纯本地运行，无任何外部请求。
データが端末の外に出ることはありません。
데이터는 사용자의 기기를 벗어나지 않습니다.
Les données restent sur votre machine.
Ihre Eingaben bleiben auf Ihrem Server.
Los datos permanecen en su equipo.
Żadne dane nie są wysyłane na zewnętrzne serwery.
Hiçbir veri harici sunuculara gönderilmez.""".splitlines()
SAYS = """The text goes to the vendor's API over HTTPS. It is not written to disk.
The plugin does not send data to anyone but the service you configure.
Only the query is sent, nothing else.
The plugin runs locally and calls the remote API for each request.
The plugin itself keeps nothing, but each query is forwarded to the vendor's API.
No data leaves your network if you host the model yourself; otherwise it goes to the provider.
除您所配置的服务商外，我们不会向任何第三方共享数据。
Le plugin n'enregistre rien ; vos requêtes sont envoyées au fournisseur.""".splitlines()


def found_in(text: str) -> list[str]:
    evidence = Evidence(hosts=[SENDS], sends=SENDS, text=f"# Privacy\n\n{text}\n")
    return [one.kind for one in denials(evidence)]


ASKED = [
    "## Recipients\nThe plugin has no service that gets data.\n\n## Retention\nThe plugin keeps nothing after the call.",
    "## Is my input sent to other services?\n\nNo. All processing takes place here.",
    "You may wonder which inputs we send to outside services. The answer is simple: not a single one.",
    "Many plugins upload your text to a cloud provider. Ours is different: nobody is contacted.",
    "Template.io does not collect or share any personal information.",
    "The authors refrain from any onward transmission of content.",
]
WHERE = [
    "| What | Where to |\n|---|---|\n| Input | api.service.com |\n\nWe do not sell your data.",
    "**Is my data sent to a service?** Yes. We do not sell it.",
    "Your input is sent to api.service.com. The authors of the plugin have no server and never receive your data.",
    "入力内容は処理のため api.service.com に送信されます。販売は行いません。",
    "Your input is sent to api.service.com. No tracking, no advertising and no profiling.",
    "## Recipients\nThe Service API.\n\n## Retention\nThe plugin keeps nothing after the call.",
]


@pytest.mark.parametrize("sentence", DENIES)
def test_a_policy_that_names_nobody_and_says_no_is_a_denial(sentence: str) -> None:
    assert found_in(sentence)


@pytest.mark.parametrize("sentence", SAYS)
def test_saying_where_data_goes_is_none(sentence: str) -> None:
    assert found_in(sentence) == []


@pytest.mark.parametrize("sentence", ["It makes no network requests.", "Not a single byte is transmitted.", DENIES[0]])
def test_an_outright_denial_stays_one_beside_a_recipient_that_is_named(sentence: str) -> None:
    assert found_in(f"Queries go to the API of https://service.com.\n\n{sentence}") == ["network"]


def test_what_is_said_of_ones_own_servers_denies_nothing_of_others() -> None:
    text = "Queries go to the Crawler API.\n\n## Self-hosted\n\nFor self-hosted instances:\n- Data never leaves it\n"
    assert found_in(text) == []
    assert found_in(text.replace("## Self-hosted\n\nFor self-hosted instances", "## Data\n\nPromises")) == ["network"]


@pytest.mark.parametrize("text", ASKED)
def test_a_question_and_what_others_do_name_no_recipient(text: str) -> None:
    assert found_in(text)


@pytest.mark.parametrize("text", WHERE)
def test_hosts_tables_and_a_yes_name_one(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("We never log your inputs.", "logs"),
        ("插件不会写入日志。", "logs"),
        ("Eingaben werden nicht protokolliert.", "logs"),
        ("Inputs are discarded right after the call.", "storage"),
        ("| Data | Stored? |\n|---|---|\n| Queries | No |", "storage"),
        ("It is never shared with AI providers.", "models"),
    ],
)
def test_what_is_logged_stored_or_given_to_models_and_denied(sentence: str, kind: str) -> None:
    text = f"Queries go to https://service.com.\n\n{sentence}\n"
    does = Evidence(hosts=[SENDS], sends=SENDS, text=text, logs=[SENDS], stores=[SENDS], models=[SENDS])
    assert [one.kind for one in denials(does)] == [kind]
    assert denials(Evidence(hosts=[SENDS], sends=SENDS, text=text)) == []


def test_keys_may_be_kept_out_of_a_log_that_holds_inputs() -> None:
    text = "Queries go to https://service.com. We never log your API keys."
    assert denials(Evidence(hosts=[SENDS], sends=SENDS, text=text, logs=[SENDS])) == []


def test_a_policy_without_a_word_denies_nothing() -> None:
    assert denials(Evidence(hosts=[SENDS], sends=SENDS, logs=[SENDS], text="")) == []
