"""Screening of submissions: rows, workers that die, what follows; the copy of advisories."""

import json
import zipfile
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace import keeping
from marketplace.models import KnownAdvisory, Organization, PrivacyStatement, ScreeningSection, Submission, User
from marketplace.privacy import Statement
from marketplace.screening import running, stating
from marketplace.screening.advisories import Copy, affects
from tests.screening.making import package, tool

State = ScreeningSection.State


@pytest.fixture
def submission(db, tmp_path):
    return submit(tmp_path)


def submit(folder, version="0.0.1", **changed):
    from marketplace.difypkg import build_package

    package(folder / "source", **changed).close()
    data = build_package(folder / "source")
    owner = User.objects.get_or_create(email="owner@example.org")[0]
    acme = Organization.objects.get_or_create(handle="acme", defaults={"name": "Acme"})[0]
    return Submission.objects.create(
        organization=acme,
        plugin_id="acme/weather",
        version=version,
        unique_identifier=f"acme/weather:{version}@{'0' * 64}",
        package=keeping.keep(data),
        size=len(data),
        notes="x",
        made_by=owner,
        state=Submission.State.SCREENING,
    )


def states(submission):
    return dict(submission.sections.values_list("check_name", "state"))


def test_rows_are_laid_out_run_and_the_submission_moves_on(submission) -> None:
    running.lay_out(submission)
    assert set(states(submission).values()) == {State.WAITING}
    assert running.progress(submission) == {"done": 0, "all": 14, "running": ""}
    running.screen_submission(submission.pk)
    submission.refresh_from_db()
    assert submission.state == Submission.State.QUEUED
    found = states(submission)
    assert found["permissions"] == State.PASSED
    assert found["vulnerabilities"] == State.NOT_SCANNED
    assert "Not scanned: vulnerabilities" in submission.events.get().note
    hosts = submission.sections.get(check_name="network").evidence["hosts"]
    assert [one["host"] for one in hosts] == ["api.weather-acme.com"]


def test_told_twice_it_is_done_once(submission) -> None:
    for _ in range(2):
        running.screen_submission(submission.pk)
    assert submission.sections.count() == 14
    assert submission.events.count() == 1


def test_a_check_that_a_dead_worker_has_held_is_taken_again(submission) -> None:
    running.lay_out(submission)
    row = submission.sections.filter(check_name="secrets")
    row.update(state=State.RUNNING, started_at=timezone.now())
    running.screen_submission(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, states(submission)["secrets"]) == (Submission.State.SCREENING, State.RUNNING)
    row.update(started_at=timezone.now() - timedelta(hours=1))
    running.screen_submission(submission.pk)
    submission.refresh_from_db()
    assert submission.state == Submission.State.QUEUED


def test_a_package_that_is_gone_is_never_clean(submission) -> None:
    keeping.storage().delete(keeping.place(submission.package))
    running.screen_submission(submission.pk)
    assert set(states(submission).values()) == {State.FAILED}
    assert submission.reasons.filter(code="check_failed").exists()


def test_findings_are_kept_with_their_places_and_stay_settled(db, tmp_path) -> None:
    submission = submit(tmp_path, tools__weather_dot_py=tool("self.session.model.llm.invoke(None, [])"))
    running.screen_submission(submission.pk)
    finding = submission.sections.get(check_name="permissions").findings.get(rule="permissions.undeclared")
    assert (finding.path, finding.blocking, finding.severity) == ("tools/weather.py", True, "error")
    assert submission.reasons.filter(code="finding_blocks", detail__contains="permissions.undeclared").exists()
    finding.settled_by, finding.settled_reason, finding.settled_at = submission.made_by, "known", timezone.now()
    finding.save()
    Submission.objects.filter(pk=submission.pk).update(state="screening", moved_at=timezone.now())
    submission.refresh_from_db()
    running.lay_out(submission)
    running.screen_submission(submission.pk)
    again = submission.sections.get(check_name="permissions").findings.get(rule="permissions.undeclared")
    assert (again.pk != finding.pk, again.settled_reason) == (True, "known")


def test_a_guessed_statement_waits_for_a_person(submission) -> None:
    running.screen_submission(submission.pk)
    row = PrivacyStatement.objects.get(submission=submission)
    assert (row.source, row.confirmed_at) == ("guess", None)
    assert "guessed" in {one["key"] for one in row.checklist}
    assert submission.reasons.filter(code="privacy_unconfirmed").exists()


def test_a_statement_of_the_package_is_its_publishers(db, tmp_path) -> None:
    uses = "uses: [{data: content, recipients: [W]}, {data: credentials, recipients: [W]}]"
    text = f"{uses}\nrecipients: [{{name: W, hosts: [weather-acme.com], policy: 'https://a.io'}}]\n"
    submission = submit(tmp_path, **{"privacy.yaml": text})
    running.screen_submission(submission.pk)
    row = PrivacyStatement.objects.get(submission=submission)
    assert (row.source, row.confirmed_by, row.checklist) == ("file", submission.made_by, [])


