"""The `.difypkg` format: reading, checking, writing and signing plugin packages. Pure: no Django here."""

from .assets import asset_id, remap_assets
from .building import build_package, write_package
from .checksum import checksum
from .declaring import declare_json
from .errors import BadIdentifier, BadPackage
from .identity import UniqueIdentifier, parse_unique_identifier, version_key
from .keys import official_key
from .limits import BUNDLE_LIMITS, Limits
from .manifest import Manifest
from .package import Package, open_directory, open_package
from .signing import (
    CATEGORIES,
    PublicKey,
    Signature,
    Verified,
    generate_keys,
    load_private_key,
    load_public_key,
    sign,
    verify,
)

__all__ = [
    "BUNDLE_LIMITS",
    "CATEGORIES",
    "BadIdentifier",
    "BadPackage",
    "Limits",
    "Manifest",
    "Package",
    "PublicKey",
    "Signature",
    "UniqueIdentifier",
    "Verified",
    "asset_id",
    "build_package",
    "checksum",
    "declare_json",
    "generate_keys",
    "load_private_key",
    "load_public_key",
    "official_key",
    "open_directory",
    "open_package",
    "parse_unique_identifier",
    "remap_assets",
    "sign",
    "verify",
    "version_key",
    "write_package",
]
