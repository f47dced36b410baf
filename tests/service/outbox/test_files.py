"""Photos and voice notes of a phone: chunk after chunk in any order, each file once in its case and only if its report named it."""

import random
import signal
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app import clock
from app.attachments import ExaminerBroken, completing
from app.attachments.kinds import FileState
from app.attachments.models import Attachment, AttachmentChunk, AttachmentPart
from app.database import CaseId
from app.network import FILE_CHUNKS, WAITING_CHUNKS
from app.vault import Receipt, TooBusy, Vault, find_receipt, new_compartment_versions
from app.web.public.gauges import exposition
from tests.harness.world import World
from tests.support.files import CHUNK, PhoneFile, ogg, photo, post_chunk, told_of, webm, with_files
from tests.support.outbox import Seal, answer, case_of_submission, post


def _send(client: FlaskClient, file: PhoneFile, index: int = 0) -> tuple[int, dict[str, object]]:
    return told_of(post_chunk(client, file.chunk(index)))


def _stored(world: World, file: PhoneFile) -> Attachment:
    with world.database.reading() as session:
        return session.scalars(select(Attachment).where(Attachment.id == UUID(file.file))).one()


def _count(world: World, model: type[AttachmentChunk] | type[AttachmentPart], file: PhoneFile) -> int:
    with world.database.reading() as session:
        query = select(func.count()).select_from(model).where(model.attachment_id == UUID(file.file))
        return session.scalar(query) or 0


