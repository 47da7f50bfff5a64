"""What looks like a callback and needs no permission."""

from tests.trust.fifth.styles import Style

ALIKE = (
    Style("upload, always allowed", 'self.session.file.upload("$word.txt", b"hello", "text/plain")'),
    Style(
        "a session of requests",
        'session = requests.Session()\nsession.headers["Accept"] = "application/json"\nsession.close()',
        "import requests",
    ),
    Style(
        "an own class called storage",
        'box = ${Word}Session()\nbox.storage.set("a", b"1")',
        """
        class ${Word}Storage(dict):
            def set(self, key, value):
                self[key] = value


        class ${Word}Session:
            def __init__(self):
                self.storage = ${Word}Storage()
        """,
    ),
    Style("in a comment", "# once this was self.session.storage.set(key, value); it is not needed any more\npass"),
    Style("in a text", 'hint = "call self.session.model.llm.invoke(...) from your own plugin"\nlen(hint)'),
    Style("the conversation's id", "conversation = self.session.conversation_id or ''\nlen(conversation)"),
    Style(
        "a tool of its own",
        'class Toolbox:\n    def invoke(self, name):\n        return name\n\ntool = Toolbox()\ntool.invoke("$word")',
    ),
    Style(
        "an ORM's session",
        """
        class Ledger:
            def __init__(self):
                self.rows = []

            def add(self, row):
                self.rows.append(row)

        session = Ledger()
        session.add({"model": "llm", "tool": "$word"})
        """,
    ),
    Style("an app in a dict", 'app = {"chat": {"invoke": "$word"}}\napp["chat"]["invoke"].upper()'),
    Style(
        "a type only",
        "def keep(storage: 'StorageInvocation | None' = None):\n    return storage is None\n\nkeep()",
        "from dify_plugin.invocations.storage import StorageInvocation",
    ),
)
