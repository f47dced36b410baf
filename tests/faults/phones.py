"""Workers' phones and helpers' browsers on a bad day: they send the same page again until an answer comes, as people do."""

import html
import http.client
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask

from app.vault import Receipt, parse_receipt

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_DIGITS = re.compile(r'<p class="digits"[^>]*>(.*?)</p>', re.DOTALL)
_COOKIE = re.compile(r"(redress_\w+=[^;]*)")
_PATIENCE_SECONDS = 180.0
_BREATH_SECONDS = 0.05
_UNREADABLE = frozenset({500, 502, 504})


class Lost(Exception):
    """No answer came: the other side died, or the line did."""


@dataclass(frozen=True)
class Answer:
    """An answer as far as these phones read it."""

    status: int
    text: str = field(repr=False)
    location: str = ""
    cookie: str = field(default="", repr=False)

    @property
    def receipt(self) -> Receipt:
        """The code on the page; the page must show one."""
        shown = _DIGITS.search(self.text)
        assert shown is not None, f"{self.status}: no code on the page"
        return parse_receipt(re.sub(r"<[^>]+>", "", shown[1]))

    def hidden(self, *names: str) -> dict[str, str]:
        """The values of the first hidden fields of these names."""
        found: dict[str, str] = {}
        for name, value in _HIDDEN.findall(self.text):
            found.setdefault(name, html.unescape(value))
        return {name: found[name] for name in names}

    def pressed_again(self, post: "Post") -> "Post":
        """The same, as the page that came back would send it: what matters is that it holds the same token."""
        offered = {name: html.unescape(value) for name, value in _HIDDEN.findall(self.text)}
        return replace(
            post, fields={**post.fields, **{name: offered[name] for name in post.fields if name in offered}}
        )


@dataclass(frozen=True)
class Post:
    """One press of a button, ready to be sent as often as it takes; `words` is what a person typed into it."""

    path: str
    fields: Mapping[str, str]
    cookie: str = ""
    words: str = ""


# Path, fields (None for a GET), cookie.
Transport = Callable[[str, Mapping[str, str] | None, str], Answer]


def over_http(url: str) -> Transport:
    """Real requests over the loopback, each from an address of its own behind a proxy, as phones' are."""
    host = url.removeprefix("http://")

    def carry(path: str, fields: Mapping[str, str] | None, cookie: str) -> Answer:
        headers = {"X-Forwarded-For": f"10.{random.randrange(256)}.{random.randrange(256)}.7"}  # noqa: S311
        headers |= {"Cookie": cookie} if cookie else {}
        body = None if fields is None else urlencode(fields)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Lost from error
        finally:
            connection.close()
        return _answer(answer.status, text, answer.headers)

    return carry


def in_process(app: Flask) -> Transport:
    """The application called directly, for tests that break it at a chosen line."""

    def carry(path: str, fields: Mapping[str, str] | None, cookie: str) -> Answer:
        client = app.test_client(use_cookies=False)
        headers = {"Cookie": cookie} if cookie else {}
        method = "GET" if fields is None else "POST"
        answer = client.open(path, method=method, data=dict(fields or {}), headers=headers)
        return _answer(answer.status_code, answer.get_data(as_text=True), answer.headers)

    return carry


class Phone:
    """Somebody at a browser without scripts, whoever they are."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.lost = 0

    def get(self, path: str, cookie: str = "") -> Answer:
        """Open a page, patiently."""
        return self.insist(Post(path, {}, cookie), get=True)

    def send(self, post: Post) -> Answer:
        """Press the button once; raises `Lost`. Whatever is refused for the moment must leave the words on the page."""
        return _decent(self._transport(post.path, post.fields, post.cookie), post)

    def insist(self, post: Post, *, get: bool = False) -> Answer:
        """Press it again and again, until it is neither lost nor refused for the moment."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                answer = self._transport(post.path, None if get else post.fields, post.cookie)
                if _decent(answer, post).status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                    return answer
                post = answer.pressed_again(post)
            except Lost:
                self.lost += 1
            assert time.monotonic() < until, f"no answer from {post.path}"
            time.sleep(_BREATH_SECONDS)

    def report_form(self, words: str, site_code: str, **answers: str) -> Post:
        """A filled-in form with a token of its own."""
        token = self.get("/en/").hidden("token")
        return Post("/en/report", {**token, "words": words, "site_code": site_code, **answers}, "", words)

    def report(self, form: Post) -> Receipt:
        """Send a form until the receipt is on the page."""
        answer = self.insist(form)
        assert answer.status == http.HTTPStatus.OK, answer.status
        return answer.receipt

    def enter(self, receipt: Receipt) -> str:
        """The cookie of a worker who gave the receipt."""
        answer = self.insist(Post("/en/inbox", {"receipt": receipt}))
        assert answer.status == http.HTTPStatus.SEE_OTHER, answer.status
        return answer.cookie

    def in_inbox(self, cookie: str, act: str, words: str = "", **answers: str) -> Post:
        """A form of the inbox, filled in."""
        tokens = self.get("/en/inbox", cookie).hidden("form_token", "token")
        told = {"words": words} if words else {}
        return Post(f"/en/inbox/{act}", {**tokens, **told, **answers}, cookie, words)

    def on_offer(self, case_id: UUID, cookie: str, act: str = "accept") -> Post:
        """The button beside an offer."""
        token = self.get("/desk/", cookie).hidden("form_token")
        return Post(f"/desk/offers/{case_id}/{act}", token, cookie)

    def on_case(self, case_id: UUID, cookie: str, act: str, text: str) -> Post:
        """A form of the case page, filled in."""
        tokens = self.get(f"/desk/cases/{case_id}", cookie).hidden("form_token", "once_token", "seen")
        return Post(f"/desk/cases/{case_id}/{act}", {**tokens, "text": text}, cookie, text)


def _answer(status: int, text: str, headers: Any) -> Answer:
    cookie = _COOKIE.search(headers.get("Set-Cookie", "") or "")
    return Answer(status, text, headers.get("Location", "") or "", cookie[1] if cookie else "")


def _decent(answer: Answer, post: Post) -> Answer:
    assert answer.status not in _UNREADABLE, f"{post.path} was answered with {answer.status}"
    if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        assert "<h1" in answer.text, "a page in plain words"
        assert not post.words or post.words in answer.text, f"{post.path} lost what was typed"
    return answer
