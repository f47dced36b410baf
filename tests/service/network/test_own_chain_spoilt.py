"""Whoever can write the database spoils the record of the deployment's own acts: people sign in all the same, and it is told."""

from collections.abc import Callable

import pytest
from sqlalchemy import Table, bindparam, delete, insert, text, update

from app.cases.case.record import loose_ends
from app.database import Base, new_id
from app.network import SignInRefused, code_now
from app.vault import (
    JournalChainRow,
    JournalRow,
    own_chain,
    own_chain_stands,
    own_chains,
    read_journal,
    verify_journal,
)
from tests.support.network import PASSWORD, Network, Person
from tests.support.network_sign_in import attempt


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


HEADS, ENTRIES = _table(JournalChainRow.__tablename__), _table(JournalRow.__tablename__)
Spoil = Callable[[Network, int], None]


def _write(network: Network, number: int, **values: object) -> None:
    with network.database.engine.begin() as connection:
        chain = own_chain(network.vault, number)
        assert connection.execute(update(HEADS).where(HEADS.c.id == chain).values(values)).rowcount


def _length(network: Network, number: int) -> None:
    _write(network, number, seq=1)


def _digest(network: Network, number: int) -> None:
    _write(network, number, hash=bytes(32))


def _mac(network: Network, number: int) -> None:
    _write(network, number, mac=b"no such thing")


def _secret(network: Network, number: int) -> None:
    _write(network, number, secret_veil=b"spoilt")


def _emptied(network: Network, number: int) -> None:
    _write(network, number, secret_veil=None)


def _taken_away(network: Network, number: int) -> None:
    with network.database.engine.begin() as connection:
        connection.execute(delete(HEADS).where(HEADS.c.id == own_chain(network.vault, number)))


def _mac_that_is_a_text(network: Network, number: int) -> None:
    with network.database.engine.begin() as connection:
        changed = text("UPDATE vault_journal_chains SET mac = 'x' WHERE id = :chain")
        chain = bindparam("chain", own_chain(network.vault, number), HEADS.c.id.type)
        assert connection.execute(changed.bindparams(chain)).rowcount


def _one_more_entry(network: Network, number: int) -> None:
    with network.database.engine.begin() as connection:
        of_chain = ENTRIES.select().where(ENTRIES.c.chain_id == own_chain(network.vault, number))
        last = connection.execute(of_chain.order_by(ENTRIES.c.seq.desc())).mappings().first()
        assert last is not None
        connection.execute(insert(ENTRIES).values({**last, "id": new_id(), "seq": last["seq"] + 1}))


@pytest.mark.parametrize(
    "spoil",
    (_length, _digest, _mac, _mac_that_is_a_text, _secret, _emptied, _taken_away, _one_more_entry),
)
def test_people_sign_in_and_it_is_told(network: Network, lea: Person, spoil: Spoil) -> None:
    vault = network.vault
    with network.database.reading() as session:
        assert own_chain_stands(session, vault)
        assert list(loose_ends(session, vault)) == []
    spoil(network, 0)
    with network.database.reading() as session:
        assert not own_chain_stands(session, vault)
    attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))
    with pytest.raises(SignInRefused):
        attempt(network, lea.login, PASSWORD, "000000")
    _told(network, [("journal.spoilt", str(own_chain(vault))), ("sign_in", ""), ("sign_in.refused", "code")])
    spoil(network, 1)
    network.watch.pass_by(minutes=1)
    attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))
    with network.database.reading() as session:
        assert [entry.act for entry in read_journal(session, vault, own_chain(vault, 2))] == [
            "journal.spoilt",
            "sign_in",
        ]
        assert len(list(own_chains(session, vault))) == 3


def _told(network: Network, said: list[tuple[str, str]]) -> None:
    vault = network.vault
    with network.database.reading() as session:
        entries = read_journal(session, vault, own_chain(vault, 1))
        told = [(entry.act, entry.detail.get("chain") or entry.detail.get("why") or "") for entry in entries]
        verdict, ends = verify_journal(session, vault), list(loose_ends(session, vault))
        assert not own_chain_stands(session, vault)
    assert told == said
    assert [fault.chain_id for fault in verdict.faults] == [own_chain(vault)]
    assert [end.split(":")[0] for end in ends] == [f"Chain {own_chain(vault, 1)}"]


def test_a_head_that_was_put_back_does_not_hide_that_it_was_spoilt(network: Network, lea: Person) -> None:
    with network.database.engine.begin() as connection:
        own = HEADS.c.id == own_chain(network.vault)
        [mac] = connection.execute(HEADS.select().where(own)).mappings().all()
    _mac(network, 0)
    attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))
    _write(network, 0, mac=mac["mac"])
    with network.database.reading() as session:
        assert verify_journal(session, network.vault).sound
        assert not own_chain_stands(session, network.vault)
        assert len(list(loose_ends(session, network.vault))) == 1
