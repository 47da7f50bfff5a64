"""Trusted publishing: a CI job shows who it is and gets an upload token for minutes; no secret is stored anywhere.

A job may be trusted with a plugin that does not exist yet: its first upload makes it.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from marketplace import auditing
from marketplace.models import Organization, SpentIdentity, TrustedPublisher, UploadToken, User
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.identities import LEEWAY, claims_of
from marketplace.publishers.jobs import Job, job_of
from marketplace.publishers.tokens import PLUGIN_NAME, issue_to_job

LIFETIME = timedelta(minutes=15)


@transaction.atomic
def trust_job(organization: Organization, *, by: User, **job: str) -> TrustedPublisher:
    """Let a CI job publish one plugin: plugin_name, issuer, repository, workflow, environment ("" = any)."""
    if not PLUGIN_NAME.match(job["plugin_name"]):
        raise Refused("plugin_name", "A plugin’s name has small letters, digits, - and _ only.")
    if job["issuer"] not in settings.TRUSTED_ISSUERS:
        raise Refused("unknown_issuer", "This marketplace does not trust this issuer.")
    job["workflow"] = job["workflow"].strip().rpartition("/")[2]
    made, is_new = TrustedPublisher.objects.get_or_create(organization=organization, **job, defaults={"made_by": by})
    if not is_new:
        raise Refused("present", "This job is trusted with this plugin already.")
    auditing.record("trust.add", organization.handle, by=by, after=job)
    return made


@transaction.atomic
def distrust_job(trust: TrustedPublisher, *, by: User) -> None:
    """End the trust, and with it the tokens that were given for it."""
    auditing.record(
        "trust.remove", trust.organization.handle, by=by, before={"job": str(trust), "issuer": trust.issuer}
    )
    trust.delete()


def exchange(identity: str, *, plugin_id: str = "") -> tuple[UploadToken, str]:
    """An upload token for the CI job whose identity this is; good for 15 minutes, and the identity for this once.

    `plugin_id` says which plugin, where the job is trusted with several. Raises NotAllowed, Refused.
    """
    claims = claims_of(identity, audience=settings.TRUSTED_AUDIENCE)
    job = job_of(claims)
    trust = trust_in(job, str(claims["iss"]), plugin_id)
    with transaction.atomic():
        spend(claims)
        remember(trust, job)
        made, text = issue_to_job(trust, claims=told(job, claims), lifetime=LIFETIME)
        after = {"job": str(trust), "commit": job.commit, "run": job.run}
        auditing.record("trust.use", trust.organization.handle, by=f"{job.repository} {job.workflow}", after=after)
    return made, text


def trust_in(job: Job, issuer: str, plugin_id: str) -> TrustedPublisher:
    found = TrustedPublisher.objects.select_related("organization").filter(
        issuer=issuer, workflow=job.workflow, environment__in=["", job.environment], organization__closed_at=None
    )
    found = found.alias(lowered=Lower("repository")).filter(lowered=job.repository.lower())
    rows = [one for one in found if not one.repository_id or one.repository_id == job.repository_id]
    if plugin_id:
        rows = [one for one in rows if named(one) == plugin_id]
    if not rows:
        where = f" in the environment {job.environment}" if job.environment else ""
        raise NotAllowed(
            "not_trusted",
            f"No organization here trusts {job.repository} with the workflow {job.workflow}{where}"
            f"{f' for {plugin_id}' if plugin_id else ''}. Add it on your organization’s page under Trusted jobs.",
        )
    if len({named(one) for one in rows}) > 1:
        names = ", ".join(sorted({named(one) for one in rows}))
        raise Refused("which_plugin", f"This job is trusted with several plugins: {names}. Say which with plugin.")
    # the one that says most about its environment
    return max(rows, key=lambda one: bool(one.environment))


def named(trust: TrustedPublisher) -> str:
    return f"{trust.organization.handle}/{trust.plugin_name}"


def spend(claims: dict[str, Any]) -> None:
    """Remember that this identity was used, until it has expired. Raises NotAllowed if it was used before."""
    SpentIdentity.objects.filter(expires_at__lt=timezone.now()).delete()
    digest = sha256(f"{claims['iss']}\n{claims['jti']}".encode()).hexdigest()
    until = datetime.fromtimestamp(claims["exp"], UTC) + timedelta(seconds=2 * LEEWAY)
    try:
        with transaction.atomic():
            SpentIdentity.objects.create(digest=digest, expires_at=until)
    except IntegrityError:
        raise NotAllowed("replayed", "This identity token was used before. Ask the CI system for a new one.") from None


def remember(trust: TrustedPublisher, job: Job) -> None:
    """The repository that came first is the one that is trusted: another one of its name later on is not."""
    trust.used_at = timezone.now()
    trust.repository_id = trust.repository_id or job.repository_id
    trust.save(update_fields=["used_at", "repository_id"])


def told(job: Job, claims: dict[str, Any]) -> dict[str, Any]:
    """What the release tells everybody of the job that published it."""
    return {
        "issuer": claims["iss"],
        "subject": str(claims.get("sub", ""))[:400],
        "repository": job.repository,
        "workflow": job.workflow,
        "environment": job.environment,
        "commit": job.commit,
        "ref": job.ref,
        "run": job.run,
    }
