"""A request filled with fields, languages or cookies costs no more than one of ours."""

import pytest

from app.web.requests import BoundedRequest
from tests.support.browsing import Page, Visitor

MANY = "a&" * 10_000


@pytest.mark.parametrize("path", ("/en/report", "/en/inbox", "/en/inbox/write", "/desk/sign-in"))
def test_a_form_of_ten_thousand_fields_is_not_taken_apart(
    visitor: Visitor, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_given: object, **_named: object) -> None:
        raise AssertionError("the fields were taken apart")

    for module in ("app.web.worker.posted", "werkzeug.formparser"):
        monkeypatch.setattr(f"{module}.parse_qsl", never)
    answer = visitor.client.post(path, data=MANY, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


def test_as_many_fields_as_any_form_of_ours_and_more_are_read(visitor: Visitor) -> None:
    visitor.open("/en/")
    token = visitor.page.form("/report").values["token"][0]
    body = f"token={token}&" + "a&" * 500 + "words=They+keep+my+passport."
    answer = visitor.client.post("/en/report", data=body, content_type="application/x-www-form-urlencoded")
    assert Page(answer).code


def test_of_endless_languages_the_first_are_read(visitor: Visitor) -> None:
    wanted = {"Accept-Language": "my-x-long," + "xx;q=0.5," * 20_000}
    assert visitor.client.get("/", headers=wanted).status_code == 302
    request = BoundedRequest({"REQUEST_METHOD": "GET", "HTTP_ACCEPT_LANGUAGE": wanted["Accept-Language"]})
    assert len(list(request.accept_languages.values())) < 100
    assert next(iter(request.accept_languages.values())) == "my-x-long"


def test_cookies_without_end_are_none() -> None:
    ours = "redress_worker=abc; x=y"
    for sent, read in ((ours, "abc"), (ours + ";" * 9_000, None)):
        request = BoundedRequest({"REQUEST_METHOD": "GET", "HTTP_COOKIE": sent})
        assert request.cookies.get("redress_worker") == read
