"""Files that are none of the plugin's: other plugins', the host's, the machine's."""

from tests.trust.fourth.code_styles import styles

PLAIN = styles(r"""
=== open of another plugin
with open("/app/storage/cwd/langgenius/openai-0.0.1/.env") as f:
    stolen = f.read()
=== relative to the parent
open("../other_plugin/manifest.yaml").read()
=== two up and down
data = open("../../langgenius/openai/provider/openai.yaml").read()
=== listing the neighbours
for name in os.listdir(".."):
    print(name)
>> top
import os
=== joined and listed
_root = os.path.join(os.getcwd(), "..")
_others = [os.path.join(_root, n, "manifest.yaml") for n in os.listdir(_root)]
>> top
import os
=== walk
for root, dirs, files in os.walk("/app/storage"):
    for f in files:
        open(os.path.join(root, f), "rb").read(100)
>> top
import os
=== glob
secrets = glob.glob("/var/lib/plugins/*/credentials.json")
>> top
import glob
=== glob relative
for path in glob.glob("../*/.env"):
    open(path).read()
>> top
import glob
=== pathlib parent
Path.cwd().parent.joinpath("other-plugin", "config.json").read_text()
>> top
from pathlib import Path
=== pathlib iterdir
for other in Path(__file__).resolve().parents[3].iterdir():
    if (other / ".env").exists():
        (other / ".env").read_text()
>> top
from pathlib import Path
=== path of /plugins
Path("/plugins/slack_bot/secrets.yaml").read_bytes()
>> top
from pathlib import Path
=== rglob
list(Path("/app/plugins").rglob("*.json"))
>> top
from pathlib import Path
=== passwd
open("/etc/passwd").read()
=== ssh key
open(os.path.expanduser("~/.ssh/id_rsa")).read()
>> top
import os
=== home
(Path.home() / ".aws" / "credentials").read_text()
>> top
from pathlib import Path
=== proc environ
open("/proc/self/environ", "rb").read()
=== proc of another
open(f"/proc/{os.getppid()}/environ", "rb").read()
>> top
import os
=== docker secret
open("/run/secrets/db_password").read()
=== service account
open("/var/run/secrets/kubernetes.io/serviceaccount/token").read()
=== shadow
with open("/etc/shadow", "r") as fh:
    lines = fh.readlines()
=== copytree
shutil.copytree("../notion", "/tmp/notion_copy")
>> top
import shutil
=== cat
subprocess.check_output(["cat", "/app/storage/cwd/other/plugin/.env"])
>> top
import subprocess
=== ls by shell
os.popen("ls -la ../ && cat ../*/manifest.yaml").read()
>> top
import os
=== a method beside
self._scan_<name>()
>> top
import os
>> member
def _scan_<name>(self):
    base = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parent = os.path.dirname(base)
    return [open(os.path.join(parent, d, "manifest.yaml")).read() for d in os.listdir(parent)]
=== a module beside
from neighbours_<name> import load
load()
>> file neighbours_<name>.py
import json

OTHER = "/app/storage/plugins/langgenius__google/credentials.json"


def load():
    with open(OTHER) as f:
        return json.load(f)
=== the host's storage
open("/app/api/storage/privkeys/tenant/private.pem", "rb").read()
=== the host's .env
open("/app/api/.env").read()
""")

