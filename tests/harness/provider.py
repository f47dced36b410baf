"""A stand-in for Twilio over HTTP: it takes, lists, finds and redacts messages, fails on demand, and counts what it accepted.

Lean, because the bench hands it several hundred texts a second: hand-written HTTP/1.1 with keep-alive on one event loop. It runs in
a thread beside the tests (`provider()`) or as a process of its own (`python -m tests.harness.provider PORT`), where
`RemoteProvider` asks it for its counts. What it posts to us is in `provider_posts`.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.harness.provider_state import ACCOUNT, HANGS, NUMBER, TOKEN, FakeTwilio, Message, Reply, Trouble
from tests.harness.server import ROOT, free_port, stop

__all__ = [
    "ACCOUNT",
    "NUMBER",
    "TOKEN",
    "FakeTwilio",
    "Message",
    "Provider",
    "RemoteProvider",
    "Trouble",
    "environment_of",
    "provider",
    "provider_process",
]


class _Connection(asyncio.Protocol):
    """One connection; requests come one after another."""

    def __init__(self, fake: FakeTwilio, opened: "set[asyncio.Transport]") -> None:
        self._fake = fake
        self._opened = opened
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._opened.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        assert self._transport is not None
        self._opened.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)
            }
            stop = end + 4 + int(headers.get("content-length", 0))
            if len(self._buffer) < stop:
                return
            body, self._buffer = self._buffer[end + 4 : stop], self._buffer[stop:]
            method, target, _ = first.split(" ", 2)
            reply = self._fake.answer(method, target, headers.get("authorization", ""), body)
            if reply.after == HANGS:
                return
            if reply.after:
                asyncio.get_running_loop().call_later(reply.after, self._write, reply)
            else:
                self._write(reply)

    def _write(self, reply: Reply) -> None:
        assert self._transport is not None
        if reply.status is None:
            self._transport.abort()
            return
        content = reply.content if isinstance(reply.content, str) else json.dumps(reply.content)
        raw = content.encode()
        head = f"HTTP/1.1 {reply.status} -\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        self._transport.write(head.encode() + raw)


@dataclass(frozen=True)
class Provider:
    """A provider that runs in this process: its address for `TWILIO_API_BASE`, and the provider itself."""

    url: str
    fake: FakeTwilio

    def environment(self) -> dict[str, str]:
        """The settings with which Redress sends through it."""
        return environment_of(self.url)


def environment_of(url: str) -> dict[str, str]:
    """The settings with which Redress sends through the provider at this address."""
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": NUMBER,
        "TWILIO_API_BASE": url,
    }


@contextmanager
def provider(*, pause: float = 0.0) -> Iterator[Provider]:
    """A provider in a thread of this process, until the block ends."""
    fake = FakeTwilio(pause=pause)
    loop = asyncio.new_event_loop()
    opened: set[asyncio.Transport] = set()
    # All of it on the loop's own thread: the browser's driver may keep a loop running on this one.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listen(fake, opened), loop).result(60)
    try:
        yield Provider(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", fake)
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, opened), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(fake: FakeTwilio, opened: "set[asyncio.Transport]") -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: _Connection(fake, opened), "127.0.0.1", 0)


async def _end(server: asyncio.Server, opened: "set[asyncio.Transport]") -> None:
    server.close()
    for transport in tuple(opened):
        transport.abort()
    while opened:
        await asyncio.sleep(0)


class RemoteProvider:
    """A provider in a process of its own, asked over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                self.counts()
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def counts(self) -> dict[str, int]:
        """What it accepted; see `FakeTwilio.counts`."""
        return self._ask("counts", None)

    def trouble(self, *troubles: Trouble) -> None:
        """Let the next messages meet these troubles, one each."""
        self._ask("trouble", list(troubles))

    def pause(self, seconds: float) -> None:
        """Answer each message only after so long."""
        self._ask("pause", seconds)

    def _ask(self, verb: str, content: object) -> dict[str, int]:
        request = urllib.request.Request(f"{self.url}/fake/{verb}", json.dumps(content).encode())  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own loopback
            counts: dict[str, int] = json.loads(answer.read())
        return counts


@contextmanager
def provider_process() -> Iterator[RemoteProvider]:
    """The provider as a process of its own, until the block ends."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.harness.provider", str(port)], cwd=ROOT, start_new_session=True
    )
    try:
        remote = RemoteProvider(f"http://127.0.0.1:{port}")
        remote.wait()
        yield remote
    finally:
        stop(process)


async def _serve(port: int) -> None:
    fake = FakeTwilio()
    opened: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(fake, opened), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
