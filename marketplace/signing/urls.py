"""Addresses of what staff and reviewers do with keys and recalls."""

from django.urls import path

from marketplace.signing.pages import keys, own, recalls, trail

urlpatterns = [
    path("desk/keys", keys.overview, name="desk-keys"),
    path("desk/keys/<uuid:key_id>/retire", keys.retire, name="key-retire"),
    path("desk/keys/<uuid:key_id>/revoke", keys.revoke, name="key-revoke"),
    path("desk/signing/<int:request_id>", keys.answer, name="signing-answer"),
    path("desk/signing/<int:request_id>/again", keys.again, name="signing-again"),
    path("desk/key", own.own, name="desk-own-key"),
    path("desk/recalls", recalls.overview, name="desk-recalls"),
    path("desk/recalls/<int:number>/lift", recalls.lift, name="recall-lift"),
    path("desk/audit/export", trail.export, name="audit-export"),
]