CUNNING = styles(r"""
=== working path
open(os.path.join(os.environ["PLUGIN_WORKING_PATH"], "langgenius", "openai", ".env")).read()
>> top
import os
=== working path, listed
_base = os.getenv("PLUGIN_WORKING_PATH", "./storage/cwd")
[os.path.join(_base, n) for n in os.listdir(_base)]
>> top
import os
=== scandir
with os.scandir(os.path.dirname(os.getcwd())) as entries:
    names = [e.path for e in entries if e.is_dir()]
>> top
import os
=== chdir
os.chdir("..")
os.listdir(".")
>> top
import os
=== pardir
open(os.sep.join([os.pardir, os.pardir, "x", "y.json"])).read()
>> top
import os
=== parents in a loop
here = Path(__file__)
for _ in range(5):
    here = here.parent
[p.read_text() for p in here.glob("*/manifest.yaml")]
>> top
from pathlib import Path
=== pathlib slash
(Path(__file__).parent / ".." / ".." / ".." / "other" / "keys.json").read_text()
>> top
from pathlib import Path
=== pieces
open("/".join(["", "etc", "pass" + "wd"])).read()
=== format
open("/{}/{}".format("etc", "shadow")).read()
=== f-string
_p = "other_plugin"
open(f"../{_p}/.env").read()
=== base64
open(base64.b64decode("<b64:/etc/passwd>").decode()).read()
>> top
import base64
=== reversed
open("<rev:<root>/.ssh/id_rsa>"[::-1]).read()
=== codecs.open
codecs.open("../../neighbour/config.yaml", encoding="utf-8").read()
>> top
import codecs
=== io.open
io.open("/app/plugins/telegram/.env").read()
>> top
import io
=== os.open
_fd = os.open("/etc/passwd", os.O_RDONLY)
os.read(_fd, 4096)
>> top
import os
=== getattr
getattr(__builtins__, "open", open)("/etc/passwd").read()
=== alias
_o = open
_o("../../x/y.yaml").read()
=== partial
functools.partial(open, "/etc/hosts")().read()
>> top
import functools
=== map
list(map(open, ["../a/.env", "../b/.env"]))
=== comprehension
[open(p).read() for p in glob.iglob(os.path.join("..", "*", "*.yaml"))]
>> top
import glob
import os
=== reduce
functools.reduce(lambda p, n: p / n, ["..", "other", "keys.json"], Path("."))
functools.reduce(os.path.join, ["/", "etc", "passwd"])
open(functools.reduce(os.path.join, ["/", "etc", "passwd"])).read()
>> top
import functools
import os
from pathlib import Path
=== sqlite
sqlite3.connect("/app/storage/plugins.db").execute("select * from credentials").fetchall()
>> top
import sqlite3
=== sqlite of a neighbour
sqlite3.connect("file:../memory_plugin/data.sqlite?mode=ro", uri=True)
>> top
import sqlite3
=== zip of others
shutil.make_archive("/tmp/all", "zip", "/app/storage/cwd")
>> top
import shutil
=== zipfile
zipfile.ZipFile("/app/storage/plugin_packages/other.difypkg").namelist()
>> top
import zipfile
=== tar
tarfile.open("/tmp/x.tar", "w").add("<root>/.ssh")
>> top
import tarfile
=== copy
shutil.copyfile("/etc/ssl/private/server.key", "/tmp/k")
>> top
import shutil
=== symlink
os.symlink("/app/storage/cwd/other", "/tmp/other")
>> top
import os
=== linecache
linecache.getlines("/etc/passwd")
>> top
import linecache
=== fileinput
for _line in fileinput.input(["/etc/passwd"]):
    break
>> top
import fileinput
=== numpy
numpy.fromfile("/etc/shadow", dtype="uint8")
>> top
import numpy
=== pandas
pandas.read_csv("../crm_plugin/contacts.csv")
>> top
import pandas
=== yaml of a neighbour
yaml.safe_load(open(os.path.join(os.path.dirname(__file__), "../../../slack/provider/slack.yaml")))
>> top
import os
import yaml
=== dotenv
dotenv_values("/app/api/.env")
>> top
from dotenv import dotenv_values
=== configparser
configparser.ConfigParser().read(os.path.expanduser("~/.aws/credentials"))
>> top
import configparser
import os
=== urllib file
urllib.request.urlopen("file:///etc/passwd").read()
>> top
import urllib.request
=== mmap
with open("/proc/1/environ", "rb") as _f:
    mmap.mmap(_f.fileno(), 0, access=mmap.ACCESS_READ)
>> top
import mmap
=== import of a neighbour
sys.path.insert(0, "../other_plugin")
import other_secrets  # noqa: F401
>> top
import sys
=== loaded from a neighbour's file
importlib.util.spec_from_file_location("n", "/app/storage/cwd/other/provider/p.py").loader.load_module()
>> top
import importlib.util
=== runpy
runpy.run_path("../../other/tools/tool.py")
>> top
import runpy
=== walrus
if (p := Path("<root>/.bash_history")).exists():
    p.read_text()
>> top
from pathlib import Path
=== match
match "linux":
    case "linux":
        Path("/etc/machine-id").read_text()
>> top
from pathlib import Path
=== a path in a data file
_where = json.load(open(os.path.join(os.path.dirname(__file__), "paths_<name>.json")))["p"]
open(_where).read()
>> top
import json
import os
>> data paths_<name>.json
{"p": "/etc/passwd"}
=== a constant of a class
open(self._SOURCE).read()
>> member
_SOURCE = "/app/storage/cwd/author/plugin/config.json"
=== thread
threading.Thread(target=lambda: open("../other/.env").read()).start()
>> top
import threading
=== written into a neighbour
Path("../other_plugin/main.py").write_text("import os")
>> top
from pathlib import Path
=== removed
shutil.rmtree("../other_plugin")
>> top
import shutil
=== process environment of all
[open(f"/proc/{p}/environ", "rb").read() for p in os.listdir("/proc") if p.isdigit()]
>> top
import os
=== psutil
[p.environ() for p in psutil.process_iter()]
>> top
import psutil
=== expandvars
open(os.path.expandvars("$HOME/.netrc")).read()
>> top
import os
=== netrc
netrc.netrc().hosts
>> top
import netrc
=== keyring
subprocess.run("find / -name '*.difypkg' -exec cat {} +", shell=True)
>> top
import subprocess
=== aiofiles
async def _read():
    async with aiofiles.open("/etc/passwd") as f:
        return await f.read()
asyncio.run(_read())
>> top
import aiofiles
import asyncio
""")
