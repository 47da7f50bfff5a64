"""Who is here, who runs what, who leads, and which addresses reach whom: in memory for one process, in Redis for many."""

from runtime.cluster.base import LEASE, Cluster, NodeInfo, PluginState, Swept, now_state
from runtime.cluster.memory import MemoryCluster
from runtime.cluster.shared import RedisCluster

__all__ = ["LEASE", "Cluster", "MemoryCluster", "NodeInfo", "PluginState", "RedisCluster", "Swept", "now_state"]
