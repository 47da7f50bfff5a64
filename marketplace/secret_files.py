"""Secrets generated once and kept beside the data, so that no default secret exists."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def kept_secret(folder: Path, name: str) -> str:
    """The secret `name`, made on first use: 64 hex characters in a file only its owner can read.

    Several processes may start at once: all end with the content of the file that was linked into place first.
    """
    try:
        return made_or_read(folder / name)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{folder} cannot be used: {error.strerror}. Set DATA_DIR to a folder that this user may write to."
        ) from None


def made_or_read(path: Path) -> str:
    folder, name = path.parent, path.name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
