"""Photos and voice notes on the desk: opened by whoever has a grant at that moment, written down, in pieces for a player."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from app import clock
from app.attachments import give_up_files
from app.attachments.examining import Examined
from app.attachments.kinds import FileState
from app.attachments.models import Attachment, AttachmentChunk, AttachmentPart
from app.cases.case.models import Entry
from app.cases.enums import EntryKind
from app.cases.routing import accept_offer
from app.database import CaseId
from app.vault import CircleName, GrantState, Receipt, end_grants, is_sound, read_journal, verify_journal
from app.vault.grant_rows import GrantRow
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.files import PhoneFile, ogg, photo, post_chunk, told_of, with_files
from tests.support.member import Browse, let_in
from tests.support.outbox import Kit, Sealing, answer, case_of_submission, post

DAY = 86_400


class Reported:
    """A report with files that the near lead has taken on."""

    def __init__(
        self,
        app: Flask,
        world: World,
        *bodies: bytes,
        kind: str = "photo",
        send: bool = True,
        answers: dict[str, Any] | None = None,
    ) -> None:
        self.client, self.world = app.test_client(), world
        self.sealing = Sealing(
            Kit.of(world.vault),
            {"site_code": world.site.code, "consent": "helper", "words": "See this."} | (answers or {}),
        )
        self.files: list[PhoneFile] = with_files(self.sealing, *bodies, kind=kind)
        assert answer(post(self.client, self.sealing.envelope()))["state"] == "kept"
        self.case_id = CaseId(case_of_submission(world, self.sealing).id)
        lead = world.sign_in("near.lead")
        with world.database.writing() as session:
            assert accept_offer(session, world.vault, world.rules, lead, self.case_id).taken
        if send:
            for file in self.files:
                self.send(file)

    def send(self, file: PhoneFile) -> dict[str, Any]:
        """All chunks of it; the last answer."""
        for raw in file.chunks():
            _, told = told_of(post_chunk(self.client, raw))
        return told

    def address(self, file: PhoneFile) -> str:
        """Where the desk opens it."""
        return f"/desk/cases/{self.case_id}/files/{file.file}"

    def acts(self) -> list[str]:
        """What the journal says was done."""
        with self.world.database.reading() as session:
            assert verify_journal(session, self.world.vault).sound
            return [entry.act for entry in read_journal(session, self.world.vault, self.case_id)]


def _get(browse: Browse, address: str, login: str = "near.lead", **headers: str) -> TestResponse:
    return browse(login).client.get(address, headers=headers)


def _inbox(app: Flask, sealing: Sealing) -> str:
    client = checked_client(app)
    client.post("/en/inbox", data={"receipt": sealing.receipt})
    return Page(client.get("/en/inbox")).text


def test_a_photo_is_shown_opened_and_written_down(app: Flask, world: World, browse: Browse) -> None:
    case = Reported(app, world, photo(800, 600))
    [file] = case.files
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case.case_id}")
    assert "Photo of the worker" in page.text
    [picture] = [each for each in page.root.iter("img") if each.get("src") == case.address(file)]
    assert "tell the coordinator" in (picture.get("alt") or "")
    assert case.acts().count("case.file_opened") == 0
    found = member.client.get(case.address(file))
    assert (found.status_code, found.mimetype) == (200, "image/jpeg")
    assert Image.open(BytesIO(found.data)).size == (800, 600)
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Cache-Control"] == "no-store"
    for _ in range(3):
        member.client.get(case.address(file))
    assert case.acts().count("case.file_opened") == 1
    world.cookies["test clock"] = str(int(world.cookies["test clock"]) + 3700)
    _get(browse, case.address(file))
    assert case.acts().count("case.file_opened") == 2
    text = _inbox(app, case.sealing)
    assert "Your photo arrived." in text
    assert "opened a photo or voice note of yours" in text


def test_a_voice_note_is_played_piece_by_piece(app: Flask, world: World, browse: Browse) -> None:
    body = ogg(60, pages=1500)
    case = Reported(app, world, body, kind="voice")
    [file] = case.files
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{case.case_id}")
    [player] = [each for each in page.root.iter("audio") if each.get("src") == case.address(file)]
    assert player.get("controls") is not None
    assert "1:00" in page.text
    assert "media-src 'self'" in page.response.headers["Content-Security-Policy"]

    def ask(wanted: str) -> TestResponse:
        return member.client.get(case.address(file), headers={"Range": wanted})

    assert member.client.get(case.address(file)).data == body
    for wanted, start, end in (
        ("bytes=0-", 0, len(body)),
        ("bytes=0-0", 0, 1),
        ("bytes=131060-131100", 131_060, 131_101),
        ("bytes=131068-131068", 131_068, 131_069),
        (f"bytes={len(body) - 5}-", len(body) - 5, len(body)),
        (f"bytes=5-{len(body) + 999}", 5, len(body)),
    ):
        found = ask(wanted)
        assert (found.status_code, found.mimetype, found.data) == (206, "audio/ogg", body[start:end])
        assert found.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(body)}"
    assert ask(f"bytes={len(body)}-").status_code == 416
    for whole in ("bytes=-7", "bytes=0-1,5-6", "lines=0-1", "nonsense"):
        assert (ask(whole).status_code, ask(whole).data) == (200, body)
    assert case.acts().count("case.file_opened") == 1


def test_nobody_without_a_live_grant_opens_a_file(app: Flask, world: World, browse: Browse) -> None:
    case = Reported(app, world, photo())
    [file] = case.files
    address = case.address(file)
    assert _get(browse, address).status_code == 200
    assert _get(browse, address, "near.viewer").status_code == 200
    assert _get(browse, address, "other.lead").status_code == 404
    assert app.test_client().get(address).status_code in (302, 303, 401)
    for strange in (
        f"/desk/cases/{case.case_id}/files/{uuid4()}",
        address.replace(str(case.case_id), str(uuid4())),
    ):
        assert _get(browse, strange).status_code == 404
    with world.database.writing() as session:
        end_grants(session, case.case_id, _holders(session, case.case_id))
    assert _get(browse, address).status_code == 404


def _holders(session: Any, case_id: CaseId) -> list[UUID]:
    return list(
        session.scalars(
            select(GrantRow.holder_id).where(GrantRow.case_id == case_id, GrantRow.state == GrantState.LIVE)
        )
    )


@pytest.mark.parametrize("how", ("changed", "taken away", "moved"))
def test_a_file_that_others_wrote_into_says_so(app: Flask, world: World, browse: Browse, how: str) -> None:
    case = Reported(app, world, ogg(9, pages=1500), ogg(8, pages=1500), kind="voice")
    first, second = case.files
    mine = AttachmentPart.attachment_id == UUID(first.file)
    with world.database.writing() as session:
        if how == "changed":
            session.execute(update(AttachmentPart).where(mine, AttachmentPart.number == 1).values(version=7))
        elif how == "taken away":
            session.execute(delete(AttachmentPart).where(mine, AttachmentPart.number == 1))
        else:
            other = select(AttachmentPart.sealed).where(
                AttachmentPart.attachment_id == UUID(second.file), AttachmentPart.number == 1
            )
            sealed = session.scalars(other).one()
            session.execute(
                update(AttachmentPart).where(mine, AttachmentPart.number == 1).values(sealed=sealed)
            )
    broken = _get(browse, case.address(first))
    assert broken.status_code == 409
    assert "nothing was deleted" in broken.text
    assert _get(browse, case.address(second)).status_code == 200
    # What was not touched is still heard.
    assert _get(browse, case.address(first), Range="bytes=0-99").data == first.body[:100]


def test_what_is_no_picture_is_told_to_phone_helper_and_worker(
    app: Flask, world: World, browse: Browse
) -> None:
    case = Reported(app, world, b"<script>alert(1)</script>", send=False)
    [file] = case.files
    assert (case.send(file)["state"], case.send(file)["reason"]) == ("refused", "unreadable")
    page = browse("near.lead").open(f"/desk/cases/{case.case_id}")
    assert "It is no photo or voice note that can be opened" in page.text
    assert _get(browse, case.address(file)).status_code == 404
    assert "We could not open your photo." in _inbox(app, case.sealing)
    assert case.acts().count("case.file_refused") == 1


def test_what_is_on_its_way_shows_and_is_given_up_in_the_open(
    app: Flask, world: World, browse: Browse
) -> None:
    case = Reported(app, world, photo(1600, 1200, quality=95), send=False)
    whole = Reported(app, world, photo())
    [file] = case.files
    assert told_of(post_chunk(case.client, file.chunk(0)))[1]["state"] == "kept"
    pieces = len(file.indexes)
    assert f"1 of {pieces} pieces came" in browse("near.lead").open(f"/desk/cases/{case.case_id}").text
    assert "still on its way" in _inbox(app, case.sealing)

    def given_up(days: int) -> int:
        clock.set_offset(days * DAY)
        with world.database.writing() as session:
            return give_up_files(session, world.vault)

    assert given_up(29) == 0
    assert given_up(31) == 1
    assert given_up(31) == 0
    status, told = told_of(post_chunk(case.client, file.chunk(1)))
    assert (status, told["reason"]) == (410, "gone")
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AttachmentChunk)) == 0
        assert len(session.scalars(select(Entry).where(Entry.kind == EntryKind.FILE)).all()) == 2
    assert "did not arrive whole" in browse("near.lead").open(f"/desk/cases/{case.case_id}").text
    assert "Your photo did not arrive whole." in _inbox(app, case.sealing)
    assert case.acts().count("case.file_lost") == 1
    assert _get(browse, whole.address(whole.files[0])).status_code == 200


def test_a_file_that_others_wrote_into_keeps_no_other_from_being_given_up(app: Flask, world: World) -> None:
    spoilt, other = (Reported(app, world, photo(), send=False) for _ in range(2))
    with world.database.writing() as session:
        changed = update(Attachment).where(Attachment.case_id == spoilt.case_id)
        session.execute(changed.values(tag=b"x" * 32, last_hour=clock.hour_of(clock.now())))
    clock.set_offset(40 * DAY)
    with world.database.writing() as session:
        assert give_up_files(session, world.vault) == 1
        assert give_up_files(session, world.vault) == 0
    assert other.acts().count("case.file_lost") == 1
    assert Receipt(spoilt.sealing.receipt)


def test_a_restricted_case_opens_its_files_to_the_trained_only(
    app: Flask, world: World, browse: Browse
) -> None:
    let_in(world, "near.lead", "near.lead", [CircleName.RESTRICTED])
    case = Reported(app, world, photo(), answers={"category": ["gbvh"]})
    [file] = case.files
    assert _get(browse, case.address(file)).status_code == 200
    assert _get(browse, case.address(file), "near.caseworker").status_code == 404


@pytest.mark.parametrize("lasts", (float("nan"), float("inf"), -3.0, 1e300))
def test_a_length_that_nothing_has_costs_no_page(
    app: Flask, world: World, browse: Browse, monkeypatch: pytest.MonkeyPatch, lasts: float
) -> None:
    """What an examiner once said of it is sealed and stays."""
    monkeypatch.setattr(
        "app.attachments.completing.examine", lambda *given: Examined("audio/ogg", lasts, given[2])
    )
    reported = Reported(app, world, ogg(), kind="voice")
    assert _get(browse, f"/desk/cases/{reported.case_id}").status_code == 200


def test_whoever_writes_an_older_hour_makes_us_give_no_file_up(app: Flask, world: World) -> None:
    spoilt, other = (Reported(app, world, photo(), send=False) for _ in range(2))
    with world.database.writing() as session:
        older = clock.hour_of(clock.now()) - timedelta(days=40)
        session.execute(
            update(Attachment).where(Attachment.case_id == spoilt.case_id).values(last_hour=older)
        )
    with world.database.writing() as session:
        assert give_up_files(session, world.vault) == 0
    clock.set_offset(40 * DAY)
    with world.database.writing() as session:
        assert give_up_files(session, world.vault) == 1
    assert "case.file_lost" not in spoilt.acts()
    assert "case.file_lost" in other.acts()


def _kept_and_put_back(app: Flask, world: World) -> Reported:
    """A case whose photo was kept, and then somebody put its row back as it was when it waited."""
    case = Reported(app, world, photo(), send=False)
    mine = Attachment.case_id == case.case_id
    columns = Attachment.__table__.c
    with world.database.reading() as session:
        before = session.execute(select(columns.state, columns.last_hour, columns.row_mac).where(mine)).one()
    assert case.send(case.files[0])["state"] == "whole"
    with world.database.writing() as session:
        session.execute(update(Attachment).where(mine).values(**before._mapping))
    return case


def test_a_kept_file_whose_row_was_put_back_is_neither_hidden_nor_lost(
    app: Flask, world: World, browse: Browse
) -> None:
    case = _kept_and_put_back(app, world)
    waits = Reported(app, world, photo(), send=False)
    [file] = case.files
    page = browse("near.lead").open(f"/desk/cases/{case.case_id}").text
    assert "Photo of the worker" in page
    assert "pieces came" not in page
    assert "pieces came" in browse("near.lead").open(f"/desk/cases/{waits.case_id}").text
    assert "still on its way" not in _inbox(app, case.sealing)
    assert _get(browse, case.address(file)).status_code == 200
    clock.set_offset(40 * DAY)
    with world.database.writing() as session:
        assert give_up_files(session, world.vault) == 1
    assert "case.file_lost" in waits.acts()
    assert "case.file_lost" not in case.acts()
    with world.database.reading() as session:
        stored = session.scalars(select(Attachment).where(Attachment.case_id == case.case_id)).one()
        assert (stored.state, is_sound(world.vault, stored)) == (FileState.KEPT, True)


def test_a_kept_file_whose_row_was_put_back_is_not_kept_twice(
    app: Flask, world: World, browse: Browse
) -> None:
    case = _kept_and_put_back(app, world)
    [file] = case.files
    assert case.send(file)["state"] == "whole"
    assert case.acts().count("case.file_kept") == 1
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AttachmentChunk)) == 0
    assert _get(browse, case.address(file)).status_code == 200
