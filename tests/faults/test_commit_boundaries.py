"""The service dies or fails at every commit of every act, before it and after it; whoever sends the page again is whole."""

import itertools
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from app import clock
from app.cases.case.models import Case
from app.database import Database
from app.vault import GrantState, HolderKind, Receipt, Vault, grants_of_case
from tests.faults.breaking import Break, Breaker, app_over
from tests.faults.phones import Answer, Lost, Phone, Post, in_process
from tests.faults.promises import Promises, case_of, check_kept
from tests.harness.world import World, light_vault

_A_WHILE = 90  # seconds, after which a session's idle time is started anew: one more commit


class Story:
    """Everything that people do on the path from the first report to the first answer, one act at a time."""

    def __init__(self, world: World, phone: Phone, breaker: Breaker) -> None:
        self.world = world
        self.promises = Promises()
        self._phone = phone
        self.breaker = breaker
        self._numbers = itertools.count()
        world.sign_in("near.lead")
        world.sign_in("other.lead")
        clock.set_offset(0)
        self._helper = f"redress_member={world.cookies['near.lead']}"

    def words(self, what: str) -> str:
        """Words that were never written before."""
        return f"{what} {next(self._numbers)}."

    def filed(self, **answers: str) -> Receipt:
        """A report that went well."""
        words = self.words("Filed")
        receipt = self._phone.report(self._phone.report_form(words, self.world.site.code, **answers))
        self.promises.shown(receipt, words)
        return receipt

    def accepted(self) -> Receipt:
        """A report that a helper has accepted."""
        receipt = self.filed()
        self._phone.insist(self._phone.on_offer(case_of(self.world, receipt), self._helper))
        return receipt

    def broken(self, post: Post, number: int, kind: Break) -> Answer:
        """Send with a break on the way, look at what was answered, then send again as people do."""
        try:
            with self.breaker.armed(number, kind):
                answer = self._phone.send(post)
            if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
                post = answer.pressed_again(post)
        except Lost:
            pass
        return self._phone.insist(post)

    def file(self, number: int, kind: Break) -> None:
        """A worker files a report."""
        words = self.words("Told")
        answer = self.broken(self._phone.report_form(words, self.world.site.code), number, kind)
        assert answer.status == HTTPStatus.OK
        self.promises.shown(answer.receipt, words)

    def file_twice(self, number: int, kind: Break) -> None:
        """A form that was filed and shown before is sent once more."""
        words = self.words("Told twice")
        form = self._phone.report_form(words, self.world.site.code)
        receipt = self._phone.report(form)
        self.promises.shown(receipt, words)
        assert self.broken(form, number, kind).receipt == receipt

    def accept(self, number: int, kind: Break) -> None:
        """A helper accepts an offer."""
        case_id = case_of(self.world, self.filed())
        answer = self.broken(self._phone.on_offer(case_id, self._helper), number, kind)
        assert f"/desk/cases/{case_id}" in answer.location

    def decline(self, number: int, kind: Break) -> None:
        """A helper declines an offer, and the next one is asked once."""
        case_id = case_of(self.world, self.filed())
        post = self._phone.on_offer(case_id, self._helper, "decline")
        answer = self.broken(
            Post(post.path, {**post.fields, "why": "no_capacity"}, post.cookie), number, kind
        )
        assert answer.status in (HTTPStatus.SEE_OTHER, HTTPStatus.CONFLICT)
        with self.world.database.reading() as session:
            assert session.get_one(Case, case_id).organisation_id == self.world.far.id

    def reply(self, number: int, kind: Break) -> None:
        """A helper answers."""
        receipt, text = self.accepted(), self.words("Answered")
        answer = self.broken(
            self._phone.on_case(case_of(self.world, receipt), self._helper, "reply", text), number, kind
        )
        assert answer.status == HTTPStatus.SEE_OTHER
        self.promises.acknowledged(receipt, text)

    def reply_after_a_while(self, number: int, kind: Break) -> None:
        """A helper answers from a page that stood open for a while."""
        receipt, text = self.accepted(), self.words("Answered late")
        post = self._phone.on_case(case_of(self.world, receipt), self._helper, "reply", text)
        clock.set_offset(_A_WHILE)
        answer = self.broken(post, number, kind)
        clock.set_offset(0)
        assert answer.status == HTTPStatus.SEE_OTHER
        self.promises.acknowledged(receipt, text)

    def enter_with_words(self, number: int, kind: Break) -> None:
        """A worker adds words while giving the receipt."""
        receipt, text = self.filed(), self.words("Added")
        token = self._phone.report_form("", "").fields["token"]
        post = Post("/en/inbox", {"receipt": receipt, "words": text, "token": token}, "", text)
        assert self.broken(post, number, kind).status == HTTPStatus.SEE_OTHER
        self.promises.acknowledged(receipt, text)

    def write(self, number: int, kind: Break) -> None:
        """A worker writes again."""
        self._in_inbox(self.filed(), "write", number, kind, text=self.words("Wrote"))

    def write_after_a_while(self, number: int, kind: Break) -> None:
        """A worker writes from a page that stood open for a while."""
        self._in_inbox(self.filed(), "write", number, kind, text=self.words("Wrote late"), after=_A_WHILE)

    def say_worse(self, number: int, kind: Break) -> None:
        """A worker says that it got worse."""
        self._in_inbox(self.accepted(), "worse", number, kind, text=self.words("Worse"), danger="yes")

    def close_to_everybody(self, number: int, kind: Break) -> None:
        """A worker takes the consent back: nobody else may hold anything afterwards."""
        receipt = self.accepted()
        self._in_inbox(receipt, "consent", number, kind, consent="nobody")
        self._check_alone(receipt)

    def open_to_a_helper(self, number: int, kind: Break) -> None:
        """A worker lets a helper know what was locked."""
        self._in_inbox(self.filed(consent="nobody"), "consent", number, kind, consent="helper")

    def stop(self, number: int, kind: Break) -> None:
        """A worker stops."""
        receipt = self.accepted()
        self._in_inbox(receipt, "stop", number, kind)
        self._check_alone(receipt)

    def undo(self, number: int, kind: Break) -> None:
        """A worker takes a stop back."""
        receipt = self.accepted()
        cookie = self._phone.enter(receipt)
        self._phone.insist(self._phone.in_inbox(cookie, "stop"))
        self._in_inbox(receipt, "undo", number, kind)

    def replace(self, number: int, kind: Break) -> None:
        """A worker changes a receipt that somebody saw."""
        receipt = self.filed()
        answer = self.broken(self._phone.in_inbox(self._phone.enter(receipt), "code"), number, kind)
        self.promises.replaced(receipt, answer.receipt)

    def _in_inbox(
        self,
        receipt: Receipt,
        act: str,
        number: int,
        kind: Break,
        *,
        text: str = "",
        after: int = 0,
        **answers: str,
    ) -> None:
        post = self._phone.in_inbox(self._phone.enter(receipt), act, text, **answers)
        clock.set_offset(after)
        answer = self.broken(post, number, kind)
        clock.set_offset(0)
        assert answer.status == HTTPStatus.SEE_OTHER, answer.status
        if text:
            self.promises.acknowledged(receipt, text)

    def _check_alone(self, receipt: Receipt) -> None:
        with self.world.database.reading() as session:
            grants = grants_of_case(session, case_of(self.world, receipt))
            holders = [row.holder_kind for row in grants if row.state == GrantState.LIVE]
        assert holders == [HolderKind.RECEIPT]


