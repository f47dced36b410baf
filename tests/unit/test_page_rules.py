"""The rules of pages themselves: a good page passes, and each way to break one is noticed."""

import pytest
from flask import Flask, Response

from tests.harness.pages import BrokenPage, CheckedClient, check_page, checked_client, faults_of

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'self'", "Cache-Control": "no-store"}
GOOD = """<!doctype html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><title>Help and information</title><link rel="stylesheet" href="/static/a.css"></head>
<body>
<!-- a comment -->
<h1>Tell us</h1>
<svg viewBox="0 0 8 8" aria-hidden="true"><path d="M0 0h8v8z"/></svg>
<img src="/static/a.svg" alt="">
<a href="/en/how">What happens</a>
<form method="post" action="/en/report">
<input type="hidden" name="token" value="abc">
<label for="words">What happened?</label><textarea id="words" name="words"></textarea>
<label><input type="checkbox" name="category" value="pay"> Pay</label>
<input name="search" aria-label="Search">
<span id="when">When</span><select name="when" aria-labelledby="when"><option>Today</option></select>
<button>Send</button>
</form>
</body>
</html>"""


def test_a_good_page_passes() -> None:
    check_page(GOOD, HEADERS, "/en/")
    check_page(GOOD.encode(), {name.lower(): value for name, value in HEADERS.items()}, "/en/")


@pytest.mark.parametrize(
    ("good", "broken", "fault"),
    (
        ("<!doctype html>\n", "", "doctype"),
        ("</h1>", "</h2>", "HTML error"),
        ("What happens</a>", "Mine &amp yours</a>", "HTML error"),
        (
            '<img src="/static/a.svg" alt="">',
            '<img src="/static/a.svg" src="/b" alt="">',
            "duplicate-attribute",
        ),
        ("<title>Help and information</title>", "", "no title"),
        ("Help and information", " ", "no title"),
        (' lang="en"', "", "no lang"),
        (' dir="ltr"', "", "no dir"),
        (' dir="ltr"', ' dir="auto"', "no dir"),
        ('<span id="when">', '<span id="words">', "stands 2 times"),
        (' alt=""', "", "has no alt"),
        ('<label for="words">', '<label for="word">', "the textarea 'words' has no label"),
        ("What happened?", "", "the textarea 'words' has no label"),
        ("> Pay</label>", "></label>", "the input 'category' has no label"),
        ('aria-label="Search"', 'aria-label=" "', "the input 'search' has no label"),
        ('aria-labelledby="when"', 'aria-labelledby="where"', "the select 'when' has no label"),
        ("<button>Send</button>", "<button></button>", "a button has no words"),
        (' method="post"', "", "has no method"),
        (' action="/en/report"', "", "has no action"),
        ('action="/en/report"', 'action="https://example.org/"', "points away"),
        ('action="/en/report"', 'action="//example.org/"', "points away"),
        ('href="/static/a.css"', 'href="http://example.org/a.css"', "points away"),
        ('src="/static/a.svg"', 'src="//example.org/a.svg"', "points away"),
        ("<button>", '<button formaction="https://example.org/">', "points away"),
        ("</head>", "<style>p{}</style></head>", "inline <style>"),
        ("</body>", "<script>1</script></body>", "inline <script>"),
        ("<h1>", '<h1 style="color:red">', "inline style"),
        ("<h1>", '<h1 onclick="f()">', "inline onclick"),
        ('href="/en/how"', 'href=" javascript:f()"', "javascript: address"),
    ),
)
def test_each_broken_page_is_noticed(good: str, broken: str, fault: str) -> None:
    assert good in GOOD
    with pytest.raises(BrokenPage, match=fault):
        check_page(GOOD.replace(good, broken), HEADERS, "/en/")


@pytest.mark.parametrize(
    "policy", ("", "script-src 'self'", "default-src 'self'", "default-src 'none'; style-src 'unsafe-inline'")
)
def test_a_weak_policy_is_noticed(policy: str) -> None:
    assert any(
        "policy" in fault for fault in faults_of(GOOD, HEADERS | {"Content-Security-Policy": policy}, "/en/")
    )


@pytest.mark.parametrize(
    "path", ("/desk/", "/desk/cases/abc", "/en/inbox", "/my/inbox/answer", "/union/", "/network/", "/buyer/")
)
def test_a_page_with_a_case_must_not_be_stored(path: str) -> None:
    page = GOOD.replace('<input type="hidden" name="token" value="abc">', "")
    assert faults_of(page, HEADERS | {"Cache-Control": "max-age=60"}, path)
    assert not faults_of(page, HEADERS, path)


def test_a_page_with_a_token_must_not_be_stored_and_others_may() -> None:
    cached = HEADERS | {"Cache-Control": "max-age=60"}
    assert faults_of(GOOD, cached, "/en/")
    assert not faults_of(GOOD.replace('name="token" value="abc"', 'name="page" value="2"'), cached, "/en/")


def test_the_client_checks_each_page_and_nothing_else() -> None:
    app = Flask("pages")
    answers = {"good": GOOD, "broken": GOOD.replace(' lang="en"', "")}
    app.add_url_rule("/<name>", "page", lambda name: Response(answers[name], headers=HEADERS))
    app.add_url_rule("/data", "data", lambda: Response("{}", mimetype="application/json"))
    client = checked_client(app)
    assert isinstance(client, CheckedClient)
    assert client.get("/good").status_code == 200
    assert client.get("/data").status_code == 200
    with pytest.raises(BrokenPage, match="no lang"):
        client.get("/broken")
