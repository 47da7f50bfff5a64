"""What lies in files and texts: secrets, names that pass for others, and privacy texts that deny."""

from tests.trust.fourth import denying, disclosing, placeholders, requiring, secrets
from tests.trust.measuring import Kind

KINDS = (
    Kind("secret in a file", secrets.secret, placeholders.placeholder, ("secrets", "contents")),
    Kind("typosquatted dependency", requiring.typosquat, requiring.requirement, ("dependencies",)),
    Kind("privacy text that denies", denying.denial, disclosing.honest, ("privacy",)),
)
