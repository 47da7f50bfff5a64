"""An administrator runs a plugin in spite of a soft recall, with a reason that is kept."""

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from runtime import lookup
from runtime.errors import Refused
from runtime.models import RecallOverride
from runtime.recalls.standing import Recall, against


@transaction.atomic
def override(workspace_id: str, plugin: str, *, by: str, reason: str) -> list[Recall]:
    """Allows a plugin, by its unique identifier, what its soft recalls forbid; which these were. Refused: a hard one."""
    if not reason.strip():
        raise Refused("Say why you run it in spite of the recall. Whoever comes after you will want to know.")
    done: list[Recall] = []
    while found := against(plugin, workspace_id):
        if found.hard:
            raise Refused(f"{found.sentence} This recall cannot be overridden.")
        RecallOverride.objects.create(
            workspace_id=workspace_id,
            plugin_id=plugin.partition(":")[0],
            source=found.source,
            number=found.number,
            by=by[:300],
            reason=reason.strip()[:4000],
        )
        done.append(found)
        told("recall.override", plugin, by=by, after={"recall": found.number, "reason": reason.strip()[:4000]})
    transaction.on_commit(lookup.changed)
    return done


def told(act: str, subject: str, *, by: str, after: dict[str, object]) -> None:
    """Into the audit trail of the marketplace beside us, where there is one."""
    if settings.RUNTIME_AUDIT:
        import_string(settings.RUNTIME_AUDIT)(act, subject, by=by, after=after)


@transaction.atomic
def withdraw(workspace_id: str, plugin_id: str, *, by: str) -> int:
    """The recalls hold for this plugin again; how many overrides there were."""
    done, _ = RecallOverride.objects.filter(workspace_id=workspace_id, plugin_id=plugin_id).delete()
    told("recall.withdraw_override", plugin_id, by=by, after={"workspace": workspace_id, "overrides": done})
    transaction.on_commit(lookup.changed)
    return done
