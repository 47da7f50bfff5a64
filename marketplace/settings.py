"""Settings: one file, read from the environment; it runs with no environment at all.

Settings that Dify's plugin daemon has keep their names and meaning (see README.md for the table).
"""

from hashlib import sha256
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from marketplace.environment import database, flag, integer, listing, mapping, span, text
from marketplace.secret_files import kept_secret
from runtime.cluster.connecting import BadAddress, broker
from runtime.processors import processors

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / "data"))).resolve()
SECRETS_DIR = DATA_DIR / "secrets"

# Who we are and who may talk to us.
SECRET_KEY = text("SECRET_KEY") or kept_secret(SECRETS_DIR, "secret_key")
SERVER_KEY = text("SERVER_KEY") or kept_secret(SECRETS_DIR, "server_key")
# Hexadecimal master keys of stored secrets: the first one seals, all open (runtime/vault.py).
VAULT_KEYS = listing("VAULT_KEY") or [kept_secret(SECRETS_DIR, "vault_key")]
DEBUG = flag("DEBUG", False)
ALLOWED_HOSTS = listing("ALLOWED_HOSTS", "*")
CSRF_TRUSTED_ORIGINS = listing("CSRF_TRUSTED_ORIGINS")
SERVER_HOST = text("SERVER_HOST", "127.0.0.1")
SERVER_PORT = integer("SERVER_PORT", 5002)
ADMIN_EMAIL = text("ADMIN_EMAIL", "admin@localhost.localdomain")
ADMIN_PASSWORD = text("ADMIN_PASSWORD")
VERSION = "0.1.0"

