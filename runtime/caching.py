"""The cache in Redis, wherever `REDIS_URL` says that it is: Django's own knows a single server only."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from runtime.cluster import connecting


class Client(RedisCacheClient):
    """One key a command: the keys of several may be on several nodes."""

    _servers: list[str]
    client: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self.client is None:
            self.client = connecting.client(self._servers[0])
        return self.client

    def get_many(self, keys: Any) -> dict[Any, Any]:
        missing = object()
        found = ((key, self.get(key, missing)) for key in keys)
        return {key: value for key, value in found if value is not missing}

    def set_many(self, data: Any, timeout: Any) -> None:
        for key, value in data.items():
            self.set(key, value, timeout)

    def delete_many(self, keys: Any) -> None:
        for key in keys:
            self.delete(key)


class Cache(RedisCache):
    """As Django's, but over `runtime.cluster.connecting`."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__([server], params)  # as it is: Django's would part an address at its commas
        self._class = Client
