"""Addresses of a workspace's pages."""

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from runtime.pages import (
    apps,
    chat,
    credentials,
    logs,
    nodes,
    packages,
    plugin,
    plugins,
    run,
    running,
    signing_in,
    tasks,
    usage,
)


class PluginId(StringConverter):
    """`author/name`, or `name` alone (protocol.md 1.5)."""

    regex = "(?:[a-z0-9_-]{1,64}/)?[a-z0-9_-]{1,255}"


register_converter(PluginId, "plugin_id")

plugin_pages: list[URLPattern | URLResolver] = [
    path("permissions", plugin.permission, name="plugin-permissions"),
    path("signature", plugin.signature, name="plugin-signature"),
    path("activity", running.activity, name="plugin-activity"),
    path("recall", plugin.override, name="plugin-recall"),
    path("running", running.plugin_policy, name="plugin-running"),
    path("restart", plugin.restart, name="plugin-restart"),
    path("uninstall", plugin.uninstall, name="plugin-uninstall"),
    path("offers/<slug:name>", plugin.section, name="plugin-section"),
    path("run/tool/<str:name>", run.tool, name="run-tool"),
    path("run/model", run.model, name="run-model"),
    path("usage", usage.usage, name="plugin-usage"),
    path("usage/file", usage.download, name="plugin-usage-file"),
    path("logs", logs.logs, name="plugin-logs"),
    path("logs/file", logs.download, name="plugin-log-file"),
    path("logs/stream", logs.follow, name="plugin-log-stream"),
]
credential_pages: list[URLPattern | URLResolver] = [
    path("", credentials.of_plugin, name="plugin-credentials"),
    path("add/<slug:kind>", credentials.add, name="credential-add"),
    path("client/<slug:kind>", signing_in.client, name="oauth-client"),
    path("sign-in/<slug:kind>", signing_in.begin, name="oauth-begin"),
    path("<uuid:pk>", credentials.edit, name="credential-edit"),
    path("<uuid:pk>/default", credentials.default, name="credential-default"),
    path("<uuid:pk>/test", credentials.test, name="credential-test"),
]
app_pages: list[URLPattern | URLResolver] = [
    path("", chat.talk, name="app"),
    path("c/<uuid:conversation_id>", chat.talk, name="app-conversation"),
    path("c/<uuid:conversation_id>/forget", chat.forget, name="conversation-forget"),
    path("conversations", chat.conversations, name="conversations"),
    path("edit", apps.edit, name="app-edit"),
    path("access", apps.access, name="app-access"),
    path("usage", usage.of_app, name="app-usage"),
    path("access/<int:key>/delete", apps.drop_key, name="app-key-delete"),
    path("delete", apps.delete, name="app-delete"),
]
workspace_pages: list[URLPattern | URLResolver] = [
    path("plugins", plugins.plugins, name="plugins"),
    path("running", running.running, name="running"),
    path("running/policy", running.workspace_policy, name="workspace-running"),
    path("plugins/-/states", plugins.states, name="plugin-states"),
    path("plugins/<plugin_id:plugin_id>", plugin.overview, name="plugin"),
    path("plugins/<plugin_id:plugin_id>/-/", include(plugin_pages)),
    path("plugins/<plugin_id:plugin_id>/-/credentials/", include(credential_pages)),
    path("apps", apps.listed, name="apps"),
    path("apps/new", apps.new, name="new-app"),
    path("apps/<uuid:pk>/", include(app_pages)),
    path("credentials", credentials.of_workspace, name="credentials"),
    path("credentials/<uuid:pk>/remove", credentials.remove, name="credential-remove"),
    path("upload", packages.upload, name="upload"),
    path("install", packages.install, name="install"),
    path("asset/<str:asset_id>", packages.asset, name="plugin-asset"),
    path("activity", tasks.tasks, name="tasks"),
    path("activity/<uuid:task_id>", tasks.task, name="task"),
    path("activity/<uuid:task_id>/retry", tasks.retry, name="task-retry"),
    path("activity/<uuid:task_id>/cancel", tasks.cancel, name="task-cancel"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("w/<slug:slug>/", include(workspace_pages)),
    path("nodes", nodes.nodes, name="nodes"),
    path("nodes/<str:node_id>/drain", nodes.drain, name="node-drain"),
    path("oauth/callback", signing_in.callback, name="oauth-callback"),
]