# Where things are kept. Without DATABASE_URL and REDIS_URL everything is in one process and under DATA_DIR.
DATABASE_URL = text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'patchbay.sqlite3'}")
REDIS_URL = text("REDIS_URL")
REDIS_KEY_PREFIX = text("REDIS_KEY_PREFIX", "plugin_daemon")
DATABASES = {"default": database(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue for the lock instead of failing half-way; readers are not held up by a writer.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
PLUGIN_STORAGE_LOCAL_ROOT = Path(text("PLUGIN_STORAGE_LOCAL_ROOT", str(DATA_DIR / "storage"))).resolve()
PLUGIN_WORKING_PATH = Path(text("PLUGIN_WORKING_PATH", str(DATA_DIR / "plugins"))).resolve()
PLUGIN_ENVIRONMENTS_PATH = DATA_DIR / "environments"
# On the same file system as the environments: what is in it is linked into them, not copied.
PLUGIN_CACHE_PATH = Path(text("PLUGIN_CACHE_PATH", str(DATA_DIR / "uv-cache"))).resolve()
PLUGIN_LOGS_PATH = DATA_DIR / "logs"
# Packages of the marketplace: in files, or in any other storage that Django knows.
MARKETPLACE_STORAGE = text("MARKETPLACE_STORAGE", "django.core.files.storage.FileSystemStorage")
MARKETPLACE_STORAGE_OPTIONS = mapping("MARKETPLACE_STORAGE_OPTIONS")
if MARKETPLACE_STORAGE.endswith(".FileSystemStorage"):
    MARKETPLACE_STORAGE_OPTIONS.setdefault("location", str(DATA_DIR / "marketplace"))

# The signature policy (protocol.md 2).
FORCE_VERIFYING_SIGNATURE = flag("FORCE_VERIFYING_SIGNATURE", True)
THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED = flag("THIRD_PARTY_SIGNATURE_VERIFICATION_ENABLED", False)
THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS = listing("THIRD_PARTY_SIGNATURE_VERIFICATION_PUBLIC_KEYS")
ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES = flag("ENFORCE_LANGGENIUS_PLUGIN_SIGNATURES", True)

# Who may have an account and publish: open, invite (by a link from staff), closed (staff make accounts).
REGISTRATION = text("REGISTRATION", "invite")
REGISTRATIONS_PER_HOUR = integer("REGISTRATIONS_PER_HOUR", 20)
CONFIRM_EMAIL = flag("CONFIRM_EMAIL", False)
MAIL_SERVER = text("EMAIL_HOST")
MAILERS = {
    "default": {
        "BACKEND": f"django.core.mail.backends.{'smtp' if MAIL_SERVER else 'console'}.EmailBackend",
        "OPTIONS": {
            "host": MAIL_SERVER,
            "port": integer("EMAIL_PORT", 587),
            "username": text("EMAIL_HOST_USER"),
            "password": text("EMAIL_HOST_PASSWORD"),
            "use_tls": flag("EMAIL_USE_TLS", True),
            "timeout": 20,
        }
        if MAIL_SERVER
        else {},
    }
}
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "patchbay@localhost.localdomain")
# Names that nobody may come close to; what to do about other look-alikes: refuse, queue (a reviewer looks), allow.
PROTECTED_NAMES = listing("PROTECTED_NAMES", "langgenius,dify")
LOOKALIKES = text("LOOKALIKES", "queue")
LOOKALIKE_INSTALLS = integer("LOOKALIKE_INSTALLS", 500)
# Whose CI jobs may publish by showing who they are, and the audience that their identity must name.
TRUSTED_ISSUERS = listing("TRUSTED_ISSUERS", "https://token.actions.githubusercontent.com,https://gitlab.com")
TRUSTED_AUDIENCE = text("TRUSTED_AUDIENCE", f"patchbay-{sha256(SECRET_KEY.encode()).hexdigest()[:12]}")

# What the marketplace signs with: hexadecimal secrets that seal its keys (the first one seals, all open), the passphrase
# of a release key that has one, and what reaches keys that are kept elsewhere (marketplace/signing/signers.py).
SIGNING_SECRETS = listing("SIGNING_SECRET") or [kept_secret(SECRETS_DIR, "signing_secret")]
SIGNING_PASSPHRASE = text("SIGNING_PASSPHRASE")
SIGNING_SIGNERS = listing("SIGNING_SIGNERS", "marketplace.signing.signers.command")
SIGNING_COMMAND = text("SIGNING_COMMAND")
# Whether reviewers' decisions count only when signed with a key that the server cannot open.
REVIEWER_KEYS_OWN = flag("REVIEWER_KEYS_OWN", False)

# Limits, in bytes and seconds.
MAX_PLUGIN_PACKAGE_SIZE = integer("MAX_PLUGIN_PACKAGE_SIZE", 52_428_800)
MAX_BUNDLE_PACKAGE_SIZE = integer("MAX_BUNDLE_PACKAGE_SIZE", 12 * 52_428_800)
PLUGIN_MAX_EXECUTION_TIMEOUT = integer("PLUGIN_MAX_EXECUTION_TIMEOUT", 600)
PLUGIN_INSTALL_TIMEOUT = integer("PLUGIN_INSTALL_TIMEOUT", 900)
PYTHON_ENV_INIT_TIMEOUT = integer("PYTHON_ENV_INIT_TIMEOUT", 120)
PLUGIN_LOCAL_LAUNCHING_CONCURRENT = integer("PLUGIN_LOCAL_LAUNCHING_CONCURRENT", 2)
# Larger than the daemon's 5 MiB: a 10 MiB body travels as 20 MiB of hex. A longer line fails its session only.
PLUGIN_RUNTIME_MAX_BUFFER_SIZE = integer("PLUGIN_RUNTIME_MAX_BUFFER_SIZE", 33_554_432)
# What one session may keep for a reader that is slower than its plugin, before it ends with an error.
SESSION_BUFFER_SIZE = integer("SESSION_BUFFER_SIZE", 67_108_864)
# What one instance of a plugin may use (runtime/limits.py). Manifests wish for memory; that counts between these two.
PLUGIN_MEMORY_FLOOR = integer("PLUGIN_MEMORY_FLOOR", 536_870_912)
PLUGIN_MEMORY_LIMIT = integer("PLUGIN_MEMORY_LIMIT", 2_147_483_648)
PLUGIN_PROCESS_LIMIT = integer("PLUGIN_PROCESS_LIMIT", 512)
PLUGIN_DESCRIPTOR_LIMIT = integer("PLUGIN_DESCRIPTOR_LIMIT", 1024)
PLUGIN_CPU_LIMIT = integer("PLUGIN_CPU_LIMIT", 0)
PLUGIN_DISK_LIMIT = integer("PLUGIN_DISK_LIMIT", 1_073_741_824)
PLUGIN_USERS = span("PLUGIN_USERS", "50000-59999")
PLUGIN_STOP_GRACE = integer("PLUGIN_STOP_GRACE", 10)
# Plugins are forked from a process that has their SDK imported, but for those (`author/name`) named here.
PLUGIN_FORK_SERVER = flag("PLUGIN_FORK_SERVER", True)
PLUGIN_FORK_SERVER_IDLE = integer("PLUGIN_FORK_SERVER_IDLE", 900)
PLUGIN_FORK_SERVER_NOT = listing("PLUGIN_FORK_SERVER_NOT")
PLUGIN_TEMPLATES = integer("PLUGIN_TEMPLATES", 8)
# How many plugins run, and for how long (runtime/terms.py).
PLUGIN_SLEEP_AFTER = integer("PLUGIN_SLEEP_AFTER", 300)
PLUGIN_WARM = integer("PLUGIN_WARM", 16)
PLUGIN_WAKE_QUEUE = integer("PLUGIN_WAKE_QUEUE", 100)
PLUGIN_WAKE_HOLD = integer("PLUGIN_WAKE_HOLD", 30)
PLUGIN_MOST_INSTANCES = integer("PLUGIN_MOST_INSTANCES", min(4, processors()))
PLUGIN_CALLS_PER_INSTANCE = integer("PLUGIN_CALLS_PER_INSTANCE", 16)
PLUGIN_MOST_PROCESSES = integer("PLUGIN_MOST_PROCESSES", 0)
PLUGIN_MEMORY_RESERVE = integer("PLUGIN_MEMORY_RESERVE", 134_217_728)

# What plugins call back. With the address and key of a Dify's inner API, that Dify answers in our place.
DIFY_INNER_API_URL = text("DIFY_INNER_API_URL")
DIFY_INNER_API_KEY = text("DIFY_INNER_API_KEY")
# In milliseconds; the first is how long the Dify may be silent, not how long a whole answer may take.
DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT = integer("DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT", 240_000)
DIFY_BACKWARDS_INVOCATION_WRITE_TIMEOUT = integer("DIFY_BACKWARDS_INVOCATION_WRITE_TIMEOUT", 5_000)
RESPONSE_MAX_BUFFER_SIZE = integer("RESPONSE_MAX_BUFFER_SIZE", 31_457_280)
PERSISTENCE_STORAGE_MAX_SIZE = integer("PERSISTENCE_STORAGE_MAX_SIZE", 104_857_600)
# Files that plugins upload. The address is the one under which plugins reach the web process.
FILES_URL = text("FILES_URL")
FILES_ACCESS_TIMEOUT = integer("FILES_ACCESS_TIMEOUT", 3600)
FILE_MAX_SIZE = integer("FILE_MAX_SIZE", 52_428_800)
FILES_KEPT_DAYS = integer("FILES_KEPT_DAYS", 30)

# Public addresses of plugins.
ENDPOINT_URL_TEMPLATE = text("ENDPOINT_URL_TEMPLATE")
ENDPOINT_MAX_BODY_SIZE = integer("ENDPOINT_MAX_BODY_SIZE", 10_485_760)
ENDPOINT_MAX_HEADER_SIZE = integer("ENDPOINT_MAX_HEADER_SIZE", 65_536)
ENDPOINT_FIRST_BYTE_TIMEOUT = integer("ENDPOINT_FIRST_BYTE_TIMEOUT", 120)
ENDPOINT_TOTAL_TIMEOUT = integer("ENDPOINT_TOTAL_TIMEOUT", 600)
ENDPOINT_TRUSTED_PROXIES = listing("ENDPOINT_TRUSTED_PROXIES")
# Pages of plugins stand on our origin: browsers are told to give them one of their own.
ENDPOINT_SANDBOX = flag("ENDPOINT_SANDBOX", True)

# How long what plugins and apps called is told, in days: by day, and by session.
USAGE_DAYS = integer("USAGE_DAYS", 400)
USAGE_SESSIONS_DAYS = integer("USAGE_SESSIONS_DAYS", 30)

# How environments of plugins are built.
UV_PATH = text("UV_PATH")
PLUGIN_PYTHON = text("PLUGIN_PYTHON")
# For how long what no installed plugin needs stays on the disk: environments, unpacked packages, wheels.
PLUGIN_UNUSED_DAYS = integer("PLUGIN_UNUSED_DAYS", 7)
# And for how long an uploaded package that no installation and no task refers to: nobody else may have it.
PLUGIN_PACKAGE_DAYS = integer("PLUGIN_PACKAGE_DAYS", 30)
PLUGIN_BUILDS_AT_ONCE = integer("PLUGIN_BUILDS_AT_ONCE", 0)
PIP_MIRROR_URL = text("PIP_MIRROR_URL")
PIP_EXTRA_INDEX_URLS = listing("PIP_EXTRA_INDEX_URLS")
PIP_EXTRA_ARGS = text("PIP_EXTRA_ARGS")
PLUGIN_WHEELS_PATH = text("PLUGIN_WHEELS_PATH")
PLUGIN_OFFLINE = flag("PLUGIN_OFFLINE", False)
PLUGIN_IGNORE_UV_LOCK = flag("PLUGIN_IGNORE_UV_LOCK", False)
PYTHON_COMPILE_ALL_EXTRA_ARGS = text("PYTHON_COMPILE_ALL_EXTRA_ARGS")
# What the SDK in a plugin's process is taught in memory (runtime/companion).
PLUGIN_SDK_PATCHES = listing("PLUGIN_SDK_PATCHES", "cancel,reading,writing,sessions,loading,parsing,pooling")
PLUGIN_SDK_PATCHES = [name for name in PLUGIN_SDK_PATCHES if name != "none"]
PLUGIN_SDK_PATCHES_NOT = listing("PLUGIN_SDK_PATCHES_NOT")
HTTP_PROXY = text("HTTP_PROXY", text("http_proxy"))
HTTPS_PROXY = text("HTTPS_PROXY", text("https_proxy"))
NO_PROXY = text("NO_PROXY", text("no_proxy"))
# Whether screening tries out, confined, what nobody has reviewed yet; whom a build may reach then.
SCREENING_REHEARSAL = flag("SCREENING_REHEARSAL", True)
SCREENING_PACKAGE_HOSTS = listing("SCREENING_PACKAGE_HOSTS", "pypi.org,files.pythonhosted.org")

# Remote debugging.
PLUGIN_REMOTE_INSTALLING_ENABLED = flag("PLUGIN_REMOTE_INSTALLING_ENABLED", True)
PLUGIN_REMOTE_INSTALLING_HOST = text("PLUGIN_REMOTE_INSTALLING_HOST", "127.0.0.1")
PLUGIN_REMOTE_INSTALLING_PORT = integer("PLUGIN_REMOTE_INSTALLING_PORT", 5003)
PLUGIN_REMOTE_INSTALLING_MAX_CONN = integer("PLUGIN_REMOTE_INSTALLING_MAX_CONN", 256)
PLUGIN_REMOTE_INSTALLING_TLS_CERT = text("PLUGIN_REMOTE_INSTALLING_TLS_CERT")
PLUGIN_REMOTE_INSTALLING_TLS_KEY = text("PLUGIN_REMOTE_INSTALLING_TLS_KEY")

# Nodes: where a worker listens for calls from web processes on other hosts ("" = only this host, by Unix socket).
NODE_HOST = listing("NODE_HOST")
NODE_PORT = integer("NODE_PORT", 5004)
NODE_DOOR_PORT = integer("NODE_DOOR_PORT", 5005)
NODE_TLS_CERT = text("NODE_TLS_CERT")
NODE_TLS_KEY = text("NODE_TLS_KEY")
NODE_TLS_CA = text("NODE_TLS_CA")
# Whether the web process runs plugins and tasks itself; without Redis there is no other who could.
EMBEDDED_WORKER = flag("EMBEDDED_WORKER", not REDIS_URL)
# How many installations and other tasks a worker does at once.
WORKER_CONCURRENCY = integer("WORKER_CONCURRENCY", 8)

# Consoles of Difys that our pages send people back to, and that may show a plugin's page in a frame.
DIFY_ORIGINS = listing("DIFY_ORIGINS")

# Hooks by which the runtime asks the catalogue without importing it.
RUNTIME_WORKSPACE_ACCESS = "marketplace.workspaces.access"
# The marketplace's own release keys, and what it has against a signature of theirs.
RUNTIME_VOUCHERS = "marketplace.signing.trusting.keys"
# What a workspace agrees to when it installs a release.
RUNTIME_TERMS = "marketplace.consenting.terms"
RUNTIME_OBJECTIONS = "marketplace.signing.trusting.objection"
# The marketplace's own block list; others are followed at addresses, whose lists one of these keys must have signed.
RUNTIME_RECALLS = "marketplace.recalling.document"
RUNTIME_AUDIT = "marketplace.auditing.record"  # what people do in the runtime beside us belongs to the same trail
RECALL_URLS = listing("RECALL_URLS")
RECALL_KEYS = listing("RECALL_KEYS")
# What nodes see to every ten seconds, besides their own plugins.
RUNTIME_CHORES = [
    "endpoints.delivering.recover",
    "endpoints.subscribing.renew_due",
    "debugging.connections.sweep",
    "marketplace.catalogue.indexing.refresh_standings",
    "marketplace.mirroring.following.look_due",
    "marketplace.review.chores.run",
    "marketplace.signing.chores.run",
    "runtime.recalls.follow",
]
RUNTIME_DOORS = ["debugging.server.listening"]  # what else listens on nodes that run plugins: async context managers
# Each is told of an installation before it goes, and answers sentences of what it could not do.
RUNTIME_LEAVING = ["endpoints.subscribing.leave"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "channels",
    "marketplace",
    "runtime",
    "debugging",
    "endpoints",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "marketplace.static_files.StaticFiles",
    "marketplace.secure_cookies.secure_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "marketplace.whereabouts.whereabouts",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.unstorable.Unstorable",
]
ROOT_URLCONF = "marketplace.urls"
ASGI_APPLICATION = "marketplace.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.context.navigation",
            ],
        },
    }
]
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}

