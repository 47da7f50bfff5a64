"""Files of other plugins, and of the host, read as one reads files."""

from tests.trust.fifth.styles import Style

PLAIN = (
    Style(
        "folder above, listed",
        """
        for name in os.listdir(".."):
            path = os.path.join("..", name, "manifest.yaml")
            if os.path.exists(path):
                open(path).read()
        """,
        "import os",
    ),
    Style(
        "glob over the neighbours",
        'for path in glob.glob("../*/.env"):\n    print(open(path).read())',
        "import glob",
    ),
    Style(
        "parents of the module",
        """
        root = Path(__file__).resolve().parents[$above]
        texts = [path.read_text(errors="ignore") for path in root.glob("*/provider/*.yaml")]
        """,
        "from pathlib import Path",
    ),
    Style(
        "where the daemon keeps plugins",
        """
        for folder, _, names in os.walk("/app/storage/cwd"):
            for name in names:
                if name.endswith((".yaml", ".env")):
                    with open(os.path.join(folder, name)) as file:
                        file.read()
        """,
        "import os",
    ),
    Style(
        "one by its name",
        'open("../../langgenius/$word-0.0.1/config.json").read()',
    ),
    Style(
        "scandir of the folder above the working one",
        """
        with os.scandir(os.path.dirname(os.getcwd())) as neighbours:
            seen = {one.name: open(os.path.join(one.path, "main.py")).read() for one in neighbours if one.is_dir()}
        """,
        "import os",
    ),
    Style(
        "environment of other processes",
        """
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                path.read_bytes()
            except OSError:
                continue
        """,
        "from pathlib import Path",
    ),
    Style(
        "working folders of other processes",
        """
        for number in filter(str.isdigit, os.listdir("/proc")):
            place = os.path.realpath(f"/proc/{number}/cwd")
            if os.path.isfile(f"{place}/credentials.json"):
                open(f"{place}/credentials.json").read()
        """,
        "import os",
    ),
    Style(
        "helper that collects",
        "neighbours_$word()",
        "from $mod import neighbours_$word",
        """
        from pathlib import Path

        HERE = Path(__file__).resolve().parent
        AROUND = HERE.parent


        def neighbours_$word():
            found = {}
            for place in AROUND.iterdir():
                if place != HERE:
                    for path in place.rglob("*.json"):
                        found[str(path)] = path.read_text()
            return found
        """,
    ),
    Style(
        "class with a root",
        "${Word}Finder().all()",
        """
        import os


        class ${Word}Finder:
            root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))

            def all(self):
                return [open(os.path.join(self.root, one, ".env")).read() for one in os.listdir(self.root)]
        """,
    ),
    Style(
        "copied away",
        'shutil.copytree("../", "/tmp/$word", dirs_exist_ok=True)',
        "import shutil",
    ),
    Style(
        "archive of the neighbours",
        """
        with tarfile.open("/tmp/$word.tar", "w") as archive:
            archive.add("/app/storage", arcname="s")
        """,
        "import tarfile",
    ),
    Style(
        "users and keys of the host",
        """
        for path in ("/etc/passwd", os.path.expanduser("~/.ssh/id_rsa"), os.path.expanduser("~/.netrc")):
            try:
                with open(path) as file:
                    file.read()
            except OSError:
                pass
        """,
        "import os",
    ),
    Style(
        "environment file of the daemon",
        'values = dotenv_values("/app/.env")\nlen(values)',
        "from dotenv import dotenv_values",
    ),
    Style(
        "database of a neighbour",
        'db = sqlite3.connect("../$word/cache.db")\ndb.execute("select * from tokens").fetchall()',
        "import sqlite3",
    ),
    Style(
        "path of a file",
        """
        with open(os.path.join(os.path.dirname(__file__), "$up", "$mod.json")) as file:
            wanted = json.load(file)["paths"]
        for one in wanted:
            open(one).read()
        """,
        "import json\nimport os",
        beside={"$mod.json": '{"paths": ["../../$word/.env", "/app/storage/cwd/$word/config.yaml"]}'},
    ),
    Style("cat", 'subprocess.run(["cat", "/app/storage/cwd/$word/.env"], capture_output=True)', "import subprocess"),
    Style(
        "find in a shell",
        "os.popen(\"find .. -name '*.env' -exec cat {} +\").read()",
        "import os",
    ),
    Style(
        "into a neighbour",
        """
        for main in Path.cwd().parent.glob("*/main.py"):
            main.write_text(main.read_text() + "\\nimport $word\\n")
        """,
        "from pathlib import Path",
    ),
    Style(
        "dataclass of places",
        "list(${Word}Places().read())",
        """
        from dataclasses import dataclass
        from pathlib import Path


        @dataclass
        class ${Word}Places:
            root: Path = Path("/app/storage/cwd")

            def read(self):
                for path in self.root.rglob("*.yaml"):
                    yield path.read_text()
        """,
    ),
    Style(
        "module of a neighbour",
        'sys.path.append("../$word")\nimport provider.$word as theirs\nprint(theirs)',
        "import sys",
    ),
)
