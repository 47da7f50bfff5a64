"""Files of one's own."""

from tests.trust.fifth.styles import Style

ALIKE = (
    Style(
        "icon of one's own",
        """
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "$up", "manifest.yaml")) as file:
            file.read()
        """,
        "import os",
    ),
    Style(
        "data beside the module",
        'names = (Path(__file__).parent / "$mod.txt").exists()\nprint(names)',
        "from pathlib import Path",
    ),
    Style(
        "temporary file",
        """
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write("x")
            file.seek(0)
            file.read()
        """,
        "import tempfile",
    ),
    Style(
        "folder that is temporary",
        """
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out.txt")
            with open(path, "w") as file:
                file.write("x")
            os.listdir(folder)
        """,
        "import os\nimport tempfile",
    ),
    Style(
        "root of the plugin",
        """
        root = Path(__file__).resolve().parents[$root]
        for path in root.glob("_assets/*.svg"):
            path.read_bytes()
        """,
        "from pathlib import Path",
    ),
    Style("path in a text", 'hint = "Your file is not in ../other-plugin/.env, look at /app/storage"\nlen(hint)'),
    Style(
        "address with dots",
        'joined = urljoin("https://example.com/a/b/", "../c")\nlen(joined)',
        "from urllib.parse import urljoin",
    ),
    Style(
        "refused if it climbs",
        """
        def safe(name):
            if ".." in name or name.startswith("/"):
                raise ValueError("Please name a file below the folder")
            return name

        safe("a.txt")
        """,
    ),
    Style("suffix of an upload", 'extension = os.path.splitext("report.final.pdf")[1]\nlen(extension)', "import os"),
    Style(
        "working folder's own file",
        'own = Path.cwd() / "README.md"\nif own.exists():\n    own.read_text()',
        "from pathlib import Path",
    ),
    Style(
        "bytes in memory",
        "buffer = io.BytesIO(b'abc')\nbuffer.read()",
        "import io",
    ),
    Style(
        "own JSON",
        """
        with open(Path(__file__).resolve().parents[$root] / "$mod.json", encoding="utf-8") as file:
            options = json.load(file)
        len(options)
        """,
        "import json\nfrom pathlib import Path",
        beside={"$mod.json": '{"limit": 10, "unit": "km"}'},
    ),
    Style(
        "archive that was sent",
        "with zipfile.ZipFile(io.BytesIO(b'')) if False else io.BytesIO() as box:\n    box.read()",
        "import io\nimport zipfile",
    ),
)
