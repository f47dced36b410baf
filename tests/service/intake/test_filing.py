"""A report becomes a case: sealed, routed, offered, exactly once, and with nothing in the clear."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases.case.consent_levels import PURPOSE, ConsentRecord
from app.cases.case.models import Case, Clock, Consent, Entry, Offer, RoutingNote
from app.cases.enums import ConsentLevel, Exclusion, OfferState, State, Urgency
from app.intake import (
    Filed,
    Report,
    SubmissionConflict,
    already_filed,
    filing,
    read_arrival,
    sealing,
)
from app.vault import (
    CircleName,
    GrantState,
    HolderKind,
    ReceiptRow,
    SignatureForged,
    circle_of,
    grants_of_case,
    read_journal,
    verify_journal,
)
from tests.harness.world import World, everything_stored


def test_a_report_is_offered_to_the_partner_of_the_country_with_a_standby_behind(world: World) -> None:
    filed = world.file()

    with world.database.reading() as session:
        case = session.get_one(Case, world.case_of(filed))
        offers = session.scalars(select(Offer).where(Offer.case_id == case.id).order_by(Offer.position)).all()
    assert (case.state, case.organisation_id, case.country) == (State.OFFERED, world.near.id, "MY")
    assert [(offer.organisation_id, offer.state) for offer in offers] == [
        (world.near.id, OfferState.OFFERED),
        (world.far.id, OfferState.STANDBY),
    ]
    assert filed.organisation_id == world.near.id
    assert filed.read_by is not None
    assert not filed.locked
    assert not filed.with_custody


def test_a_taken_reference_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = world.file().reference
    draws = iter([taken, taken, "misolo-satoki-4821"])
    for drawing in (sealing, filing):
        monkeypatch.setattr(drawing, "new_reference", lambda: next(draws))
    filed = world.file(words="Another report.")

    assert filed.reference == "misolo-satoki-4821"
    with world.database.reading() as session:
        assert session.get_one(Case, world.case_of(filed)).reference == "misolo-satoki-4821"
        assert verify_journal(session, world.vault).faults == ()


def test_grants_go_to_the_receipt_and_custody_at_once_and_to_partners_only_wrapped(world: World) -> None:
    filed = world.file()

    with world.database.reading() as session:
        grants = grants_of_case(session, world.case_of(filed))
    states = sorted((grant.holder_kind, grant.state) for grant in grants)
    assert states == [
        (HolderKind.CIRCLE, GrantState.OFFERED),
        (HolderKind.CIRCLE, GrantState.OFFERED),
        (HolderKind.CUSTODY, GrantState.LIVE),
        (HolderKind.RECEIPT, GrantState.LIVE),
    ]


def test_without_a_known_country_only_a_partner_that_works_remotely_is_asked(world: World) -> None:
    filed = world.file(site_code="", site="")

    assert filed.organisation_id == world.far.id
    assert filed.country is None


def test_a_workplace_named_in_words_is_found_but_is_not_confirmed(world: World) -> None:
    filed = world.file(site_code="", site="foxglove circuits penang")

    assert filed.organisation_id == world.near.id
    assert filed.country is None  # help numbers need a poster or a confirmed site


def test_nobody_yet_leaves_the_receipt_as_the_only_key(world: World) -> None:
    filed = world.file(consent=ConsentLevel.NOBODY)

    with world.database.reading() as session:
        case_id = world.case_of(filed)
        grants = grants_of_case(session, case_id)
        case = session.get_one(Case, case_id)
        clocks = session.scalar(select(func.count()).select_from(Clock).where(Clock.case_id == case_id))
        offers = session.scalar(select(func.count()).select_from(Offer).where(Offer.case_id == case_id))
    assert [grant.holder_kind for grant in grants] == [HolderKind.RECEIPT]
    assert (case.organisation_id, clocks, offers) == (None, 0, 0)
    assert filed.locked
    assert filed.read_by is None


def test_the_helper_whom_the_worker_named_is_never_asked(world: World) -> None:
    filed = world.file(exclude=frozenset({Exclusion.OTHER}), exclude_other="Mawar Workers Aid")

    with world.database.reading() as session:
        asked = session.scalars(
            select(Offer.organisation_id).where(Offer.case_id == world.case_of(filed))
        ).all()
    assert world.near.id not in asked
    assert filed.organisation_id == world.far.id


def test_words_that_name_nobody_for_certain_wait_for_a_custodian(world: World) -> None:
    filed = world.file(exclude=frozenset({Exclusion.OTHER}), exclude_other="my cousin Zubin")

    with world.database.reading() as session:
        case_id = world.case_of(filed)
        asked = session.scalars(select(Offer).where(Offer.case_id == case_id)).all()
        note = session.get(RoutingNote, case_id)
    assert filed.with_custody
    assert not asked
    assert note is not None


def test_a_coordinator_whom_the_worker_named_gets_no_grant(world: World) -> None:
    filed = world.file(exclude=frozenset({Exclusion.OTHER}), exclude_other="Keel Coordination")

    with world.database.reading() as session:
        kinds = {grant.holder_kind for grant in grants_of_case(session, world.case_of(filed))}
    assert HolderKind.CUSTODY not in kinds
    assert filed.organisation_id == world.near.id


def test_a_restricted_topic_reaches_only_the_restricted_circle(world: World) -> None:
    filed = world.file(topics=("gbvh",))

    with world.database.reading() as session:
        held = {grant.holder_id for grant in grants_of_case(session, world.case_of(filed))}
        everyone = circle_of(session, world.vault, world.near.id, CircleName.EVERYONE)
        restricted = circle_of(session, world.vault, world.near.id, CircleName.RESTRICTED)
    assert everyone is not None
    assert restricted is not None
    assert restricted.id in held
    assert everyone.id not in held


def test_danger_comes_first_and_on_the_fast_clocks(world: World) -> None:
    calm, danger = world.file(), world.file(danger=True)

    with world.database.reading() as session:
        rows = [session.get_one(Case, world.case_of(filed)) for filed in (calm, danger)]
    assert [row.urgency for row in rows] == [Urgency.MEDIUM, Urgency.DANGER]
    assert [row.queue_rank for row in rows] == [1, 0]
    assert rows[1].next_due_at is not None
    assert rows[0].next_due_at is not None
    assert rows[1].next_due_at < rows[0].next_due_at
    assert danger.country == "MY"


def test_the_same_form_twice_is_one_case_and_one_receipt(world: World) -> None:
    token = world.token()
    first, second = world.file(token=token), world.file(token=token)

    assert second.receipt == first.receipt
    assert (first.already, second.already) == (False, True)
    assert second.read_by == first.read_by
    with world.database.reading() as session:
        count = select(func.count()).select_from(Case).where(Case.submission_id == token.submission_id)
        assert session.scalar(count) == 1


def test_the_same_form_with_other_words_is_refused_and_changes_nothing(world: World) -> None:
    token = world.token()
    world.file(token=token)
    before = everything_stored(world.database)

    with pytest.raises(SubmissionConflict):
        world.file(token=token, words="Other words")
    other = Report(language="en", words="Other words")
    with world.database.reading() as session, pytest.raises(SubmissionConflict):
        already_filed(
            session,
            world.vault,
            world.rules,
            other,
            token,
            read_arrival(session, world.vault, other, token, None),
        )
    assert everything_stored(world.database) == before


def test_ten_copies_at_once_are_one_case(world: World) -> None:
    token = world.token()

    def post(_number: int) -> Filed:
        return world.file(token=token)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(post, range(10)))
    assert len({answer.receipt for answer in answers}) == 1
    assert sum(not answer.already for answer in answers) == 1
    with world.database.reading() as session:
        case_id = world.case_of(answers[0])
        assert session.scalar(select(func.count()).select_from(Entry).where(Entry.case_id == case_id)) == 2
        assert verify_journal(session, world.vault).faults == ()


def test_consent_is_signed_with_the_receipt_and_with_nothing_else(world: World) -> None:
    filed, stranger = world.file(consent=ConsentLevel.UNION), world.file()

    with world.database.reading() as session:
        consent = session.scalars(select(Consent).where(Consent.case_id == world.case_of(filed))).one()
        own = session.scalars(select(ReceiptRow).where(ReceiptRow.case_id == world.case_of(filed))).one()
        foreign = session.scalars(
            select(ReceiptRow).where(ReceiptRow.case_id == world.case_of(stranger))
        ).one()

    def record(level: ConsentLevel) -> bytes:
        return ConsentRecord(
            case_id=consent.case_id,
            level=level,
            tell_company=False,
            text_version=consent.text_version,
            text_hash=consent.text_hash,
            language=consent.language,
            how=consent.how,
            hour=consent.hour,
        ).canonical()

    assert consent.signature is not None
    world.vault.verify_signature(own, PURPOSE, record(ConsentLevel.UNION), consent.signature)
    with pytest.raises(SignatureForged):
        world.vault.verify_signature(own, PURPOSE, record(ConsentLevel.BUYERS), consent.signature)
    with pytest.raises(SignatureForged):
        world.vault.verify_signature(foreign, PURPOSE, record(ConsentLevel.UNION), consent.signature)


def test_filing_is_journaled(world: World) -> None:
    filed = world.file()

    with world.database.reading() as session:
        acts = [entry.act for entry in read_journal(session, world.vault, world.case_of(filed))]
    assert acts == ["case.filed", "consent.given", "case.offered"]


def test_nothing_that_a_worker_sent_stands_in_the_database(world: World) -> None:
    planted: dict[str, Any] = {
        "words": "quincunx at the loading bay",
        "name": "Perpetua Okonjo",
        "phone": "+60 12-345 6789",
        "safe_times": "after the zither lesson",
        "exclude_other": "foreman Bartholomew",
    }
    filed = world.file(topics=("wages", "ohs"), exclude=frozenset({Exclusion.OTHER}), **planted)

    stored = everything_stored(world.database)
    for secret in (*planted.values(), "Foxglove Circuits", "Penang", "wages", "ohs", str(filed.receipt)):
        assert secret.encode() not in stored, secret
    assert stored.count(str(world.site.id).encode()) == 1  # the site's own row, and no case that leads to it
    # The search can find: what is meant to stand in the clear is there.
    assert filed.reference.encode() in stored
