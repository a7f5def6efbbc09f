"""A small TCP proxy that stands between a device and its hub and troubles what passes through it."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

_LIMIT_S = 30.0


@dataclass(frozen=True)
class Trouble:
    """What becomes of the connections while it lasts. Places are counted in bytes of the hub's answers.

    `reset_at` ends a connection hard, `half_close_at` closes the way to the device only, `stall_at` stops to send and
    closes a little later. `cut_request_at` counts bytes of the device instead and ends the connection there.
    `latency_s` delays each piece, `slice` cuts pieces so small. From request `garbage_from` on (1 is the first) the
    hub is not asked: `garbage` is the answer, the last one where it `is_last`, for ever where it `is_endless`. `most`
    connections are met.
    """

    latency_s: float = 0.0
    slice: int = 0
    reset_at: int | None = None
    half_close_at: int | None = None
    stall_at: int | None = None
    cut_request_at: int | None = None
    garbage: bytes = b""
    garbage_from: int = 1
    is_last: bool = False
    is_endless: bool = False
    most: int = 1_000


@dataclass
class _Connection:
    trouble: Trouble
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sent: int = 0
    received: int = 0
    requests: int = 0

    def end_hard(self) -> None:
        """Close with a reset: what the device has not read is gone."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass
class Proxy:
    """Runs in a thread of its own between `with` and its end. `trouble` may be set at any time."""

    hub_port: int
    trouble: Trouble | None = None
    requests: int = 0
    connections: int = 0
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __enter__(self) -> Proxy:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.listen()
        return self

    def __exit__(self, *_error: object) -> None:
        self.refuse()
        self._wait(self._end_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_LIMIT_S)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listen(self) -> None:
        """Take connections, on the same port as before."""
        self._server = self._wait(asyncio.start_server(self._meet, "127.0.0.1", self.port))
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Take no connection any more: the port is closed."""
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)
            self._wait(asyncio.sleep(0))
            self._server = None

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_LIMIT_S)

    async def _end_all(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        trouble = self.trouble or Trouble()
        self.trouble = replace(trouble, most=trouble.most - 1) if trouble.most > 1 else None
        try:
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self.hub_port)
            one = _Connection(trouble, reader, writer)
            up = asyncio.ensure_future(self._up(one, hub_writer))
            down = asyncio.ensure_future(self._down(one, hub_reader))
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            for part in (up, down):
                part.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            hub_writer.close()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _up(self, one: _Connection, hub: asyncio.StreamWriter) -> None:
        while data := await one.reader.read(65536):
            new = data.count(b" HTTP/1.1\r\n")
            one.requests, self.requests = one.requests + new, self.requests + new
            if one.trouble.garbage and one.requests >= one.trouble.garbage_from:
                await self._send(one, one.trouble.garbage)
                while one.trouble.is_endless:
                    await self._send(one, one.trouble.garbage[-4096:])
                if one.trouble.is_last:
                    return
                continue
            cut = one.trouble.cut_request_at
            if cut is not None and one.received + len(data) > cut:
                hub.write(data[: cut - one.received])
                await hub.drain()
                one.end_hard()
                return
            one.received += len(data)
            hub.write(data)
            await hub.drain()

    async def _down(self, one: _Connection, hub: asyncio.StreamReader) -> None:
        while data := await hub.read(65536):
            size = one.trouble.slice or len(data)
            for start in range(0, len(data), size):
                if not await self._send(one, data[start : start + size]):
                    return

    async def _send(self, one: _Connection, data: bytes) -> bool:
        """Send a piece to the device; False where the trouble has ended the connection."""
        trouble = one.trouble
        places = [at for at in (trouble.reset_at, trouble.half_close_at, trouble.stall_at) if at is not None]
        end = min(places) if places else None
        is_here = end is not None and one.sent + len(data) >= end
        if trouble.latency_s:
            await asyncio.sleep(trouble.latency_s)
        one.writer.write(data[: end - one.sent] if is_here and end is not None else data)
        await one.writer.drain()
        one.sent += len(data)
        if not is_here:
            return True
        if trouble.reset_at is not None:
            one.end_hard()
        elif trouble.half_close_at is not None:
            one.writer.write_eof()
            await one.reader.read()
        else:
            await asyncio.sleep(0.2)
        return False
