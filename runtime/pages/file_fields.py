"""Form fields of files: chosen on the reader's computer, or named by their address. Both become objects of the SDK's File."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from runtime import files
from runtime.pages.words import in_bytes

ADDRESS_HELP = "The address of the file. It must be one that the plugin can reach."
ADDRESSES_HELP = f"{ADDRESS_HELP} One on each line."

Keep = Callable[["UploadedFile[bytes]"], dict[str, Any]]
"""Keeps a file that was given, and says what the plugin gets: dify_plugin/file/file.py."""


class FileAddress(forms.CharField):
    """The address of a file, as the object that the SDK makes a File of (dify_plugin/file/file.py)."""

    widget = forms.URLInput(attrs={"placeholder": "https://"})

    def clean(self, value: Any) -> Any:
        address = super().clean(value)
        return file_object(address) if address else None


class FileAddresses(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 3, "placeholder": "https://\nhttps://"})

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return [file_object(line) for line in lines] or None


def file_object(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValidationError(f"{address} is not an address that begins with http:// or https://.")
    return files.as_parameter(address, name=PurePosixPath(parts.path).name or "file")


class SeveralInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []


class Uploads(forms.Field):
    """Files of a form, one or several, each no larger than is kept."""

    def clean(self, value: Any) -> "list[UploadedFile[bytes]]":
        found = [value] if isinstance(value, UploadedFile) else list(value or ())
        for one in found:
            if (one.size or 0) > settings.FILE_MAX_SIZE:
                size, most = in_bytes(one.size or 0), in_bytes(settings.FILE_MAX_SIZE)
                raise ValidationError(
                    f"{one.name} has {size}; at most {most} are kept. Give the address of a smaller one."
                )
        return found


class Beside(forms.MultiWidget):
    """A file from this computer, or an address."""

    use_fieldset = True

    def decompress(self, value: Any) -> list[Any]:
        return [None, None]


class OneFile(forms.MultiValueField):
    """One object, or None."""

    upload: forms.Widget = forms.FileInput(attrs={"aria-label": "From this computer"})
    address: forms.Field = FileAddress(required=False)
    or_else = "or its address:"
    both = "Choose a file or give its address, not both."

    def __init__(self, **options: Any) -> None:
        options.pop("initial", None)
        self.address.widget.attrs |= {"aria-label": self.or_else, "placeholder": f"{self.or_else} https://"}
        super().__init__(
            fields=(Uploads(required=False), self.address),
            widget=Beside([self.upload, self.address.widget]),
            require_all_fields=False,
            **options,
        )

    def compress(self, data_list: Sequence[Any]) -> Any:
        uploads, address = data_list or ([], None)
        if uploads and address:
            raise ValidationError(self.both)
        return uploads[0] if uploads else address


class SeveralFiles(OneFile):
    """A list of objects, or None."""

    upload = SeveralInput(attrs={"aria-label": "From this computer"})
    address = FileAddresses(required=False)
    or_else = "or addresses, one on each line:"

    def compress(self, data_list: Sequence[Any]) -> Any:
        uploads, addresses = data_list or ([], None)
        return [*uploads, *(addresses or ())] or None


def kept(value: Any, keep: Keep | None) -> Any:
    """The value with each file in it kept."""
    if isinstance(value, list):
        return [kept(one, keep) for one in value]
    return keep(value) if keep and isinstance(value, UploadedFile) else value
