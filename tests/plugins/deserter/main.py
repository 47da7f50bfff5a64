import os
import sys
import threading

from dify_plugin import DifyPluginEnv, Plugin

plugin = Plugin(DifyPluginEnv(MAX_REQUEST_TIMEOUT=120))
SECONDS = float(os.environ.get("DESERTER_SECONDS", "2"))


def leave() -> None:
    sys.stderr.write("deserting\n")
    sys.stderr.flush()
    os._exit(7)


if __name__ == "__main__":
    threading.Timer(SECONDS, leave).start()
    plugin.run()
