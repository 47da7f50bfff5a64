"""Handing in: what is refused and why, what becomes of it, and who does it in whose name."""

from datetime import timedelta
from os import urandom
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from marketplace import keeping
from marketplace.catalogue import comparing
from marketplace.difypkg import Limits, open_package
from marketplace.models import AuditEntry, Plugin, Submission, UploadToken
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.tokens import issue, revoke, token_of
from marketplace.submitting import Sender, Terms, Unfit, hand_in, receive, submit
from tests.listing import listed, package_bytes

pytestmark = pytest.mark.django_db
PRIVACY = {"PRIVACY.md": b"Nothing is collected."}


def package(files: dict[str, Any] | None = None, **manifest: Any) -> bytes:
    return package_bytes(PRIVACY | (files or {}), **manifest)


def send(people: SimpleNamespace, data: bytes, **more: Any) -> Submission:
    return submit(data, organization=people.acme, by=people.owner, **({"notes": "First."} | more))


def test_what_is_handed_in_is_kept_and_goes_to_screening(people: SimpleNamespace) -> None:
    data = package()
    made = send(people, data)
    assert (made.state, made.plugin_id, made.version, made.notes) == ("screening", "acme/demo", "0.0.1", "First.")
    assert keeping.read(made.package) == data
    assert made.size == len(data)
    assert made.declaration["label"] == {"en_US": "Demo"}
    assert [event.after for event in made.events.all()] == ["screening"]
    assert AuditEntry.objects.filter(act="submission.receive", subject="acme/demo").exists()


@pytest.mark.parametrize(
    ("files", "manifest", "why"),
    [
        ({"README.md": ...}, {}, "README.md is missing"),
        ({"README.md": b" \n"}, {}, "README.md is missing or empty"),
        ({"PRIVACY.md": ...}, {}, "PRIVACY.md is missing"),
        ({}, {"description": {"en_US": ""}}, "text for en_US"),
        ({}, {"author": "umbrella"}, "you publish as acme"),
        ({"_assets/icon.svg": ...}, {}, "The package is refused: _assets/icon.svg"),
        ({"manifest.yaml": ...}, {}, "manifest.yaml"),
    ],
)
def test_what_a_listing_needs(
    people: SimpleNamespace, files: dict[str, Any], manifest: dict[str, Any], why: str
) -> None:
    with pytest.raises(Unfit, match=why):
        send(people, package(files, **manifest))
    assert not Submission.objects.exists()


def test_all_problems_are_told_at_once(people: SimpleNamespace) -> None:
    with pytest.raises(Unfit) as refused:
        send(people, package_bytes({"README.md": ...}, author="umbrella"))
    assert len(refused.value.problems) == 3


def test_privacy_may_be_an_address(people: SimpleNamespace) -> None:
    assert send(people, package_bytes(privacy="https://acme.example.org/privacy"))


def test_what_is_no_package_is_refused_with_a_sentence(people: SimpleNamespace) -> None:
    for data in (b"", b"PK", b"x" * 100):
        with pytest.raises(Unfit, match="The package is refused"):
            send(people, data)


def test_what_is_too_large_is_refused_with_the_limit(people: SimpleNamespace, settings: Any) -> None:
    settings.MAX_PLUGIN_PACKAGE_SIZE = 20_000
    limit = r"at most 19\.5.KB \(20000 bytes\), packed and also unpacked"
    for file, rule in ((bytes(15_000), "unpacked-too-large"), (bytes(30_000), "file-too-large")):
        with pytest.raises(Unfit, match=rf"{rule}\)\. Here a package has {limit}"):
            send(people, package({"half.bin": bytes(15_000), "data.bin": file}))
    with pytest.raises(Unfit, match=rf"package-too-large\)\. Here a package has {limit}"):
        send(people, package({"data.bin": urandom(20_000)}))


def test_what_the_setting_allows_is_taken_however_large_it_unpacks(people: SimpleNamespace, settings: Any) -> None:
    """The plugin daemon measures both with its one setting of this name."""
    large = b"".join(urandom(64) + bytes(4032) for _ in range(13_000))
    assert len(large) > Limits().max_unpacked_bytes
    data = package({"data.bin": large})
    with pytest.raises(Unfit, match=r"at most 50\.0.MB \(52428800 bytes\)"):
        send(people, data)
    settings.MAX_PLUGIN_PACKAGE_SIZE = 64 << 20
    made = send(people, data)
    assert comparing.files_of(made.package)["data.bin"] == large


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"notes": " "}, "Release notes are missing"),
        ({"notes": "x" * 20_001}, "at most 20000"),
        ({"channel": "nightly"}, "no channel nightly"),
        ({"rollout": 0}, "from 1 to 100"),
        ({"rollout": 101}, "from 1 to 100"),
        ({"rollout": 10}, "first stable release goes to everybody"),
        ({"rollout": 10, "channel": "beta"}, "Only the channel stable"),
    ],
)
def test_terms_that_make_no_sense(people: SimpleNamespace, terms: dict[str, Any], why: str) -> None:
    with pytest.raises(Unfit, match=why):
        send(people, package(), **terms)


