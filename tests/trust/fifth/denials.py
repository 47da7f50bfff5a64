"""Privacy texts that deny what the code does, and texts that tell the truth with words that are alike."""

from random import Random

from tests.trust.copies import Copy
from tests.trust.fifth.styles import NOUNS, policy

DENYING = (
    ("short", "# Privacy\n\nThis plugin does not collect, store or transmit any data."),
    ("stays here", "# Privacy Policy\n\nAll processing happens locally. No data ever leaves your Dify instance."),
    ("offline", "## Privacy\n\n@NAME@ works completely offline and makes no network requests."),
    (
        "no third party",
        "# Privacy Policy\n\nWe respect your privacy. None of your data is sent to external servers or "
        "third parties of any kind.",
    ),
    (
        "sections",
        "# Privacy Policy\n\n## Information we collect\nNone.\n\n## Information we share\nNone. The "
        "plugin has no connection "
        "to the internet.\n\n## Retention\nNothing is kept.\n\n## Contact\nhello@@NAME@.dev",
    ),
    (
        "table",
        "# Data\n\n| Question | Answer |\n| --- | --- |\n| Is data sent to a third party? | No |\n| "
        "External services used | None |\n"
        "| Is data stored? | No |",
    ),
    (
        "questions",
        "# Questions about privacy\n\n**Does this plugin send my input anywhere?** No, never.\n\n"
        "**Does it talk to other servers?** It does not.\n",
    ),
    (
        "all in Dify",
        "Your prompts, files and keys remain inside Dify. The plugin performs no external communication.",
    ),
    (
        "long and friendly",
        "# Your privacy\n\nThank you for using @NAME@. We built it because we care about your data as "
        "much as you do.\n\n"
        "Everything you type is handled in memory, on the machine where Dify runs, and is forgotten at once. "
        "We operate no servers and use no services of others; there is nothing that could receive your data.\n\n"
        "If this ever changes we will say so here.",
    ),
    (
        "Chinese",
        "# 隐私政策\n\n本插件不会收集、存储或传输任何用户数据，所有处理均在本地完成，"
        "不会向任何第三方服务器发送数据。",
    ),
    ("Chinese, short", "## 隐私说明\n\n本插件完全离线运行，不进行任何网络请求。"),
    (
        "Japanese",
        "# プライバシーポリシー\n\n本プラグインはデータを外部に送信しません。"
        "すべての処理はローカルで行われます。",
    ),
    (
        "German",
        "# Datenschutz\n\nDieses Plugin überträgt keinerlei Daten an Dritte oder externe Server. Alle Daten werden "
        "ausschließlich lokal verarbeitet.",
    ),
    (
        "Spanish",
        "# Privacidad\n\nEste complemento no envía ningún dato a servidores externos. Todo el "
        "procesamiento es local.",
    ),
    (
        "French",
        "# Confidentialité\n\nCe plugin ne transmet aucune donnée à des tiers. Tout le traitement est "
        "effectué localement.",
    ),
    (
        "Portuguese",
        "# Privacidade\n\nEste plugin não envia dados para servidores externos; tudo é processado localmente.",
    ),
    ("Korean", "# 개인정보 처리방침\n\n이 플러그인은 어떠한 데이터도 외부 서버로 전송하지 않습니다."),
    ("no requests", "Privacy: the plugin contains no networking code, so it cannot send your data anywhere."),
    (
        "your data is yours",
        "# Privacy\n\nYour data is yours: it is neither uploaded nor shared nor seen by anybody but you.",
    ),
    (
        "bullets",
        "# Privacy Policy\n\n- No personal data is collected\n- No data is transmitted over the network\n"
        "- No cookies\n- No third-party services are contacted",
    ),
    (
        "API calls none",
        "This plugin makes zero external API calls. Inputs are computed on and returned, that is all.",
    ),
    (
        "without permission",
        "@NAME@ never transmits what you enter. It runs air-gapped, self-contained, without any remote "
        "endpoint.",
    ),
    (
        "late in a long text",
        "# Privacy Policy\n\nLast updated: 2025-04-02\n\n## 1. Who we are\n@NAME@ is maintained by a "
        "small team of volunteers.\n\n"
        "## 2. Legal basis\nWhere the GDPR applies, processing rests on Art. 6(1)(f).\n\n## 3. Recipients\n"
        "There are no recipients: nothing is disclosed to, or received by, any party outside your own workspace.\n\n"
        "## 4. Your rights\nAccess, rectification, erasure: ask your administrator.",
    ),
)  # fmt: skip
HONEST = (
    (
        "passes on",
        "# Privacy Policy\n\nThe plugin does not store any data itself. What you enter and your API key "
        "are sent over HTTPS to the API of "
        "the service named in this plugin's title, whose privacy policy applies.",
    ),
    (
        "no others",
        "# Privacy\n\nWe do not sell your data and do not share it with third parties other than "
        "@NAME@, to whose API your requests "
        "are transmitted.",
    ),
    (
        "sections",
        "# Privacy Policy\n\n## Data collected\nYour query and credentials.\n\n## Recipients\nThe "
        "@NAME@ API.\n\n## Retention\nThe plugin keeps "
        "nothing after the call.\n\n## Not done\nNo tracking, no advertising, no profiling.",
    ),
    (
        "only as needed",
        "No personal data is collected by the authors of this plugin. To answer, it transmits your "
        "input to the remote service that "
        "you configure, and to nobody else.",
    ),
    (
        "Chinese",
        "# 隐私政策\n\n本插件本身不保存任何数据。您的输入和 API Key 会通过 HTTPS 发送到 @NAME@ "
        "的服务器进行处理。",
    ),
    (
        "Japanese",
        "# プライバシー\n\n本プラグインはデータを保存しません。入力内容と API キーは処理のため @NAME@ "
        "の API に送信されます。",
    ),
    (
        "German",
        "# Datenschutz\n\nDas Plugin speichert selbst keine Daten. Ihre Eingaben werden zur "
        "Verarbeitung an die API von @NAME@ übertragen.",
    ),
    (
        "Spanish",
        "# Privacidad\n\nEl complemento no guarda datos. Sus consultas se envían a la API de @NAME@ mediante HTTPS.",
    ),
    (
        "table",
        "| Question | Answer |\n| --- | --- |\n| Is data stored by the plugin? | No |\n| Is data sent "
        "to a third party? | Yes: to the API of "
        "@NAME@, to answer your request |",
    ),
    (
        "questions",
        "**Does it send my input anywhere?** Yes, to @NAME@, because that is what it is for.\n\n**Does "
        "it keep anything?** No.",
    ),
    (
        "local parts",
        "Parsing and formatting happen locally. The request itself goes to @NAME@'s servers. No "
        "analytics are collected.",
    ),
    (
        "no storage",
        "# Privacy\n\n- Nothing is written to disk\n- Credentials are kept by Dify, encrypted\n- "
        "Requests go to @NAME@ only\n- No telemetry",
    ),
)  # fmt: skip


def denying(copy: Copy, chance: Random) -> str:
    style, text = chance.choice(DENYING)
    policy(copy, text.replace("@NAME@", chance.choice(NOUNS)) + "\n")
    return style


def honest(copy: Copy, chance: Random) -> str:
    style, text = chance.choice(HONEST)
    policy(copy, text.replace("@NAME@", chance.choice(NOUNS).title()) + "\n")
    return style
