"""What a CI job's identity says of it (pure): repository, workflow, environment, in the words of its CI system."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.publishers.errors import NotAllowed

# Events in which strangers choose what runs with the rights of the repository.
STRANGERS = frozenset({"pull_request_target", "issue_comment", "workflow_run"})
LONGEST_SHOWN = 400


@dataclass(frozen=True)
class Job:
    """A CI job. `repository_id` is what stays when a repository is renamed, and changes when it is made anew."""

    repository: str
    workflow: str
    environment: str
    repository_id: str
    commit: str
    ref: str
    run: str  # an address, for people


def github(claims: Mapping[str, Any]) -> Job:
    """GitHub Actions: `workflow_ref` is owner/name/.github/workflows/file@ref."""
    if str(claims.get("event_name")) in STRANGERS:
        raise NotAllowed(
            "untrusted_event", f"Jobs of the event {claims['event_name']} cannot publish: strangers can start them."
        )
    repository = text(claims, "repository")
    found = re.fullmatch(r"(.+)/\.github/workflows/([^/@]+)@.*", text(claims, "workflow_ref"))
    if not found or found[1].lower() != repository.lower():
        raise NotAllowed("untrusted_workflow", "The workflow is of another repository. Publish from one of your own.")
    run, server = text(claims, "run_id"), text(claims, "server_url") or "https://github.com"
    return Job(
        repository=repository,
        workflow=found[2],
        environment=text(claims, "environment"),
        repository_id=text(claims, "repository_id"),
        commit=text(claims, "sha"),
        ref=text(claims, "ref"),
        run=f"{server}/{repository}/actions/runs/{run}" if run else "",
    )


def gitlab(claims: Mapping[str, Any]) -> Job:
    """GitLab CI: `ci_config_ref_uri` is host/group/project//file@ref."""
    repository = text(claims, "project_path")
    found = re.fullmatch(r"[^/]+/(.+)//([^@]+)@.*", text(claims, "ci_config_ref_uri"))
    if not found or found[1].lower() != repository.lower():
        raise NotAllowed("untrusted_workflow", "The pipeline is of another project. Publish from one of your own.")
    return Job(
        repository=repository,
        workflow=found[2],
        environment=text(claims, "environment"),
        repository_id=text(claims, "project_id"),
        commit=text(claims, "sha"),
        ref=text(claims, "ref_path") or text(claims, "ref"),
        run=text(claims, "job_url"),
    )


READERS: dict[str, Callable[[Mapping[str, Any]], Job]] = {"workflow_ref": github, "ci_config_ref_uri": gitlab}


def job_of(claims: Mapping[str, Any]) -> Job:
    """The job that the claims speak of. Raises NotAllowed for an identity of something else."""
    reader = next((READERS[name] for name in READERS if name in claims), None)
    if reader is None:
        raise NotAllowed(
            "no_job", "This identity is of no CI job that we know: it names neither workflow nor pipeline."
        )
    return reader(claims)


def text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return str(value)[:LONGEST_SHOWN] if isinstance(value, str | int) else ""
