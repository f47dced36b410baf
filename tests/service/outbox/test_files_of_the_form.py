"""Photos and recordings that come with the plain form: taken in one post, or said why not, and never in the way of the words."""

import struct
import tempfile
import zlib
from contextlib import ExitStack
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.sansio.multipart import MultipartDecoder
from werkzeug.test import encode_multipart

from app.attachments import ExaminerBroken, at_once, examining, open_file
from app.attachments.kinds import FileState
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.intake import form_files
from app.network import FILE_CHUNKS
from app.vault import TooBusy
from app.web.worker import posted_files
from tests.harness.world import World
from tests.support.browsing import Page, Visitor, cases
from tests.support.files import mp4, ogg, photo, webm
from tests.support.form_files import WORDS, chosen, rows

ANSWERS: dict[str, Any] = {
    "words": WORDS,
    "category": ["wages"],
    "exclude": ["agent"],
    "site": "Foxtown",
    "consent": "union",
}
PLANTED = b"Karmesin at the gate"


@pytest.fixture
def form(client: FlaskClient) -> Visitor:
    """The form on a phone without scripts."""
    phone = Visitor(client)
    phone.open("/en/")
    return phone


def keeps_all_but_the_files(page: Page, world: World, before: int) -> None:
    """The page came back with every answer, says that files have to be chosen again, and nothing was filed."""
    values = page.form("/report").values
    assert values["words"] == [WORDS]
    assert values["category"] == ["wages"]
    assert values["exclude"] == ["agent"]
    assert values["site"] == ["Foxtown"]
    assert values["consent"] == ["union"]
    [alert] = [each for each in page.root.iter("div") if each.get("id") == "wrong"]
    # Whoever reads one line reads that nobody has it yet, and the reason before what to do.
    said = "".join(alert.itertext()).strip()
    assert "Nothing is sent yet." in said
    assert said.endswith("Choose them again below.")
    assert "did not stay on this page. Choose them again below." in page.text
    assert page.form("/report").enctype == "multipart/form-data"
    assert cases(world) == before
    assert rows(world) == []


def _png(width: int, height: int, rows_of_it: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows_of_it) + chunk(b"IEND", b"")


def test_photos_and_recordings_come_with_the_form_and_nothing_of_them_goes_to_a_disk(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile"):
        monkeypatch.setattr(tempfile, name, lambda *_, **__: pytest.fail("a file of a worker's on the disk"))
    camera = photo(1600, 1200, quality=95, comment=PLANTED) + PLANTED
    form.open(f"/en/s/{world.site.code}")
    page = form.send("/report", words=WORDS, consent="helper", **chosen(camera, ogg(), webm(), mp4()))
    assert page.status == 200
    assert "We have your message." in page.text
    assert "did not come along" not in page.text
    kept = rows(world)
    assert [row.state for row in kept] == [FileState.KEPT] * 4
    code, lead = page.code, world.sign_in("near.lead")
    case_id = CaseId(kept[0].case_id)
    with world.database.writing() as session:
        accept_offer(session, world.vault, world.rules, lead, case_id)
    types = {}
    for row in kept:
        with world.database.writing() as session:
            opened = open_file(session, world.vault, lead, case_id, row.id)
        types[opened.type] = opened.body
    assert sorted(types) == ["audio/mp4", "audio/ogg", "audio/webm", "image/jpeg"]
    assert types["audio/ogg"] == ogg()
    assert PLANTED not in types["image/jpeg"]
    assert Image.open(BytesIO(types["image/jpeg"])).size == (1600, 1200)
    form.open("/en/inbox")
    inside = form.send("/inbox", receipt=code).text
    assert "Your photo arrived." in inside
    assert inside.count("Your voice note arrived.") == 3


def test_a_recording_alone_is_a_report_and_an_empty_field_is_none(form: Visitor, world: World) -> None:
    before = cases(world)
    nothing = [FileStorage(BytesIO(), "", content_type="application/octet-stream")]
    page = form.send("/report", files=nothing)
    assert page.status == 422
    assert "Nothing is sent yet." in page.text
    assert "Choose them again" not in page.text
    assert form.send("/report", **chosen(ogg())).status == 200
    assert cases(world) == before + 1


def test_the_same_form_again_is_the_same_report_with_each_file_once(
    form: Visitor, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_page, looks = form.page, list[bytes]()
    before = cases(world)

    def counted(*given: Any) -> Any:
        looks.append(bytes(given[2]))
        return examining.examine(*given)

    monkeypatch.setattr(at_once, "examine", counted)
    first = form.send("/report", **ANSWERS, **chosen(photo(), ogg()))
    form.page = first_page
    again = form.send("/report", **ANSWERS, **chosen(photo(), ogg()))
    assert first.code == again.code != ""
    assert cases(world) == before + 1
    assert [row.state for row in rows(world)] == [FileState.KEPT] * 2
    assert len(looks) == 2
    # Other files under the same form are another content, as other words would be.
    form.page = first_page
    other = form.send("/report", **ANSWERS, **chosen(photo(800, 600)))
    assert other.status == 409
    assert len(looks) == 2
    assert "did not stay on this page. Choose them again below." in other.text
    new = form.send("/report", **chosen(photo(800, 600)))
    assert new.status == 200
    assert new.code != first.code
    assert len(rows(world)) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    (
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "Number 2 of what you chose is no photo",
        ),
        (b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)//", "Number 2 of what you chose is no photo"),
        (photo()[:900], "Number 2 of what you chose is no photo"),
        (b"", "Number 2 of what you chose is no photo"),
        (ogg() + b"PK\x03\x04" + PLANTED, "Number 2 of what you chose is no photo"),
        (_png(30_000, 30_000, zlib.compress(bytes(40_000))), "Photo number 2 has too many dots"),
        (ogg(16 * 60), "Recording number 2 is longer than 15 minutes"),
    ),
    ids=("svg", "polyglot", "half", "empty", "zip-behind-sound", "30000x30000", "endless"),
)
def test_a_file_that_cannot_be_taken_is_named_and_all_else_stays(
    form: Visitor, world: World, body: bytes, said: str
) -> None:
    before = cases(world)
    page = form.send("/report", **ANSWERS, **chosen(photo(), body))
    assert page.status == 422
    assert said in page.text
    keeps_all_but_the_files(page, world, before)
    assert form.send("/report", **chosen(photo())).status == 200
    assert [row.state for row in rows(world)] == [FileState.KEPT]


