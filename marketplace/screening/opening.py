"""Which calls open paths, which paths hold secrets or belong to others, and which anybody may read."""

import re

from .code.paths import HOME

AT_ZERO = re.compile(
    r"^(builtins\.open|io\.(open|FileIO|open_code)|codecs\.open|aiofiles\.open|os\.(open|"
    r"listdir|scandir|walk|fwalk|stat|readlink|remove|unlink|rename|replace|link"
    r"|symlink|chdir|chmod|truncate|rmdir|removedirs|makedirs|mkdir)|glob\.i?glob|shutil\.(copy\w*|"
    r"move|rmtree|make_archive|unpack_archive|copytree)"
    r"|socket\.socket\(\)\.connect(_ex)?|httpx\.(HTTP|AsyncHTTP)Transport|os\.path\.(exists|isfile|isdir|getsize)|linecache\.getlines?|fileinput\.input|tarfile\.(open|TarFile)(\(\)\.add)?|"
    r"zipfile\.ZipFile(\(\)\.write)?|mmap\.mmap|sqlite3\.connect|numpy\.(fromfile|loadtxt)"
    r"|pandas\.read_\w+|dotenv\.(load_dotenv|dotenv_values)|configparser\.ConfigParser\(\)\.read|"
    r"tomllib\.load|runpy\.run_path|os\.(system|popen|access|utime|chroot|chown|mkfifo|statvfs)|subprocess\.\w+"
    r"|pathlib\.Path\.(read_text|read_bytes|open)|site\.addsitedir|zipimport\.zipimporter|ctypes\.CDLL"
    r"|(gzip|bz2|lzma|wave|dbm|shelve)\.open|contextlib\.chdir|filecmp\.(cmp|dircmp)|logging\.FileHandler|mailbox\.\w+"
    r"|xml\.(etree\.(c?ElementTree)|dom\.minidom)\.parse|lxml\.etree\.parse|PIL\.Image\.open|docx\.Document"
    r"|openpyxl\.load_workbook|(pypdf|PyPDF2)\.PdfReader|polars\.(read|scan)_\w+|duckdb\.(connect|read_\w+)"
    r"|numpy\.(load|genfromtxt|memmap)|cv2\.imread|torch\.load|joblib\.load|sys\.path\.(append|extend))$"
)
METHODS = frozenset(
    [
        "read_text",
        "read_bytes",
        "open",
        "iterdir",
        "glob",
        "rglob",
        "walk",
        "write_text",
        "write_bytes",
        "unlink",
        "exists",
        "is_file",
        "is_dir",
        "stat",
        "symlink_to",
        "hardlink_to",
        "rename",
        "replace",
        "touch",
        "mkdir",
        "rmdir",
        "chmod",
        "lstat",
        "owner",
        "readlink",
        "samefile",
        "copy",
        "copy_into",
        "move",
        "move_into",
    ]
)
WRITING = re.compile(
    r"\.(write_text|write_bytes|unlink|rename|replace|rmtree|remove|move|symlink|symlink_to|mkdir|makedirs|chmod)$"
)
ASKING = frozenset(["os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize"])
SECRETS = re.compile(
    r"(^|/)\.(ssh|aws|gnupg|kube|docker|netrc|pgpass|npmrc|pypirc|git-credentials|env|bash_history|"
    r"config/gcloud|azure|boto|vault-token)(/|$|\.)"
    r"|^/proc/(self|thread-self|\d+|\*|[^/]*\ufffc[^/]*|curproc)/|^/proc/?$|^/etc/(passwd|"
    r"shadow|sudoers|ssh|kubernetes|gshadow|master\.passwd)"
    r"|^/var/run/secrets|^/run/secrets|id_(rsa|ed25519|ecdsa|dsa)\b|^/var/run/docker\.sock|"
    r"/\.config/(gh|gcloud)|^/root(/|$)|^/var/lib/(docker|kubelet)"
    r"|^/etc/(ssl|pki)/(.*/)?private(/|$)|^/(?!<host>).*\.(key|p12|pfx|jks|keystore|kdbx)$|/Keychains/"
    r"|/(Login Data|cookies\.sqlite|logins\.json)$|/credentials(\.json)?$(?<!<plugin>/credentials\.json)"
)
PLUGINS = re.compile(
    r"(plugin_daemon|plugin_packages|/cwd/|difypkg|langgenius|/app/storage|/app/plugins|plugins?"
    r"/(installed|working|packages)|/plugins?(/|$))"
)
SYSTEM = re.compile(
    r"^/(etc|bin|sbin|usr|lib|boot|proc|sys|var/spool)/|/\.(\w*rc|profile|bash_\w+|config/autostart|"
    r"local/bin)|site-packages|sitecustomize|\.pth$"
    r"|plugin_packages|/cwd/|manifest\.yaml|\.py$|^/app/api|\.\./"
)
ALLOWED = re.compile(
    r"^(/tmp|/var/tmp|/dev/(null|urandom|random|stdout|stderr|stdin|fd|shm)|/usr/share|/usr/local/share|"
    r"/usr/lib|/usr/bin|/usr/local/bin|/bin|/etc/(ssl|pki|localtime|timezone|mime\.types|"
    r"os-release|ca-certificates|hosts|resolv\.conf)"
    r"|/System/Library|/Library/Fonts|/opt/homebrew|/usr/local/lib|/sys/fs/cgroup|C:|/Windows|/mnt/data)(/|$|:)"
)
REST = re.compile(
    r"^/(etc|proc|sys|home|root|var|opt|srv|mnt|media|app|boot|run|data|Users|\*|storage|plugins?)(/|$)|^/$|^/<home>"
)


