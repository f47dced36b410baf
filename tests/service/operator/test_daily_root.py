"""The daily root at work: signed once a day, mailed to every lead, and what `redress journal verify` says with it."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.models import Case, Entry
from app.cases.case.record import kept_rows, loose_ends
from app.consequences import carry_out
from app.database import Base, CaseId, Database
from app.dispatcher.jobs import JOBS, run_job
from app.messaging.delivery import Purpose
from app.messaging.members.addresses import Channel, keep_address
from app.messaging.members.root_mail import BODY, has_readers
from app.messaging.models import OutgoingText
from app.messaging.queue.outgoing import body_place
from app.services import Services
from app.settings import read_settings
from app.vault import (
    Actor,
    JournalChainRow,
    JournalCut,
    JournalRow,
    RootBroken,
    Vault,
    journal,
    load_keyring,
    read_roots,
)
from tests.harness.dispatching import services_over
from tests.harness.world import LIGHT, World
from tests.support.commands import Redress, complaint
from tests.support.making import new_case

_SIGN = next(job for job in JOBS if job.name == "sign_root")


def _leads_give_addresses(world: World, *logins: str) -> None:
    for login in logins:
        by = world.sign_in(login)
        with world.database.writing() as session:
            keep_address(session, world.vault, by, Channel.EMAIL, f"{login}@example.org")


def _mails(world: World, dispatcher: Vault) -> list[str]:
    with world.database.reading() as session:
        rows = session.scalars(select(OutgoingText).where(OutgoingText.purpose == Purpose.ALERT)).all()
        return [str(dispatcher.open_contact(body_place(row.id), row.body_sealed or b"")) for row in rows]


def test_a_root_is_signed_once_a_day_and_mailed_once_to_every_lead(
    world: World, tools: Services, vaults: tuple[Vault, Vault]
) -> None:
    _leads_give_addresses(world, "near.lead", "union.lead", "near.caseworker")
    world.file()
    assert [run_job(_SIGN, tools) for _ in range(3)] == [1, 0, 0]
    (root,) = read_roots(world.vault, tools.settings.roots)
    expected = BODY.format(line=root.line(world.vault.deployment))
    assert [expected in mail for mail in _mails(world, vaults[1])] == [True, True]
    clock.set_offset(2 * 86_400)
    assert run_job(_SIGN, tools) == 1
    assert len(_mails(world, vaults[1])) == 4


@pytest.mark.parametrize("turned", ("address", "member", "organisation"))
def test_no_root_is_mailed_where_others_wrote_who_is_a_lead(
    world: World, tools: Services, turned: str
) -> None:
    _leads_give_addresses(world, "near.lead", "near.caseworker")
    tables, ids = Base.metadata.tables, {}
    for login in ("near.lead", "near.caseworker"):
        ids[login] = world.sign_in(login).member.id
    addresses, members, organisations = (
        tables[name] for name in ("member_addresses", "members", "organisations")
    )
    change = {
        "address": update(addresses)
        .where(addresses.c.member_id == ids["near.lead"])
        .values(member_id=world.sign_in("far.lead").member.id),
        "member": update(members).where(members.c.id == ids["near.lead"]).values(trained_restricted=True),
        "organisation": update(organisations).where(organisations.c.id == world.near.id).values(capacity=3),
    }[turned]
    with world.database.reading() as session:
        assert has_readers(session)
    with world.database.engine.begin() as connection:
        assert connection.execute(change).rowcount == 1
    with world.database.reading() as session:
        assert not has_readers(session)


def test_a_mail_that_was_not_written_down_before_a_crash_is_written_later(
    world: World, tools: Services, vaults: tuple[Vault, Vault]
) -> None:
    run_job(_SIGN, tools)
    assert not _mails(world, vaults[1])
    with world.database.reading() as session:
        assert not has_readers(session)
    _leads_give_addresses(world, "near.lead")
    assert run_job(_SIGN, tools) == 0
    assert len(_mails(world, vaults[1])) == 1


def test_nothing_new_is_signed_over_a_cut_journal_and_the_leads_are_told(
    world: World, tools: Services, vaults: tuple[Vault, Vault]
) -> None:
    _leads_give_addresses(world, "near.lead")
    ours, noise = world.case_of(world.file()), world.case_of(world.file(words="Noise."))
    run_job(_SIGN, tools)
    with world.database.writing() as session:
        _drop_journal(session, ours)
    world.file(words="Later.")
    clock.set_offset(2 * 86_400)
    for _ in range(2):
        with pytest.raises(JournalCut, match=f"Chain {ours}: removed at entry 1") as cut:
            run_job(_SIGN, tools)
        assert str(noise) not in str(cut.value)
    told = [mail for mail in _mails(world, vaults[1]) if "not as it was signed" in mail]
    assert len(told) == 1
    assert len(read_roots(world.vault, tools.settings.roots)) == 1


def test_a_lost_file_of_a_root_is_told_to_the_leads_too(
    world: World, tools: Services, vaults: tuple[Vault, Vault]
) -> None:
    _leads_give_addresses(world, "near.lead")
    run_job(_SIGN, tools)
    (heads,) = tools.settings.roots.glob("*.heads")
    heads.unlink()
    clock.set_offset(2 * 86_400)
    for _ in range(2):
        with pytest.raises(RootBroken, match="is missing"):
            run_job(_SIGN, tools)
    assert len([mail for mail in _mails(world, vaults[1]) if "not as it was signed" in mail]) == 1


def _drop_journal(session: Session, case_id: CaseId) -> None:
    session.execute(delete(JournalRow).where(JournalRow.chain_id == case_id))
    session.execute(delete(JournalChainRow).where(JournalChainRow.id == case_id))


def test_a_case_without_its_journal_and_a_journal_without_its_case_are_named(world: World) -> None:
    filed = world.file()
    case_id = world.case_of(filed)
    world.file(words="Noise.")
    with world.database.reading() as session:
        assert list(loose_ends(session, world.vault)) == []
        reference = session.get_one(Case, case_id).reference
    with world.database.writing() as session:
        _drop_journal(session, case_id)
    with world.database.reading() as session:
        assert list(loose_ends(session, world.vault)) == [f"Case {reference}: its journal is gone."]
    with world.database.writing() as session:
        other = new_case()
        journal(session, world.vault, other, "case.filed", Actor("worker"))
    with world.database.reading() as session:
        assert f"Chain {other}: its case, or its tablet, is gone." in list(loose_ends(session, world.vault))


def test_verify_holds_the_database_against_the_last_root_and_one_from_outside(
    redress: Redress, home: Path, tmp_path: Path
) -> None:
    redress("init")
    database = Database(f"sqlite:///{home / 'redress.sqlite3'}", before_commit=carry_out)
    web, dispatcher = (Vault(load_keyring(home / "keys", name), LIGHT) for name in ("web", "dispatcher"))
    world = World(database, web)
    case_id = world.case_of(world.file())
    settings = read_settings({"REDRESS_HOME": str(home)})
    run_job(_SIGN, services_over(database, dispatcher, world.rules, settings=settings))
    (root,) = read_roots(web, home / "roots")
    mail = tmp_path / "mail.txt"
    mail.write_text(f"From: redress\n\n{root.line(web.deployment)}\n")
    well = redress("journal", "verify", "--root", str(mail))
    assert (well.returncode, "The journal is whole." in well.stdout) == (0, True), well
    assert "Held against root 1" in well.stdout
    with database.writing() as session:
        session.execute(delete(Entry).where(Entry.case_id == case_id, Entry.seq == 2))
    fewer = redress("journal", "verify")
    assert fewer.returncode == 1
    assert "There were 2 entries at root 1, and now there are 1." in fewer.stdout
    for path in (home / "roots").iterdir():
        path.unlink()
    lost = redress("journal", "verify", "--root", str(mail))
    assert lost.returncode == 1
    assert "roots/ holds no root 1" in lost.stdout
    assert "No such file" in complaint(redress("journal", "verify", "--root", str(tmp_path / "none")))
    database.dispose()


def test_a_root_says_nothing_of_any_case(world: World, tools: Services) -> None:
    filed = world.file(words="planted words", name="planted name")
    run_job(_SIGN, tools)
    with world.database.reading() as session:
        reference = session.get_one(Case, world.case_of(filed)).reference
        counts = kept_rows(session)
    written = b"".join(path.read_bytes() for path in tools.settings.roots.iterdir())
    for word in (b"planted", reference.encode(), b"MY", b"Foxglove"):
        assert word not in written
    (root,) = read_roots(world.vault, tools.settings.roots)
    assert {name: root.counts[name] for name in counts} == counts