@pytest.mark.parametrize(
    ("bodies", "said"),
    (
        ([photo(60, 40)] * 6, "Not more than 5 photos and recordings"),
        ([bytes(5_000_000)] * 2, "too large: more than 8 MB together"),
        ([bytes(9_000_000)], "too large: more than 8 MB together"),
        ([bytes(4_000_000)] * 4, "too large: more than 8 MB together"),
    ),
    ids=("six", "together", "one", "very-large"),
)
def test_too_many_or_too_large_ones_are_said_and_all_else_stays(
    form: Visitor, world: World, bodies: list[bytes], said: str
) -> None:
    before = cases(world)
    page = form.send("/report", **ANSWERS, **chosen(*bodies))
    assert page.status == 422
    assert said in page.text
    keeps_all_but_the_files(page, world, before)


def test_a_form_that_is_cut_among_its_answers_is_not_filed_without_them(
    form: Visitor, client: FlaskClient, world: World
) -> None:
    """Who may know stands behind the words: half a form must not be read by more people than the whole."""
    before = cases(world)
    asked = form.page.form("/report")
    boundary, body = encode_multipart({**asked.values, **ANSWERS, "consent": "nobody"})
    for at in range(body.index(WORDS.encode()), len(body) - len("--\r\n") - 1, 97):
        answer = client.post(
            "/en/report", data=body[:at], content_type=f"multipart/form-data; boundary={boundary}"
        )
        assert answer.status_code in (400, 422), at
        assert cases(world) == before


@pytest.mark.parametrize(
    ("announced", "said"),
    (
        (40_000_000, "too large: more than 8 MB together"),
        (6_000_000, "cannot be taken just now. Try again soon"),
    ),
)
def test_of_a_form_that_the_server_cut_within_a_file_the_words_come_back(
    form: Visitor, client: FlaskClient, world: World, announced: int, said: str
) -> None:
    before, asked = cases(world), form.page.form("/report")
    boundary, body = encode_multipart({**asked.values, **ANSWERS, **chosen(bytes(3_000_000))})
    cut = BytesIO(body[:2_000_000])
    page = Page(
        client.post(
            asked.action,
            input_stream=cut,
            content_type=f"multipart/form-data; boundary={boundary}",
            environ_overrides={"CONTENT_LENGTH": str(announced), "wsgi.input_terminated": True},
        )
    )
    assert page.status == 422
    assert said in page.text
    keeps_all_but_the_files(page, world, before)


def test_danger_and_nobody_asks_once_and_for_the_files_again(form: Visitor, world: World) -> None:
    before = cases(world)
    asked = form.send("/report", words=WORDS, danger="yes", consent="nobody", **chosen(photo()))
    assert "May one helper read it?" in asked.text
    assert "Choose them again below." in asked.text
    assert cases(world) == before
    assert form.send("/report", button=0, **chosen(photo())).status == 200
    assert [row.state for row in rows(world)] == [FileState.KEPT]


