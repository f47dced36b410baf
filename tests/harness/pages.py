"""Rules that every page obeys, checked on each page that any test fetches.

HTML that parses without error, a title, a language and a direction, a label for each field, forms that stay here, no
inline script or style, a content security policy that starts from nothing, nothing from a third party, and `no-store`
wherever a token, a receipt or a case is on the page.
"""

import gzip
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from flask.testing import FlaskClient

from tests.harness.html import read_html

_UNLABELLED_INPUTS = {"hidden", "submit", "reset", "button", "image"}
_URL_ATTRIBUTES = ("href", "src", "action", "formaction", "poster", "data", "srcset", "manifest", "cite")
# Elements whose URL the browser follows or fetches by itself or on a tap; our pages point nowhere else.
_NO_STORE_PATHS = re.compile(r"^/(desk|union|network|buyer)(/|$)|^/[^/]+/inbox(/|$)")


class BrokenPage(AssertionError):
    """A page broke at least one rule; the message has a line for each."""


def check_page(html: bytes | str, headers: Mapping[str, str], path: str) -> None:
    """Raise `BrokenPage` when the page breaks a rule."""
    faults = faults_of(html, headers, path)
    if faults:
        raise BrokenPage(f"{path}\n" + "\n".join(f"  - {fault}" for fault in faults))


def faults_of(html: bytes | str, headers: Mapping[str, str], path: str) -> list[str]:
    """One line for each rule the page breaks; empty for a good page."""
    page = read_html(html.decode() if isinstance(html, bytes) else html)
    root = page.root
    sent = {name.lower(): value for name, value in headers.items()}
    return [
        *(f"HTML error at line {place[0]}: {name} {detail}" for place, name, detail in page.errors),
        *_document_faults(root),
        *_field_faults(root),
        *_form_faults(root),
        *_inline_faults(root),
        *_third_party_faults(root),
        *_header_faults(root, sent, path),
    ]


class CheckedClient(FlaskClient):
    """Flask's test client, with every HTML answer checked on its way to the test."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request as Flask's client does, then check the page it brought."""
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and response.request.method != "HEAD":
            squeezed = response.headers.get("Content-Encoding") == "gzip"
            page = gzip.decompress(response.data) if squeezed else response.data
            check_page(page, dict(response.headers), response.request.path)
        return response


def checked_client(app: Flask, **options: Any) -> FlaskClient:
    """A test client of this application that checks every page; takes the options of `Flask.test_client`."""
    app.test_client_class = CheckedClient
    return app.test_client(**options)


def _document_faults(root: Element) -> Iterator[str]:
    title = root.find("head/title")
    if title is None or not "".join(title.itertext()).strip():
        yield "no title"
    if not root.get("lang"):
        yield "no lang on <html>"
    if root.get("dir") not in ("ltr", "rtl"):
        yield "no dir on <html>"
    for name, times in Counter(element.get("id") for element in root.iter() if element.get("id")).items():
        if times > 1:
            yield f"the id {name} stands {times} times"
    for image in root.iter("img"):
        if image.get("alt") is None:
            yield f"the picture {image.get('src')} has no alt"


def _field_faults(root: Element) -> Iterator[str]:
    pointed_at = {label.get("for") for label in root.iter("label") if _words(label)}
    wrapped = {id(field) for label in root.iter("label") if _words(label) for field in label.iter()}
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    for field in root.iter():
        if field.tag not in ("input", "select", "textarea"):
            continue
        if field.tag == "input" and field.get("type", "text") in _UNLABELLED_INPUTS:
            continue
        named = [ids[name] for name in field.get("aria-labelledby", "").split() if name in ids]
        if not (
            (field.get("id") and field.get("id") in pointed_at)
            or id(field) in wrapped
            or field.get("aria-label", "").strip()
            or any(map(_words, named))
        ):
            yield f"the {field.tag} {field.get('name')!r} has no label"
    for button in root.iter("button"):
        if not (_words(button) or button.get("aria-label", "").strip()):
            yield "a button has no words"


def _form_faults(root: Element) -> Iterator[str]:
    for form in root.iter("form"):
        action = form.get("action")
        if form.get("method", "").lower() not in ("get", "post", "dialog"):
            yield f"the form {action!r} has no method"
        if not action:
            yield "a form has no action"


def _inline_faults(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag == "style":
            yield "an inline <style>"
        if element.tag == "script" and not element.get("src") and element.get("type") != "application/json":
            yield "an inline <script>"
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on"):
                yield f"an inline {name}={value!r} on <{element.tag}>"
            if value.strip().lower().startswith("javascript:"):
                yield f"a javascript: address on <{element.tag}>"


def _third_party_faults(root: Element) -> Iterator[str]:
    for element in root.iter():
        for name in _URL_ATTRIBUTES:
            value = element.get(name)
            if value is None:
                continue
            parts = urlsplit(value.strip())
            if parts.netloc or parts.scheme in ("http", "https", "ftp", "ws", "wss"):
                yield f"<{element.tag}> points away from us: {value}"


def _header_faults(root: Element, sent: Mapping[str, str], path: str) -> Iterator[str]:
    policy = sent.get("content-security-policy", "")
    if not policy.startswith("default-src 'none'"):
        yield f"the content security policy starts with {policy[:30]!r}"
    if "unsafe-" in policy:
        yield "the content security policy allows something unsafe"
    holds_token = any(
        field.get("type") == "hidden" and "token" in field.get("name", "") and field.get("value")
        for field in root.iter("input")
    )
    if (holds_token or _NO_STORE_PATHS.match(path)) and "no-store" not in sent.get("cache-control", ""):
        yield "a page with a token, a receipt or a case may be stored by the browser"


def _words(element: Element) -> str:
    """The words a screen reader would say for it, from its text and its pictures."""
    pictures = (image.get("alt", "") for image in element.iter("img"))
    return "".join((*element.itertext(), *pictures)).strip()
