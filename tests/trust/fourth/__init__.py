"""A fourth set of plants: what somebody who judges would plant, plain and cunning, and what honest plugins do beside it."""

from tests.trust.fourth import code, texts
from tests.trust.measuring import Kind

KINDS = (
    Kind("undeclared permission", code.permission, code.no_permission, ("permissions",)),
    Kind("undeclared host", code.contact, code.named_contact, ("network", "credentials")),
    Kind("credential exfiltration", code.exfiltration, code.service, ("credentials", "network")),
    Kind("obfuscated exec", code.hidden, code.plain_code, ("execution",)),
    Kind("other plugins' files", code.reading, code.own_files, ("files",)),
    *texts.KINDS,
)
