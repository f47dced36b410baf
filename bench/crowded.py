"""A partner with very many cases: copies of one real case, made by the verbs, with ids of their own and grants for all holders.

Copied are the rows that the desk reads of other people's cases: the case, its entries, its grants, and the head of its chain,
without which no grant stands. Of open cases the veils are made anew, since the queue opens them; what is sealed inside a closed one
is never opened here, so the copy's bytes only have to be as many. The bodies of grants are left short: PostgreSQL keeps ones of
that size outside the row, where the queue never looks.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from app import clock
from app.cases.case.models import Case, Entry
from app.cases.case.veils import facts_of, facts_place, site_of, site_place
from app.cases.desk.answering import note, reply
from app.cases.enums import ClosingReason, State, Urgency
from app.cases.routing.offers import accept_offer
from app.cases.worker.messages import write
from app.database import CaseId
from app.network import SignedIn
from app.vault import GrantRow, JournalChainRow, Signed, Vault, row_mac
from app.vault.journal_heads import head_mac
from tests.harness.world import World

_YEARS = timedelta(days=730)
_SIGNED: dict[str, type[Signed]] = {"cases": Case, "entries": Entry, "vault_grants": GrantRow}
_HEADS = JournalChainRow.__tablename__
_TABLES = (*_SIGNED, _HEADS)


@dataclass(frozen=True)
class Pattern:
    """The rows of one real case, as the driver gives them, and what its veils hold."""

    rows: dict[str, list[dict[str, Any]]]
    facts: Any
    site: str


def accepted_case(world: World, lead: SignedIn, *, entries: int = 2) -> CaseId:
    """A case that the lead has accepted, with so many entries, written by both sides in turn."""
    filed = world.file(words="They keep two months of pay, and who asks is moved to the night shift.")
    case_id = world.case_of(filed)
    with world.database.writing() as session:
        if not accept_offer(session, world.vault, world.rules, lead, case_id).taken:
            raise RuntimeError("the bench's own case was not taken")
    worker = world.enter(filed)
    for number in range(entries - 2):
        text = f"Message {number}: the foreman said that nobody is paid before the end of the month, and we wrote it down."
        with world.database.writing() as session:
            if number % 3 == 0:
                write(session, world.vault, world.rules, worker, text, uuid4())
            else:
                (note if number % 3 == 1 else reply)(session, world.vault, lead, case_id, text, uuid4())
    return case_id


def pattern_of(world: World, dsn: str, case_id: CaseId) -> Pattern:
    """Read the rows of a case, to be copied."""
    rows = {}
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        for table in _TABLES:
            column = "id" if table in ("cases", _HEADS) else "case_id"
            query = sql.SQL("SELECT * FROM {} WHERE {} = %s").format(
                sql.Identifier(table), sql.Identifier(column)
            )
            rows[table] = connection.execute(query, (case_id,)).fetchall()
    with world.database.reading() as session:
        case = session.get_one(Case, case_id)
        return Pattern(rows, facts_of(world.vault, case).as_json(), str(site_of(world.vault, case)))


def add_cases(dsn: str, vault: Vault, pattern: Pattern, number: int, *, are_open: bool) -> None:
    """Copy the case so many times and let PostgreSQL look at what it has got, as it does by itself after a while."""
    chance = random.Random(number)  # noqa: S311 - which rows a bench makes is no secret, and should be the same each time
    made = [_copy(vault, pattern, chance, are_open=are_open) for _ in range(number)]
    with psycopg.connect(dsn) as connection:
        for table in _TABLES:
            _fill(connection, table, [row for copied in made for row in copied[table]])
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copy(
    vault: Vault, pattern: Pattern, chance: random.Random, *, are_open: bool
) -> dict[str, list[dict[str, Any]]]:
    received = clock.hour_of(clock.now() - chance.random() * _YEARS)
    case_id = _id_of_hour(int(received.timestamp() * 1000), chance)
    case = pattern.rows["cases"][0] | {
        "id": case_id,
        "submission_id": UUID(int=chance.getrandbits(128)),
        "reference": f"bench-{case_id.hex[-20:]}",
        "country": chance.choice(("MY", "IN", "CD", "MX", "TH")),
        "language": chance.choice(("en", "ms", "my", "ta")),
        "received_hour": received,
        "is_open": are_open,
    }
    if are_open:
        danger = chance.random() < 0.1
        case |= {
            "urgency": (Urgency.DANGER if danger else Urgency.MEDIUM).value,
            "queue_rank": 0 if danger else 1,
            "next_due_at": clock.now() + chance.uniform(-3, 20) * timedelta(days=1),
            "facts_veil": vault.veil_json(facts_place(case_id), pattern.facts),
            "site_veil": vault.veil(site_place(case_id), pattern.site),
            "helper_has_read": chance.random() < 0.8,
            "worker_wrote": chance.random() < 0.2,
        }
    else:
        case |= {
            "state": State.CLOSED.value,
            "closing_reason": ClosingReason.UNRESOLVED.value,
            "next_due_at": None,
            "next_clock": None,
        }
    entries = [
        row | {"case_id": case_id, "id": _like(case_id, chance), "submission_id": None}
        for row in pattern.rows["entries"]
    ]
    grants = [
        row
        | {
            "case_id": case_id,
            "id": _like(case_id, chance),
            "sealed": bytes(64),
            # The circle and custody hold a grant of every case, a receipt of one.
            "holder_id": _like(case_id, chance) if row["holder_kind"] == "receipt" else row["holder_id"],
        }
        for row in pattern.rows["vault_grants"]
    ]
    head = pattern.rows[_HEADS][0] | {"id": case_id}
    made = {"cases": [case], "entries": entries, "vault_grants": grants, _HEADS: [head]}
    if are_open:
        # The queue checks each row that it shows; of a closed one it looks at none.
        for table, model in _SIGNED.items():
            for row in made[table]:
                row["row_mac"] = row_mac(vault, model, row)
        head["mac"] = head_mac(vault, JournalChainRow(**head))
    return made


def _id_of_hour(milliseconds: int, chance: random.Random) -> UUID:
    """An id as `new_id` would have made it at that hour."""
    value = (
        milliseconds << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    )
    return UUID(int=value)


def _like(case_id: UUID, chance: random.Random) -> UUID:
    return _id_of_hour(case_id.int >> 80, chance)


def _fill(connection: "psycopg.Connection[Any]", table: str, rows: Sequence[dict[str, Any]]) -> None:
    columns = list(rows[0])
    types = _types(connection, table)
    copying = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.set_types([types[column] for column in columns])
        for row in rows:
            copy.write_row([row[column] for column in columns])


def _types(connection: "psycopg.Connection[Any]", table: str) -> dict[str, str]:
    found: Iterable[tuple[str, str]] = connection.execute(
        "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = %s", (table,)
    )
    return dict(found)
