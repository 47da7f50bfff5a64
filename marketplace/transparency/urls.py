"""Addresses of the log, the keys and the block list."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from marketplace.transparency import api, pages


class Fingerprint(StringConverter):
    regex = "[0-9a-f]{64}"


register_converter(Fingerprint, "fingerprint")

urlpatterns = [
    path("api/v1/keys", api.keys, name="keys"),
    path("api/v1/keys/<fingerprint:fingerprint>.pem", api.key_file, name="key-file"),
    path("api/v1/recalls", api.recalls, name="recalls-list"),
    path("transparency/", pages.log, name="transparency"),
    path("transparency/leaf/<int:position>", pages.leaf, name="log-leaf"),
    path("transparency/records", pages.record, name="review-record"),
    path("transparency/recalls", pages.recalls, name="recalls"),
    path("transparency/head", api.head),
    path("transparency/leaves", api.leaves, name="log-leaves"),
    path("transparency/inclusion", api.inclusion),
    path("transparency/consistency", api.consistency),
    path("transparency/record", api.record, name="record-document"),
]
