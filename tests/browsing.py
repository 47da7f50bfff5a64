"""A person's browser without a screen: signs in, keeps cookies, sends forms with their token."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from tests.servers import Host

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """Whoever runs the host, in its first workspace."""

    def __init__(self, host: Host, email: str = "ada@example.org") -> None:
        self.http = httpx.Client(base_url=host.url, timeout=60, trust_env=False)
        signed_in = self.send("/sign-in", {"username": email, "password": host.password})
        assert signed_in.status_code == 302, signed_in.text

    def page(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def send(
        self, path: str, fields: Mapping[str, Any], *, form: str = "", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Posts a form; `form` is the page that it stands on, where that is another one."""
        found = TOKEN.search(self.page(form or path))
        assert found is not None, f"{form or path} has no form"
        data = {**fields, "csrfmiddlewaretoken": found[1]}
        return self.http.post(path, data=data, headers={"Referer": f"{self.http.base_url}", **(headers or {})})
