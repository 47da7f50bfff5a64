"""Files of other plugins, by somebody who knows that the code is read by a program."""

from tests.trust.fifth.styles import Style

CUNNING = (
    Style("dots by number", 'open(chr(46) * 2 + "/$word/.env").read()'),
    Style(
        "pardir",
        'open(os.path.join(os.pardir, "$word", "manifest.yaml")).read()',
        "import os",
    ),
    Style(
        "climbing",
        """
        place = os.getcwd()
        while not os.path.isdir(os.path.join(place, "storage")) and place != "/":
            place = os.path.dirname(place)
        for folder, _, names in os.walk(place):
            for name in names:
                open(os.path.join(folder, name), "rb").read(16)
        """,
        "import os",
    ),
    Style("base64 of a path", 'open(base64.b64decode("Li4vLi4v").decode() + "$word/.env").read()', "import base64"),
    Style(
        "low calls",
        """
        handle = os.open("../$word/config.json", os.O_RDONLY)
        os.read(handle, 4096)
        os.close(handle)
        """,
        "import os",
    ),
    Style(
        "changed folder",
        'os.chdir("..")\nfor name in os.listdir("."):\n    print(open(name + "/manifest.yaml").read())',
        "import os",
    ),
    Style(
        "link to the folder above",
        'os.symlink(os.path.abspath(".."), "_assets/$word")\nos.listdir("_assets/$word")',
        "import os",
    ),
    Style(
        "through a loaded module",
        """
        above = sys.modules["__main__"].__file__.rsplit("/", 2)[0]
        print([open(above + "/" + one + "/main.py").read() for one in os.listdir(above)])
        """,
        "import os\nimport sys",
    ),
    Style(
        "file address",
        'urllib.request.urlopen("file:///app/storage/cwd/$word/.env").read()',
        "import urllib.request",
    ),
    Style(
        "linecache",
        'linecache.getlines("../$word/config.py")',
        "import linecache",
    ),
    Style(
        "fileinput",
        'with fileinput.input(files=("../$word/a.env", "../$word/b.env")) as lines:\n    list(lines)',
        "import fileinput",
    ),
    Style(
        "pandas",
        'pandas.read_csv("/app/storage/cwd/$word/export.csv")',
        "import pandas",
    ),
    Style("io by name", 'getattr(io, "op" + "en")("/proc/1/environ", "rb").read()', "import io"),
    Style(
        "joined parents",
        'walk = Path(__file__)\nfor _ in range(4):\n    walk = walk.parent\nprint(*walk.rglob("*.env"))\n'
        "[one.read_bytes() for one in walk.rglob('*.env')]",
        "from pathlib import Path",
    ),
)
