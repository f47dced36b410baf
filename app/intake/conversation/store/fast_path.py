"""A text in an open conversation, made ready before anything is locked: statements that store all of it, or nothing.

Each of them holds only as long as what was read still stands. When another text, or whoever works on the case, was faster, the unit
of work is rolled back and the text is prepared again. So nothing is worked out while others wait for their turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import bindparam, or_, update

from app import clock
from app.cases.case import (
    COMES_BACK_AFTER,
    Case,
    CaseFacts,
    adding_words,
    facts_place,
    read_facts,
    site_place,
)
from app.cases.changes import changes
from app.cases.routing import may_mean_helper
from app.cases.rules import Rules
from app.cases.words import raise_urgency, urgency_of
from app.database import Base, CaseId, Ready, Statement, new_row
from app.intake.conversation.machine import (
    SILENCE,
    CaseChange,
    ConversationAct,
    FileReport,
    Heard,
    Surroundings,
    change_of,
)
from app.intake.conversation.store.conversations import moving
from app.intake.conversation.store.doubts import brings_doubt
from app.intake.conversation.store.snapshot import REPLIES, KnownCase, KnownConversation, KnownPhone, Snapshot
from app.intake.sealing import WORKER, issue_rows
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.models import OutgoingText
from app.messaging.phones import holding
from app.messaging.queue import keeping
from app.messaging.receiving import taking
from app.network.attempts import counting
from app.vault import JournalBroken, Vault, continuing, row_fits, row_mac

_CASES = Base.metadata.tables[Case.__tablename__]


@dataclass(frozen=True)
class FastPath:
    """The statements of one text in an open conversation, and the acts that are still to be done under the locks they take.

    `counts` is the place of the statement that counts the answer; without one the answer is still to be counted and written down.
    """

    phone: KnownPhone
    statements: tuple[Statement, ...] = field(repr=False)
    left: tuple[ConversationAct, ...]
    counts: int | None


@dataclass(frozen=True)
class _Change:
    """What the first acts of a text change in their case; `left` are the others, from the first that needs the row's lock."""

    statements: tuple[Statement, ...]
    left: tuple[ConversationAct, ...]


def take_fast_path(
    vault: Vault,
    rules: Rules,
    known: Snapshot,
    received: ReceivedText,
    heard: Heard,
    around: Surroundings,
    answer: OutgoingText | None,
    about: CaseId | None,
) -> FastPath | None:
    """Make a text ready that belongs to a known conversation, None where it does not; `about` is a case that begins with it."""
    phone, talk = known.phone, known.talk
    if phone is None or talk is None:
        return None
    about = about or talk.case_id
    change = _change_of(vault, rules, talk, heard, around)
    statements = [
        holding(phone.id, phone.tag),
        taking(received, phone.id, about),
        moving(vault, talk.id, phone.id, talk.case_id, talk.stood, heard.position, clock.now() + SILENCE),
        *change.statements,
    ]
    counts = None
    if answer is not None and not needs_more(talk, heard, change.left):
        counts = len(statements)
        statements.append(counting(vault, REPLIES, phone.tag.hex()))
        if known.answered < REPLIES.most:
            statements.append(keeping(vault, answer, phone.id, phone.gateway, phone.line, about))
    return FastPath(phone, tuple(statements), change.left, counts)


def needs_more(talk: KnownConversation, heard: Heard, left: Sequence[ConversationAct]) -> bool:
    """Whether a text is not done with its statements: acts are left, it begins a case, or nothing more will be asked."""
    begins = any(isinstance(act, FileReport) for act in heard.acts)
    return bool(left) or begins or settles(talk, heard) or brings_doubt(talk, heard)


def settles(talk: KnownConversation, heard: Heard) -> bool:
    """Whether a text is the last that anybody waits for: silence will not come by any more."""
    return bool(heard.acts) and talk.position.waits and not heard.position.waits


