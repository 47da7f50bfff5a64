"""The quota and the counts where many connections write at the same time: on PostgreSQL, rows are locked one by one."""

import os
import subprocess
import sys

import pytest

from tests import places, servers

PROGRAM = """
from concurrent.futures import ThreadPoolExecutor
from runtime import accounting, storage
from runtime.host.faults import HostFault
from runtime.models import ReverseUse, StorageUse, StoredValue
from runtime.session import Session

scope = ("w", "acme/keeps")
session = Session(workspace="w", plugin="acme/keeps:1", type="tool", action="", data={})

def tried(change, *args, **more):
    try:
        change(scope, *args, **more)
    except HostFault:
        return 0
    return 1

def mixed(number):
    key = f"k{number % 7}"
    if number % 3:
        tried(storage.write, key, b"y" * (number % 150), quota=1024)
    else:
        tried(storage.delete, key)

def counted(number):
    with accounting.counted(session, "tool"):
        pass
    accounting.flush()

with ThreadPoolExecutor(16) as pool:
    print(sum(pool.map(lambda number: tried(storage.write, f"k{number}", b"x" * 100, quota=1024), range(200))))
    list(pool.map(mixed, range(1000)))
    list(pool.map(counted, range(100)))
accounting.flush()
print(StorageUse.objects.get().size - sum(len(one.value) for one in StoredValue.objects.all()))
print(ReverseUse.objects.get().calls)
"""


@pytest.mark.postgres
def test_many_writers_on_postgresql(postgres_server):
    with servers.database(postgres_server) as url:
        environment = places.clean_environment(DATABASE_URL=url, DATA_DIR=str(places.new_folder()))

        def manage(*arguments):
            argv = [sys.executable, os.fspath(places.ROOT / "manage.py"), *arguments]
            done = subprocess.run(argv, check=False, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout.split()

        manage("migrate", "--verbosity=0")
        got_in, difference, calls = manage("shell", "--verbosity=0", "-c", PROGRAM)
    assert got_in == "10", "room for ten of two hundred"
    assert difference == "0", "what is counted is what is there"
    assert calls == "100"
