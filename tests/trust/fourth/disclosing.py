"""Honest privacy texts: they say what is sent and where, and deny only what the plugin truly does not do."""

import re
from random import Random

from tests.trust.copies import Copy
from tests.trust.fourth.statements import hosts, write

OPENINGS: tuple[str, ...] = (
    "@plugin sends what you enter to @hosts in order to answer the call. Your API key goes along with each request.",
    "The parameters of each call, and your credentials, are transmitted to @hosts over HTTPS.",
    "## Data we send\n\n- your input\n- your credentials\n\nBoth are sent to @hosts.",
    "When the tool is called, your input is forwarded to @hosts, which processes it under its own privacy policy.",
    "| What | Where to | Why |\n|---|---|---|\n| Input | @hosts | to answer |\n| API key | @hosts | to authenticate |",
    "To do its work the plugin has to share your input with @hosts. Without that it cannot function.",
    "## Third parties\n\nThis plugin communicates with @hosts. Content of your requests is processed there.",
    "**Is my data sent anywhere?** Yes: your input and your key are sent to @hosts.",
)
# The denial, and what must not be in the code for it to be true.
DENIALS: dict[str, tuple[str, str]] = {
    "sale": ("We do not sell your data.", ""),
    "training": ("Your input is not used by us to train models.", ""),
    "advertising": ("Your data is never used for advertising or profiling.", ""),
    "authors get nothing": ("The authors of the plugin have no server and never receive your data.", ""),
    "no others": ("It is not shared with any other third party.", ""),
    "beyond": ("We do not share your information with third parties beyond the service named above.", ""),
    "except": ("Apart from that, no data leaves your Dify installation.", ""),
    "unless": ("Nothing is sent unless you call the tool.", ""),
    "tracking": ("There is no tracking and no analytics.", "analytics|telemetry|posthog|sentry|mixpanel"),
    "no additional": ("No additional personal information is collected.", ""),
    "not more": ("The plugin does not collect anything beyond what is described here.", ""),
    "cookies": ("No cookies are set.", "cookie"),
    "location": ("We do not collect your location or contacts.", "location|contact|latitude|geo"),
    "payment": ("We do not process payment data.", "payment|invoice"),
    "storage": ("The plugin itself does not store your data.", "storage|open\\(|tempfile|sqlite|cache|write"),
    "retention": (
        "Nothing is kept by the plugin after the call has ended.",
        "storage|open\\(|tempfile|sqlite|cache|write",
    ),
    "memory": ("Input is processed in memory only by the plugin.", "storage|open\\(|tempfile|sqlite|cache|write"),
    "logs": ("The plugin does not log your input.", "log|print\\("),
    "models": ("The plugin calls no language model of your workspace.", "llm|model"),
    "children": ("We do not knowingly collect data of children under 13.", ""),
    "warranty": ("We cannot control what the service does, and do not guarantee that it deletes anything.", ""),
    "passwords": ("Please do not send passwords or health data through the plugin.", ""),
    "no decisions": ("No automated decisions about persons are made.", ""),
    "security": ("Requests are never sent without TLS.", "http://"),
    "disclosure": ("We will not disclose your data to authorities unless the law requires it.", ""),
}
TONGUES: dict[str, str] = {
    "Chinese": "# 隐私政策\n\n您输入的内容会发送至 @hosts 进行处理。我们不会出售您的数据,也不会将其用于模型训练。\n",
    "Chinese, except": "# 隐私\n\n除为完成请求而发送给 @hosts 外,本插件不会向其他第三方传输数据。\n",
    "Japanese": (
        "# プライバシー\n\n入力内容は処理のため @hosts に送信されます。広告目的での利用や第三者への販売は行いません。\n"
    ),
    "Portuguese": "# Privacidade\n\nSuas entradas são enviadas a @hosts. Não vendemos os seus dados.\n",
    "Spanish": "# Privacidad\n\nLo que escribe se envía a @hosts. No se vende ni se usa para publicidad.\n",
    "French": (
        "# Confidentialité\n\nVos saisies sont transmises à @hosts.\n"
        "Elles ne sont ni vendues ni utilisées à des fins publicitaires.\n"
    ),
    "German": "# Datenschutz\n\nIhre Eingaben werden an @hosts übermittelt. Sie werden von uns nicht verkauft.\n",
    "Korean": "# 개인정보\n\n입력 내용은 처리를 위해 @hosts 로 전송됩니다. 데이터를 판매하지 않습니다.\n",
}
LONG = (
    "# Privacy Policy of @plugin\n\n## 1. What is collected\n\nWe, the authors, do not collect any personal data for our "
    "own purposes. The plugin handles the following in order to work: the text and parameters that you enter, and the "
    "credentials that you configure.\n\n## 2. Where it goes\n\nThis data is sent to @hosts. See the privacy policy of "
    "that service for what happens to it there.\n\n## 3. What we do not do\n\n@denials\n\n## 4. Rights\n\nYou may remove "
    "the plugin at any time. Contact us if you have questions.\n"
)


def true_denials(copy: Copy) -> list[str]:
    code = "\n".join(
        content.decode(errors="replace").lower()
        for path, content in copy.files.items()
        if path.endswith(".py") and "test" not in path
    )
    permitted = "storage" if copy.permission().get("storage") else ""
    return [
        name
        for name, (_, forbids) in DENIALS.items()
        if not forbids or not re.search(forbids, code + permitted + ("model" if copy.permission().get("model") else ""))
    ]


def honest(copy: Copy, chance: Random) -> str | None:
    where = hosts(copy)
    if chance.random() < 0.25:
        style = chance.choice(sorted(TONGUES))
        write(copy, TONGUES[style].replace("@hosts", where))
        return style
    chosen = chance.sample(sorted(true_denials(copy)), k=chance.choice((1, 2, 3)))
    said = [DENIALS[name][0] for name in chosen]
    if chance.random() < 0.25:
        write(copy, LONG.replace("@hosts", where).replace("@denials", "\n".join(f"- {one}" for one in said)))
        return f"long: {', '.join(chosen)}"
    opening = chance.choice(OPENINGS).replace("@hosts", where)
    between = chance.choice(("\n\n", "\n\n## What we do not do\n\n", " " if "|" not in opening else "\n\n"))
    write(copy, f"# Privacy Policy\n\n{opening}{between}{' '.join(said)}\n")
    return ", ".join(chosen)
