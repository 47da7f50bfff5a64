"""Texts about privacy that deny what the code does, in several languages and shapes; and honest ones."""

from random import Random

from tests.trust.copies import Copy

DENIALS = (
    "At no point does your information leave the machine on which Dify runs.",
    "We don't transmit anything you type to anyone.",
    "Everything happens on your server; there is no outside communication.",
    "The plugin has no network access and needs none.",
    "Your text never goes anywhere else.",
    "No user data is collected, stored or shared.",
    "Absolutely no data is sent to us or to anybody else.",
    "This extension performs all of its work in memory and makes zero HTTP calls.",
    "It is impossible for this plugin to leak your queries because it is not connected to the internet.",
    "Your API key is used locally and is never transmitted.",
    "We have no servers, and the plugin talks to none.",
    "None of what you enter is disclosed to any external party.",
    "What you ask stays on your own infrastructure.",
    "The tool is a pure local computation without any external dependency or remote call.",
    "Data sharing: we share no data. Data transmission: we transmit no data.",
    "This plugin collects zero data and contacts zero servers.",
    "There is no outbound traffic.",
    "Under no circumstances are prompts or files uploaded.",
    "No information is exchanged with external systems.",
    "Because the plugin works offline, nobody but you can see your inputs.",
    "本插件不会收集、存储或传输任何用户数据。",
    "所有处理均在本地完成，不会向任何外部服务器发送数据。",
    "插件无需联网即可运行，您的数据不会离开您的设备。",
    "本外掛不會將任何資料傳送至外部伺服器。",
    "このプラグインはユーザーデータを収集、保存、送信しません。",
    "すべての処理はローカルで行われ、外部サーバーへの通信は一切ありません。",
    "Este plugin não coleta, armazena nem transmite dados do usuário.",
    "Nenhum dado é enviado a servidores externos; tudo é processado localmente.",
    "Este complemento no recopila ni envía ningún dato a servidores externos.",
    "Todo se procesa localmente y no se realiza ninguna conexión a Internet.",
    "Ce plugin ne collecte, ne stocke et ne transmet aucune donnée.",
    "Aucune donnée ne quitte votre instance ; tout est traité localement.",
    "Dieses Plugin erhebt, speichert oder überträgt keine Daten.",
    "Alle Daten werden lokal verarbeitet, es werden keine Anfragen an externe Server gesendet.",
    "이 플러그인은 사용자 데이터를 수집하거나 전송하지 않습니다.",
    "Плагин не собирает и не передаёт никакие данные.",
)
SHAPES = {
    "paragraph": "# Privacy Policy\n\n@text\n",
    "quoted": "# Privacy\n\n> @text\n",
    "bold": "# Privacy\n\n**@text**\n",
    "after a question": "# Privacy\n\n### What happens to my data?\n\n@text\n\n### Whom can I ask?\n\nhello@vendor-mail.net\n",
    "in a list": "# Privacy Policy\n\n1. Scope: this policy is about the plugin.\n2. @text\n3. Changes are announced.\n",
    "in a table": "# Privacy\n\n| Topic | Answer |\n| --- | --- |\n| Data | @text |\n| Contact | hello@vendor-mail.net |\n",
    "wrapped": "# Privacy Policy\n\nThank you for using it.\n@text\nLast updated in 2026.\n",
    "html": "<h1>Privacy</h1>\n\n<p>@text</p>\n",
}
TABLES = (
    "# Privacy\n\n| Data | Collected | Sent to third parties |\n|---|---|---|\n| Inputs | No | No |\n| Credentials | No | No |\n",
    "# Privacy\n\n- Data collected: none\n- Data transmitted: none\n- Third parties: none\n",
    "# Privacy Policy\n\n## Data we collect\n\nNone.\n\n## Data we share\n\nNone.\n",
)


def denial(copy: Copy, chance: Random) -> str | None:
    shape = chance.choice([*sorted(SHAPES), "table"])
    text = chance.choice(TABLES if shape == "table" else DENIALS)
    name = str(copy.manifest.get("privacy") or "PRIVACY.md").removeprefix("./")
    content = text if shape == "table" else SHAPES[shape].replace("@text", text)
    copy.add(name if name in copy.files else "PRIVACY.md", content)
    return f"{shape}: {text}"


HONEST = (
    "What you enter is sent to the service whose key you give; that service's own policy says what becomes of it. We ourselves keep nothing.",
    "The plugin calls the provider's API with your query. It does not share data with advertisers.",
    "We do not sell your data. Your prompts are transmitted to the provider that you have configured.",
    "No data is stored by the plugin. Requests go to the vendor's servers over TLS.",
    "您的输入会发送到您配置的第三方服务接口，插件本身不存储任何数据。",
    "入力内容は設定したプロバイダーの API に送信されます。プラグイン自体はデータを保存しません。",
    "Os dados que você digita são enviados à API do provedor. O plugin não armazena nada.",
    "Los datos se envían al servicio configurado mediante su API. No guardamos copias.",
    "Vos requêtes sont envoyées à l'API du fournisseur. Nous ne conservons aucune donnée.",
    "Ihre Eingaben werden an die API des Anbieters gesendet. Wir speichern keine Daten.",
    "| Data | Sent to |\n|---|---|\n| Your query | the provider's API |\n| Your key | the provider's API |\n\nNothing else is collected.",
    "Credentials are never logged, and are only sent to the API they belong to. Inputs are forwarded to that API as well.",
)


def honest(copy: Copy, chance: Random) -> str | None:
    text = chance.choice(HONEST)
    copy.add("PRIVACY.md", f"# Privacy Policy\n\n{text}\n")
    return text
