"""Signatures, against a second writing of protocol 2 on the standard library."""

import base64
import hashlib
import io
import json
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from marketplace.difypkg import (
    BadPackage,
    generate_keys,
    load_private_key,
    load_public_key,
    official_key,
    open_directory,
    open_package,
    sign,
    verify,
)
from marketplace.difypkg.signing import parse_signature

from .making import pack, plugin

# DER of the SHA-256 DigestInfo, RFC 8017 section 9.2.
PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


@pytest.fixture(scope="module")
def keys():
    return generate_keys(2048)


@pytest.fixture(scope="module")
def other_keys():
    return generate_keys(2048)


def independent_verify(data, public_pem):
    """RSASSA-PKCS1-v1_5 by hand: entry hashes in archive order and the time, hashed once more."""
    numbers = load_public_key(public_pem).key.public_numbers()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        claim = json.loads(archive.comment)
        message = b"".join(hashlib.sha256(archive.read(i)).digest() for i in archive.infolist())
        last = archive.infolist()[-1].filename
    message += str(claim["time"]).encode()
    size = (numbers.n.bit_length() + 7) // 8
    digest = PREFIX + hashlib.sha256(message).digest()
    padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    value = pow(int.from_bytes(base64.b64decode(claim["signature"])), numbers.e, numbers.n).to_bytes(size)
    return value == padded and last == ".verification.dify.json"


@pytest.mark.parametrize("category", ["langgenius", "partner", "community"])
def test_what_we_sign_verifies(keys, category):
    private, public = keys
    signed = sign(pack(plugin()), private, category=category, time=1_700_000_000)
    assert independent_verify(signed, public)
    with open_package(signed) as package:
        verified = verify(package, [official_key(), load_public_key(public)])
        assert verified is not None
        assert (verified.time, verified.category) == (1_700_000_000, category)
        assert verified.key == load_public_key(public)
        assert package.verification == {"authorized_category": category}
        assert package.names()[-1] == ".verification.dify.json"
        assert package.read(".verification.dify.json") == b'{"authorized_category":"%s"}' % category.encode()


def test_signing_changes_the_checksum_only_by_the_verification_file(keys):
    data = pack(plugin())
    with open_package(data) as before, open_package(sign(data, keys[0])) as after:
        assert before.checksum != after.checksum
        assert {n: c for n, c in after.files.items() if n != ".verification.dify.json"} == dict(before.files)
        assert before.signature is None and verify(before, [load_public_key(keys[1])]) is None


def test_signing_again_replaces_the_signature(keys, other_keys):
    twice = sign(sign(pack(plugin()), keys[0]), other_keys[0], category="community", time=5)
    with open_package(twice) as package:
        assert package.names().count(".verification.dify.json") == 1
        assert verify(package, [load_public_key(keys[1])]) is None
        assert getattr(verify(package, [load_public_key(other_keys[1])]), "category", None) == "community"


def test_other_keys_and_changed_contents_do_not_verify(keys, other_keys):
    signed = sign(pack(plugin()), keys[0], time=1)
    with open_package(signed) as package:
        assert verify(package, [load_public_key(other_keys[1])]) is None
        assert verify(package, []) is None
        files, comment = dict(package.files), zipfile.ZipFile(io.BytesIO(signed)).comment
    changed = files | {"main.py": b"evil"}
    later = comment.replace(b'"time":1', b'"time":2')
    reordered = dict(reversed(files.items()))
    for data in (pack(changed, comment), pack(files, later), pack(reordered, comment)):
        with open_package(data) as package:
            assert verify(package, [load_public_key(keys[1])]) is None
    with open_package(pack(files, comment)) as package:
        assert verify(package, [load_public_key(keys[1])]) is not None


def test_a_signed_package_without_verification_file_counts_as_langgenius(keys):
    key = load_private_key(keys[0])
    files = plugin()
    message = b"".join(hashlib.sha256(c).digest() for c in files.values()) + b"7"
    value = base64.b64encode(key.sign(message, padding.PKCS1v15(), SHA256())).decode()
    with open_package(pack(files, json.dumps({"signature": value, "time": 7}).encode())) as package:
        assert package.verification is None
        assert getattr(verify(package, [load_public_key(keys[1])]), "category", None) == "langgenius"


@pytest.mark.parametrize(
    "comment",
    [
        b"",
        b"hello",
        b"{}",
        b"[]",
        b"null",
        b'{"signature":"","time":1}',
        b'{"signature":"AAAA"}',
        b'{"signature":"AAAA","time":"1"}',
        b'{"signature":"AAAA","time":1.5}',
        b'{"signature":"AAAA","time":true}',
        b'{"signature":7,"time":1}',
        b'{"signature":"\xc3\xa9","time":1}',
        b'{"signature":"AA A","time":1}',
        b'{"signature":"AAAA","time":1e400}',
        b"\xff",
        b"[" * 5000,
        b'{"signature":"AAAA","time":' + b"9" * 5000 + b"}",
    ],
)
def test_unreadable_comments_are_no_signature_and_no_error(comment):
    assert parse_signature(comment) is None
    with open_package(pack(plugin(), comment)) as package:
        assert package.signature is None
        assert verify(package, [official_key()]) is None


@pytest.mark.parametrize("content", [b"", b"nope", b"[1]", b"[" * 100_000])
def test_a_broken_verification_file_is_refused(content):
    with pytest.raises(BadPackage, match=r"\.verification\.dify\.json: .*\(verification\)"):
        open_package(pack(plugin({".verification.dify.json": content})))


def test_directories_are_never_verified(tmp_path):
    for name, content in plugin().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert verify(open_directory(tmp_path), [official_key()]) is None


def test_new_keys_are_rsa_4096_in_pkcs1():
    private, public = generate_keys()
    assert private.startswith(b"-----BEGIN RSA PRIVATE KEY-----\n")
    assert public.startswith(b"-----BEGIN RSA PUBLIC KEY-----\n")
    assert load_private_key(private).key_size == load_public_key(public.decode()).key.key_size == 4096


def test_the_official_key_is_the_ecosystems():
    key = official_key()
    assert key.key.key_size == 4096
    assert key.fingerprint == hashlib.sha256(key.key.public_bytes(Encoding.DER, PublicFormat.PKCS1)).hexdigest()


def pem_variants(keys):
    private, public = keys
    curve = ec.generate_private_key(ec.SECP256R1())
    return [
        (load_public_key, private),
        (load_private_key, public),
        (load_public_key, public + b"trailing"),
        (load_public_key, public + public),
        (load_public_key, b""),
        (load_public_key, public.replace(b"MII", b"AII")),
        (load_public_key, b"-----BEGIN RSA PUBLIC KEY-----\n!!\n-----END RSA PUBLIC KEY-----\n"),
        (load_private_key, b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
        (load_private_key, curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
    ]


@pytest.mark.parametrize("index", range(9))
def test_what_is_no_key_is_refused(keys, index):
    load, pem = pem_variants(keys)[index]
    with pytest.raises(BadPackage, match="key"):
        load(pem)


def test_only_known_categories_are_signed(keys):
    with pytest.raises(BadPackage, match="category must be one of"):
        sign(pack(plugin()), keys[0], category="friend")
