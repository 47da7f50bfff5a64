"""The language of a page, out of the four that labels are written in, and labels in it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

ENGLISH = "en_US"
LABELS = {"en": ENGLISH, "zh-hans": "zh_Hans", "ja": "ja_JP", "pt-br": "pt_BR"}
# How the names of the languages stand in `lang`.
TAGS = {"en_US": "en", "zh_Hans": "zh-Hans", "ja_JP": "ja", "pt_BR": "pt-BR"}

type View = Callable[..., HttpResponseBase]


def spoken(view: View) -> View:
    """A page in the reader's language: what the address asks for, the switcher's cookie, the browser's wish, English."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(reader_language(request)):
            response = view(request, *args, **kwargs)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return answer


def reader_language(request: HttpRequest) -> str:
    """A code of settings.LANGUAGES. Addresses may say `zh_Hans` or `zh-Hans`, as Dify's do (marketplace.md A.6)."""
    asked = request.GET.get("language", "").replace("_", "-").lower()
    for code in LABELS:
        if asked and (asked == code or asked.split("-")[0] == code.split("-")[0]):
            return code
    return translation.get_language_from_request(request)


def label_language() -> str:
    """The language of the page as labels name it."""
    return LABELS.get(translation.get_language() or "en", ENGLISH)


def said(text: Any) -> str:
    """A label in the language of the page, else in English, else in any; plain strings as they are."""
    if isinstance(text, dict):
        found = text.get(label_language()) or text.get(ENGLISH) or next(filter(None, text.values()), "")
        return str(found)
    return "" if text is None else str(text)


def best_of(texts: dict[str, str]) -> tuple[str, str]:
    """The text in the language of the page, or the next best, and the tag of the language that it is in."""
    language = next((one for one in (label_language(), ENGLISH, *texts) if texts.get(one)), ENGLISH)
    return texts.get(language, ""), TAGS.get(language, "en")
