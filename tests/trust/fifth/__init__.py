"""The fifth set: as an outside judge writes it, who was given the classes and nothing else."""

from tests.trust.fifth import denials, host, leak, others, permission, requiring, running, secret
from tests.trust.measuring import Kind

KINDS = (
    Kind("undeclared permission", permission.undeclared, permission.declared, ("permissions",)),
    Kind("undeclared host", host.undeclared, host.declared, ("network", "credentials")),
    Kind("credential exfiltration", leak.leaking, leak.keeping, ("credentials", "network")),
    Kind("obfuscated exec", running.hiding, running.plain, ("execution",)),
    Kind("secret in a file", secret.planted, secret.alike, ("secrets", "contents")),
    Kind("other plugins' files", others.reading, others.own, ("files",)),
    Kind("typosquatted dependency", requiring.near, requiring.real, ("dependencies", "execution")),
    Kind("privacy text that denies", denials.denying, denials.honest, ("privacy",)),
)