@pytest.mark.parametrize("error", (TooBusy(), ExaminerBroken("the child ended with 1")))
def test_where_nothing_can_be_looked_at_nothing_is_filed_and_all_else_stays(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    before = cases(world)
    with monkeypatch.context() as broken:
        broken.setattr(at_once, "examine", fails)
        page = form.send("/report", **ANSWERS, **chosen(photo()))
    assert page.status == 503
    assert int(page.response.headers["Retry-After"]) > 0
    keeps_all_but_the_files(page, world, before)
    assert form.send("/report", **chosen(photo())).status == 200


def test_no_more_forms_with_files_are_held_at_once_than_there_is_room_for(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cases(world)
    monkeypatch.setattr(posted_files, "_PATIENCE_SECONDS", 0)
    empty_form = form.page
    with posted_files._ROOM, posted_files._ROOM:
        page = form.send("/report", **ANSWERS, **chosen(bytes(2_000_000)))
        assert "cannot be taken just now" in page.text
        keeps_all_but_the_files(page, world, before)
        # Neither words nor a small photo wait for who sends a large one.
        form.page = empty_form
        assert form.send("/report", words=WORDS, **chosen(photo())).status == 200


def test_only_a_few_threads_wait_for_room_and_the_others_stay_with_who_writes_words(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cases(world)
    # Whoever waited here would wait until the test is given up.
    monkeypatch.setattr(posted_files, "_PATIENCE_SECONDS", 3_600.0)
    with ExitStack() as others:
        for each in (posted_files._ROOM, posted_files._IN_LINE):
            for _ in range(each._initial_value):  # type: ignore[attr-defined]
                others.enter_context(each)
        page = form.send("/report", **ANSWERS, **chosen(bytes(2_000_000)))
        assert "cannot be taken just now" in page.text
        keeps_all_but_the_files(page, world, before)
    assert form.send("/report", **chosen(photo())).status == 200


def test_a_part_whose_head_has_no_end_is_not_taken_apart_and_the_words_stay(
    form: Visitor, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, heads, parsed = cases(world), list[int](), MultipartDecoder._parse_headers

    def counted(decoder: MultipartDecoder, head: bytes) -> Any:
        heads.append(len(head))
        return parsed(decoder, head)

    monkeypatch.setattr(MultipartDecoder, "_parse_headers", counted)
    token = form.page.form("/report").values["token"][0]
    boundary, body = encode_multipart({"token": token, "words": WORDS}, "x")
    endless = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"' + b"\r\na:" * 300_000
    body = body.removesuffix(b"--x--\r\n") + endless + b"\r\n\r\nhi\r\n--x--\r\n"
    answer = client.post("/en/report", data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 422
    assert WORDS in answer.text
    assert cases(world) == before
    assert max(heads) < 1_000


def test_files_count_as_the_chunks_of_phones_do(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cases(world)
    limit = FILE_CHUNKS.__class__(FILE_CHUNKS.what, 2, FILE_CHUNKS.window)
    monkeypatch.setattr("app.attachments.counting.FILE_CHUNKS", limit)
    page = form.send("/report", **ANSWERS, **chosen(photo(1600, 1200, quality=95)))
    assert page.status == 503
    assert "cannot be taken just now" in page.text
    keeps_all_but_the_files(page, world, before)
    # Words are never behind that limit.
    assert form.send("/report").status == 200


def test_a_file_that_fails_after_its_report_was_filed_costs_no_code_and_comes_with_the_same_form(
    form: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("no space left")

    first_page = form.page
    with monkeypatch.context() as broken:
        broken.setattr(form_files, "keep_examined", fails)
        page = form.send("/report", **ANSWERS, **chosen(photo()))
    assert page.status == 200
    assert page.code
    assert "A photo or recording did not come along." in page.text
    assert [row.state for row in rows(world)] == [FileState.WAITING]
    form.page = first_page
    again = form.send("/report", **ANSWERS, **chosen(photo()))
    assert again.code == page.code
    assert "did not come along" not in again.text
    assert [row.state for row in rows(world)] == [FileState.KEPT]


def _part(name: str, value: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    (
        ("multipart/form-data", b"words=hello", 422),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", b"--x\r\nnothing: here\r\n\r\nabc\r\n--x--\r\n", 422),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n",
            422,
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xfe: \xff\r\n\r\nabc\r\n--x--\r\n", 422),
        ("multipart/form-data; boundary=x", _part("words", b"caf\xe9 \x00 \xed\xa0\x80") + b"--x--\r\n", 400),
        ("multipart/form-data; boundary=x", _part("a", b"") * 2_000 + b"--x--\r\n", 413),
        ("multipart/form-data; boundary=x", _part("words", b"a" * 1_700_000) + b"--x--\r\n", 413),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a" * 3_000_000, 422),
    ),
    ids=("no-boundary", "empty", "no-name", "nameless", "no-text", "broken-bytes", "fields", "words", "head"),
)
def test_whatever_is_no_form_is_answered(client: FlaskClient, kind: str, body: bytes, status: int) -> None:
    assert client.post("/en/report", data=body, content_type=kind).status_code == status
