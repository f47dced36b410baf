"""The people of the stories, by what they do on the screen: a worker with a small phone, a partner at the desk."""

import re
import time
from typing import Any

import pyotp
from playwright.sync_api import Page, expect

from tests.harness.server import LiveServer

# By the address of a server and the login.
_Login = tuple[str, str]
_USED_STEPS: dict[_Login, int] = {}
# The cookies of whoever came in before, and the page on which they arrived.
_SESSIONS: dict[_Login, tuple[list[Any], str]] = {}


class WorkerPhone:
    """A worker's phone: what it shows, and the code that the worker wrote down."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.code = ""

    def report(
        self,
        words: str,
        *,
        topics: tuple[str, ...] = (),
        danger: bool = False,
        contact: str = "",
        **answers: str,
    ) -> None:
        """Fill in the form and send it with the last button."""
        # All of it at once, also where scripts run.
        self.page.goto("/en/?plain")
        if danger:
            self.page.check("input[name=danger][value=yes]")
        for topic in topics:
            self.page.check(f"input[name=category][value={topic}]")
        if contact:
            self.page.check(f"input[name=contact][value={contact}]")
        self.page.fill("[name=words]", words)
        for name, text in answers.items():
            self.page.fill(f"[name={name}]", text)
        self.page.get_by_role("button", name="Send", exact=True).click()
        # Where scripts run the kit asks for its keys first, so the press alone leads nowhere yet.
        self.page.locator("#words").wait_for(state="detached")

    def keep_code(self) -> str:
        """Write down the twenty digits that the page shows."""
        shown = re.search(r"(\d{4}\s+){4}\d{4}", self.sees())
        assert shown, self.sees()
        self.code = " ".join(shown[0].split())
        return self.code

    def come_back(self) -> None:
        """Open the messages with the code."""
        self.page.goto("/en/inbox")
        self.page.fill("[name=receipt]", self.code)
        self.page.get_by_role("button", name="Open").click()

    def write(self, words: str) -> None:
        """Write to the helper from the messages."""
        self.page.get_by_label("Write to the helper").fill(words)
        self.page.get_by_role("button", name="Send", exact=True).click()
        # Where scripts run the answer stands in this page's place, so the press alone leads nowhere yet.
        expect(self.page.get_by_label("Write to the helper")).to_have_value("")

    def sees(self) -> str:
        """All words on the page, to its end: a page that is still coming has only some of them."""
        self.page.wait_for_load_state("domcontentloaded")
        return self.page.inner_text("main")


class PartnerDesk:
    """A member at the desk."""

    def __init__(self, page: Page, server: LiveServer) -> None:
        self.page = page
        self.server = server

    def log_in(self, login: str) -> None:
        """Log in as the demo's logins say."""
        known = next(entry for entry in self.server.logins() if entry["login"] == login)
        self.page.goto("/desk/")
        self.page.get_by_label("Login").fill(known["login"])
        self.page.get_by_label("Password").fill(known["password"])
        self.page.get_by_label("Six digits").fill(self._code(known))
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_load_state("domcontentloaded")

    def come_in(self, login: str) -> None:
        """At the desk as somebody who has logged in: for stories that are not about the door, since codes are few."""
        lock = self.page.get_by_role("button", name="Lock")
        self.page.context.clear_cookies()
        who = self.server.url, login
        if who in _SESSIONS:
            cookies, arrived = _SESSIONS[who]
            self.page.context.add_cookies(cookies)
            self.page.goto(arrived)
        if who not in _SESSIONS or not lock.count():
            self.log_in(login)
            lock.wait_for()
            _SESSIONS[who] = list(self.page.context.cookies()), self.page.url

    def _code(self, known: dict[str, str]) -> str:
        """A code that no earlier story has used: each works once, and the one after the current is taken too."""
        current = (int(time.time()) + self.server.ahead) // 30
        who = self.server.url, known["login"]
        step = max(current, _USED_STEPS.get(who, 0) + 1)
        # Nobody waits here for half a minute: a member has two codes at any time, and `come_in` needs one for all stories.
        assert step <= current + 1, f"too many stories log in as {known['login']}: let some come in"
        _USED_STEPS[who] = step
        return pyotp.TOTP(known["totp_secret"]).at(step * 30)

    def accept_offers_until(self, words: str) -> None:
        """Accept what stands at the top until a case has these words: no card tells, and the demo has cases in danger too."""
        while True:
            self.page.get_by_role("button", name="Accept").first.click()
            if words in self.sees():
                return
            self.page.goto("/desk/")

    def reply(self, words: str) -> None:
        """Answer the worker from the case page."""
        self.page.locator("form[action$=reply] textarea").fill(words)
        self.page.get_by_role("button", name="Send to the worker").click()

    def answer_by_text(self, words: str) -> None:
        """Answer with a text from the case page: look at it, and send it whatever the time is there."""
        self.page.locator("form[action$=reply] textarea").fill(words)
        self.page.get_by_role("button", name="Text it: look at it first").click()
        self.page.locator("button[name=when][value=now]").click()

    def sees(self) -> str:
        """All words on the page, to its end: a page that is still coming has only some of them."""
        self.page.wait_for_load_state("domcontentloaded")
        return self.page.inner_text("main")


# The dispatcher sends every few seconds; a busy machine needs some more.
_ANSWERS_WITHIN = 60.0


class TextPhone:
    """The demo's phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def take(self, number: str) -> None:
        """Take the phone of this number."""
        self.page.goto("/sms/simulator")
        self.page.get_by_label("Another number").fill(number)
        self.page.get_by_role("button", name="Take this phone").click()

    def text(self, body: str) -> None:
        """Write a text and send it."""
        self.page.get_by_label("Text", exact=True).fill(body)
        self.page.get_by_role("button", name="Send").click()

    def reads(self, words: str) -> str:
        """The newest answer, as soon as it has these words."""
        deadline = time.monotonic() + _ANSWERS_WITHIN
        newest = ""
        while time.monotonic() < deadline:
            answers = self.page.locator("#texts li.in")
            newest = answers.last.inner_text() if answers.count() else ""
            if words in newest:
                return newest
            time.sleep(0.3)
            self.page.get_by_role("link", name="Refresh").click()
        raise AssertionError(f"{words!r} did not come; the newest answer is {newest!r}")
