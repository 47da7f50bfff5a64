"""Channels consumers that carry arrivals: the SDK's own TCP, and WebSocket for who sits behind a firewall."""

from abc import ABC, abstractmethod
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from debugging.arrival import Arrival


class Carried(Arrival):
    """An arrival whose bytes a consumer sends."""

    def __init__(self, consumer: "DebugConsumer", origin: str) -> None:
        super().__init__(origin)
        self.consumer = consumer

    async def transmit(self, data: bytes) -> None:
        await self.consumer.transmit(data)

    async def hang_up(self) -> None:
        await self.consumer.hang_up()


class DebugConsumer(AsyncConsumer, ABC):  # type: ignore[misc] # channels has no types
    """What both have in common."""

    by = ""
    arrival: Carried

    def arrived(self) -> None:
        host, port = (self.scope.get("client") or ("?", 0))[:2]
        self.arrival = Carried(self, f"{host}:{port} by {self.by}")
        self.arrival.opened()

    async def gone(self) -> None:
        await self.arrival.closed()
        raise StopConsumer

    @abstractmethod
    async def transmit(self, data: bytes) -> None:
        """Sends bytes; returns when there is room for more."""

    @abstractmethod
    async def hang_up(self) -> None:
        """Closes the connection from this side."""


class DebugTcp(DebugConsumer):
    """Messages of server.py: tcp.connect, tcp.receive {data}, tcp.disconnect; tcp.send {data}, tcp.close."""

    by = "TCP"

    async def tcp_connect(self, message: dict[str, Any]) -> None:
        self.arrived()

    async def tcp_receive(self, message: dict[str, Any]) -> None:
        await self.arrival.received(message["data"])

    async def tcp_disconnect(self, message: dict[str, Any]) -> None:
        await self.gone()

    async def transmit(self, data: bytes) -> None:
        await self.send({"type": "tcp.send", "data": data})

    async def hang_up(self) -> None:
        await self.send({"type": "tcp.close"})


class DebugWebSocket(DebugConsumer):
    """The same bytes in messages of any size; a message need not be a line."""

    by = "WebSocket"

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.accept"})
        self.arrived()

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        await self.arrival.received(message.get("bytes") or (message.get("text") or "").encode())

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self.gone()

    async def transmit(self, data: bytes) -> None:
        await self.send({"type": "websocket.send", "bytes": data})

    async def hang_up(self) -> None:
        await self.send({"type": "websocket.close", "code": 1000, "reason": self.arrival.ending[:100]})
