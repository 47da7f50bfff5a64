"""Releases of another marketplace come here to be reviewed, with their signature, and never by themselves into the list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace import keeping
from marketplace.dify.policies import BadPolicy
from marketplace.difypkg import generate_keys, load_public_key, open_package, sign, verify
from marketplace.mirroring import upstream
from marketplace.mirroring.following import MOST_TRIES, look, look_due
from marketplace.mirroring.rules import checked
from marketplace.models import Mirror, MirroredRelease, Organization, Plugin, Publisher, Release, Submission, User
from marketplace.review.automatic import RULES, Case
from marketplace.review.policy import policy
from tests.listing import keys, listed, organization, package_bytes
from tests.mirroring.upstream import Marketplace

pytestmark = pytest.mark.django_db
type Follow = Callable[..., Mirror]


def test_a_release_comes_as_a_submission_with_its_signature(follow: Follow) -> None:
    release = listed(package_bytes(name="search"))
    mirror = follow(plugins=["acme/search"])
    seen = look(mirror)
    assert seen is not None
    assert (seen.imported, seen.refused, seen.trouble) == ([release.unique_identifier], [], "")
    made = Submission.objects.get()
    assert (made.plugin_id, made.version, made.made_with) == ("acme/search", "0.0.1", "mirror of There 0")
    assert made.state == Submission.State.SCREENING
    lineage = made.provenance["lineage"]
    assert (lineage["unique_identifier"], lineage["unreviewed"]) == (release.unique_identifier, True)
    assert lineage["key"] == load_public_key(keys()[1]).fingerprint
    with open_package(keeping.read(made.package)) as package:
        assert verify(package, [load_public_key(keys()[1])])
        assert package.unique_identifier == release.unique_identifier
    assert not Release.objects.exists()
    assert not Plugin.objects.exists()
    row = mirror.releases.get()
    assert (row.state, row.submission) == ("imported", made)


def test_rules_never_list_what_comes_from_elsewhere(follow: Follow) -> None:
    listed()
    look(follow(everything=True))
    submission = Submission.objects.get()
    rule = next(rule for rule in RULES if rule.code == "mirrored")
    assert rule.stops
    assert rule.weigh(Case(submission, policy()))


def test_another_look_brings_nothing_twice_and_what_is_new(follow: Follow, there: Marketplace) -> None:
    listed()
    mirror = follow(everything=True)
    look(mirror)
    again = look(mirror)
    assert again is not None
    assert (again.followed, again.imported) == (1, [])
    newer = listed(package_bytes(version="0.2.0"))
    before = Submission.objects.filter(made_with__startswith="mirror").count()
    there.cards.clear()
    there.move_there()
    found = look(mirror)
    assert found is not None
    assert found.imported == [newer.unique_identifier]
    assert before == 1


@pytest.mark.parametrize(
    ("rules", "brought"),
    [
        ({"plugins": ["acme/image"]}, {"acme/image"}),
        ({"everything": True}, {"acme/search", "acme/image", "other/mail"}),
        ({"everything": True, "never": ["acme/image"]}, {"acme/search", "other/mail"}),
        ({"publishers": ["acme"]}, {"acme/search", "acme/image"}),
        ({"publishers": ["acme"], "tags": ["image"]}, {"acme/image"}),
        ({"trust": ["partner"], "plugins": ["acme/search"]}, {"acme/search", "other/mail"}),
        ({"categories": ["model"]}, set()),
        ({"categories": ["tool"], "publishers": ["other"]}, {"other/mail"}),
    ],
)
def test_rules_say_what_is_followed(follow: Follow, rules: Any, brought: set[str]) -> None:
    listed(package_bytes(name="search"))
    listed(package_bytes(name="image", tags=["image"]))
    listed(package_bytes(author="other", name="mail"), category="partner")
    look(follow(**rules))
    assert set(Submission.objects.values_list("plugin_id", flat=True)) == brought


def test_a_look_brings_only_so_much_and_says_so(follow: Follow) -> None:
    for number in range(3):
        listed(package_bytes(name=f"demo-{number}"))
    mirror = follow(everything=True, most=2)
    seen = look(mirror)
    assert seen is not None
    assert (len(seen.imported), seen.more) == (2, True)
    seen = look(mirror)
    assert seen is not None
    assert (len(seen.imported), seen.more) == (1, False)


# What is not taken.


def refusal(mirror: Mirror) -> str:
    look(mirror)
    row = mirror.releases.get()
    assert row.state == MirroredRelease.State.REFUSED
    assert not Submission.objects.exists()
    return row.reason


def test_what_another_key_has_signed_is_refused(follow: Follow, there: Marketplace) -> None:
    listed()
    mirror = follow(everything=True)
    mirror.public_key = generate_keys(bits=2048)[1].decode()
    assert refusal(mirror) == "It is not signed by the key of this mirror."
    mirror.releases.all().delete()
    mirror.public_key = ""  # Dify's own
    assert refusal(mirror) == "It is not signed by the key of this mirror."


def test_what_is_not_what_was_announced_is_refused(follow: Follow, there: Marketplace) -> None:
    listed()
    mirror = follow(everything=True)
    [identifier] = there.packages
    there.packages[identifier] = sign(package_bytes(version="6.6.6"), keys()[0], category="community")
    assert "not what was announced" in refusal(mirror)


def test_what_is_no_package_is_refused(follow: Follow, there: Marketplace) -> None:
    listed()
    mirror = follow(everything=True)
    there.packages = dict.fromkeys(there.packages, b"no archive")
    assert refusal(mirror).startswith("The package is refused")


def test_what_is_too_large_is_refused(follow: Follow, settings: Any) -> None:
    listed()
    settings.MAX_PLUGIN_PACKAGE_SIZE = 1000
    assert "MAX_PLUGIN_PACKAGE_SIZE" in refusal(follow(everything=True))


def test_names_of_publishers_who_are_here_are_theirs(follow: Follow) -> None:
    listed()
    mirror = follow(everything=True)
    Publisher.objects.create(organization=organization("acme"), user=User.objects.get(), role=Publisher.Role.OWNER)
    assert refusal(mirror) == "acme publishes here, so nothing is mirrored under this name."


def test_what_is_not_above_what_is_released_is_refused(follow: Follow) -> None:
    listed(package_bytes(version="1.0.0"))
    mirror = follow(everything=True)
    listed(package_bytes(version="1.1.0"), organization=Organization.objects.get())
    look(mirror)
    assert "is not above 1.1.0" in mirror.releases.get().reason


def test_what_cannot_be_fetched_is_tried_again_but_not_for_ever(follow: Follow, there: Marketplace) -> None:
    release = listed()
    mirror = follow(everything=True)
    kept, there.packages = there.packages, {}
    look(mirror)
    row = mirror.releases.get()
    assert (row.state, row.tries) == ("failed", 1)
    there.packages = kept
    seen = look(mirror)
    assert seen is not None
    assert seen.imported == [release.unique_identifier]
    assert mirror.releases.get().tries == 2
    mirror.releases.update(state="failed", tries=MOST_TRIES)
    seen = look(mirror)
    assert seen is not None
    assert seen.imported == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", None])
def test_a_marketplace_that_does_not_answer(follow: Follow, there: Marketplace, address: str | None) -> None:
    mirror = follow(everything=True)
    there.broken = True
    mirror.address = address or mirror.address
    mirror.save()
    seen = look(mirror)
    assert seen is not None
    assert "did not answer as it should" in seen.trouble
    mirror.refresh_from_db()
    assert (mirror.trouble, mirror.taken_until) == (seen.trouble, None)


# When it looks.


def test_an_answer_without_end_is_not_read_to_its_end(
    follow: Follow, there: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed()
    monkeypatch.setattr(upstream, "LARGEST_ANSWER", 100)
    seen = look(follow(everything=True))
    assert seen is not None
    assert "is no marketplace" in seen.trouble


def test_one_looks_at_a_time(follow: Follow) -> None:
    mirror = follow(everything=True)
    Mirror.objects.update(taken_until=timezone.now() + timedelta(minutes=1))
    assert look(mirror) is None
    Mirror.objects.update(taken_until=timezone.now() - timedelta(minutes=1))
    assert look(mirror) is not None


def test_looks_begin_when_their_time_has_come(follow: Follow, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr("marketplace.mirroring.following.begin", lambda mirror: begun.append(mirror.name))
    mirror = follow(everything=True)
    for looked_at, paused, begins in (
        (None, False, True),
        (None, True, False),
        (timezone.now() - timedelta(hours=25), False, True),
        (timezone.now() - timedelta(hours=23), False, False),
    ):
        Mirror.objects.update(looked_at=looked_at, paused=paused)
        look_due()
        look_due()
        assert begun == ([mirror.name] if begins else [])
        begun.clear()


# By command.


def test_the_command(follow: Follow, there: Marketplace, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    release = listed()
    follow(everything=True)
    key = tmp_path / "there.pem"
    key.write_bytes(keys()[1])
    call_command("mirror", "add", "Other", there.address, "--key", str(key), "--rules", '{"plugins": ["acme/demo"]}')
    call_command("mirror", "look", "Other")
    call_command("mirror", "list")
    said = capsys.readouterr().out
    assert f"imported\t{release.unique_identifier}\n1 followed, 1 brought to review." in said
    assert f"Other\t{there.address}\t" in said
    for arguments, reason in (
        (("add", "Other", there.address, "--rules", "{}"), "Nothing would be followed"),
        (("add", "Other", there.address, "--rules", "{"), "Expecting"),
        (("look", "None"), "There is no mirror None"),
    ):
        with pytest.raises(CommandError, match=reason):
            call_command("mirror", *arguments)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "Nothing would be followed"),
        ({"plugins": ["x"]}, "plugins.0"),
        ({"all": True}, "all: there is no such setting."),
    ],
)
def test_wrong_rules_are_told_in_sentences(document: Any, said: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        checked(document)
    assert said in str(refused.value)
