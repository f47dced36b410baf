"""A line between a phone and a server that is slow, and that breaks: whatever is on its way then is lost."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

_PIECE = 1024  # bytes that pass at once


class SlowLine:
    """The line to a port of this machine: its own port, whether it is slow, and the breaking of it."""

    def __init__(self, port: int, kilobits: int) -> None:
        self._to = port
        self._second = kilobits * 1000 / 8
        self._lock = Lock()
        self._ends: set[socket.socket] = set()
        self._broken = False
        self._gate = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._gate.getsockname()[1]
        self.slow = False

    def serve(self) -> None:
        """Let phones in until the line is closed."""
        with suppress(OSError):
            while True:
                phone = self._gate.accept()[0]
                if self._broken:
                    phone.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._to))
                with self._lock:
                    self._ends |= {phone, server}
                for source, sink in ((phone, server), (server, phone)):
                    Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if self.slow:
                    time.sleep(len(piece) / self._second)
                sink.sendall(piece)
        self._end({source, sink})

    def _end(self, ends: set[socket.socket]) -> None:
        with self._lock:
            self._ends -= ends
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def break_off(self) -> None:
        """Everything that is on its way is lost, and nobody gets through."""
        self._broken = True
        with self._lock:
            ends = set(self._ends)
        self._end(ends)

    def mend(self) -> None:
        """It holds again."""
        self._broken = False

    def close(self) -> None:
        """Nobody is let in any more."""
        with suppress(OSError):
            self._gate.shutdown(socket.SHUT_RDWR)
        self._gate.close()
        self.break_off()


@contextmanager
def slow_line(port: int, kilobits: int) -> Iterator[SlowLine]:
    """The line until the block ends."""
    line = SlowLine(port, kilobits)
    Thread(target=line.serve, daemon=True).start()
    try:
        yield line
    finally:
        line.close()