ACTS: tuple[Callable[[Story, int, Break], None], ...] = (
    Story.file,
    Story.file_twice,
    Story.accept,
    Story.decline,
    Story.reply,
    Story.reply_after_a_while,
    Story.enter_with_words,
    Story.write,
    Story.write_after_a_while,
    Story.say_worse,
    Story.close_to_everybody,
    Story.open_to_a_helper,
    Story.stop,
    Story.undo,
    Story.replace,
)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return light_vault(tmp_path_factory.mktemp("boundaries") / "keys")


@pytest.fixture
def story(database: Database, vault: Vault, tmp_path: Path) -> Iterator[Story]:
    world = World(database, vault)
    world.make_room()
    breaker = Breaker(world)
    try:
        yield Story(world, Phone(in_process(app_over(world, tmp_path))), breaker)
    finally:
        breaker.close()


@pytest.mark.timeout(0)
def test_every_act_survives_a_break_at_each_of_its_commits(story: Story) -> None:
    broken = dict.fromkeys(Break, 0)
    for act, kind in itertools.product(ACTS, Break):
        for number in itertools.count(1):
            try:
                act(story, number, kind)
            except AssertionError as fault:
                fault.add_note(f"{act.__name__}: commit {number} {kind}")
                raise
            if not story.breaker.spent:
                break
            broken[kind] += 1
    check_kept(story.world, story.promises)
    # Every act but the second post of a form stores something.
    assert all(times >= len(ACTS) - 1 for times in broken.values()), broken
