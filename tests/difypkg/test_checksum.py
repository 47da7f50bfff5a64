"""The checksum, against a second writing of protocol 1.4."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.difypkg import checksum, open_package

from .making import pack, plugin


def independent(files):
    joined = b""
    for name in sorted(files, key=lambda n: n.encode("utf-8")):
        joined += hashlib.new("sha256", name.encode("utf-8")).digest() + hashlib.new("sha256", files[name]).digest()
    return hashlib.new("sha256", joined).hexdigest()


def test_known_values():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert checksum({}) == empty
    one = hashlib.sha256(hashlib.sha256(b"a").digest() + hashlib.sha256(b"1").digest()).hexdigest()
    assert checksum({"a": b"1"}) == one == "5c1dd494bca7b0f3d853f075f136abfc31a10fe5032ba67df3832e032dffca59"
    assert checksum([("a", b"0"), ("a", b"1")]) == one


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.binary(max_size=50), max_size=6), st.randoms())
def test_order_does_not_matter(files, random):
    shuffled = list(files.items())
    random.shuffle(shuffled)
    assert checksum(shuffled) == checksum(files) == independent(files)


def test_a_package_has_the_checksum_of_its_files():
    files = plugin({"b/ä": b"1", "b.c": b"2", "B": ...})
    with open_package(pack(files)) as package:
        assert package.checksum == independent(files)
        assert package.unique_identifier == f"acme/demo:0.0.1@{independent(files)}"
