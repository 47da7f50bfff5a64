import sys

# before the SDK: no heartbeat is ever sent
sys.stderr.write("Traceback (most recent call last):\n")
sys.stderr.write("ModuleNotFoundError: No module named 'the_truth'\n")
sys.exit(1)
