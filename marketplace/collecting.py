"""Static files, collected where they are served from; again only when one has changed, or every start would pay for it."""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

PASSED_OVER = ["CVS", ".*", "*~"]  # as collectstatic does


def collect() -> bool:
    """Whether there was anything to do."""
    root = Path(settings.STATIC_ROOT)
    mark, now = root.with_name(f"{root.name}.collected"), digest()
    if root.is_dir() and mark.exists() and mark.read_text() == now:
        return False
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(now)
    return True


def digest() -> str:
    """Of what there is to collect, by name, size and time, and of how that is done."""
    told = sha256(f"{settings.VERSION} {settings.STORAGES['staticfiles']}".encode())
    for finder in get_finders():
        for path, storage in finder.list(PASSED_OVER):
            status = Path(storage.path(path)).stat()
            told.update(f"{path} {storage.location} {status.st_size} {status.st_mtime_ns}\n".encode())
    return told.hexdigest()
