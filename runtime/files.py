"""Files that plugins upload: kept in storage, put and read through addresses that are signed and expire."""

import mimetypes
import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from runtime import storing
from runtime.errors import BadRequest, NotFound
from runtime.models import StoredFile, new_id

MEDIA = {
    "image": ("png", "jpg", "jpeg", "gif", "webp", "svg"),
    "audio": ("mp3", "m4a", "wav", "amr", "mpga"),
    "video": ("mp4", "mov", "mpeg", "webm"),
}
FILES = "files"
UPLOAD, READ = "runtime.files.upload", "runtime.files.read"  # salts: one kind of address never passes for the other
UPLOAD_FOR = 600  # seconds in which a plugin may post the file that it was given an address for
LONGEST_NAME = 255
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def base_url() -> str:
    """Where plugins reach the web process; a plugin runs beside a worker, so this is seldom the public address."""
    if settings.FILES_URL:
        return str(settings.FILES_URL).rstrip("/")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.SERVER_HOST, settings.SERVER_HOST)  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{settings.SERVER_PORT}"


def upload_url(*, workspace_id: str, plugin_id: str, user: str, name: str, mime_type: str) -> str:
    """An address for one POST of this file, good for UPLOAD_FOR seconds."""
    texts = [without_controls(text) for text in (user[:255], name[:LONGEST_NAME], mime_type[:127])]
    ticket = [str(new_id()), workspace_id, plugin_id, *texts]
    return f"{base_url()}/files/upload?ticket={signing.dumps(ticket, salt=UPLOAD)}"


def keep(ticket: str, content: "File[bytes]") -> StoredFile:
    """Keeps what was posted; raises BadRequest for a ticket that is not ours, expired or used, and for too large a file."""
    try:
        key, workspace_id, plugin_id, user, name, mime_type = signing.loads(ticket, salt=UPLOAD, max_age=UPLOAD_FOR)
    except signing.SignatureExpired:
        raise BadRequest("This address has expired; ask for a new one.") from None
    except (signing.BadSignature, ValueError):
        raise BadRequest("This address was not given out by this host.") from None
    size = content.size
    if size > settings.FILE_MAX_SIZE:
        raise BadRequest(f"The file has {size} bytes; at most {settings.FILE_MAX_SIZE} are kept (FILE_MAX_SIZE).")
    row = StoredFile(
        id=key, workspace_id=workspace_id, plugin_id=plugin_id, user=user, name=name, mime_type=mime_type, size=size
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            storing.keep(stored_name(key), content)
    except IntegrityError:
        raise BadRequest("This address has been used; ask for a new one for each file.") from None
    return row


def keep_given(content: "UploadedFile[bytes]", *, workspace_id: str, plugin_id: str, user: str) -> StoredFile:
    """Keeps a file that somebody gave to a plugin in a form."""
    row = StoredFile(
        id=new_id(),
        workspace_id=workspace_id,
        plugin_id=plugin_id,
        user=user[:255],
        name=without_controls(content.name or "file")[-LONGEST_NAME:],
        mime_type=without_controls(content.content_type or "application/octet-stream")[:127],
        size=content.size or 0,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        storing.keep(stored_name(row.id), content)
    return row


def as_parameter(url: str, *, name: str, mime_type: str | None = None, size: int | None = None) -> dict[str, Any]:
    """What the SDK makes a File of (dify_plugin/file/file.py); its type goes by the name's ending."""
    ending = PurePosixPath(name).suffix.lower()
    kind = next((kind for kind, endings in MEDIA.items() if ending.removeprefix(".") in endings), "document")
    known = {"size": size} if size is not None else {}
    return {
        "dify_model_identity": "__dify__file__",
        "url": url,
        "filename": name,
        "extension": ending,
        "mime_type": mime_type,
        "type": kind,
        **known,
    }


def without_controls(text: str) -> str:
    """What a column keeps, and what can stand in a header when the file is read."""
    return CONTROLS.sub("", text)


def stored_name(key: Any) -> str:
    return f"{FILES}/{key}"


def extension(row: StoredFile) -> str:
    """With its dot, by the name, else by the type."""
    return PurePosixPath(row.name).suffix or mimetypes.guess_extension(row.mime_type) or ".bin"


def read_url(row: StoredFile) -> str:
    """An address of the file that is good for FILES_ACCESS_TIMEOUT seconds."""
    token = signing.dumps(str(row.id), salt=READ)
    return f"{base_url()}/files/{row.id}/{quote(row.name, safe='')}?token={token}"


def described(row: StoredFile) -> dict[str, Any]:
    """What the SDK expects of an upload (protocol.md 7.2)."""
    return {
        "id": str(row.id),
        "name": row.name,
        "size": row.size,
        "extension": extension(row),
        "mime_type": row.mime_type,
        "preview_url": read_url(row),
    }


def opened(key: str, token: str) -> tuple[StoredFile, "File[bytes]"]:
    """A file by its signed address; raises NotFound, which says as little to who has no address."""
    try:
        signed = signing.loads(token, salt=READ, max_age=settings.FILES_ACCESS_TIMEOUT)
    except (signing.BadSignature, ValueError):
        raise NotFound("file not found") from None
    row = StoredFile.objects.filter(pk=key).first() if signed == key else None
    if row is None:
        raise NotFound("file not found")
    try:
        return row, default_storage.open(stored_name(row.id))
    except FileNotFoundError:
        raise NotFound("file not found") from None


def expire() -> None:
    """Deletes files that are older than FILES_KEPT_DAYS; 0 keeps them for ever."""
    if not settings.FILES_KEPT_DAYS:
        return
    old = StoredFile.objects.filter(created_at__lt=timezone.now() - timedelta(days=settings.FILES_KEPT_DAYS))
    for row in old.order_by("created_at")[:1000]:
        default_storage.delete(stored_name(row.id))
        row.delete()