def _change_of(
    vault: Vault, rules: Rules, talk: KnownConversation, heard: Heard, around: Surroundings
) -> _Change:
    acts = tuple(act for act in heard.acts if not isinstance(act, FileReport))
    case = talk.case
    if case is None or not case.row["is_open"] or not acts:
        return _Change((), acts)
    facts = read_facts(vault, case.id, case.row["facts_veil"])
    learned: list[CaseChange] = []
    for act in acts:
        one = change_of(act, facts, rules.taxonomy, around)
        if one is None or _needs_lock(rules, case, facts, one, around):
            break
        learned.append(one)
        facts = one.facts or facts
    try:
        return _Change(tuple(_stored(vault, case, learned)), acts[len(learned) :])
    except JournalBroken:
        return _Change((), acts)  # others spoilt the case's chain: under its lock another goes on for it


def _needs_lock(
    rules: Rules, case: KnownCase, facts: CaseFacts, learned: CaseChange, around: Surroundings
) -> bool:
    """Words are to be sealed to custody too, tell of danger or are about a helper, deadlines come closer, or somebody was asked."""
    if learned.words is not None:
        words = str(learned.words["text"])
        if changes(facts, case.row["urgency"], words, rules):
            return True
        if may_mean_helper(rules, facts, words, around.named):
            return True
    if learned.placed and case.row["organisation_id"] is not None:
        return True
    urgency = urgency_of(False, learned.topics, rules.taxonomy)
    return bool(learned.for_custody) or raise_urgency(case.row["urgency"], urgency) is not case.row["urgency"]


def _stored(vault: Vault, case: KnownCase, learned: Sequence[CaseChange]) -> list[Statement]:
    if not learned:
        return []
    values: dict[str, object] = {}
    for one in learned:
        if one.facts is not None:
            values["facts_veil"] = vault.veil_json(facts_place(case.id), one.facts.as_json())
        if one.placed:
            place, site_id = site_place(case.id), one.site_id
            values["site_veil"] = None if site_id is None else vault.veil(place, str(site_id))
        if one.country is not None:
            values["country"] = one.country
        if one.language is not None:
            values["language"] = one.language
    if values and row_fits(vault, Case, case.row):
        # What others changed is not signed now, with whatever else is stored: the words are kept all the same.
        values["row_mac"] = row_mac(vault, Case, {**case.row, **values})
    wrote = any(one.wrote for one in learned)
    change = _case_change(tuple(sorted(values)), wrote)
    told = {"case_id": case.id, "stood": case.row["facts_veil"], "mac": case.row["row_mac"], **values}
    if wrote:
        told["received_by"] = clock.now() - COMES_BACK_AFTER
    issues = [row for one in learned for row in issue_rows(vault, case.id, one.topics)]
    return [
        Statement(change, told, must=True),
        *(new_row(issue, must=True) for issue in issues),
        *(adding_words(vault, case.key, dict(one.words), WORKER) for one in learned if one.words is not None),
        *continuing(vault, case.head, [(one.act, WORKER, one.detail) for one in learned]),
    ]


@cache
def _case_change(columns: tuple[str, ...], wrote: bool) -> Ready:
    """Change a case that is open and stands as it was read, and lock its row."""
    row = _CASES.c
    values: dict[str, object] = {name: bindparam(name, type_=row[name].type) for name in columns}
    if wrote:
        # Before anybody has read the first words there is nothing that these would be news to.
        values["worker_wrote"] = or_(row.worker_wrote, row.helper_has_read)
        received_by = bindparam("received_by", type_=row.received_hour.type)
        values["came_back"] = or_(row.came_back, row.received_hour <= received_by)
    stands = (
        row.id == bindparam("case_id"),
        row.facts_veil == bindparam("stood"),
        row.is_open.is_(True),
        # Any other change has made another MAC.
        row.row_mac.is_not_distinct_from(bindparam("mac", type_=row.row_mac.type)),
    )
    return Ready(update(_CASES).where(*stands).values(values).returning(row.id))
