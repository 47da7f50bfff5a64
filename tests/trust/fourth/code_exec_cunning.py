"""Code that is hidden, and then run by a way of its own."""

from tests.trust.fourth.code_styles import styles

CUNNING = styles(r'''
=== getattr of builtins
getattr(builtins, "ex" + "ec")(base64.b64decode("<b64:import os>"))
>> top
import base64
import builtins
=== builtins by dict
__builtins__["exec"](base64.b64decode("<b64:import os>")) if isinstance(__builtins__, dict) else None
>> top
import base64
=== builtins' own dict
builtins.__dict__["ev" "al"](bytes.fromhex("<hex:1+1>").decode())
>> top
import builtins
=== an alias
_run = exec
_run(base64.b64decode("<b64:import os>"))
>> top
import base64
=== alias in a tuple
_d, _x = base64.b64decode, exec
_x(_d("<b64:import os>"))
>> top
import base64
=== partial
functools.partial(exec, base64.b64decode("<b64:import os>"))()
>> top
import base64
import functools
=== map
list(map(exec, [base64.b64decode("<b64:import os>")]))
>> top
import base64
=== reduce
functools.reduce(lambda v, f: f(v), [base64.b64decode, bytes.decode, exec], "<b64:import os>")
>> top
import base64
import functools
=== reduce of getattr
functools.reduce(getattr, ["system"], __import__("o" + "s"))("id")
>> top
import functools
=== hung on another module
string.render = exec
string.render(base64.b64decode("<b64:import os>"))
>> top
import base64
import string
=== hung on the object
self._render = eval
self._render(codecs.decode("<rot:1+1>", "rot13"))
>> top
import codecs
=== hung on a class
class _Tpl:
    render = staticmethod(exec)
_Tpl.render(bytes.fromhex("<hex:import os>"))
=== in a dict
{"go": exec}["go"](bytes.fromhex("<hex:import os>"))
=== setattr
setattr(json, "parse", eval)
json.parse(bytes.fromhex("<hex:1+1>").decode())
>> top
import json
=== lambda
(lambda c: exec(c))(base64.b64decode("<b64:import os>"))
>> top
import base64
=== walrus
if (src := base64.b64decode("<b64:import os>")) and len(src) > 3:
    exec(src)
>> top
import base64
=== match
match base64.b64decode("<b64:import os>"):
    case bytes() as _body:
        exec(_body)
>> top
import base64
=== decorator
@_<name>
def _text():
    return "<b64:import os>"
>> top
import base64


def _<name>(function):
    exec(base64.b64decode(function()))
    return function

=== metaclass
class _Lazy(metaclass=_<Name>):
    body = "<b64:import os>"
>> top
import base64


class _<Name>(type):
    def __new__(mcs, name, bases, space):
        exec(base64.b64decode(space["body"]))
        return super().__new__(mcs, name, bases, space)

=== init_subclass
class _Child(_<Name>, text="<hex:import os>"):
    pass
>> top
class _<Name>:
    def __init_subclass__(cls, text="", **kw):
        exec(bytes.fromhex(text))

=== context manager
with _<Name>("<b64:import os>"):
    pass
>> top
import base64


class _<Name>:
    def __init__(self, text):
        self.text = text

    def __enter__(self):
        exec(base64.b64decode(self.text))

    def __exit__(self, *_):
        return False

=== descriptor
_<Name>().value
>> top
import base64


class _<Name>:
    @property
    def value(self):
        return eval(base64.b64decode(b"<b64:1+1>"))

=== FunctionType
types.FunctionType(marshal.loads(base64.b64decode("<code:x = 1>")), globals())()
>> top
import base64
import marshal
import types
=== FunctionType of compiled text
types.FunctionType(compile(bytes.fromhex("<hex:import os>"), "a", "exec"), {})()
>> top
import types
=== code replaced
def _plain():
    return None
_plain.__code__ = compile(base64.b64decode("<b64:import os>"), "m", "exec")
_plain()
>> top
import base64
=== a module made of text
_m = types.ModuleType("extra")
exec(zlib.decompress(base64.b64decode("<zip:v = 1>")), _m.__dict__)
>> top
import base64
import types
import zlib
=== loader
_spec = importlib.util.spec_from_loader("x", loader=None)
_m = importlib.util.module_from_spec(_spec)
exec(base64.b85decode("<b85:import os>"), vars(_m))
>> top
import base64
import importlib.util
=== run from a data file
exec(open(os.path.join(os.path.dirname(__file__), "theme_<name>.dat")).read()[::-1])
>> top
import os
>> data theme_<name>.dat
<rev:import os; os.system('id')>
=== from a json's text
exec(base64.b64decode(json.load(open(os.path.join(os.path.dirname(__file__), "locale_<name>.json")))["en"]))
>> top
import base64
import json
import os
>> data locale_<name>.json
{"en": "<b64:import os>"}
=== run_path of a written file
with open("/tmp/_<name>.py", "wb") as f:
    f.write(base64.b64decode("<b64:import os>"))
runpy.run_path("/tmp/_<name>.py")
>> top
import base64
import runpy
=== timeit
timeit.timeit(base64.b64decode("<b64:import os>").decode(), number=1)
>> top
import base64
import timeit
=== code.InteractiveInterpreter
code.InteractiveInterpreter().runsource(base64.b64decode("<b64:import os>").decode())
>> top
import base64
import code
=== ctypes
ctypes.CDLL(None).system(base64.b64decode("<b64:id>"))
>> top
import base64
import ctypes
=== ctypes with a page of code
_b = ctypes.create_string_buffer(bytes.fromhex("4831c0c3"))
ctypes.cast(_b, ctypes.CFUNCTYPE(ctypes.c_int))()
>> top
import ctypes
=== thread
threading.Thread(target=exec, args=(base64.b64decode("<b64:import os>"), {})).start()
>> top
import base64
import threading
=== subclasses
[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "Popen"][0](["id"])
=== globals
globals()["__builtins__"]["eval"](bytes.fromhex("<hex:1+1>").decode()) if isinstance(globals()["__builtins__"], dict) else 0
=== sys.modules
sys.modules["builtins"].exec(base64.b32decode("<b32:import os>"))
>> top
import base64
import sys
=== a function's globals
_<name>.__globals__["__builtins__"].get("exec")(bytes.fromhex("<hex:import os>"))
>> top
def _<name>():
    return None

=== attrgetter
operator.attrgetter("exec")(builtins)(base64.b64decode("<b64:import os>"))
>> top
import base64
import builtins
import operator
=== translated
exec("jnqpsu!pt".translate({i + 1: i for i in range(32, 127)}))
=== a comment's text decoded
exec("".join(line[2:] for line in _<name>.__doc__.split("\n"))[::-1])
>> top
def _<name>():
    """# <rev:import os>"""

=== shifted
exec("".join(chr(n - 3) for n in <up:import os>))
=== gzip
exec(gzip.decompress(zlib.decompress(base64.b64decode(_G_<name>))))
>> top
import base64
import gzip
import zlib

_G_<name> = b"<zip:x>"
=== fernet
exec(Fernet(b"0" * 43 + b"=").decrypt(b"gAAAAABl..."))
>> top
from cryptography.fernet import Fernet
=== ast and compile
_tree = ast.parse(base64.b64decode("<b64:import os>"))
exec(compile(_tree, "t", "exec"))
>> top
import ast
import base64
=== asyncio shell
async def _sh():
    await asyncio.create_subprocess_shell(base64.b64decode("<b64:id>").decode())
asyncio.run(_sh())
>> top
import asyncio
import base64
''')