def test_a_prerelease_is_not_for_everybody(people: SimpleNamespace) -> None:
    data = package(version="1.0.0-rc1")
    with pytest.raises(Unfit, match="pre-release"):
        send(people, data)
    assert send(people, data, channel="beta").channel == "beta"


def test_versions_only_grow(people: SimpleNamespace) -> None:
    listed(package(version="0.2.0"))
    for version in ("0.2.0", "0.1.9"):
        with pytest.raises(Unfit, match=f"{version} is not above 0.2.0"):
            send(people, package(version=version))
    assert send(people, package(version="0.2.1"), rollout=10).listing is not None


def test_the_same_file_again_is_the_same_submission(people: SimpleNamespace) -> None:
    data = package()  # packed once more it is another file: archives hold times
    first = send(people, data)
    assert send(people, data).pk == first.pk
    assert Submission.objects.count() == 1


def test_a_newer_upload_takes_the_place_of_the_older_one(people: SimpleNamespace) -> None:
    first = send(people, package())
    second = send(people, package(version="0.0.2"))
    first.refresh_from_db()
    assert (first.state, first.superseded_by) == ("superseded", second)


def test_a_draft_waits_for_its_notes(people: SimpleNamespace) -> None:
    sender = Sender(by=people.member)
    draft = receive(package(), organization=people.acme, sender=sender)
    assert draft.state == "received"
    with pytest.raises(Unfit):
        hand_in(draft, Terms(), sender=sender)
    assert hand_in(draft, Terms(notes="New."), sender=sender).state == "screening"
    assert hand_in(draft, Terms(notes="Other."), sender=sender).notes == "New."


def test_plugins_that_were_closed_given_away_or_recalled_take_nothing(people: SimpleNamespace) -> None:
    listed(package())
    newer = package(version="0.0.2")
    for status, why in (("closed", "Open it again"), ("recalled", "was recalled")):
        Plugin.objects.update(status=status)
        with pytest.raises(Unfit, match=why):
            send(people, newer)
    Plugin.objects.update(status="deprecated", organization=people.umbrella, successor="umbrella/demo")
    with pytest.raises(Unfit, match="was given to Umbrella"):
        send(people, newer)


def test_a_closed_organization_publishes_nothing(people: SimpleNamespace) -> None:
    people.acme.closed_at = timezone.now()
    with pytest.raises(Unfit, match="Acme is closed"):
        send(people, package())


def test_a_look_alike_is_shown_to_reviewers(people: SimpleNamespace) -> None:
    made = send(people, package(name="d1fy-tools", label={"en_US": "Tools"}))
    assert [(one.code, "dify" in one.detail) for one in made.reasons.filter(code="name_looks_alike")] == [
        ("name_looks_alike", True)
    ]
    assert not send(people, package()).reasons.filter(code="name_looks_alike").exists()


def test_signed_packages_are_taken_as_they_are(people: SimpleNamespace) -> None:
    from marketplace.difypkg import sign
    from tests.listing import keys

    signed = sign(package(), keys()[0], category="community")
    made = send(people, signed)
    with open_package(keeping.read(made.package)) as kept:
        assert kept.signature is not None


# Tokens.


def test_a_token_is_shown_once_and_kept_as_a_digest(people: SimpleNamespace) -> None:
    made, text = issue(people.acme, name="laptop", by=people.member)
    assert text.startswith("pbt_")
    assert text not in str(list(UploadToken.objects.values()))
    found = token_of(f"bearer {text}")
    assert (found, found.start) == (made, text[:10])
    found.refresh_from_db()
    assert found.used_at is not None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer pbt_short", "Bearer pbt_" + "A" * 43])
def test_what_is_no_token_of_ours(people: SimpleNamespace, header: str) -> None:
    with pytest.raises(NotAllowed):
        token_of(header)


def test_tokens_end(people: SimpleNamespace) -> None:
    made, text = issue(people.acme, name="short", by=people.owner, lifetime=timedelta(days=1))
    UploadToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="expired"):
        token_of(f"Bearer {text}")
    UploadToken.objects.update(expires_at=None)
    revoke(made, by=people.owner)
    with pytest.raises(NotAllowed, match="revoked"):
        token_of(f"Bearer {text}")


def test_tokens_end_with_their_makers_account(people: SimpleNamespace) -> None:
    _, text = issue(people.acme, name="x", by=people.member)
    people.member.is_active = False
    people.member.save()
    with pytest.raises(NotAllowed, match="no account"):
        token_of(f"Bearer {text}")


def test_a_token_for_one_plugin_publishes_no_other(people: SimpleNamespace) -> None:
    sender = Sender(by=people.owner, made_with="token x", plugin_name="other")
    with pytest.raises(NotAllowed, match="acme/other only"):
        receive(package(), organization=people.acme, sender=sender)


def test_a_year_is_the_longest_that_a_token_lives(people: SimpleNamespace) -> None:
    made, _ = issue(people.acme, name="x", by=people.owner, lifetime=timedelta(days=10_000))
    assert made.expires_at is not None
    assert made.expires_at < timezone.now() + timedelta(days=367)
    with pytest.raises(Refused, match="small letters"):
        issue(people.acme, name="x", by=people.owner, plugin_name="No Name")
