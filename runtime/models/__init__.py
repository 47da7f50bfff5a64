"""What must last about plugins that run here, one file a noun."""

from runtime.models.ids import new_id
from runtime.models.installations import Installation, Provider, RuntimeType
from runtime.models.packages import Package, Readme
from runtime.models.tasks import UNFINISHED, InstallItem, InstallTask, Status
from runtime.models.vault import DataKey

__all__ = [
    "UNFINISHED",
    "DataKey",
    "InstallItem",
    "InstallTask",
    "Installation",
    "Package",
    "Provider",
    "Readme",
    "RuntimeType",
    "Status",
    "new_id",
]
