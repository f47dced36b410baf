"""A worker on a phone without scripts: opens pages, fills in forms as they stand on the page, presses buttons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse, encode_multipart

from app.cases.case.models import Case
from tests.harness.html import read_html
from tests.harness.world import World


@dataclass
class Form:
    """A form as it stands on a page: where it goes and what it sends when nothing is changed."""

    action: str
    values: dict[str, list[str]]
    buttons: list[tuple[str, str]]
    enctype: str = "application/x-www-form-urlencoded"


def _read(element: Element) -> Iterator[str]:
    if element.get("id") != "held":
        yield element.text or ""
        for child in element:
            yield from _read(child)
            yield child.tail or ""


@dataclass
class Page:
    """An answer, and what can be seen and pressed on it."""

    response: TestResponse
    root: Element = field(init=False)

    def __post_init__(self) -> None:
        self.root = read_html(self.response.get_data(as_text=True)).root

    @property
    def status(self) -> int:
        """The status code of the answer."""
        return self.response.status_code

    @property
    def text(self) -> str:
        """All that can be read on the page, with single spaces; not what it holds for a press that a script could not send."""
        body = self.root.find("body")
        assert body is not None
        return " ".join(" ".join(_read(body)).split())

    @property
    def code(self) -> str:
        """The secret code on the page, or an empty text."""
        digits = next((found for found in self.root.iter("p") if found.get("class") == "digits"), None)
        return "" if digits is None else "".join(digits.itertext()).strip()

    def form(self, ending: str) -> Form:
        """The form whose address ends so."""
        found = next(each for each in self.root.iter("form") if (each.get("action") or "").endswith(ending))
        form = Form(str(found.get("action")), _values(found), _buttons(found))
        form.enctype = found.get("enctype", form.enctype)
        return form


class Visitor:
    """Keeps the page in hand, as a phone does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: Page

    def open(self, address: str, **options: Any) -> Page:
        """Go to an address."""
        self.page = Page(self.client.get(address, follow_redirects=True, **options))
        return self.page

    def send(self, ending: str, button: int = -1, **answers: Any) -> Page:
        """Fill in these answers in the form whose address ends so, and press one of its buttons (the last one).

        Files are answers too, of werkzeug's `FileStorage`.
        """
        form = self.page.form(ending)
        data: dict[str, Any] = {**form.values, **answers}
        name, value = form.buttons[button]
        if name:
            data[name] = value
        self.page = Page(self.client.post(form.action, follow_redirects=True, **_as_sent(form.enctype, data)))
        return self.page


def _as_sent(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """A form as a browser writes it, and in memory: the client's own way leaves files open."""
    if kind != "multipart/form-data":
        return {"data": data, "content_type": kind}
    boundary, body = encode_multipart(data)
    return {"data": body, "content_type": f"{kind}; boundary={boundary}"}


def _values(form: Element) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for each in form.iter():
        name, kind = each.get("name"), each.get("type", "text")
        if (
            not name
            or each.tag == "button"
            or (kind in ("radio", "checkbox") and each.get("checked") is None)
            or kind == "file"
        ):
            continue
        if each.tag == "textarea":
            # A browser leaves out the first line end after the tag, and sends the others as two characters.
            text = re.sub(r"^\n", "", "".join(each.itertext()), count=1)
            values.setdefault(name, []).append(text.replace("\n", "\r\n"))
        elif each.tag == "input":
            values.setdefault(name, []).append(each.get("value", ""))
    return values


def _buttons(form: Element) -> list[tuple[str, str]]:
    return [(each.get("name", ""), each.get("value", "")) for each in form.iter("button")]


def cases(world: World) -> int:
    """How many cases there are."""
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0
