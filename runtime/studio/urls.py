"""Addresses of apps' HTTP API."""

from django.urls import URLPattern, URLResolver, path

from runtime.studio import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("chat-messages", api.chat_messages, name="chat-messages"),
    path("completion-messages", api.completion_messages, name="completion-messages"),
    path("workflows/run", api.run_workflow, name="run-workflow"),
    path("parameters", api.parameters, name="app-parameters"),
    path("info", api.about, name="app-info"),
    path("conversations", api.conversations, name="app-conversations"),
    path("messages", api.messages, name="app-messages"),
]
