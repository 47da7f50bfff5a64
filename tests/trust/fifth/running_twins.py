"""What looks like hidden code and is none."""

from tests.trust.fifth.styles import Style

ALIKE = (
    Style("pattern", 'word = re.compile(r"\\w+")\nword.findall("a b")', "import re"),
    Style("literal", 'ast.literal_eval("[1, 2, 3]")', "import ast"),
    Style(
        "cursor",
        'db = sqlite3.connect(":memory:")\ndb.execute("SELECT 1").fetchall()\ndb.executescript("SELECT 2;")',
        "import sqlite3",
    ),
    Style(
        "picture in base64",
        'picture = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDw")\n'
        "len(picture)",
        "import base64",
    ),
    Style(
        "JSON that was compressed",
        "packed = zlib.compress(json.dumps({'a': 1}).encode())\njson.loads(zlib.decompress(packed))",
        "import json\nimport zlib",
    ),
    Style("a model's eval", "class Net:\n    def eval(self):\n        return self\n\nNet().eval()"),
    Style(
        "own methods by name",
        """
        class Steps:
            def do_start(self):
                return 1

        getattr(Steps(), f"do_{'start'}")()
        """,
    ),
    Style("module of the library by name", 'importlib.import_module("json").dumps({})', "import importlib"),
    Style(
        "program with fixed arguments",
        'shutil.which("ffmpeg") and subprocess.run(["ffmpeg", "-version"], check=False, capture_output=True)',
        "import shutil\nimport subprocess",
    ),
    Style(
        "sum by hand",
        """
        tree = ast.parse("1 + 2 * 3", mode="eval")
        numbers = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        sum(numbers)
        """,
        "import ast",
    ),
    Style("only a text", 'warning = "never call exec(base64.b64decode(text)) with what a user sent"\nlen(warning)'),
    Style(
        "threads",
        """
        with ThreadPoolExecutor() as executor:
            executor.submit(len, "abc").result()
        """,
        "from concurrent.futures import ThreadPoolExecutor",
    ),
    Style("pickle of its own", "copied = pickle.loads(pickle.dumps({'a': 1}))\nlen(copied)", "import pickle"),
    Style("digest in hex", 'bytes.fromhex("d41d8cd98f00b204e9800998ecf8427e").hex()'),
    Style("template", 'Template("Hello $$name").substitute(name="you")', "from string import Template"),
    Style(
        "method called execute",
        "class Job:\n    def execute(self, system):\n        return system\n\nJob().execute('x')",
    ),
    Style("yaml, safely", 'yaml.safe_load("a: 1")', "import yaml"),
    Style(
        "password that was encoded for basic authentication",
        'header = "Basic " + base64.b64encode(b"user:" + b"x").decode()\nlen(header)',
        "import base64",
    ),
)
