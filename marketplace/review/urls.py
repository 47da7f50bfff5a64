"""Addresses of the review desk and of the rule book."""

from django.urls import path

from marketplace.review.pages import acts, administration, book, figures, files, queue, submission

ONE = "desk/submissions/<uuid:submission_id>"

urlpatterns = [
    path("desk/", queue.queue_page, name="desk"),
    path("desk/batch", queue.batch, name="desk-batch"),
    path("desk/statistics", figures.statistics, name="desk-statistics"),
    path("desk/administration", administration.overview, name="desk-administration"),
    path("desk/administration/policy", administration.policy_act, name="desk-policy"),
    path("desk/administration/reviewers", administration.reviewer_act, name="desk-reviewer"),
    path("desk/administration/standing", administration.standing_act, name="desk-standing"),
    path("desk/administration/reports/<int:report_id>", administration.report_act, name="desk-report"),
    path("desk/audit", administration.audit, name="desk-audit"),
    path(ONE, submission.submission, name="desk-submission"),
    path(f"{ONE}/files", files.files, name="desk-files"),
    path(f"{ONE}/files/<path:path>", files.files, name="desk-file"),
    path(f"{ONE}/raw/<path:path>", files.raw, name="desk-raw"),
    path(f"{ONE}/changes", files.changes, name="desk-changes"),
    path(f"{ONE}/changes/<path:path>", files.changes, name="desk-change"),
    path(f"{ONE}/claim", acts.act(acts.claim), name="desk-claim"),
    path(f"{ONE}/let-go", acts.act(acts.let_go), name="desk-let-go"),
    path(f"{ONE}/ping", acts.ping, name="desk-ping"),
    path(f"{ONE}/approve", acts.act(acts.approve), name="desk-approve"),
    path(f"{ONE}/send-back", acts.act(acts.send_back), name="desk-send-back"),
    path(f"{ONE}/reject", acts.act(acts.reject), name="desk-reject"),
    path(f"{ONE}/escalate", acts.act(acts.escalate), name="desk-escalate"),
    path(f"{ONE}/screen", acts.act(acts.screen_again), name="desk-screen"),
    path(f"{ONE}/take-back", acts.act(acts.take_back), name="desk-take-back"),
    path(f"{ONE}/comments", acts.act(acts.comment, anchor="#thread"), name="desk-comment"),
    path(f"{ONE}/comments/<int:comment_id>/resolve", acts.act(acts.resolve, anchor="#thread"), name="desk-resolve"),
    path(f"{ONE}/findings/<int:finding_id>", acts.act(acts.settle, anchor="#screening"), name="desk-settle"),
    path(f"{ONE}/privacy", acts.act(acts.privacy_answer, anchor="#privacy"), name="desk-privacy"),
    path(f"{ONE}/privacy/complete", acts.act(acts.privacy_complete, anchor="#privacy"), name="desk-privacy-complete"),
    path("rules/", book.book, name="rules"),
    path("rules/<slug:rule_id>", book.rule, name="rule"),
]
