"""The Django application."""

from django.apps import AppConfig


class DebuggingConfig(AppConfig):
    name = "debugging"
