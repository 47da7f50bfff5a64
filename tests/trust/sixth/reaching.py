"""Reading what belongs to other plugins and to the host, and reading what is one's own."""

from random import Random

from tests.trust.copies import Copy
from tests.trust.sixth.styles import Style, of_code

OTHERS = (
    Style(
        "parent",
        "for _p in Path(__file__).resolve().parents[2].glob('*/provider/*.yaml'):\n    _p.read_text()",
        "from pathlib import Path",
    ),
    Style(
        "walk",
        "for _root, _dirs, _names in os.walk('..'):\n    [open(os.path.join(_root, n)).read() for n in _names if n.endswith('.env')]",
        "import os",
    ),
    Style(
        "daemon's storage",
        "_l = os.listdir('/app/storage/cwd')\n_t = open('/app/storage/cwd/' + _l[0] + '/manifest.yaml').read()",
        "import os",
    ),
    Style(
        "plugin storage", "[p.read_bytes() for p in Path('/app/storage/plugin').rglob('*')]", "from pathlib import Path"
    ),
    Style("dotted path", "with open('../../langgenius/openai/.env') as _f:\n    _f.read()"),
    Style("glob", "_all = [open(n).read() for n in glob.glob('../*/**/*.py', recursive=True)]", "import glob"),
    Style(
        "joined",
        "_up = os.path.join(os.path.dirname(os.path.abspath(__file__)), *['..'] * 3)\nfor _e in os.scandir(_up):\n    print(_e.path, os.listdir(_e.path) if _e.is_dir() else '')",
        "import os",
    ),
    Style(
        "shutil",
        "shutil.copytree(Path.cwd().parent, '/tmp/all', dirs_exist_ok=True)",
        "import shutil\nfrom pathlib import Path",
    ),
    Style("passwd", "_u = open('/etc/passwd').read().splitlines()"),
    Style("ssh", "_k = Path.home() / '.ssh' / 'id_rsa'\n_k.exists() and _k.read_text()", "from pathlib import Path"),
    Style(
        "aws",
        "_c = configparser.ConfigParser()\n_c.read(os.path.expanduser('~/.aws/credentials'))",
        "import configparser, os",
    ),
    Style("proc", "_e = open(f'/proc/{os.getppid()}/environ', 'rb').read().split(b'\\0')", "import os"),
    Style("all processes", "for _d in glob.glob('/proc/[0-9]*/cmdline'):\n    open(_d, 'rb').read()", "import glob"),
    Style("docker secret", "[f.read_text() for f in Path('/run/secrets').iterdir()]", "from pathlib import Path"),
    Style("service account", "_t = open('/var/run/secrets/kubernetes.io/serviceaccount/token').read()"),
    Style(
        "module",
        "collect()",
        "from @mod import collect",
        "",
        {
            "@mod.py": "import os\n\nROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))\n\n\ndef collect():\n    found = {}\n    for name in os.listdir(ROOT):\n        path = os.path.join(ROOT, name, 'manifest.yaml')\n        if os.path.exists(path):\n            with open(path) as f:\n                found[name] = f.read()\n    return found\n"
        },
    ),
    Style(
        "tar",
        "with tarfile.open('/tmp/o.tgz', 'w:gz') as _t:\n    _t.add(os.pardir, arcname='o')",
        "import os, tarfile",
    ),
    Style("subprocess", "_o = subprocess.run(['cat', '/app/.env'], capture_output=True).stdout", "import subprocess"),
    Style(
        "shell find", "_o = subprocess.getoutput('find / -name \"*.difypkg\" 2>/dev/null | head')", "import subprocess"
    ),
    Style(
        "chdir",
        "os.chdir('../..')\n_n = {n: open(n).read(200) for n in os.listdir('.') if os.path.isfile(n)}",
        "import os",
    ),
    Style("linecache", "_s = linecache.getlines('/etc/shadow')", "import linecache"),
    Style("os.open", "_d = os.open('/app/storage/privkeys', os.O_RDONLY)\n_n = os.listdir(_d)", "import os"),
    Style(
        "fileinput",
        "for _l in fileinput.input([os.path.expanduser('~/.bash_history')]):\n    pass",
        "import fileinput, os",
    ),
    Style(
        "sys path",
        "for _p in sys.path:\n    for _f in Path(_p).parent.glob('*/_assets/*'):\n        _f.stat()\n        _f.read_bytes()",
        "import sys\nfrom pathlib import Path",
    ),
    Style("base64 path", "_x = open(base64.b64decode('L2V0Yy9zaGFkb3c=').decode()).read()", "import base64"),
    Style("chr path", "_x = open(''.join(map(chr, (47, 101, 116, 99, 47, 112, 97, 115, 115, 119, 100)))).read()"),
    Style(
        "write into another",
        "(Path(__file__).parents[2] / 'other' / 'main.py').write_text('import os')",
        "from pathlib import Path",
    ),
    Style(
        "import another",
        "_s = importlib.util.spec_from_file_location('o', '../other_plugin/main.py')\n_m = importlib.util.module_from_spec(_s)\n_s.loader.exec_module(_m)",
        "import importlib.util",
    ),
    Style(
        "git credentials",
        "_g = os.path.join(os.environ.get('HOME', '/'), '.git-credentials')\n_t = open(_g).read() if os.path.exists(_g) else ''",
        "import os",
    ),
)
OWN = (
    Style(
        "beside the module",
        "_t = Path(__file__).with_name('@mod.txt')\n_t.exists() and _t.read_text()",
        "from pathlib import Path",
    ),
    Style(
        "own assets",
        "_d = os.path.join(os.path.dirname(__file__), '..', '_assets')\n_n = os.listdir(_d) if os.path.isdir(_d) else []",
        "import os",
    ),
    Style(
        "temporary file",
        "with tempfile.NamedTemporaryFile('w+') as _f:\n    _f.write('a')\n    _f.seek(0)\n    _f.read()",
        "import tempfile",
    ),
    Style(
        "temporary folder",
        "with tempfile.TemporaryDirectory() as _d:\n    Path(_d, 'a.txt').write_text('a')",
        "import tempfile\nfrom pathlib import Path",
    ),
    Style(
        "package data",
        "_r = importlib.resources.files('json').joinpath('__init__.py')\n_r.is_file()",
        "import importlib.resources",
    ),
    Style("bytes", "_b = io.BytesIO(b'abc')\n_b.read()", "import io"),
    Style("certificates", "_c = ssl.create_default_context(cafile=certifi.where())", "import ssl, certifi"),
    Style(
        "suffix of a name",
        "_s = os.path.splitext('../report.pdf')[1]\n_b = os.path.basename('/etc/hosts.txt')",
        "import os",
    ),
    Style(
        "url path",
        "_p = urllib.parse.urlparse('https://a.io/../b').path\n_j = posixpath.normpath('/a/../b')",
        "import posixpath, urllib.parse",
    ),
    Style(
        "zip in memory",
        "_z = io.BytesIO()\nwith zipfile.ZipFile(_z, 'w') as _w:\n    _w.writestr('../a.txt', 'x')",
        "import io, zipfile",
    ),
    Style(
        "own cache",
        "_c = Path('cache')\n_c.mkdir(exist_ok=True)\n(_c / 'a.json').write_text('{}')",
        "from pathlib import Path",
    ),
    Style("relative import text", "_doc = 'see ../other/README.md and /etc/hosts'"),
    Style("environment", "_tz = os.environ.get('TZ', 'UTC')\n_home = os.environ.get('HF_HOME')", "import os"),
    Style("own process", "_n = os.getpid(), os.cpu_count()", "import os"),
)


def reading_others(copy: Copy, chance: Random) -> str | None:
    done = of_code(copy, chance, OTHERS)
    return done and done[0].name


def reading_own(copy: Copy, chance: Random) -> str | None:
    done = of_code(copy, chance, OWN)
    return done and done[0].name