def test_what_a_person_has_said_is_kept_and_answers_survive(submission) -> None:
    stating.state_by_form(submission, Statement(collects_nothing=True), by=submission.made_by)
    running.screen_submission(submission.pk)
    row = PrivacyStatement.objects.get(submission=submission)
    assert (row.source, row.statement["collects_nothing"]) == ("form", True)
    assert "nothing" in {one["key"] for one in row.checklist}
    assert submission.sections.get(check_name="privacy").findings.filter(rule="privacy.denies-collection").exists()
    row.checklist[0] |= {"answer": "explained", "reason": "so"}
    row.save()
    stating.keep_statement(submission)
    row.refresh_from_db()
    assert row.checklist[0]["answer"] == "explained"


def test_a_host_of_the_dry_run_is_a_point_unless_it_is_a_stated_recipient(submission) -> None:
    """A machine at home is the user's own."""
    running.screen_submission(submission.pk)
    section = submission.sections.get(check_name="rehearsal")
    assert section.state == State.NOT_SCANNED
    section.evidence = {
        "hosts": [{"host": "beacon.metrics-hub.io"}, {"host": "api.weather-acme.com"}, {"host": "nas.local"}]
    }
    section.save()
    recipient = {"name": "W", "hosts": ["weather-acme.com"], "policy": "https://weather-acme.com/privacy"}
    stating.state_by_form(submission, Statement.model_validate({"recipients": [recipient]}), by=submission.made_by)
    row = stating.keep_statement(submission)
    told = {one["key"]: one["text"] for one in (row.checklist if row else []) if "dry run" in one["text"]}
    assert told == {
        "host:beacon.metrics-hub.io": "beacon.metrics-hub.io was seen in the dry run, and is no stated recipient."
    }


def advisory(name="requests", **affected):
    entry = {"package": {"ecosystem": "PyPI", "name": name}, **affected}
    return {"id": f"GHSA-{name}", "summary": "bad", "affected": [entry]}


RANGE = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.32.5"}]}]


def test_advisories_come_from_a_zip_or_a_folder(db, tmp_path, capsys) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a.json", json.dumps(advisory(ranges=RANGE)))
        archive.writestr("b.json", json.dumps(advisory("Other_Thing", versions=["1.0"]) | {"withdrawn": "2026"}))
        archive.writestr("c.json", "{")
        archive.writestr("d.json", json.dumps(advisory("Other_Thing", versions=["1.0"]) | {"id": "MAL-1"}))
    call_command("advisories", str(tmp_path / "all.zip"))
    assert "2 advisories" in capsys.readouterr().out
    assert [one.id for one in Copy().affecting("requests", "2.32.4")] == ["GHSA-requests"]
    assert Copy().affecting("requests", "2.32.5") == []
    assert Copy().affecting("other-thing", "1.0")[0].malicious
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x.json").write_text(json.dumps(advisory(ranges=RANGE)))
    call_command("advisories", str(tmp_path / "folder"))
    assert KnownAdvisory.objects.count() == 1
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="holds no advisory"):
        call_command("advisories", str(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("version", "events", "hit"),
    [
        ("1.0", [{"introduced": "0"}], True),
        ("1.5", [{"introduced": "1.0"}, {"fixed": "1.4"}, {"introduced": "2.0"}], False),
        ("2.1", [{"introduced": "1.0"}, {"fixed": "1.4"}, {"introduced": "2.0"}], True),
        ("1.4", [{"introduced": "1.0"}, {"last_affected": "1.4"}], True),
        ("1.4.1", [{"introduced": "1.0"}, {"last_affected": "1.4"}], False),
        ("odd", [{"introduced": "0"}], False),
    ],
)
def test_ranges_are_read_as_osv_has_them(version, events, hit) -> None:
    assert affects(version, [], [events]) is hit


def test_known_vulnerabilities_of_a_submission_are_found(submission) -> None:
    KnownAdvisory.objects.create(identifier="GHSA-1", package="requests", versions=["2.32.4"], summary="bad")
    running.screen_submission(submission.pk)
    section = submission.sections.get(check_name="vulnerabilities")
    assert (section.state, section.findings.get().rule) == (State.FINDINGS, "dependencies.vulnerable")


def test_a_copy_of_another_plugin_is_noticed(db, tmp_path) -> None:
    first = submit(tmp_path / "a")
    running.screen_submission(first.pk)
    Submission.objects.filter(pk=first.pk).update(plugin_id="other/weather", state="released")
    second = submit(tmp_path / "b")
    running.screen_submission(second.pk)
    finding = second.sections.get(check_name="similarity").findings.get()
    assert "other/weather" in finding.message


def test_a_flood_of_notes_hides_nothing_that_blocks(db, tmp_path) -> None:
    names = [f"some-name-{number}>=1" for number in range(2100)]
    flooded = submit(tmp_path, **{"requirements.txt": "\n".join([*names, "reqeusts==2.32.4"])})
    running.screen_submission(flooded.pk)
    section = flooded.sections.get(check_name="dependencies")
    assert (section.findings.count(), section.findings.filter(blocking=True).count()) == (2000, 1)


def test_texts_that_no_database_takes_are_kept_without_what_it_refuses(db, tmp_path) -> None:
    code = tool("x = '\\0\\ud800 self.__globals__[1]'")
    odd = submit(tmp_path, **{"tools/weather.py": code})
    running.screen_submission(odd.pk)
    odd.refresh_from_db()
    assert odd.state == Submission.State.QUEUED
    assert State.FAILED not in states(odd).values()
    assert odd.sections.get(check_name="execution").findings.filter(evidence__startswith="\ufffd? self").exists()
