"""In whatever order a worker opens, sends, goes back, signs out and in: each word is in its thread once, each danger raised it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.case.models import Case
from app.cases.enums import EntryKind, Urgency
from app.cases.worker.entering import enter_inbox, worker_of
from app.cases.worker.inbox import open_inbox
from app.settings import read_settings
from app.vault import Receipt
from tests.harness.application import application
from tests.harness.databases import KINDS, Databases
from tests.harness.pages import checked_client
from tests.harness.world import World, light_vault
from tests.support.browsing import Page, Visitor

_WORDS = ("one apple", "two pears\nand a plum", "", "\u200f")
_STEPS = st.one_of(
    st.tuples(st.sampled_from(("/en/", "/en/inbox", "/en/code", "/en/exit")), st.just(())),
    st.tuples(st.just("back"), st.tuples(st.integers(0, 30))),
    *[
        st.tuples(
            st.just("press"),
            st.tuples(st.integers(0, 5), st.sampled_from(_WORDS), st.booleans(), st.integers(0, 3)),
        )
    ]
    * 4,
)

_examples = count(1)


@dataclass(frozen=True)
class Meant:
    """What somebody filled in and pressed: on which page, in which form, and in which messages."""

    token: str
    act: str
    words: str
    danger: bool
    about: str

    @property
    def said(self) -> str:
        """The words as they have to stand in the thread."""
        return self.words.replace("\r\n", "\n").strip(" \u200f\n")


@dataclass(frozen=True)
class Held:
    """A page in the browser's history: the code of the messages that it is about, and what it carries on."""

    page: Page
    about: str = ""
    meant: Meant | None = None


@dataclass
class Phone:
    """A phone, its history, and what has been answered with success so far."""

    visitor: Visitor
    history: list[Held] = field(default_factory=list)
    now: Held = field(init=False)
    opened: str = ""
    filed: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    thread: dict[str, set[Meant]] = field(default_factory=dict)

    def hold(self, held: Held) -> None:
        """Look at a page; it stays in the history."""
        self.now = held
        self.history.append(held)

    def go(self, address: str) -> None:
        """Follow a link."""
        if address in ("/en/code", "/en/exit"):
            self.opened = ""
        page = self.visitor.open(address)
        self.hold(Held(page, self.opened if "Your messages" in _headings(page) else ""))

    def press(self, which: int, words: str, danger: bool, code: int) -> None:
        """Fill in one of the forms that stand on the page, and send it."""
        endings = [each for each in ("/report", "/write", "/worse", "/inbox") if _has(self.now.page, each)]
        if not endings:
            return
        ending = endings[which % len(endings)]
        if ending == "/report":
            self._report(words, danger)
        elif ending == "/inbox":
            self._enter(self.codes[code % len(self.codes)])
        else:
            self._write(ending, words, danger and ending == "/worse")

    def _report(self, words: str, danger: bool) -> None:
        carried, token = self.now.meant, self.now.page.form("/report").values["token"][0]
        meant = carried or Meant(token, "report", words, danger, "")
        answers: dict[str, Any] = {} if carried else {"words": words, "danger": "yes" if danger else "no"}
        page = self._send("/report", **answers)
        if page.code:
            self.opened = ""
            key = (meant.token, meant.said, meant.danger)
            assert self.filed.setdefault(key, page.code) == page.code
            if page.code not in self.codes:
                self.codes.append(page.code)
                self.first.setdefault(meant.token, page.code)
                self.thread[page.code] = {Meant("", "report", meant.words, meant.danger, page.code)}
            self.hold(Held(page))
        elif page.status == 409:
            act = "worse" if meant.danger else "write"
            first = self.first[meant.token]
            self._carries(page, Meant(meant.token, act, meant.words, meant.danger, first))
        else:
            assert not meant.said
            assert page.status == 422
            assert (_checked(page, "/report", "danger") == ["yes"]) is meant.danger
            self.hold(Held(page))

    def _write(self, ending: str, words: str, danger: bool) -> None:
        about, token = self.now.about, self.now.page.form(ending).values["token"][0]
        meant = Meant(token, ending[1:], words, danger, about)
        ticks: dict[str, Any] = {"danger": "yes"} if danger else {}
        page = self._send(ending, words=words, **ticks)
        self._look(page, meant)

    def _enter(self, code: str) -> None:
        page = self._send("/inbox", receipt=code)
        if "Your messages" in _headings(page):
            self.opened = code
        self._look(page, self.now.meant)

    def _look(self, page: Page, meant: Meant | None) -> None:
        """Success is noted; whatever else came must carry on all that was meant."""
        inside = "Your messages" in _headings(page)
        if meant is None:
            self.hold(Held(page, self.opened if inside else ""))
        elif inside and page.status == 200:
            assert meant.about == self.opened
            if not (meant.act == "write" and not meant.words):
                self.thread[self.opened].add(meant)
            self.hold(Held(page, self.opened))
        elif inside:
            assert page.status == 422
            assert (_checked(page, "/" + meant.act, "danger") == ["yes"]) is meant.danger
            assert _checked(page, "/" + meant.act, "words")[0].replace("\r\n", "\n") == meant.words
            self.hold(Held(page, self.opened))
        else:
            self._carries(page, meant)

    def _carries(self, page: Page, meant: Meant) -> None:
        assert ("You ticked: I am in danger now" in page.text) is meant.danger
        assert " ".join(meant.words.split()) in page.text
        carried = _has(page, "/inbox") and "act" in page.form("/inbox").values
        self.hold(Held(page, meant.about, meant if carried else None))

    def _send(self, ending: str, **answers: Any) -> Page:
        self.visitor.page = self.now.page
        return self.visitor.send(ending, **answers)


