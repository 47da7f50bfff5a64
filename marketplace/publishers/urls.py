"""Addresses of publishers: their API, and their pages below /publish/."""

from django.urls import URLPattern, URLResolver, include, path

from marketplace.publishers import api
from marketplace.publishers.pages import machines, organization, overview, plugin, privacy, staff, submission

scripts: list[URLPattern | URLResolver] = [
    path("publish", api.publish),
    path("publish/", api.publish),
    path("publish/whoami", api.who),
    path("publish/oidc/audience", api.audience),
    path("publish/oidc/exchange", api.exchange_identity),
    path("publish/submissions/<uuid:submission_id>", api.state),
    path("publish/<path:rest>", api.nothing),
    path("plugins/inner-upload", api.inner_upload),
    path("plugin-artifacts/<str:checksum>/scan-report", api.scan_report),
]
pages: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="publish"),
    path("new", overview.new_organization, name="publish-new"),
    path("claims", staff.claims, name="publish-claims"),
    path("claims/<int:claim_id>", staff.decide_claim, name="publish-claim-decide"),
    path("offers/<int:transfer_id>/<slug:answer>", overview.answer_offer, name="publish-offer"),
    path("submissions/<uuid:submission_id>", submission.submission, name="publish-submission"),
    path("submissions/<uuid:submission_id>/privacy", privacy.privacy, name="publish-privacy"),
    *(
        path(f"submissions/<uuid:submission_id>/{act}", submission.answer, {"act": act}, name=f"publish-{act}")
        for act in ("reply", "appeal", "withdraw")
    ),
    path("releases/<uuid:release_id>/<slug:act>", plugin.release_act, name="publish-release-act"),
    path("plugins/<slug:author>/<slug:name>", plugin.plugin, name="publish-plugin"),
    path("plugins/<slug:author>/<slug:name>/<slug:act>", plugin.plugin_act, name="publish-plugin-act"),
    path("<slug:handle>", organization.organization, name="publish-organization"),
    path("<slug:handle>/upload", submission.upload, name="publish-upload"),
    path("<slug:handle>/starter/<slug:category>", organization.starter, name="publish-starter"),
    path("<slug:handle>/people", organization.people, name="publish-people"),
    path("<slug:handle>/people/<int:person_id>", organization.person, name="publish-person"),
    path("<slug:handle>/tokens", machines.tokens, name="publish-tokens"),
    path("<slug:handle>/tokens/<uuid:token_id>/revoke", machines.revoke_token, name="publish-token-revoke"),
    path("<slug:handle>/trusted", machines.trusted, name="publish-trusted"),
    path("<slug:handle>/trusted/<int:trust_id>/remove", machines.distrust, name="publish-distrust"),
    path("<slug:handle>/about", organization.about, name="publish-about"),
    path("<slug:handle>/claim", organization.claim_name, name="publish-claim"),
    path("<slug:handle>/standing", organization.standing, name="publish-standing"),
    path("<slug:handle>/switch", organization.switch, name="publish-switch"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", include(scripts)), path("publish/", include(pages))]
