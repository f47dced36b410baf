"""A small mail server on this machine: it keeps what it was told and answers as a test wants it to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What the mail server was told, and what it answers to each word of SMTP; an empty answer ends the connection."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)


_USUAL = {"EHLO": "250 post", "DATA": "354 go on", ".": "250 taken", "QUIT": "221 bye", "AUTH": "235 in"}


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """A mail server on this machine that offers no encryption."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            # Whoever was refused may hang up in the middle of a word, which is theirs to do.
            with suppress(ConnectionError):
                self._converse()

        def _converse(self) -> None:
            self._answer("220 post")
            while line := self.rfile.readline().decode("latin-1").strip():
                box.said.append(line)
                word = line.split()[0].upper()
                if not self._answer(box.answers.get(word, _USUAL.get(word, "250 good"))):
                    return
                if word == "DATA" and "DATA" not in box.answers:
                    box.mails.append("".join(iter(self._mail_line, ".\r\n")))
                    if not self._answer(box.answers.get(".", _USUAL["."])):
                        return

        def _mail_line(self) -> str:
            line = self.rfile.readline().decode("latin-1")
            if not line:
                raise ConnectionError  # in the middle of a mail: the dot will never come
            return line

        def _answer(self, answer: str) -> bool:
            self.wfile.write(f"{answer}\r\n".encode() if answer else b"")
            return bool(answer)

    # All addresses of this machine, so that one of them can play a server elsewhere.
    with socketserver.ThreadingTCPServer(("0.0.0.0", 0), Handler) as server:  # noqa: S104
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
