"""Workers and a helper who are about to press their buttons when the trouble comes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from app import clock
from app.database import Database
from app.vault import Receipt
from tests.faults.breaking import app_over
from tests.faults.phones import Phone, Post, in_process
from tests.faults.promises import Promises, case_of, check_kept
from tests.harness.world import World, light_vault


@dataclass
class People:
    """Workers and a helper in the middle of what they do: each has a filled-in form and is about to press the button."""

    world: World
    phone: Phone
    promises: Promises
    posts: dict[str, Post]

    def press(self) -> None:
        """Everybody presses once, at the same moment: each is told that it cannot be kept, and keeps the words."""
        with ThreadPoolExecutor(len(self.posts)) as pool:
            for name, answer in zip(self.posts, pool.map(self.phone.send, self.posts.values()), strict=True):
                assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE, (name, answer.status)

    def press_again(self) -> None:
        """Everybody presses until it goes through, and all of it is there, once."""
        for name, post in self.posts.items():
            answer = self.phone.insist(post)
            assert answer.status in (HTTPStatus.OK, HTTPStatus.SEE_OTHER), (name, answer.status)
            if name == "report":
                self.promises.shown(answer.receipt, post.words)
        # What counts is what the next process finds.
        self.world.database.dispose()
        check_kept(self.world, self.promises)


def people_over(database: Database, folder: Path) -> People:
    """A world on this empty database, in which everybody has a page open and filled in."""
    world = World(database, light_vault(folder / "keys"))
    world.make_room()
    for login in ("near.lead", "other.lead"):
        world.sign_in(login)
    clock.set_offset(0)
    helper = f"redress_member={world.cookies['near.lead']}"
    phone, promises = Phone(in_process(app_over(world, folder))), Promises()

    def filed(words: str) -> Receipt:
        receipt = phone.report(phone.report_form(words, world.site.code))
        promises.shown(receipt, words)
        return receipt

    def accepted(words: str) -> tuple[Receipt, Callable[[str, str], Post]]:
        receipt = filed(words)
        case_id = case_of(world, receipt)
        assert phone.insist(phone.on_offer(case_id, helper)).status == HTTPStatus.SEE_OTHER
        return receipt, lambda act, text: phone.on_case(case_id, helper, act, text)

    first, at_first = accepted("First report.")
    second, at_second = accepted("Second report.")
    offered = case_of(world, filed("Third report."))
    token = phone.report_form("", "").fields["token"]
    added = {"receipt": second, "words": "Added with the code.", "token": token}
    posts = {
        # Before the worker's message: from a page that is older than what the worker wrote nothing is answered.
        "reply": at_first("reply", "An answer."),
        "report": phone.report_form("A new report.", world.site.code),
        "code and words": Post("/en/inbox", added, "", "Added with the code."),
        "message": phone.in_inbox(phone.enter(first), "write", "A message."),
        "worse": phone.in_inbox(phone.enter(second), "worse", "It got worse."),
        "consent": phone.in_inbox(phone.enter(second), "consent", consent="union"),
        "note": at_second("note", "A note."),
        "accept": phone.on_offer(offered, helper),
    }
    for receipt, texts in (
        (first, ("A message.", "An answer.")),
        (second, ("Added with the code.", "It got worse.")),
    ):
        for words in texts:
            promises.acknowledged(receipt, words)
    return People(world, phone, promises, posts)
