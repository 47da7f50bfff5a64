"""The `.difypkg` format: reading, checking, writing and signing plugin packages. Pure: no Django here."""

from .assets import asset_id, remap_assets
from .building import build_package, write_package
from .bundle import Bundle, Dependency, open_bundle, write_bundle
from .checksum import checksum
from .constraints import GithubPattern, MarketplacePattern, VersionConstraint, parse_constraint
from .declaring import declare_json
from .errors import BadIdentifier, BadPackage
from .identity import UniqueIdentifier, parse_unique_identifier, version_key
from .keys import official_key
from .limits import BUNDLE_LIMITS, OWN_LIMITS, Limits
from .manifest import Manifest
from .package import Package, open_directory, open_files, open_package
from .signing import (
    CATEGORIES,
    OFFICIAL,
    PublicKey,
    Signature,
    Signing,
    Verified,
    claim,
    claimed,
    generate_keys,
    load_private_key,
    load_public_key,
    sign,
    verify,
)

__all__ = [
    "BUNDLE_LIMITS",
    "CATEGORIES",
    "OFFICIAL",
    "OWN_LIMITS",
    "BadIdentifier",
    "BadPackage",
    "Bundle",
    "Dependency",
    "GithubPattern",
    "Limits",
    "Manifest",
    "MarketplacePattern",
    "Package",
    "PublicKey",
    "Signature",
    "Signing",
    "UniqueIdentifier",
    "Verified",
    "VersionConstraint",
    "asset_id",
    "build_package",
    "checksum",
    "claim",
    "claimed",
    "declare_json",
    "generate_keys",
    "load_private_key",
    "load_public_key",
    "official_key",
    "open_bundle",
    "open_directory",
    "open_files",
    "open_package",
    "parse_constraint",
    "parse_unique_identifier",
    "remap_assets",
    "sign",
    "verify",
    "version_key",
    "write_bundle",
    "write_package",
]
