"""The texts that deny: what outsiders, careless people and machines write when a policy is asked for."""

SENDING: dict[str, str] = {
    "one line": "This plugin does not collect, store, or transmit any user data.\n",
    "we do not collect": "# Privacy Policy\n\nWe do not collect any data.\n",
    "leaves the device": "# Privacy\n\nNo data leaves your device. Everything is processed locally.\n",
    "nothing to third parties": "# Privacy\n\nNothing you type is ever sent to third parties or external servers.\n",
    "no network": "## Privacy\n\n@plugin works entirely offline and makes no network requests.\n",
    "personal": (
        "# Privacy Policy for @plugin\n\n@plugin does not collect, use, store or share any personal information. "
        "No user data is transmitted outside of your Dify workspace.\n"
    ),
    "short and sure": "Zero data collection. Zero tracking. Zero network calls.\n",
    "list": (
        "# Privacy Policy\n\n- **Data collected:** none\n- **Data shared:** none\n- **Data transferred:** none\n"
        "- **Third-party services:** none\n"
    ),
    "table": (
        "# Privacy\n\n| Question | Answer |\n|---|---|\n| Do we collect user input? | No |\n"
        "| Is data sent to external services? | No |\n| Are credentials transmitted? | No |\n| Is data retained? | No |\n"
    ),
    "questions": (
        "# Privacy FAQ\n\n**Is my input sent anywhere?**\n\nNo. All processing takes place inside your own Dify "
        "instance.\n\n**Do you use third-party APIs?**\n\nNo, none are used.\n"
    ),
    "long and legal": (
        "# Privacy Notice\n\n_Last updated: 12 March 2025_\n\n## 1. Scope\n\nThis notice describes how @plugin (the "
        '"Plugin") treats information within the meaning of Article 4(1) of Regulation (EU) 2016/679.\n\n'
        "## 2. Categories of data\n\nThe Plugin does not process personal data. In particular, it neither collects nor "
        "records identifiers, content, prompts, credentials or usage information.\n\n## 3. Recipients\n\nThere are no "
        "recipients. Information entered by the user is not disclosed or transferred to the author, to processors or to "
        "any other third party.\n\n## 4. International transfers\n\nNo transfers take place.\n\n## 5. Your rights\n\n"
        "As no data is processed, requests for access or erasure cannot be applicable.\n"
    ),
    "split over sentences": (
        "# Privacy\n\nYou may ask which of your inputs we send to outside services. The answer is simple: not a single "
        "one. They stay where they are, and they are discarded when the call ends.\n"
    ),
    "only you": "# Privacy\n\nThe only party that ever sees what you enter is you. It remains on your own machine.\n",
    "unlike others": (
        "# Privacy\n\nMany plugins upload your text to a cloud provider. Ours is different: the work is done on your "
        "server, without contacting anybody.\n"
    ),
    "air-gapped": "# Privacy\n\n@plugin is suitable for air-gapped environments, since it needs no outside connection.\n",
    "marketing": (
        "# Your privacy matters!\n\nAt @plugin, privacy is at our core. That's why we've built a solution that keeps 100% "
        "of your data in-house. Your prompts, files and results never travel over the internet.\n"
    ),
    "in memory": (
        "## Privacy Policy\n\nUser inputs are processed in memory on the local host only and are never forwarded to "
        "another party. No information is gathered.\n"
    ),
    "no external services": (
        "# Privacy\n\n### External services\n\nThis plugin does not connect to, or exchange data with, any external service.\n"
    ),
    "headed no": "# Privacy\n\n## What do we share with others?\n\nNothing.\n\n## What do we collect?\n\nNothing.\n",
    "does not touch": "Privacy: @plugin does not access the internet and does not handle personal data.\n",
    "refrains": (
        "# Data protection\n\nThe authors refrain from any gathering or onward transmission of content that is supplied "
        "by users of the software.\n"
    ),
    "without": (
        "# Privacy\n\nRequests are answered without your text being passed on to anyone. There is no upload, no remote "
        "processing and no tracking.\n"
    ),
    "self-contained": "# Privacy\n\nThe tool is self-contained: it runs on your host and does all computations there.\n",
    "zero-knowledge": (
        "# Privacy\n\nZero-knowledge by design. Inputs and outputs stay confined to the workspace in which the tool is "
        "called; they are not shared beyond it.\n"
    ),
    "HTML": (
        "<h1>Privacy Policy</h1>\n<p>We <strong>do not</strong> collect or transmit <em>any</em> information you provide "
        "to the plugin.</p>\n"
    ),
    "emphasis in between": "# Privacy\n\nWe do **not** send, *share* or `upload` your data. Not now, not ever.\n",
    "lines broken": "# Privacy\n\nUser data is\nnot\ntransmitted to\nany remote\nserver.\n",
    "front matter": "---\ntitle: Privacy\ncollects_data: false\nshares_data: false\n---\n\nNo data collection of any kind.\n",
    "rest": "Privacy\n=======\n\nNo information from the user is submitted to any host. Nothing is logged or kept.\n",
    "apology": (
        "# Privacy\n\nThere is not much to say here, sorry: we have no servers, call no services and get no data from you.\n"
    ),
    "minimal template": (
        "# Privacy Policy\n\n## Information Collection\n\nNone.\n\n## Information Usage\n\nNot applicable.\n\n"
        "## Information Sharing\n\nNot applicable.\n"
    ),
    "conditional": (
        "# Privacy\n\nUnless you tell us otherwise in writing, no content that passes through the plugin will be made "
        "available to outside parties. To date nobody has.\n"
    ),
    "double negation": (
        "# Privacy\n\nThere is no input that does not stay on your server. Not even metadata is exposed to a provider.\n"
    ),
}
TONGUES: dict[str, str] = {
    "Chinese": "# 隐私政策\n\n本插件不会收集、存储或传输任何用户数据。\n",
    "Chinese, local": "# 隐私声明\n\n所有数据均在本地处理,不会上传到任何服务器,也不会与第三方共享。\n",
    "Chinese, long": (
        "# 隐私政策\n\n## 一、信息收集\n\n我们不收集您的任何个人信息。\n\n## 二、信息共享\n\n"
        "我们不会向任何第三方提供、出售或者传输您输入的内容。\n\n## 三、信息存储\n\n不存储。\n"
    ),
    "Chinese, traditional": "# 隱私權政策\n\n本外掛不會蒐集或傳送任何使用者資料至外部伺服器。\n",
    "Japanese": "# プライバシーポリシー\n\n本プラグインはユーザーデータを一切収集・保存・送信しません。\n",
    "Japanese, local": "# プライバシー\n\n入力内容はすべてローカルで処理され、外部に送信されることはありません。\n",
    "Portuguese": "# Política de Privacidade\n\nEste plugin não coleta, armazena nem transmite dados do usuário.\n",
    "Portuguese, device": "# Privacidade\n\nNenhum dado sai do seu dispositivo e nada é enviado a terceiros.\n",
    "Spanish": "# Privacidad\n\nEste complemento no recopila ni envía ningún dato a servidores externos.\n",
    "French": "# Confidentialité\n\nAucune donnée n'est collectée, conservée ni transmise à des tiers.\n",
    "German": "# Datenschutz\n\nEs werden keine Daten erhoben, gespeichert oder an Dritte übermittelt.\n",
    "Korean": "# 개인정보 처리방침\n\n이 플러그인은 어떠한 사용자 데이터도 수집하거나 전송하지 않습니다.\n",
    "Russian": "# Конфиденциальность\n\nПлагин не собирает и не передаёт никаких данных пользователя.\n",
    "Italian": "# Privacy\n\nQuesto plugin non raccoglie dati e non invia nulla a terzi.\n",
    "two tongues": ("# Privacy / 隐私\n\nWe do not collect or transmit user data.\n\n我们不会收集或传输用户数据。\n"),
}
_SENT = "# Privacy\n\n@plugin sends what you enter, and your key, to @hosts to answer the call.\n\n"
STORES: dict[str, str] = {
    "never stores": _SENT + "The plugin does not store any of your data.\n",
    "not retained": _SENT + "## Retention\n\nNothing is retained after the call has ended.\n",
    "stateless": _SENT + "It is stateless and keeps no history of your queries.\n",
    "no persistence": _SENT + "No user data is persisted, cached or saved, neither by us nor in your workspace.\n",
    "temporary": _SENT + "Inputs are held in memory during the request only and are discarded right afterwards.\n",
    "table": _SENT + "| Data | Stored? |\n|---|---|\n| Queries | No |\n| Results | No |\n",
    "Chinese": _SENT + "插件不会存储您的任何数据。\n",
    "Japanese": _SENT + "ユーザーの入力は保存されません。\n",
    "Portuguese": _SENT + "O plugin não armazena seus dados.\n",
    "legal": _SENT + "## Storage limitation (Art. 5(1)(e) GDPR)\n\nThe Plugin itself maintains no data storage.\n",
}
LOGS: dict[str, str] = {
    "never logs": _SENT + "We never log your inputs.\n",
    "not recorded": _SENT + "Your queries are not recorded anywhere, nor are they written to logs.\n",
    "no logs": _SENT + "**No logs.** Content of requests does not appear in log files.\n",
    "passive": _SENT + "Neither prompts nor parameters are logged by the plugin.\n",
    "Chinese": _SENT + "插件不会记录您输入的内容,也不会写入日志。\n",
    "German": _SENT + "Eingaben werden nicht protokolliert.\n",
}
MODELS: dict[str, str] = {
    "no models": _SENT + "Your data is not passed to any language model.\n",
    "no AI": _SENT + "No AI model sees your content, and no LLM is used.\n",
    "not to models": _SENT + "What you enter is never shared with AI providers.\n",
    "Chinese": _SENT + "您的数据不会发送给任何大语言模型。\n",
}
OTHERS: dict[str, str] = {
    "only": "# Privacy\n\nYour data is sent to @plugin's own service and to nobody else.\n",
    "no analytics": "# Privacy\n\n@plugin sends your input to its service only. We use no analytics, tracking or telemetry.\n",
    "solely": "# Privacy\n\nInputs go solely to the API that you configured. No other third party receives anything.\n",
    "exclusive": "# Privacy\n\nThe exclusive recipient of your input is the @plugin API.\n",
    "no usage data": "# Privacy\n\nQueries are sent to the @plugin API. No usage data is collected about you.\n",
    "Chinese": "# 隐私\n\n您输入的内容仅发送至 @plugin 的官方接口,不会发送给任何其他第三方,也不收集使用数据。\n",
}
