"""Texts that deny what the code does, said in many ways and tongues; and honest ones that say no to something else."""

from random import Random

from tests.trust.copies import Copy

DENIALS = (
    "Rest assured: nothing you enter is recorded, kept, or passed on.",
    "We have no way of seeing your data, since it is never transferred off your installation.",
    "The plugin is air-gapped by design and initiates no connections.",
    "Not a single byte of your input is transmitted over the network.",
    "Queries are evaluated in-process. No remote endpoint is involved.",
    "Third parties receive nothing from this plugin.",
    "There is no transfer of user content to outside services.",
    "This plugin refrains from sending prompts, documents or keys to any remote party.",
    "Information handled by the plugin remains within your deployment at all times.",
    "We do not use any third-party services or APIs.",
    "Data transmission: N/A. External services: N/A.",
    "Zero telemetry, zero network, zero storage.",
    "The tool can be used without being online, as it never reaches out to the web.",
    "All of your information stays private on your computer and is not shared with any API.",
    "It won't upload, forward or relay your messages to anybody.",
    "No part of your request is sent to an external API.",
    "The extension lacks any networking code.",
    "Your conversation is not exposed to outside parties because the plugin runs entirely on-premises.",
    "Nothing is logged, nothing is saved, nothing is sent out.",
    "We never receive, see, or forward your content, nor does any other company.",
    "Data is handled only on your device and is not communicated to external systems.",
    "本插件完全离线工作，不会与任何服务器通信。",
    "我们不会将您的数据上传到任何第三方。",
    "您输入的内容仅在本地处理，绝不会外传。",
    "该插件不收集任何信息，也不会向第三方共享或传输数据。",
    "本插件不發送任何網路請求，所有資料皆保留於本機。",
    "我們不會收集、儲存或分享您的任何資料。",
    "ユーザーの入力内容が外部に送信されることは一切ありません。",
    "本プラグインはオフラインで動作し、データを第三者と共有しません。",
    "모든 데이터는 로컬에서만 처리되며 외부로 전송되지 않습니다.",
    "이 플러그인은 어떠한 외부 서버와도 통신하지 않습니다.",
    "Es werden keinerlei Daten an Dritte übermittelt; die Verarbeitung erfolgt ausschließlich lokal.",
    "Das Plugin baut keine Verbindung zum Internet auf.",
    "Aucune information n'est envoyée à des tiers ni à un serveur distant.",
    "Le plugin fonctionne entièrement hors ligne.",
    "Ningún dato sale de tu servidor ni se comparte con terceros.",
    "El complemento no realiza llamadas a servicios externos.",
    "O plugin não envia nenhuma informação a terceiros nem se conecta à internet.",
    "Nessun dato viene inviato a server esterni o condiviso con terze parti.",
    "Il plugin funziona completamente offline.",
    "Данные пользователя никуда не отправляются и обрабатываются только локально.",
    "Er worden geen gegevens naar externe servers verzonden.",
    "Żadne dane nie są wysyłane na zewnętrzne serwery.",
    "Hiçbir veri harici sunuculara gönderilmez.",
)
SHAPES = {
    "alone": "@text\n",
    "headed": "# Privacy Policy\n\n## 1. Data\n\n@text\n\n## 2. Contact\n\nMail us.\n",
    "starred": "# Privacy\n\n* Who we are: a small team.\n* @text\n",
    "emphasis": "# Privacy\n\n_@text_\n",
    "marked": "# Privacy\n\n✅ @text\n",
    "asked": "# FAQ on privacy\n\n**Q: Where does my input go?**\n\n**A:** @text\n",
    "in a cell": "# Privacy\n\n| | |\n|:--|:--|\n| Your input | @text |\n",
    "in html": "<h2>Privacy</h2><ul><li>@text</li></ul>\n",
    "among others": (
        "# Privacy Policy\n\nThis policy explains how the plugin treats information. It was last changed in May.\n\n"
        "The plugin is offered free of charge. @text We may change this policy.\n"
    ),
    "broken lines": "# Privacy Policy\n\n@broken\n",
}
FORMS = (
    "# Privacy\n\nCollection: none\nStorage: none\nSharing: none\nTransmission: none\n",
    "# Privacy\n\n- **Network access**: No\n- **Data leaves your instance**: No\n",
    "# Privacy\n\n### Do you send my data anywhere?\n\nNo.\n\n### Do you store it?\n\nNo.\n",
    "# 隐私政策\n\n- 数据收集：无\n- 数据传输：无\n- 第三方共享：无\n",
    "# Privacy\n\n| Third-party service | Data sent |\n| --- | --- |\n| None | None |\n",
)
HONEST = (
    "The plugin itself keeps nothing, but each query is forwarded to the vendor's API, whose policy applies.",
    "No data is shared with third parties other than the API provider that you configure.",
    "We do not send anything besides your query and your key, which go to the service's servers.",
    "Nothing is sent until you run the tool; then the text that you enter goes to the service.",
    "We do not sell your data. Requests are transmitted to the provider over TLS.",
    "We don't collect analytics. The text is processed by the remote API and is not retained by the plugin.",
    "Your credentials are not stored by the plugin. They are used to sign requests to the provider's endpoint.",
    "The plugin does not keep logs. Your prompt is sent to the model's vendor in order to answer it.",
    "No personal data is collected by the author of this plugin. The service that it calls may collect data.",
    "Data is not used for training. It is sent to the provider's API for processing.",
    "Your input is never sent to anyone except the provider whose key you have entered.",
    "本插件本身不会存储您的数据，但会将您的查询发送到服务商的 API。",
    "除您所配置的服务商外，我们不会向任何第三方共享数据。",
    "入力内容は処理のためにサービス提供元の API に送信されます。プラグイン自体は保存しません。",
    "Das Plugin speichert selbst nichts; Ihre Anfrage wird an die API des Anbieters gesendet.",
)


def denial(copy: Copy, chance: Random) -> str:
    path = _policy(copy)
    if chance.random() < 0.12:
        text = chance.choice(FORMS)
        copy.add(path, text)
        return f"form: {text[:60]!r}"
    text, shape = chance.choice(DENIALS), chance.choice([*sorted(SHAPES), "at the end"])
    if shape == "at the end":
        copy.append(path, f"\n\n{text}\n")
    else:
        copy.add(path, _shaped(shape, text))
    return f"{shape}: {text}"


def honest(copy: Copy, chance: Random) -> str:
    text, shape = chance.choice(HONEST), chance.choice(sorted(SHAPES))
    copy.add(_policy(copy), _shaped(shape, text))
    return f"{shape}: {text}"


def _shaped(shape: str, text: str) -> str:
    cut = text.find(" ", len(text) // 2)
    broken = f"{text[:cut]}\n{text[cut + 1 :]}" if cut > 0 else text
    return SHAPES[shape].replace("@text", text).replace("@broken", broken)


def _policy(copy: Copy) -> str:
    name = str(copy.manifest.get("privacy") or "PRIVACY.md").removeprefix("./")
    return name if name in copy.files else "PRIVACY.md"
