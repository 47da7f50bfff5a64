"""What publishers do with releases and plugins that are out."""

from types import SimpleNamespace
from typing import Any

import pytest

from marketplace.models import AuditEntry, Plugin, PluginTransfer, Release
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.organizations import add_person
from marketplace.publishers.retiring import close, deprecate, reopen, undeprecate
from marketplace.publishers.tokens import issue
from marketplace.publishers.transferring import accept, decline, offer
from marketplace.steering import halt, new_link, promote, restore, roll_back, set_rollout, stable_releases, yank
from tests.listing import listed, package_bytes

pytestmark = pytest.mark.django_db


def out(version: str, **more: Any) -> Release:
    return listed(package_bytes(version=version), **more)


def latest() -> str:
    found = Plugin.objects.get(plugin_id="acme/demo").latest
    return found.version if found else ""


def test_a_yanked_release_is_latest_no_more_and_can_come_back(people: SimpleNamespace) -> None:
    out("0.1.0")
    second = out("0.2.0")
    yank(second, reason="It loses data.", by=people.owner)
    assert (second.status, second.status_reason, latest()) == ("yanked", "It loses data.", "0.1.0")
    restore(second, by=people.owner)
    assert (second.status, latest()) == ("listed", "0.2.0")
    with pytest.raises(Refused, match="not yanked"):
        restore(second, by=people.owner)
    assert set(AuditEntry.objects.values_list("act", flat=True)) >= {"release.yank", "release.restore"}


def test_a_yank_says_why(people: SimpleNamespace) -> None:
    made = out("0.1.0")
    with pytest.raises(Refused, match="Say why"):
        yank(made, reason=" ", by=people.owner)
    made.status = Release.Status.RECALLED
    with pytest.raises(Refused, match="recalled"):
        yank(made, reason="x", by=people.owner)


def test_a_rollback_makes_an_earlier_release_the_latest(people: SimpleNamespace) -> None:
    first = out("0.1.0")
    out("0.2.0")
    out("0.3.0", rollout=20)
    out("0.4.0", channel="beta")
    gone = roll_back(first, reason="0.2 is slow.", by=people.owner)
    assert [one.version for one in gone] == ["0.2.0", "0.3.0"]
    assert latest() == "0.1.0"
    assert Release.objects.get(version="0.2.0").status_reason == "Rolled back to 0.1.0: 0.2 is slow."
    assert Release.objects.get(version="0.4.0").status == "listed"
    assert [one.version for one in stable_releases(first.plugin)] == ["0.1.0"]
    with pytest.raises(Refused, match="newest stable"):
        roll_back(first, reason="again", by=people.owner)


def test_one_rolls_back_only_to_what_is_offered(people: SimpleNamespace) -> None:
    beta = out("0.1.0", channel="beta")
    first = out("0.2.0")
    out("0.3.0")
    with pytest.raises(Refused, match="not a stable release"):
        roll_back(beta, reason="x", by=people.owner)
    with pytest.raises(Refused, match="Say why"):
        roll_back(first, reason="", by=people.owner)


def test_a_rollout_only_grows_unless_it_is_halted(people: SimpleNamespace) -> None:
    out("0.1.0")
    made = out("0.2.0", rollout=10)
    set_rollout(made, percent=50, by=people.owner)
    with pytest.raises(Refused, match="only grows"):
        set_rollout(made, percent=20, by=people.owner)
    halt(made, by=people.owner)
    assert (made.rollout, latest()) == (0, "0.1.0")
    set_rollout(made, percent=5, by=people.owner)
    set_rollout(made, percent=100, by=people.owner)
    assert latest() == "0.2.0"
    with pytest.raises(Refused, match="not being rolled out"):
        halt(made, by=people.owner)
    with pytest.raises(Refused, match="1 to 100"):
        set_rollout(made, percent=101, by=people.owner)


def test_releases_go_on_to_more_people_never_to_fewer(people: SimpleNamespace) -> None:
    made = out("0.1.0", channel="unlisted")
    link = made.link
    assert new_link(made, by=people.owner).link != link
    promote(made, channel="beta", by=people.owner)
    assert (made.channel, made.link, latest()) == ("beta", "", "")
    promote(made, channel="stable", by=people.owner)
    assert latest() == "0.1.0"
    for channel in ("beta", "unlisted", "stable"):
        with pytest.raises(Refused, match="cannot go"):
            promote(made, channel=channel, by=people.owner)
    with pytest.raises(Refused, match="not unlisted"):
        new_link(made, by=people.owner)


# The end of a plugin.