def test_a_photo_of_several_chunks_arrives_in_any_order_and_once(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    sealing = seal(words="See the picture.")
    [file] = with_files(sealing, photo(1600, 1200, quality=95))
    assert len(file.indexes) >= 3
    assert answer(post(client, sealing.envelope()))["state"] == "kept"
    order = list(file.indexes)
    random.Random(1).shuffle(order)  # noqa: S311 - an order is no secret
    missing = set(order)
    for index in order[:-1]:
        status, told = _send(client, file, index)
        missing.remove(index)
        assert (status, told) == (
            200,
            {
                "redress": 1,
                "state": "kept",
                "submission": sealing.submission,
                "file": file.file,
                "index": index,
                "already": False,
                "missing": sorted(missing),
                "proof": file.proof(index),
            },
        )
        assert _send(client, file, index)[1]["already"] is True
    status, told = _send(client, file, order[-1])
    assert (status, told) == (
        200,
        {
            "redress": 1,
            "state": "whole",
            "submission": sealing.submission,
            "file": file.file,
            "already": False,
            "proof": file.proof(),
        },
    )
    for index in order:
        again = _send(client, file, index)[1]
        assert (again["state"], again["already"]) == ("whole", True)
    assert _stored(world, file).state is FileState.KEPT
    assert _count(world, AttachmentChunk, file) == 0
    assert _count(world, AttachmentPart, file) >= 1


@pytest.mark.parametrize("body", (ogg(), webm()))
def test_a_report_of_nothing_but_a_voice_note_is_a_report(
    client: FlaskClient, world: World, seal: Seal, body: bytes
) -> None:
    sealing = seal(contact="inbox")
    assert answer(post(client, sealing.envelope()))["reason"] == "mistakes"
    [file] = with_files(sealing, body, kind="voice")
    assert answer(post(client, sealing.envelope()))["state"] == "kept"
    assert case_of_submission(world, sealing).is_open
    assert _send(client, file)[1]["state"] == "whole"


def test_a_chunk_before_its_report_waits_for_it(client: FlaskClient, seal: Seal) -> None:
    sealing = seal()
    [file] = with_files(sealing, ogg(), kind="voice")
    status, told = _send(client, file)
    assert (status, told["state"], told["reason"]) == (409, "later", "report_first")
    answer(post(client, sealing.envelope()))
    assert _send(client, file)[1]["state"] == "whole"


def test_the_files_belong_to_the_content_of_a_report(client: FlaskClient, seal: Seal) -> None:
    sealing = seal()
    with_files(sealing, ogg(), kind="voice")
    assert answer(post(client, sealing.envelope()))["already"] is False
    assert answer(post(client, sealing.envelope()))["already"] is True
    with_files(sealing, photo())
    assert answer(post(client, sealing.envelope()))["reason"] == "conflict"


@pytest.mark.parametrize(
    ("files", "reason"),
    (
        ([{"size": 0}], "files"),
        ([{"size": 8 * 1024 * 1024 + 1}], "files"),
        ([{}] * 6, "files"),
        ([{"file": "6b1ff0ac-0000-4000-8000-000000000001"}] * 2, "files"),
        ([{"size": True}], "malformed"),
        ([{"size": "12"}], "malformed"),
        ([{"kind": "film"}], "malformed"),
        ([{"kind": ["photo"]}], "malformed"),
        ([{"tag": "AAAA"}], "malformed"),
        ([{"file": "x"}], "malformed"),
        (["photo"], "malformed"),
        ({"file": "x"}, "malformed"),
    ),
)
def test_a_report_that_names_what_is_never_taken_is_refused_as_a_whole(
    client: FlaskClient, seal: Seal, files: object, reason: str
) -> None:
    sealing = seal()
    if isinstance(files, list):
        files = [
            PhoneFile(sealing, b"x").declared | each if isinstance(each, dict) else each for each in files
        ]
    sealing.inside["files"] = files
    assert answer(post(client, sealing.envelope()))["reason"] == reason


def test_what_is_no_chunk_of_the_file_is_refused(client: FlaskClient, world: World, seal: Seal) -> None:
    sealing, other = seal(), seal()
    [file] = with_files(sealing, photo(900, 700, quality=90))
    [another] = with_files(other, photo())
    for each in (sealing, other):
        answer(post(client, each.envelope()))
    sixth = PhoneFile(sealing, photo())
    assert _send(client, sixth)[1]["reason"] == "undeclared"
    # Another worker's, who knows both names and not the secret.
    stranger = PhoneFile(sealing, file.body, file=file.file, ack=other.ack)
    assert _send(client, stranger)[1]["reason"] == "forged"
    moved = PhoneFile(sealing, another.body, file=another.file)
    assert _send(client, moved)[1]["reason"] == "undeclared"
    last = file.indexes[-1]
    for index in (-1, last + 1, 10**9, 10**30):
        assert _send(client, file, index)[1]["reason"] == "counts"
    shorter = PhoneFile(sealing, file.body[:5000], file=file.file)
    longer = PhoneFile(sealing, file.body + b"x" * 8192, file=file.file)
    assert _send(client, shorter)[1]["reason"] == "counts"
    assert _send(client, longer, last)[1]["reason"] == "counts"
    assert _count(world, AttachmentChunk, file) == 0
    assert _stored(world, file).state is FileState.WAITING


def test_other_bytes_than_the_report_named_are_no_file(client: FlaskClient, world: World, seal: Seal) -> None:
    sealing = seal()
    [file] = with_files(sealing, photo())
    answer(post(client, sealing.envelope()))
    swapped = PhoneFile(sealing, bytes(len(file.body)), file=file.file)
    *_, raw = swapped.chunks()
    for chunk in swapped.chunks():
        status, told = told_of(post_chunk(client, chunk))
    assert (status, told["reason"]) == (409, "conflict")
    assert told_of(post_chunk(client, raw))[1]["reason"] == "conflict"
    assert _stored(world, file).state is FileState.REFUSED
    assert _count(world, AttachmentChunk, file) == 0


def test_a_seal_that_is_cut_of_another_deployment_or_key_is_refused(
    client: FlaskClient, seal: Seal, vault: Vault
) -> None:
    sealing = seal()
    [file] = with_files(sealing, photo())
    answer(post(client, sealing.envelope()))
    whole, kit = file.chunk(0), sealing.kit
    end = 2 + len(kit.key)
    for raw in (
        b"",
        b"\1",
        whole[:1],
        whole[:end],
        whole[: end + 30],
        b"\1\0" + whole[end:],
        b"\2" + whole[1:],
    ):
        status, told = told_of(post_chunk(client, raw))
        assert (status, told["reason"]) == (400, "malformed")
    assert told_of(post_chunk(client, b"\0" + whole[1:]))[1]["reason"] == "old_client"
    for raw in (whole[:-1], whole[: end + 66], whole[:-1] + bytes([whole[-1] ^ 1])):
        assert told_of(post_chunk(client, raw))[1]["reason"] == "forged"
    elsewhere = type(kit)("0" * 32, kit.key, kit.public)
    assert told_of(post_chunk(client, file.chunk(0, kit=elsewhere)))[1]["reason"] == "forged"
    unknown = type(kit)(kit.deployment, "ff" * 8, kit.public)
    assert told_of(post_chunk(client, file.chunk(0, kit=unknown)))[1]["reason"] == "unknown_key"
    assert told_of(post_chunk(client, bytes(70_000)))[1]["reason"] == "too_large"
    assert told_of(post_chunk(client, whole, content_type="application/json"))[1]["reason"] == "malformed"
    for inside in (
        {"v": 2},
        {"index": "0"},
        {"index": True},
        {"ack": "AA"},
        {"file": "x"},
        {"submission": 1},
    ):
        strange = PhoneFile(sealing, file.body, file=file.file, inside=inside)
        assert told_of(post_chunk(client, strange.chunk(0)))[1]["reason"] == "malformed"
    for plain in (b"", b"x" * 300, bytes(CHUNK)):
        assert told_of(post_chunk(client, file.chunk(0, plain=plain)))[1]["reason"] == "malformed"


def test_a_chunk_that_others_wrote_into_is_asked_for_again(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    sealing = seal()
    [file] = with_files(sealing, photo(900, 700, quality=90))
    answer(post(client, sealing.envelope()))
    *first, last = file.indexes
    assert len(first) > 2
    for index in first:
        _send(client, file, index)
    with world.database.writing() as session:
        forged = update(AttachmentChunk).where(AttachmentChunk.number == 1).values(sealed=b"x" * 500)
        session.execute(forged.where(AttachmentChunk.attachment_id == UUID(file.file)))
    assert _send(client, file, last)[1]["missing"] == [1]
    assert _send(client, file, 1)[1]["state"] == "whole"


def test_a_flood_of_chunks_waits_and_loses_nothing(
    client: FlaskClient, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing = seal()
    [file] = with_files(sealing, photo(900, 700, quality=90))
    answer(post(client, sealing.envelope()))
    monkeypatch.setattr("app.attachments.counting.FILE_CHUNKS", replace(FILE_CHUNKS, most=2))
    states = [_send(client, file, index)[1] for index in (0, 1, 2)]
    assert [told["state"] for told in states] == ["kept", "kept", "later"]
    assert states[-1]["reason"] == "full"
    assert _count(world, AttachmentChunk, file) == 2
    assert _send(client, file, 0)[1]["state"] == "kept"
    monkeypatch.undo()
    assert _send(client, file, 2)[1]["state"] == "kept"
    monkeypatch.setattr("app.attachments.counting.MOST_WAITING", 3)
    other = seal()
    [another] = with_files(other, photo())
    answer(post(client, other.envelope()))
    assert _send(client, another)[1]["reason"] == "full"
    assert _send(client, file, 3)[1]["state"] == "kept"


@pytest.mark.parametrize("error", (TooBusy(), ExaminerBroken("the child")))
def test_a_child_that_cannot_work_costs_nobody_a_file(
    client: FlaskClient, seal: Seal, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_given: object) -> None:
        raise error

    sealing = seal()
    [file] = with_files(sealing, photo())
    answer(post(client, sealing.envelope()))
    monkeypatch.setattr("app.attachments.completing.examine", fails)
    for chunk in file.chunks():
        status, told = told_of(post_chunk(client, chunk))
    assert (status, told["state"]) == (503, "later")
    monkeypatch.undo()
    assert _send(client, file)[1]["state"] == "whole"


def test_keys_that_change_while_a_file_is_sealed_are_those_it_is_sealed_to(
    client: FlaskClient, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever lost access just then must not be able to read it."""
    sealing = seal()
    [file] = with_files(sealing, ogg(), kind="voice")
    answer(post(client, sealing.envelope()))
    case_id, keep, tried = CaseId(case_of_submission(world, sealing).id), completing._keep, list[int]()

    def after_the_keys(*given: Any) -> None:
        tried.append(1)
        if len(tried) == 1:
            with world.database.writing() as session:
                keys = find_receipt(session, world.vault.derive_receipt_keys(Receipt(sealing.receipt)))
                assert keys is not None
                left = [world.vault.receipt_public_key(keys)]
                new_compartment_versions(session, world.vault, case_id, left)
        keep(*given)

    monkeypatch.setattr(completing, "_keep", after_the_keys)
    assert _send(client, file)[1]["state"] == "whole"
    assert len(tried) == 2
    with world.database.reading() as session:
        assert set(session.scalars(select(AttachmentPart.version))) == {2}


def test_a_file_that_brings_no_verdict_is_not_looked_at_again_and_again(
    client: FlaskClient, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[int]()

    def ends_without_one(*_given: object) -> tuple[int, bytes]:
        looks.append(1)
        return -signal.SIGKILL, b""

    files = []
    for _ in range(2):
        sealing = seal()
        files += with_files(sealing, ogg(), kind="voice")
        answer(post(client, sealing.envelope()))
    monkeypatch.setattr("app.attachments.examining._run", ends_without_one)
    told = [_send(client, files[0])[1] for _ in range(8)]
    assert [each["reason"] for each in told] == ["busy"] * 5 + ["full"] * 3
    assert len(looks) == 5
    # Another one has its own.
    assert _send(client, files[1])[1]["reason"] == "busy"
    monkeypatch.undo()
    assert _send(client, files[0])[1]["reason"] == "full"
    clock.set_offset(3600)
    assert _send(client, files[0])[1]["state"] == "whole"


def test_a_chunk_that_is_here_counts_where_it_leads_to_another_look(
    client: FlaskClient, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise TooBusy

    sealing = seal()
    [file] = with_files(sealing, ogg(), kind="voice")
    answer(post(client, sealing.envelope()))
    monkeypatch.setattr("app.attachments.completing.examine", fails)
    monkeypatch.setattr("app.attachments.counting.FILE_CHUNKS", replace(FILE_CHUNKS, most=3))
    assert [_send(client, file)[1]["reason"] for _ in range(5)] == ["busy"] * 3 + ["full"] * 2


def test_one_address_leaves_the_others_room_for_their_files(
    client: FlaskClient, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    for body in (photo(900, 700, quality=90), ogg(), ogg()):
        sealing = seal()
        files += with_files(sealing, body, kind="photo" if body.startswith(b"\xff") else "voice")
        answer(post(client, sealing.envelope()))
    large, small, third = files
    monkeypatch.setattr(
        "app.attachments.counting.WAITING_CHUNKS", replace(WAITING_CHUNKS, most=len(large.indexes))
    )
    assert _send(client, large)[1]["state"] == "kept"
    assert _send(client, small)[1]["reason"] == "full"
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert told_of(post_chunk(client, small.chunk(0), environ_base=elsewhere))[1]["state"] == "whole"
    for index in large.indexes[1:]:
        told = _send(client, large, index)[1]
    assert told["state"] == "whole"
    # Whose file is whole has its room again.
    assert _send(client, third)[1]["state"] == "whole"


def test_the_operator_sees_how_much_waits(client: FlaskClient, world: World, seal: Seal) -> None:
    sealing = seal()
    [file] = with_files(sealing, photo(900, 700, quality=90))
    answer(post(client, sealing.envelope()))
    for index in (0, 1):
        _send(client, file, index)
    with world.database.reading() as session:
        text, _ = exposition(session, world.vault)
    assert b"\nredress_file_chunks_waiting 2.0\n" in text