def _has(page: Page, ending: str) -> bool:
    return any((each.get("action") or "").endswith(ending) for each in page.root.iter("form"))


def _headings(page: Page) -> list[str]:
    return ["".join(each.itertext()) for each in page.root.iter("h1")]


def _checked(page: Page, ending: str, name: str) -> list[str]:
    return page.form(ending).values.get(name, [])


@pytest.fixture(scope="module", params=KINDS)
def world(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for all examples: in each of them another phone brings cases of its own."""
    folder: Path = tmp_path_factory.mktemp("phones")
    with databases.fresh(request.param, folder) as database:
        yield World(database, light_vault(folder / "keys"))


@pytest.fixture(scope="module")
def app(world: World, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(world, read_settings({"REDRESS_HOME": str(tmp_path_factory.mktemp("home"))}))


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(_STEPS, min_size=4, max_size=16))
def test_every_word_is_in_the_right_thread_once_and_every_danger_raised_it(
    app: Flask, world: World, steps: list[tuple[str, tuple[int, ...]]]
) -> None:
    client = checked_client(app)
    client.environ_base["REMOTE_ADDR"] = f"10.1.{next(_examples)}.1"
    phone = Phone(Visitor(client))
    for words in ("The first matter.", "The other matter."):
        phone.go("/en/")
        phone.press(0, words, False, 0)
    phone.go("/en/code")
    phone.press(0, "", False, 0)
    for kind, details in steps:
        if kind == "press":
            phone.press(*details)  # type: ignore[arg-type]
        elif kind == "back":
            phone.now = phone.history[details[0] % len(phone.history)]
        else:
            phone.go(kind)
    for code in phone.codes:
        _check(world, code, phone.thread[code])


def _check(world: World, code: str, answered: set[Meant]) -> None:
    keys = world.vault.derive_receipt_keys(Receipt(code.replace(" ", "")))
    with world.database.writing() as session:
        worker = worker_of(session, world.vault, enter_inbox(session, world.vault, keys))
        messages = open_inbox(session, world.vault, worker).messages
        urgency = session.get_one(Case, worker.case_id).urgency
    kinds = {"report": EntryKind.REPORT, "write": EntryKind.WORKER_MESSAGE, "worse": EntryKind.WORSE}
    expected = Counter((kinds[each.act], each.said) for each in {_canonical(each) for each in answered})
    assert Counter((message.kind, (message.text or "").strip("\u200f")) for message in messages) == expected
    assert (urgency is Urgency.DANGER) is any(each.danger for each in answered)


def _canonical(meant: Meant) -> Meant:
    """The same press again is the same: words that cannot be seen are none."""
    return Meant(meant.token, meant.act, meant.said, meant.danger, meant.about)
