"""Install, upgrade, uninstall: tasks of items that workers hold by a lease; success is written after the first heartbeat.

The database is the truth (runtime.md 1, rows 2, 3, 33). The names below are what others use; the files are one noun each.
"""

from runtime.installing.aftercare import cancel, delete_ended, delete_item, delete_task, recover, resume, retry
from runtime.installing.items import run_item
from runtime.installing.wishes import NotUploaded, install, uninstall, upgrade

__all__ = [
    "NotUploaded",
    "cancel",
    "delete_ended",
    "delete_item",
    "delete_task",
    "install",
    "recover",
    "resume",
    "retry",
    "run_item",
    "uninstall",
    "upgrade",
]
