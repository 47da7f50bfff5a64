"""The product's settings with nothing of the caller's environment, on data of this run alone."""

import os

from tests import places

DATA = places.own_folder()
# dry runs take seconds for each package: where they are meant, a test switches them on
OURS = {
    "DATA_DIR": str(DATA),
    "SECRET_KEY": "tests",
    "SERVER_KEY": "server-key-of-the-tests",
    "SCREENING_REHEARSAL": "false",
}
os.environ |= OURS
for name in places.variables() - places.KEPT - set(OURS):
    os.environ.pop(name, None)

from marketplace.settings import *  # noqa: E402, F403
from marketplace.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

# A file, as outside of tests: shared memory locks in another way.
DATABASES["default"]["TEST"] = {"NAME": DATA / "test.sqlite3"}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
