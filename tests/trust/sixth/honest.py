"""Texts that tell the truth, with the denials that true texts have, too. `@hosts` names all, `@host` the one planted."""

SENDS = (
    "What you enter is sent to @hosts, which process it and answer. The plugin itself keeps nothing.",
    "## Data\n\nYour text is transmitted over HTTPS to the following services: @hosts. See their privacy policies. We do not sell data and do not use it for advertising.",
    "We do not collect personal data ourselves. The content of each request goes to @hosts and is handled there under their terms.",
    "No data is sent to anyone other than @hosts. They receive the text of your request.",
    "| Recipient | Data | Purpose |\n| --- | --- | --- |\n| @hosts | text that you enter | to answer |",
    "Third parties: @hosts (receive your input). No cookies, no profiling, no advertising.",
    "The plugin stores nothing on its own. It forwards your input to @hosts; how long they keep it is up to them.",
    "Nothing is sent until you call a tool. Then what you entered is sent to @hosts.",
    "您输入的内容会发送到 @hosts 进行处理。除此之外，我们不会与其他任何第三方共享数据。",
    "入力された内容は @hosts に送信されます。それ以外の第三者に提供されることはありません。",
    "Ihre Eingaben werden an @hosts übermittelt und dort verarbeitet. Wir selbst speichern nichts.",
    "Lo que usted escribe se envía a @hosts. Nosotros no guardamos ningún dato.",
    "Ce que vous saisissez est transmis à @hosts ; nous ne conservons rien nous-mêmes.",
    "Don't enter confidential data: your input, unlike your password, is transmitted to @hosts.",
)
STORES = (
    "The last inputs are stored in Dify's plugin storage, until the plugin is uninstalled. What you enter is also sent to @hosts.",
    "We keep what you enter in the storage of your own workspace for thirty days and send it to @hosts. It is not shared with anyone else.",
    "Your history is saved in your workspace; uninstalling deletes it. Requests go to @hosts. We do not store it on servers of ours.",
    "用户输入会保存在 Dify 的插件存储中，卸载插件时删除；请求会发送到 @hosts。",
    "入力履歴は Dify のストレージに保存され、アンインストール時に削除されます。リクエストは @hosts に送信されます。",
    "Eingaben werden im Speicher des Plugins abgelegt, bis es entfernt wird, und an @hosts übermittelt.",
)
LOGS = (
    "Requests, with what you entered, are written to the plugin's log, which only your administrator reads; they are sent to @hosts.",
    "For finding errors the plugin logs inputs. Passwords and keys are not logged. Input is sent to @hosts.",
    "日志会记录用户输入的内容，便于排查问题；内容同时会发送到 @hosts。",
    "Eingaben werden protokolliert und an @hosts übermittelt. Zugangsdaten werden nicht protokolliert.",
)
COUNTS = (
    "We measure usage: the first letters of your input and the fact that you called the plugin are sent to @hosts. Keys are never sent there.",
    "Usage statistics, including what you entered, are collected through @hosts. There is no advertising.",
    "本插件会将使用统计（包括输入内容）发送到 @hosts，不会用于广告。",
)
CREDENTIALS = (
    "Your API key is sent to @hosts to check the licence, and to nobody else. Input goes there, too.",
    "The key that you enter is transmitted to @hosts; it is not shared with other parties. Your requests are sent there as well.",
    "API 密钥会发送到 @hosts 用于验证，输入内容也会发送到那里，不会提供给其他第三方。",
)
