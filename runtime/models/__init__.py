"""What must last about plugins that run here, one file a noun."""

from runtime.models.accounting import Refusal, ReverseUse, SessionUse
from runtime.models.credentials import Credential, OAuthClient, OAuthFlow
from runtime.models.files import StoredFile
from runtime.models.ids import new_id
from runtime.models.installations import Installation, Provider, RuntimeType
from runtime.models.packages import Package, Readme
from runtime.models.policies import PluginLimit, Restriction
from runtime.models.recalls import Contents, RecallEntry, RecallList, RecallOverride
from runtime.models.running import LastCall, RunPolicy
from runtime.models.storage import StorageUse, StoredValue
from runtime.models.studio import App, AppKey, Conversation, Message
from runtime.models.tasks import UNFINISHED, InstallItem, InstallTask, Status
from runtime.models.vault import DataKey

__all__ = [
    "UNFINISHED",
    "App",
    "AppKey",
    "Contents",
    "Conversation",
    "Credential",
    "DataKey",
    "InstallItem",
    "InstallTask",
    "Installation",
    "LastCall",
    "Message",
    "OAuthClient",
    "OAuthFlow",
    "Package",
    "PluginLimit",
    "Provider",
    "Readme",
    "RecallEntry",
    "RecallList",
    "RecallOverride",
    "Refusal",
    "Restriction",
    "ReverseUse",
    "RunPolicy",
    "RuntimeType",
    "SessionUse",
    "Status",
    "StorageUse",
    "StoredFile",
    "StoredValue",
    "new_id",
]
