"""The Django application."""

from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "runtime"
