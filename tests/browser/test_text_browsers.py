"""The form, the messages and a stop with browsers that show only text, driven by their keys: lynx and w3m."""

import fcntl
import os
import pty
import re
import shutil
import struct
import termios
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.request import build_opener

import pytest

from tests.harness.server import LiveServer, running

WORDS = "They keep our pay."
OURS = "We have your message."
STOPPED = "You stopped this. Nobody new can read it."
# One screen for all of a page, so that no key is about scrolling.
ROWS, COLUMNS = 300, 100
ENTER, TAB = "\r", "\t"

Walk = Callable[[str, list[str]], str]


class _Stops(HTMLParser):
    """What the key for the next field stops at, in the order of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a" and "href" in told:
            self.names.append(told["href"] or "")
        elif tag in ("input", "textarea", "button") and told.get("type") != "hidden":
            self.names.append("=".join(filter(None, (told.get("name") or tag, told.get("value")))))


def stops(server: LiveServer, path: str) -> list[str]:
    """The names of links and fields of a page."""
    parser = _Stops()
    parser.feed(build_opener().open(server.url + path).read().decode())
    return parser.names


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(tmp_path_factory.mktemp("text"), "up") as started:
        yield started


def in_terminal(arguments: list[str], typed: str, environment: dict[str, str]) -> None:
    """Run it in a terminal with these keys in it already, until it ends."""
    child, terminal = pty.fork()
    if not child:
        told = {**os.environ, "TERM": "vt100", "LC_ALL": "C.UTF-8", **environment}
        os.execvpe(arguments[0], arguments, told)  # noqa: S606 - only a fork has a terminal of its own
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.write(terminal, typed.encode())
    try:
        while os.read(terminal, 65_536):
            pass
    except OSError:
        # As Linux says that the other end of a terminal is closed.
        pass
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def lynx(server: LiveServer, folder: Path) -> Walk:
    """Its keys come from a file, so that it is never faster than they are."""

    def walk(path: str, keys: list[str]) -> str:
        page, script = folder / "page.txt", folder / "keys.txt"
        page.unlink(missing_ok=True)
        typed = [*keys, "p", ENTER, "\x15", str(page), ENTER, "q", "y"]
        named = {ENTER: "^J", TAB: "<tab>", " ": "<space>", "\x15": "^U"}
        script.write_text("".join(f"key {named.get(sign, sign)}\n" for sign in "".join(typed)))
        arguments = ["lynx", f"-cmd_script={script}", "-accept_all_cookies", server.url + path]
        in_terminal(arguments, "", {"HOME": str(folder)})
        return " ".join(page.read_text().split())

    return walk


def w3m(server: LiveServer, folder: Path) -> Walk:
    """It reads one key after the other; words of several lines are written with an editor."""
    editor = folder / "editor"
    editor.write_text(f"#!/bin/sh\nprintf '%s' '{WORDS}' > \"$1\"\n")
    editor.chmod(0o700)

    def walk(path: str, keys: list[str]) -> str:
        page = folder / "page.txt"
        page.unlink(missing_ok=True)
        typed = "".join([*keys, "S", str(page), ENTER, "q", "y"])
        arguments = ["w3m", "-cols", str(COLUMNS), "-cookie", server.url + path]
        in_terminal(arguments, typed, {"HOME": str(folder), "EDITOR": str(editor)})
        return " ".join(page.read_text().split())

    return walk


@pytest.mark.parametrize("program", (lynx, w3m), ids=lambda each: each.__name__)
def test_a_report_is_filed_found_again_and_stopped(
    server: LiveServer, tmp_path: Path, program: Callable[[LiveServer, Path], Walk]
) -> None:
    name = program.__name__
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    walk = program(server, tmp_path)
    # The first stop of lynx has the cursor already; w3m comes to it with the first key.
    before = int(name == "w3m")
    form, entry = stops(server, "/en/"), stops(server, "/en/inbox")
    pay, words = form.index("category=wages"), form.index("words")
    write = [ENTER] if name == "w3m" else [WORDS]
    filed = walk("/en/", [TAB * (pay + before), ENTER, TAB * (words - pay), *write, TAB, ENTER])
    assert OURS in filed
    found = re.search(r"(\d{4} ){4}\d{4}", filed)
    assert found
    code = found[0].replace(" ", "")
    typed = [ENTER, code, ENTER] if name == "w3m" else [code]
    come_in = [TAB * (entry.index("receipt") + before), *typed, TAB, ENTER]
    inside = walk("/en/inbox", come_in)
    assert "Your messages" in inside
    assert WORDS in inside
    assert STOPPED in walk("/en/inbox", [*come_in, "/", "Stop it", ENTER, ENTER])