AUTH_USER_MODEL = "marketplace.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("TRUST_PROXY", False) else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
# What the catalogue's pages can be read in; pages of workspaces are in English (marketplace/catalogue/languages.py).
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("ja", "日本語"), ("pt-br", "Português")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = text("SERVER_TZ", "UTC")
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PLUGIN_STORAGE_LOCAL_ROOT},
    },
    "marketplace": {"BACKEND": MARKETPLACE_STORAGE, "OPTIONS": MARKETPLACE_STORAGE_OPTIONS},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["runtime.auth.ServerKey"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["runtime.envelope.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "EXCEPTION_HANDLER": "runtime.envelope.error_response",
    "UNAUTHENTICATED_USER": None,
}

# What is counted for a while and may be lost, over all web processes where there is Redis.
CACHES = {
    "default": {
        "BACKEND": "runtime.caching.Cache" if REDIS_URL else "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": REDIS_URL or "patchbay",
        "KEY_PREFIX": f"{REDIS_KEY_PREFIX}:cache",
    }
}

try:
    REDIS_BROKER, REDIS_BROKER_OPTIONS = broker(REDIS_URL) if REDIS_URL else ("memory://localhost", {})
except BadAddress as problem:
    raise ImproperlyConfigured(f"REDIS_URL: {problem}") from None
CELERY_BROKER_URL = text("CELERY_BROKER_URL", REDIS_BROKER)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_POOL = "threads"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker may be away for long: the worker is there when it comes back
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05}
    if not REDIS_URL
    else {"global_keyprefix": f"{REDIS_KEY_PREFIX}:"}
    | (REDIS_BROKER_OPTIONS if CELERY_BROKER_URL == REDIS_BROKER else {})
)
CELERY_TASK_DEFAULT_QUEUE = "patchbay"

METRICS_HOST = text("METRICS_HOST", "127.0.0.1")
METRICS_PORT = integer("METRICS_PORT", 0)
OTEL_EXPORTER_OTLP_ENDPOINT = text("OTEL_EXPORTER_OTLP_ENDPOINT", "")
OTEL_EXPORTER_OTLP_HEADERS = listing("OTEL_EXPORTER_OTLP_HEADERS")
TRACE_PERCENT = integer("TRACE_PERCENT", 100)
LOG_LEVEL = text("LOG_LEVEL", "INFO").upper()
LOG_FORMAT = text("LOG_FORMAT", "text")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "runtime.loglines.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "kombu": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
    },
}
