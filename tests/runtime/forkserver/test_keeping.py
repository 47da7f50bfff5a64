"""What a fork-server has stays shared with its copies, whatever they read; and what has an end still comes to it."""

import subprocess
import sys
from pathlib import Path

import pytest

from runtime import companion
from tests import sdk
from tests.runtime.forkserver.programs import launch_of, program, ran

MIB = 1 << 20

READS_ALL = """
import json, sys, types
import dify_plugin

def private():
    with open("/proc/self/smaps_rollup") as file:
        return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Private_Dirty"))

def read(code):
    return 1 + sum(read(one) for one in list(code.co_consts) if isinstance(one, types.CodeType))

before = private()
seen = 0
for module in list(sys.modules.values()):
    for one in list(vars(module).values()):
        inside = list(vars(one).values()) if isinstance(one, type) else [one]
        seen += sum(read(function.__code__) for function in inside if isinstance(function, types.FunctionType))
print(json.dumps([private() - before, seen]))
"""


async def test_what_a_copy_reads_stays_shared(forking, tmp_path):
    done = await ran(forking, launch_of(program(tmp_path / "reader", READS_ALL)))
    more, seen = done.told
    assert done.how.startswith("forked")
    assert seen > 5000
    assert more < 16 * MIB, "it is twice of that where each that is read is written to"


ENDS = """
import gc, importlib.util, io, sys, types, weakref
spec = importlib.util.spec_from_file_location("keeping", sys.argv[1])
keeping = importlib.util.module_from_spec(spec)
spec.loader.exec_module(keeping)

class Held:
    def __del__(self):
        print("an object")

def generated():
    try:
        yield
    finally:
        print("a generator")

class Raw(io.RawIOBase):
    def close(self):
        if not self.closed:
            print("a stream")
        super().close()

own, generator, stream = Held(), generated(), Raw()
next(generator)
word, table, row = "".join(["a", "word"]), {"a": [1]}, ["a row"]
watched = weakref.ref(own)
keeping.keep()
assert gc.get_freeze_count() > 1000
assert [sys.getrefcount(one) for one in (word, table, row, Held, generated)] == [keeping.FOR_EVER] * 5
assert sys.getrefcount(own) < 10 and sys.getrefcount(generator) < 10
del own, generator, stream
assert watched() is None
table["b"] = row
row += ["and another"]
word += "!"
row.clear()
assert (word, table) == ("aword!", {"a": [1], "b": []})
class After(Held): pass
del After
ring = []
ring.append(ring)
del ring
assert gc.collect() >= 1
print("the end")
"""


@pytest.mark.parametrize("python", [sys.executable, "plugin"])
def test_what_has_an_end_comes_to_it(python: str) -> None:
    python = str(sdk.python_for("echo")) if python == "plugin" else python
    source = Path(companion.__file__).with_name("keeping.py")
    done = subprocess.run([python, "-c", ENDS, str(source)], check=False, capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.split("\n") == ["an object", "a generator", "a stream", "the end", ""]