# What reads secrets without being told where they are.
BY_NATURE = (
    (re.compile(r"^netrc\.netrc$"), f"{HOME}/.netrc"),
    (re.compile(r"^pwd\.getpw(all|nam)$|^spwd\.getsp"), "/etc/shadow"),
    (re.compile(r"^psutil\..*\.(environ|cmdline|open_files|memory_maps)$"), "/proc/*/environ"),
    (re.compile(r"^(browser_cookie3|browsercookie|pycookiecheat)\."), f"{HOME}/.config/cookies.sqlite"),
    (re.compile(r"^docker\.(from_env|(API|Docker)Client)$"), "/var/run/docker.sock"),
    (re.compile(r"^keyring\.get_(password|credential)$"), f"{HOME}/.gnupg/keyring"),
)

# Where the path is not the first argument: its position, and its name.
ELSEWHERE = (
    (re.compile(r"^importlib\.util\.spec_from_file_location$"), 1, "location"),
    (re.compile(r"^importlib\.machinery\.\w+FileLoader$|^imp\.load_(source|compiled|dynamic)$"), 1, "path"),
    (re.compile(r"^sys\.path\.insert$"), 1, "object"),
    (re.compile(r"^sqlalchemy\.(ext\.asyncio\.)?create_(async_)?engine$"), 0, "url"),
    (re.compile(r"^tempfile\.\w+$"), -1, "dir"),
    (re.compile(r"^(subprocess|asyncio)\.\w+$"), -1, "cwd"),
    (re.compile(r"^pkgutil\.get_data$"), 1, "resource"),
    (re.compile(r"^pkgutil\.(iter_modules|walk_packages)$"), 0, "path"),
)
# What no path of a service or of an address looks like, whatever it is handed to.
PLAIN_SECRETS = re.compile(
    r"^/etc/(passwd|shadow|gshadow|sudoers)$|(^|/)\.(ssh/|aws/credentials|kube/config|netrc$|pgpass$|git-credentials$)"
    r"|^/proc/(self|\d+)/(environ|mem|maps)$|^(/var)?/run/secrets/|(/|%2F)docker\.sock"
)
# What is given a path and opens nothing.
QUIET = re.compile(
    r"^(builtins|os\.path|posixpath|ntpath|pathlib|re|logging|string|textwrap|json|operator|functools|itertools)\."
    r"|^os\.(fspath|environ|getenv|putenv)|^sys\.path\b|^warnings\.|\.create_\w+_message$|(Error|Exception)$|^dify\."
)
# Names of what reads a path in any library, and whose folders no service's address looks like.
READS = re.compile(
    r"(^|[._])(open|read\w*|load\w*|parse\w*|from_(file|path)|imread|scan\w*|schedule|watch\w*|connect|\w*Reader|Document|File|Path)"
    r"(\(\))?$"
)
OTHERS = re.compile(
    r"^/(app/(storage|plugins|api)|(opt|var/lib|srv|data)/([\w-]+/)?plugins?|var/lib/dify)(/|$)|plugin_(daemon|packages)"
)
