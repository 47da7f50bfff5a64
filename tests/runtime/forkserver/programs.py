"""Small programs on the real SDK that stand for plugins, and what they say when they are run."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.forkserver import origin_of
from runtime.spawning import Child, Launch, Spawner
from tests import sdk

# All that a plugin might find out about where it is.
MIRROR = """
import json, locale, os, resource, signal, site, sys, sysconfig, threading
import dify_plugin, gevent, requests

def said():
    return {
        "path": sys.path, "argv": sys.argv, "orig_argv": sys.orig_argv, "executable": sys.executable,
        "prefixes": [sys.prefix, sys.exec_prefix, sys.base_prefix], "flags": repr(sys.flags), "cwd": os.getcwd(),
        "environment": dict(os.environ), "sites": site.getsitepackages(), "prefix": sysconfig.get_config_var("prefix"),
        "paths": sysconfig.get_paths(), "user_site": site.ENABLE_USER_SITE, "encoding": locale.getencoding(),
        "signals": [str(signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD)],
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "leads": [os.getpid() == os.getpgid(0), os.getpid() == os.getsid(0)], "parent": os.getppid(),
        "sdk": dify_plugin.__path__, "main": sys.modules["__main__"].__spec__.name, "name": __name__,
        "descriptors": sorted(os.readlink(f"/proc/self/fd/{n}").partition(":")[0] for n in os.listdir("/proc/self/fd")
                              if os.path.exists(f"/proc/self/fd/{n}")),
        "core": resource.getrlimit(resource.RLIMIT_STACK), "umask": os.umask(0o22), "nice": os.nice(0),
        "gc": __import__("gc").isenabled(), "recursion": sys.getrecursionlimit(),
        "threads": [(one.name, one.ident == threading.get_ident()) for one in threading.enumerate()],
        "comm": open("/proc/self/comm").read(), "exit": repr(exit), "builtins": sorted(dir(__builtins__)),
    }

print(json.dumps(said()), flush=True)
"""


@dataclass(frozen=True)
class Ended:
    said: str
    errors: str
    status: int
    how: str

    @property
    def told(self) -> Any:
        return json.loads(self.said.splitlines()[-1])


def launch_of(folder: Path, name: str = "echo", /, **more: Any) -> Launch:
    """The program in `folder` in the environment of the plugin `name`, without patches."""
    environment = sdk.environment_for(name)
    variables = {
        "PATH": f"{environment.python.parent}:/usr/bin:/bin",
        "VIRTUAL_ENV": str(environment.path),
        "INSTALL_METHOD": "local",
        "PATCHBAY_HOST": sdk.MARKER,
    }
    origin = origin_of(environment, "main", patches=(), plugin=more.pop("plugin", ""))
    return Launch([str(environment.python), "-m", "main"], folder, variables, **({"origin": origin} | more))


def program(folder: Path, text: str, **files: str) -> Path:
    """Writes main.py, and other modules."""
    folder.mkdir(exist_ok=True)
    for name, content in ({"main": text} | files).items():
        (folder / f"{name}.py").write_text(content)
    return folder


async def ran(spawner: Spawner, launch: Launch, seconds: float = 30) -> Ended:
    """Runs it to its end."""
    child = await spawner.spawn(launch)
    return await asyncio.wait_for(asyncio.to_thread(rest_of, child), seconds)


def rest_of(child: Child) -> Ended:
    with child.stdin, child.stdout, child.stderr:
        said, errors = child.stdout.read(), child.stderr.read()
    return Ended(said.decode(), errors.decode(), child.wait(), child.how)
