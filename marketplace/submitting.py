"""Handing in a package: one path for the form, the API, the command and CI jobs.

1. The package is opened and compared with what is known (Refused lists all that is wrong, in sentences).
2. It is kept by its hash, and a submission of it is received: a draft that its publisher can still complete.
3. Once its notes are there it is handed in: review.move sends it to screening, and older ones make way for it.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from marketplace import auditing, keeping
from marketplace.difypkg import BadPackage, Package, open_package
from marketplace.models import Organization, Plugin, Release, Submission, User
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.protecting import check_new_plugin
from marketplace.releasing import package_limits, privacy_policy
from marketplace.review import move
from marketplace.review.placing import OPEN
from marketplace.review.reasons import give_reason
from marketplace.versions import is_stable, order

State = Submission.State
Channel = Release.Channel
LONGEST_NOTES = 20_000
TOO_LARGE = {"package-too-large", "unpacked-too-large", "file-too-large"}


class Unfit(Refused):
    """What is wrong with a package or with what was said of it: one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("unfit", " ".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a publisher says of a release: what is new, for whom, and for how many of them at first."""

    notes: str = ""
    channel: str = Channel.STABLE
    rollout: int = 100


@dataclass(frozen=True, kw_only=True)
class Sender:
    """In whose name a package comes: a person, a token or a CI job, and what the latter has shown."""

    by: User | None
    made_with: str = ""
    provenance: dict[str, Any] | None = None
    plugin_name: str = ""  # the one plugin that a token is for, "" = any


def submit(
    data: bytes,
    *,
    organization: Organization,
    by: User | None,
    made_with: str = "",
    channel: str = Channel.STABLE,
    notes: str,
    rollout: int = 100,
    provenance: dict[str, Any] | None = None,
) -> Submission:
    """Receive a package and hand it in at once. Raises Unfit, Refused, NotAllowed."""
    sender = Sender(by=by, made_with=made_with, provenance=provenance)
    received = receive(data, organization=organization, sender=sender)
    return hand_in(received, Terms(notes=notes, channel=channel, rollout=rollout), sender=sender)


def receive(data: bytes, *, organization: Organization, sender: Sender) -> Submission:
    """A package as a submission that its publisher has still to complete. The same bytes again are the same submission.

    Raises Unfit with all that is wrong with the package; NotAllowed: the token is for another plugin.
    """
    with opened(data) as package:
        if sender.plugin_name and package.manifest.name != sender.plugin_name:
            raise NotAllowed("token_scope", f"This token is for {organization.handle}/{sender.plugin_name} only.")
        check(package, organization)
        digest = keeping.keep(data)
        with transaction.atomic():
            return found(package, digest) or write(package, digest, organization=organization, sender=sender)


def opened(data: bytes) -> Package:
    try:
        return open_package(data, package_limits())
    except BadPackage as error:
        raise Unfit([f"The package is refused: {error}" + how_much(error)]) from error


def how_much(error: BadPackage) -> str:
    """Of a package that is too large the sentence on how large one may be."""
    if error.rule not in TOO_LARGE:
        return ""
    most = settings.MAX_PLUGIN_PACKAGE_SIZE
    return f". Here a package has at most {filesizeformat(most)} ({most} bytes), packed and also unpacked."


def check(package: Package, organization: Organization) -> None:
    """Raises Unfit: whose it is, its version, and what every listed plugin needs."""
    problems = [*ownership(package, organization), *shape(package)]
    if not problems:
        problems = versions(package)
    if problems:
        raise Unfit(problems)


def ownership(package: Package, organization: Organization) -> list[str]:
    author, plugin_id = package.manifest.author, package.plugin_id
    if organization.closed_at:
        return [f"{organization} is closed. One of its owners can open it again."]
    if author != organization.handle:
        return [
            f"The manifest’s author is {author}, but you publish as {organization.handle}. Set author: {organization.handle}."
        ]
    plugin = Plugin.objects.select_related("organization").filter(plugin_id=plugin_id).first()
    if plugin is None or (plugin.organization_id == organization.pk and plugin.status in ("active", "deprecated")):
        return []
    if plugin.organization_id != organization.pk:
        return [f"{plugin_id} was given to {plugin.organization}, who publish it as {plugin.successor}."]
    if plugin.status == Plugin.Status.RECALLED:
        return [f"{plugin_id} was recalled. Ask whoever runs this marketplace."]
    return [f"{plugin_id} is closed. Open it again on its page, then publish."]


def shape(package: Package) -> list[str]:
    """What is missing that a listing needs."""
    problems = []
    if not package.readmes().get("en_US", "").strip():
        problems.append("README.md is missing or empty. Say what the plugin does and how it is set up.")
    if not privacy_policy(package).strip():
        problems.append("PRIVACY.md is missing or empty. Say which data the plugin collects and where it sends them.")
    return problems


def versions(package: Package) -> list[str]:
    newest = Release.objects.filter(plugin__plugin_id=package.plugin_id).order_by("-order").first()
    if newest is not None and order(package.version) <= newest.order:
        return [
            f"Version {package.version} is not above {newest.version}, which is released. Raise version in manifest.yaml."
        ]
    return []


def found(package: Package, digest: str) -> Submission | None:
    """The open submission of exactly this file, so that a script that runs twice hands in once."""
    same = Submission.objects.filter(plugin_id=package.plugin_id, package=digest, state__in=OPEN)
    return same.order_by("-created_at").first()


def write(package: Package, digest: str, *, organization: Organization, sender: Sender) -> Submission:
    listing = Plugin.objects.filter(plugin_id=package.plugin_id).first()
    name, label = package.manifest.name, package.declaration()["label"].get("en_US", "")
    doubt = "" if listing else check_new_plugin(organization, name, label)
    made = Submission.objects.create(
        organization=organization,
        listing=listing,
        plugin_id=package.plugin_id,
        version=package.version,
        unique_identifier=package.unique_identifier,
        package=digest,
        size=package.size,
        declaration=package.declaration(),
        made_by=sender.by,
        made_with=sender.made_with[:300],
        provenance=sender.provenance or {},
    )
    if doubt:
        give_reason(made, "name_looks_alike", doubt)
    after = {"version": made.version, "package": digest, "with": sender.made_with}
    auditing.record("submission.receive", made.plugin_id, by=sender.by or sender.made_with, after=after)
    return made


def hand_in(submission: Submission, terms: Terms, *, sender: Sender) -> Submission:
    """Send a received package to screening and review, with what its publisher says of it. Raises Unfit, ReviewError.

    One that is under way already is given back as it is.
    """
    if submission.state != State.RECEIVED:
        return submission
    if problems := unfit(submission, terms):
        raise Unfit(problems)
    with transaction.atomic():
        submission.notes = terms.notes.strip()
        submission.channel, submission.rollout = terms.channel, terms.rollout
        submission.save(update_fields=["notes", "channel", "rollout"])
        # a script acts for the organization: for the state machine it is the program
        person = None if sender.made_with else sender.by
        return move(submission, to=State.SCREENING, by=person, actor=sender.made_with, note="Handed in.")


def unfit(submission: Submission, terms: Terms) -> list[str]:
    """What is wrong with the terms of a release."""
    problems = []
    notes = terms.notes.strip()
    if not notes:
        problems.append("Release notes are missing. Say what is new for those who use the plugin.")
    elif len(notes) > LONGEST_NOTES:
        problems.append(f"The release notes have {len(notes)} characters; at most {LONGEST_NOTES} are shown.")
    if terms.channel not in Channel.values:
        problems.append(f"There is no channel {terms.channel}. Choose one of {', '.join(Channel.values)}.")
    if terms.channel == Channel.STABLE and not is_stable(submission.version):
        problems.append(
            f"{submission.version} is a pre-release by its number, and Dify cannot compare it with others. Choose the channel "
            "beta or unlisted, or a version of three numbers."
        )
    return [*problems, *rollout_problems(submission, terms)]


def rollout_problems(submission: Submission, terms: Terms) -> list[str]:
    if not 1 <= terms.rollout <= 100:
        return ["A rollout is a percentage from 1 to 100."]
    if terms.rollout == 100:
        return []
    if terms.channel != Channel.STABLE:
        return ["Only the channel stable is rolled out in steps. Set the rollout to 100."]
    listing = submission.listing
    if listing is None or listing.latest_id is None:
        return ["The first stable release goes to everybody: there is nothing yet that the others could have."]
    return []
