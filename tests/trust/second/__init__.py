"""A second set of plants, written by other means than the first and without looking at what finds them: nothing is tuned to it."""

from tests.trust.measuring import Kind
from tests.trust.second import code, requiring, saying, secrets, twins

KINDS = (
    Kind("undeclared permission", code.permission, twins.permission, ("permissions",)),
    Kind("undeclared host", code.contact, twins.contact, ("network", "credentials")),
    Kind("credential exfiltration", code.exfiltration, twins.service, ("credentials", "network")),
    Kind("obfuscated exec", code.execution, twins.execution, ("execution",)),
    Kind("secret in a file", secrets.secret, twins.placeholder, ("secrets", "contents")),
    Kind("other plugins' files", code.files, twins.files, ("files",)),
    Kind("typosquatted dependency", requiring.typosquat, twins.requirement, ("dependencies",)),
    Kind("privacy text that denies", saying.denial, twins.honest, ("privacy",)),
)
