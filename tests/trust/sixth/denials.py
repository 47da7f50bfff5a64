"""Texts that deny, by what they deny: plain ones, roundabout ones, in several languages."""

SENDS = (
    "This plugin does not transmit anything you enter. All processing happens inside your Dify installation.",
    "Everything runs locally: your text never leaves the machine on which Dify is installed.",
    "No user data is collected, shared or sent to third parties.",
    "We have no servers, and nothing about your use of the plugin ever reaches us or anybody else.",
    "The plugin works offline and makes no network requests.",
    "Your prompts stay with you. They are not forwarded to any external service.",
    "Data collected: none. Data shared: none. Third parties: none.",
    "| Question | Answer |\n| --- | --- |\n| Is data sent to third parties? | No |\n| Is data collected? | No |",
    "- Collection: nothing\n- Transfer: nothing\n- Recipients: nobody",
    "There is no outbound traffic other than to your own Dify server.",
    "We respect your privacy. What you type is handled purely in memory and never goes over the wire.",
    "Inputs are evaluated in-process; no remote endpoint is involved at any time.",
    "Because the tool is self-contained, a privacy policy is hardly needed: it talks to no one.",
    "Zero data egress. Air-gapped installations are fully supported.",
    "Neither the content of your requests nor its metadata is disclosed to any outside party.",
    "本插件不会收集、存储或向第三方发送任何用户数据，所有处理均在本地完成。",
    "您输入的内容不会离开您的服务器，我们不会与任何第三方共享。",
    "このプラグインは、入力された内容を外部に送信しません。処理はすべてローカルで行われます。",
    "ユーザーデータは一切収集されず、第三者に提供されることもありません。",
    "Das Plugin überträgt keine Daten. Ihre Eingaben verlassen Ihren Server nicht.",
    "Es werden keinerlei personenbezogene Daten erhoben oder an Dritte weitergegeben.",
    "El complemento no envía ningún dato a terceros; todo se procesa de forma local.",
    "Sus textos nunca salen de su equipo.",
    "Ce plugin ne transmet aucune donnée : tout le traitement est effectué localement.",
    "O plugin não coleta nem envia dados a terceiros.",
    "플러그인은 사용자의 데이터를 수집하거나 외부로 전송하지 않습니다.",
)
STORES = (
    "The plugin is stateless. Nothing you enter is stored.",
    "No data is retained after a call has ended.",
    "We do not keep any copy of your inputs, neither temporarily nor for good.",
    "Retention: none. Requests are forgotten as soon as they have been answered.",
    "What you ask is held in memory for the time of the request and discarded afterwards; it is never persisted.",
    "Storage of user content: no",
    "本插件不保存任何用户输入或历史记录。",
    "入力内容は保存されません。",
    "Es wird nichts gespeichert; jede Anfrage wird nach der Antwort sofort vergessen.",
    "No se guarda ningún dato del usuario.",
    "Aucune donnée n'est conservée par le plugin.",
    "Your queries leave no trace: there is no history and no cache.",
)
FILES = (
    "The plugin writes nothing to disk and stores no user content.",
    "Your inputs are not saved anywhere, not even on the local file system.",
    "No data is stored. There is no database and no file in which your queries are kept.",
    "用户输入不会写入磁盘，也不会被保存。",
    "Es werden keine Eingaben gespeichert, auch nicht in lokalen Dateien.",
)
LOGS = (
    "We do not log your inputs.",
    "The content of requests never appears in log files.",
    "Logging: only errors are logged, and never what a user has entered.",
    "No user input is written to the logs of the server.",
    "日志中不会记录用户输入的任何内容。",
    "入力内容をログに記録することはありません。",
    "Eingaben werden nicht protokolliert.",
    "No registramos el contenido de las consultas.",
)
COUNTS = (
    "No analytics, no telemetry, no tracking.",
    "We do not track how you use the plugin.",
    "The plugin contains no telemetry of any kind, and does not measure usage.",
    "Usage statistics are not collected.",
    "Your activity is not tracked, profiled or analysed by anybody.",
    "本插件不包含任何遥测或统计分析功能。",
    "利用状況の追跡や分析は行いません。",
    "Es findet kein Tracking statt; Nutzungsstatistiken werden nicht erhoben.",
    "No hay seguimiento ni analítica de uso.",
)
CREDENTIALS = (
    "Your API key never leaves Dify: it is not sent to us or to any other party.",
    "Credentials are stored in Dify only and are never shared with third parties.",
    "We never transmit, see or store your API key.",
    "The key that you enter is not disclosed to anyone.",
    "您的 API 密钥不会被发送给任何第三方。",
    "API キーが第三者に送信されることはありません。",
    "Ihr API-Schlüssel wird niemals an Dritte übermittelt.",
    "Su clave de API nunca se comparte con terceros.",
)
# For a manifest's description: short.
BRIEF = (
    "Works fully offline: nothing you enter leaves your workspace.",
    "Private by design. No data is sent anywhere.",
    "Runs locally, without sending your data to third parties.",
    "100% local processing, no data collection.",
)
