from collections.abc import Mapping
from html import escape
from typing import Any

from dify_plugin import Endpoint
from werkzeug import Request, Response

from endpoints.entries import LONGEST_NAME, LONGEST_TEXT, read

STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}"
    "form{display:grid;gap:.6rem}input,textarea,button{font:inherit;padding:.5rem}article{border-top:1px solid #ccc}"
)


class Page(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        title = escape(str(settings.get("title") or "Guest book"))
        entries = "".join(
            f"<article><p>{escape(one['text'])}</p><p><b>{escape(one['name'])}</b></p></article>"
            for one in read(self.session.storage)
        )
        page = (
            f"<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{title}</title>"
            f"<style>{STYLE}</style><h1>{title}</h1><form method=post action=sign>"
            f"<label>Your name <input name=name required maxlength={LONGEST_NAME}></label>"
            f"<label>Your word <textarea name=text required maxlength={LONGEST_TEXT}></textarea></label>"
            f"<button>Leave it</button></form>{entries or '<p>Nobody has been here yet.</p>'}"
        )
        return Response(page, content_type="text/html; charset=utf-8")
