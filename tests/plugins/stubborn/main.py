import os
import signal
import subprocess
import sys

IGNORED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
CHILD = """
import signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
while True:
    time.sleep(3600)
"""

if __name__ == "__main__":
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    # before the SDK patches subprocess for gevent
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    os.environ["STUBBORN_CHILD"] = str(child.pid)

from dify_plugin import DifyPluginEnv, Plugin  # noqa: E402

plugin = Plugin(DifyPluginEnv(MAX_REQUEST_TIMEOUT=120))

if __name__ == "__main__":
    plugin.run()
