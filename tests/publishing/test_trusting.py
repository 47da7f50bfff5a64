"""Trusted publishing: identities of CI jobs from a real issuer, and every way in which one is not to be believed."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from marketplace.models import SpentIdentity, TrustedPublisher, UploadToken
from marketplace.publishers import identities
from marketplace.publishers.errors import NotAllowed, Refused
from marketplace.publishers.identities import claims_of
from marketplace.publishers.tokens import token_of
from marketplace.publishers.trusting import distrust_job, exchange, trust_job
from tests.publishing.issuer import AUDIENCE, GITHUB, GITLAB, Issuer, forged, issuing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Issuer]:
    with issuing() as made:
        yield made


@pytest.fixture
def issuer(server: Issuer, settings: Any) -> Issuer:
    settings.TRUSTED_ISSUERS = [server.address]
    settings.TRUSTED_AUDIENCE = AUDIENCE
    identities.forget_keys()
    server.published = dict(server.keys)
    server.asked = 0
    return server


@pytest.fixture
def trusted(people: SimpleNamespace, issuer: Issuer) -> TrustedPublisher:
    return trust(people, issuer)


def trust(people: SimpleNamespace, issuer: Issuer, **changes: str) -> TrustedPublisher:
    job = {
        "issuer": issuer.address,
        "plugin_name": "demo",
        "repository": "Acme/Demo",
        "workflow": "release.yml",
        "environment": "release",
    }
    return trust_job(people.acme, by=people.owner, **(job | changes))


@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_job_gets_a_token_for_one_plugin_and_a_quarter_of_an_hour(
    trusted: TrustedPublisher, issuer: Issuer, key: str
) -> None:
    made, text = exchange(issuer.token(key=key))
    found = token_of(f"Bearer {text}")
    assert (found, found.plugin_name, found.trust) == (made, "demo", trusted)
    assert made.expires_at is not None
    assert 14 * 60 < made.expires_at.timestamp() - time.time() <= 15 * 60
    assert made.claims["commit"] == GITHUB["sha"]
    assert made.claims["run"] == "https://github.com/acme/demo/actions/runs/77"


def test_jobs_of_gitlab_are_known_by_their_own_words(people: SimpleNamespace, issuer: Issuer) -> None:
    trust(people, issuer, workflow=".gitlab-ci.yml")
    made, _ = exchange(issuer.token(GITLAB))
    assert made.claims["workflow"] == ".gitlab-ci.yml"


def test_keys_are_asked_for_once(trusted: TrustedPublisher, issuer: Issuer) -> None:
    for _ in range(3):
        exchange(issuer.token())
    assert issuer.asked == 2


def test_an_issuer_that_does_not_answer_is_not_asked_over_and_over(
    trusted: TrustedPublisher, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can name it in a token, and everybody waits while it is asked."""
    monkeypatch.setattr(Issuer, "documents", lambda self: {})
    for _ in range(3):
        with pytest.raises(Refused, match="cannot be read now"):
            exchange(issuer.token())
    assert issuer.asked == 1
    monkeypatch.undo()
    identities._kept[issuer.address].tried -= identities.ASK_AGAIN_AFTER + 1
    assert exchange(issuer.token())


def test_an_unknown_key_is_asked_for_but_not_over_and_over(trusted: TrustedPublisher, issuer: Issuer) -> None:
    issuer.published.pop("ec")
    for _ in range(3):
        with pytest.raises(NotAllowed, match="publishes no such key"):
            exchange(issuer.token(key="ec"))
    assert issuer.asked == 2
    issuer.published["ec"] = issuer.keys["ec"]
    identities._kept[issuer.address].asked -= identities.ASK_AGAIN_AFTER + 1
    assert exchange(issuer.token(key="ec"))


def test_an_identity_is_good_once(trusted: TrustedPublisher, issuer: Issuer) -> None:
    token = issuer.token()
    exchange(token)
    with pytest.raises(NotAllowed) as refused:
        exchange(token)
    assert refused.value.code == "replayed"
    assert UploadToken.objects.count() == 1


def test_what_was_spent_is_forgotten_when_it_has_expired(trusted: TrustedPublisher, issuer: Issuer) -> None:
    exchange(issuer.token())
    SpentIdentity.objects.update(expires_at="2020-01-01T00:00:00Z")
    exchange(issuer.token())
    assert SpentIdentity.objects.count() == 1


