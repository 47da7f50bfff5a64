"""The table of the management API: method, path, what a request must hold, who answers (protocol.md 8.5)."""

from dataclasses import dataclass
from typing import Any

from rest_framework.serializers import Serializer

from runtime.management import installs, listings, running
from runtime.management import serializers as form
from runtime.management.listings import Answer


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    form: type[Serializer[Any]]
    answer: Answer


ROUTES = (
    Route("POST", "install/identifiers", form.Install, installs.install),
    Route("POST", "install/upgrade", form.Upgrade, installs.upgrade),
    Route("GET", "install/tasks", form.Page, installs.tasks),
    Route("POST", "install/tasks/delete_all", form.Nothing, installs.delete_tasks),
    Route("GET", "install/tasks/<str:task_id>", form.TaskId, installs.task),
    Route("POST", "install/tasks/<str:task_id>/delete", form.TaskId, installs.delete_task),
    Route("POST", "install/tasks/<str:task_id>/delete/<path:identifier>", form.TaskItem, installs.delete_item),
    Route("POST", "install/tasks/<str:task_id>/retry", form.TaskId, installs.retry_task),  # ours
    Route("POST", "install/tasks/<str:task_id>/cancel", form.TaskId, installs.cancel_task),  # ours
    Route("POST", "uninstall", form.InstallationId, installs.uninstall),
    Route("GET", "decode/from_identifier", form.Identifier, installs.decode),
    Route("GET", "fetch/manifest", form.Identifier, installs.manifest),
    Route("GET", "fetch/identifier", form.Identifier, installs.is_installed),
    Route("GET", "fetch/readme", form.ReadmeOf, installs.readme),
    Route("GET", "list", form.Page, listings.plugins),
    Route("GET", "running", form.Nothing, running.standings),  # ours
    Route("POST", "running/policy", form.RunPolicy, running.agree),  # ours
    Route("GET", "installation/ids", form.OfCategory, listings.plugin_ids),
    Route("POST", "installation/fetch/batch", form.PluginIds, listings.batch),
    Route("POST", "installation/missing", form.Identifiers, listings.missing),
    Route("GET", "models", form.Page, listings.many("model")),
    Route("GET", "models/bindings", form.Nothing, listings.bindings),
    Route("GET", "tools", form.Page, listings.many("tool")),
    Route("GET", "tool", form.OneProvider, listings.one("tool")),
    Route("POST", "tools/check_existence", form.ProviderIds, listings.tools_exist),
    Route("GET", "agent_strategies", form.Page, listings.many("agent_strategy", "meta")),
    Route("GET", "agent_strategy", form.OneProvider, listings.one("agent_strategy", "meta")),
    Route("GET", "datasources", form.Page, listings.many("datasource")),
    Route("GET", "datasource", form.OneProvider, listings.one("datasource")),
    Route("GET", "triggers", form.Page, listings.many("trigger")),
    Route("GET", "trigger", form.OneProvider, listings.one("trigger")),
    Route("GET", "<str:category>/list", form.Search, listings.by_category),
)
