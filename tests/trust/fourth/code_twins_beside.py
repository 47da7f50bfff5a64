"""Clean twins of hidden code and of files of others: what honest plugins run and open."""

from tests.trust.fourth.code_styles import styles

RUNS = styles(r"""
=== regular expression
re.compile(r"^[a-z]+$").match("x")
>> top
import re
=== literal
ast.literal_eval("{'a': 1}")
>> top
import ast
=== json in base64
json.loads(base64.b64decode("eyJhIjogMX0="))
>> top
import base64
import json
=== an image in base64
_image = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
>> top
import base64
=== a module of its own by name
importlib.import_module("json")
>> top
import importlib
=== dispatch by name
_do = getattr(self, "_do_" + "search", None)
if _do:
    _do()
=== a program with fixed words
subprocess.run(["ffmpeg", "-version"], capture_output=True, check=False)
>> top
import subprocess
=== a method called eval
_Scorer_<name>().eval()
>> top
class _Scorer_<name>:
    def eval(self):
        return self.exec("x")

    def exec(self, text):
        return len(text)

=== a cursor
sqlite3.connect(":memory:").cursor().execute("select 1")
>> top
import sqlite3
=== compressed text
zlib.decompress(zlib.compress(b"hello")).decode()
>> top
import zlib
=== text decoded
codecs.decode(b"hello", "utf-8")
>> top
import codecs
=== a checked hex key
_key = bytes.fromhex("00" * 16)
=== yaml
yaml.safe_load("a: 1")
>> top
import yaml
=== template
string.Template("$a").substitute(a="x")
>> top
import string
=== arithmetic on a tree
_value = {ast.Add: operator.add}[type(ast.parse("1+1", mode="eval").body.op)](1, 1)
>> top
import ast
import operator
=== gzip answers
gzip.decompress(gzip.compress(b"{}"))
>> top
import gzip
=== optional import
try:
    __import__("orjson")
except ImportError:
    pass
=== characters
"".join(chr(ord("a") + n) for n in range(26))
=== function types
isinstance(print, types.FunctionType)
>> top
import types
=== a thread of its own
threading.Thread(target=print, args=("x",), daemon=True).start()
>> top
import threading
=== model.eval
_net = getattr(self, "net", None)
if _net is not None:
    _net.eval()
=== reversed text
_back = "drawkcab"[::-1]
=== audio in hex
_audio = bytes.fromhex("52494646")
=== partial
functools.partial(int, base=2)("101")
>> top
import functools
""")

FILES = styles(r"""
=== a file beside
with open(os.path.join(os.path.dirname(__file__), "words_<name>.txt")) as f:
    f.read()
>> top
import os
>> data words_<name>.txt
one
=== the plugin's folder
_root = Path(__file__).resolve().parent.parent
(_root / "manifest.yaml").read_text()
>> top
from pathlib import Path
=== its own assets
list(Path(__file__).parent.parent.joinpath("_assets").glob("*.svg"))
>> top
from pathlib import Path
=== its own folder, listed
os.listdir(os.path.dirname(os.path.abspath(__file__)))
>> top
import os
=== one up inside
open(os.path.join(os.path.dirname(__file__), "..", "manifest.yaml")).read()
>> top
import os
=== temporary
with tempfile.NamedTemporaryFile(suffix=".wav") as f:
    f.write(b"x")
>> top
import tempfile
=== temporary folder
with tempfile.TemporaryDirectory() as d:
    open(os.path.join(d, "out.txt"), "w").write("x")
>> top
import os
import tempfile
=== in /tmp
with open("/tmp/out_<name>.txt", "w") as f:
    f.write("x")
=== zip in memory
zipfile.ZipFile(io.BytesIO(), "w").writestr("a.txt", "x")
>> top
import io
import zipfile
=== sqlite in memory
sqlite3.connect(":memory:")
>> top
import sqlite3
=== a proxy from the environment
_proxy = os.environ.get("HTTP_PROXY")
>> top
import os
=== certificates
_ca = certifi.where()
>> top
import certifi
=== a suffix
_kind = mimetypes.guess_type("a.png")[0]
>> top
import mimetypes
=== a path of a URL
_name = posixpath.basename("/etc/whatever/a.png")
>> top
import posixpath
=== a remote path
_remote = "/remote.php/dav/files/" + "user" + "/../x"
=== a path in a message
_hint = "Paths such as ../x or /etc/passwd are not accepted."
=== refused
if ".." in str(<given>):
    raise ValueError("Relative paths are not accepted.")
=== resources
importlib.resources.files("json")
>> top
import importlib.resources
=== a null device
open(os.devnull, "w").close()
>> top
import os
=== sys.path of its own
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
>> top
import os
import sys
=== removed again
_t = tempfile.mkdtemp()
shutil.rmtree(_t, ignore_errors=True)
>> top
import shutil
import tempfile
=== its cache
_cache = Path(tempfile.gettempdir()) / "cache_<name>"
_cache.mkdir(exist_ok=True)
>> top
import tempfile
from pathlib import Path
=== its own name
_here = os.path.basename(os.getcwd())
>> top
import os
""")