NOW = int(time.time())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aud": "somebody-else"}, "audience"),
        ({"aud": ...}, "lacks the claim aud"),
        ({"exp": NOW - 3600, "iat": NOW - 7200}, "expired"),
        ({"exp": NOW + 86_400}, "more than an hour"),
        ({"exp": ...}, "lacks the claim exp"),
        ({"jti": ...}, "lacks the claim jti"),
        ({"iat": NOW + 3600, "nbf": NOW + 3600, "exp": NOW + 4000}, "clocks"),
        ({"iss": "https://evil.example.org"}, "does not trust the issuer"),
        ({"repository": "mallory/demo"}, "another repository"),
        ({"workflow_ref": "acme/demo/.github/workflows/other.yml@refs/heads/main"}, "other.yml"),
        ({"workflow_ref": "mallory/demo/.github/workflows/release.yml@x"}, "another repository"),
        ({"workflow_ref": "nonsense"}, "another repository"),
        ({"environment": "staging"}, "staging"),
        ({"environment": ...}, "No organization here trusts"),
        ({"event_name": "pull_request_target"}, "strangers"),
        ({"workflow_ref": ...}, "no CI job"),
    ],
)
def test_what_is_not_believed(trusted: TrustedPublisher, issuer: Issuer, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(NotAllowed, match=why):
        exchange(issuer.token(**changes))
    assert not UploadToken.objects.exists()
    assert not SpentIdentity.objects.exists()


def test_a_changed_token_is_refused(trusted: TrustedPublisher, issuer: Issuer) -> None:
    with pytest.raises(NotAllowed, match="signature"):
        exchange(forged(issuer.token(), repository="acme/demo", environment="release", extra=1))


def test_a_key_is_not_used_with_another_algorithm(trusted: TrustedPublisher, issuer: Issuer) -> None:
    public = issuer.jwk("rsa")["n"]
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    for algorithm, key in (("none", ""), ("HS256", public)):
        token = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "rsa"})
        with pytest.raises(NotAllowed, match="must be signed with"):
            exchange(token)
    crossed = jwt.encode(claims, issuer.keys["ec"], algorithm="ES256", headers={"kid": "rsa"})
    with pytest.raises(NotAllowed):
        exchange(crossed)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "x" * 20_000, "eyJhbGciOiJSUzI1NiJ9.e30.e30"])
def test_what_is_no_token_is_said_to_be_none(people: SimpleNamespace, issuer: Issuer, text: str) -> None:
    with pytest.raises(NotAllowed):
        exchange(text)


def test_an_issuer_that_cannot_be_reached_or_trusted_is_named(
    people: SimpleNamespace, settings: Any, issuer: Issuer
) -> None:
    settings.TRUSTED_ISSUERS = ["http://127.0.0.1:9", issuer.address + "/"]
    with pytest.raises(Refused, match="cannot be read now"):
        claims_of(issuer.token(iss="http://127.0.0.1:9"), audience=AUDIENCE)
    with pytest.raises(Refused, match="cannot be trusted"):
        claims_of(issuer.token(iss=issuer.address + "/"), audience=AUDIENCE)


def test_any_environment_is_one_without_a_name(people: SimpleNamespace, issuer: Issuer) -> None:
    trust(people, issuer, environment="")
    assert exchange(issuer.token(environment=...))
    assert exchange(issuer.token(environment="staging"))


def test_a_repository_made_anew_under_the_same_name_is_another_one(trusted: TrustedPublisher, issuer: Issuer) -> None:
    exchange(issuer.token())
    with pytest.raises(NotAllowed, match="No organization here trusts"):
        exchange(issuer.token(repository_id="2002"))


def test_a_job_that_is_trusted_with_several_plugins_says_which(people: SimpleNamespace, issuer: Issuer) -> None:
    trust(people, issuer)
    trust(people, issuer, plugin_name="other")
    with pytest.raises(Refused, match="acme/demo, acme/other"):
        exchange(issuer.token())
    assert exchange(issuer.token(), plugin_id="acme/other")[0].plugin_name == "other"
    with pytest.raises(NotAllowed):
        exchange(issuer.token(), plugin_id="umbrella/demo")


def test_tokens_end_with_the_trust(people: SimpleNamespace, trusted: TrustedPublisher, issuer: Issuer) -> None:
    _, text = exchange(issuer.token())
    distrust_job(trusted, by=people.owner)
    with pytest.raises(NotAllowed, match="not known"):
        token_of(f"Bearer {text}")


def test_only_listed_issuers_and_real_names_are_trusted(people: SimpleNamespace, issuer: Issuer) -> None:
    trust(people, issuer)
    with pytest.raises(Refused, match="already"):
        trust(people, issuer)
    with pytest.raises(Refused, match="small letters"):
        trust(people, issuer, plugin_name="Not A Name")
    with pytest.raises(Refused, match="issuer"):
        trust_job(
            people.acme,
            by=people.owner,
            issuer="https://evil.example.org",
            plugin_name="x",
            repository="a/b",
            workflow="w",
            environment="",
        )
