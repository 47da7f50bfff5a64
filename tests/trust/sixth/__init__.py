"""A sixth set, by somebody who has read many plugins and much malware of package indexes; half of it is about texts."""

from tests.trust.measuring import Kind
from tests.trust.sixth import contacts, permissions, placeholders, privacy, reaching, requiring, running, secrets

KINDS = (
    Kind("undeclared permission", permissions.undeclared, permissions.declared, ("permissions",)),
    Kind("undeclared host", contacts.undeclared_host, contacts.declared_host, ("network", "credentials")),
    Kind("credential exfiltration", contacts.leaking, contacts.own_service, ("credentials", "network")),
    Kind("obfuscated exec", running.hidden, running.plain, ("execution",)),
    Kind("secret in a file", secrets.secret, placeholders.placeholder, ("secrets", "contents")),
    Kind("other plugins' files", reaching.reading_others, reaching.reading_own, ("files",)),
    Kind("typosquatted dependency", requiring.typosquat, requiring.real_requirement, ("dependencies",)),
    Kind("privacy text that denies", privacy.denying, privacy.telling, ("privacy",)),
)
