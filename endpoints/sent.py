"""What was sent with a delivery, as its page shows it: the stored request taken apart, with what looks secret masked."""

from dataclasses import dataclass

from endpoints import options, services
from endpoints.inspector import SHOWN
from endpoints.masking import masked_body, masked_headers
from endpoints.models import Delivery, Endpoint
from runtime.errors import RuntimeFault


@dataclass(frozen=True, slots=True)
class Sent:
    headers: list[list[str]]
    body: str
    size: int

    @property
    def cut(self) -> bool:
        return self.size > SHOWN


def sent(delivery: Delivery) -> Sent:
    """The request as the plugin gets it."""
    head, _, body = bytes(delivery.request).partition(b"\r\n\r\n")
    pairs = [line.partition(b": ")[::2] for line in head.split(b"\r\n")[1:]]
    secrets = secrets_of(delivery.endpoint)
    return Sent(masked_headers(pairs, secrets), masked_body(body[:SHOWN], secrets) if body else "", len(body))


def secrets_of(endpoint: Endpoint) -> list[str]:
    """What must not be shown of it, where that can be opened: a lost key does not take the page away."""
    schemas = options.schema_of(services.declaration(endpoint.workspace_id, endpoint.plugin_id))
    try:
        settings = services.opened_settings(endpoint)
        signing = services.signing_secret(endpoint).decode()
    except RuntimeFault:
        return []
    named = options.hidden_names(schemas, settings)
    return [value for value in (*(str(settings.get(name) or "") for name in named), signing) if value]
