"""A third set of plants: other habits of adversaries and of the careless, and clean twins that look suspicious."""

from tests.trust.measuring import Kind
from tests.trust.third import code, denying, requiring, secrets, twins

KINDS = (
    Kind("undeclared permission", code.permission, twins.permission, ("permissions",)),
    Kind("undeclared host", code.contact, twins.contact, ("network", "credentials")),
    Kind("credential exfiltration", code.exfiltration, twins.service, ("credentials", "network")),
    Kind("obfuscated exec", code.execution, twins.execution, ("execution",)),
    Kind("secret in a file", secrets.secret, twins.placeholder, ("secrets", "contents")),
    Kind("other plugins' files", code.files, twins.files, ("files",)),
    Kind("typosquatted dependency", requiring.typosquat, twins.requirement, ("dependencies",)),
    Kind("privacy text that denies", denying.denial, denying.honest, ("privacy",)),
)