def test_a_plugin_is_deprecated_in_favour_of_another(people: SimpleNamespace) -> None:
    plugin = out("0.1.0").plugin
    other = listed(package_bytes(name="better")).plugin
    deprecate(plugin, reason="no_maintainer", successor="acme/better", note="Moved on.", by=people.owner)
    assert (plugin.status, plugin.deprecation, plugin.successor) == ("deprecated", "no_maintainer", "acme/better")
    with pytest.raises(Refused, match="succeed itself"):
        deprecate(other, reason="no_maintainer", successor="acme/demo", by=people.owner)
    undeprecate(plugin, by=people.owner)
    assert (plugin.status, plugin.successor) == ("active", "")
    with pytest.raises(Refused, match="not deprecated"):
        undeprecate(plugin, by=people.owner)


def test_a_deprecation_has_a_reason_and_a_successor_that_is_there(people: SimpleNamespace) -> None:
    plugin = out("0.1.0").plugin
    with pytest.raises(Refused, match="one of the reasons"):
        deprecate(plugin, reason="bored", by=people.owner)
    with pytest.raises(Refused, match="no plugin acme/nothing"):
        deprecate(plugin, reason="no_maintainer", successor="acme/nothing", by=people.owner)
    with pytest.raises(Refused, match="Name the plugin"):
        deprecate(plugin, reason="ownership_transferred", by=people.owner)


def test_a_closed_plugin_opens_as_it_was(people: SimpleNamespace) -> None:
    plugin = out("0.1.0").plugin
    deprecate(plugin, reason="no_maintainer", by=people.owner)
    close(plugin, by=people.owner, note="Bye.")
    assert plugin.status == "closed"
    with pytest.raises(Refused, match="Open it again"):
        close(plugin, by=people.owner)
    reopen(plugin, by=people.owner)
    assert plugin.status == "deprecated"
    with pytest.raises(Refused, match="not closed"):
        reopen(plugin, by=people.owner)


# Giving it away.


def test_a_plugin_goes_to_another_organization_when_both_agree(people: SimpleNamespace) -> None:
    plugin = out("0.1.0").plugin
    token, _ = issue(people.acme, name="ci", by=people.owner, plugin_name="demo")
    made = offer(plugin, to=people.umbrella, by=people.owner, note="Yours.")
    for name in ("owner", "member", "staff", "reviewer"):
        with pytest.raises(NotAllowed):
            accept(made, by=getattr(people, name))
    taken = accept(made, by=people.stranger)
    assert (taken.organization, taken.status, taken.deprecation) == (
        people.umbrella,
        "deprecated",
        "ownership_transferred",
    )
    assert taken.successor == "umbrella/demo"
    token.refresh_from_db()
    assert token.revoked_at is not None
    with pytest.raises(Refused, match="not open any more"):
        accept(made, by=people.stranger)
    with pytest.raises(Refused, match="goes on as"):
        undeprecate(taken, by=people.stranger)


def test_only_owners_give_and_only_what_can_be_taken(people: SimpleNamespace) -> None:
    plugin = out("0.1.0").plugin
    for name in ("member", "stranger", "staff"):
        with pytest.raises(NotAllowed):
            offer(plugin, to=people.umbrella, by=getattr(people, name))
    with pytest.raises(Refused, match="another organization"):
        offer(plugin, to=people.acme, by=people.owner)
    listed(package_bytes(author="umbrella"), organization=people.umbrella)
    with pytest.raises(Refused, match="named demo already"):
        offer(plugin, to=people.umbrella, by=people.owner)


def test_an_offer_is_declined_by_one_side_and_withdrawn_by_the_other(people: SimpleNamespace) -> None:
    plugin = out("0.1.0").plugin
    first = offer(plugin, to=people.umbrella, by=people.owner)
    with pytest.raises(Refused, match="offered to somebody"):
        offer(plugin, to=people.umbrella, by=people.owner)
    with pytest.raises(NotAllowed):
        decline(first, by=people.member)
    assert decline(first, by=people.stranger).state == "declined"
    second = offer(plugin, to=people.umbrella, by=people.owner)
    assert decline(second, by=people.owner).state == "withdrawn"
    assert PluginTransfer.objects.filter(state="open").count() == 0


def test_who_took_over_steers_the_old_listing(people: SimpleNamespace) -> None:
    made = out("0.1.0")
    accept(offer(made.plugin, to=people.umbrella, by=people.owner), by=people.stranger)
    add_person(people.umbrella, email="member@example.org", role="member", by=people.stranger)
    made.plugin.refresh_from_db()
    assert made.plugin.organization == people.umbrella
    assert close(made.plugin, by=people.stranger).status == "closed"
