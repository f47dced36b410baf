"""Who ticked "Text me" on the form is answered by text as one who texted: only by a helper, while a helper may read the case."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select

from app.cases.case.access import NoAccess
from app.cases.case.consent_levels import consent_texts
from app.cases.enums import ConsentLevel, Urgency
from app.cases.worker import open_inbox
from app.cases.worker.sharing import change_consent, stop_sharing, undo_stop
from app.database import CaseId
from app.intake import ContactWay, Filed, LimitMetMeanwhile, Report, SubmissionConflict
from app.intake.reaching import can_be_texted, request_texts_again, stop_texts
from app.intake.texting import CannotBeTexted, Unreachable, preview_text, texts_for_desk
from app.messaging.delivery import Delivery
from app.messaging.gateways.registry import Gateways, load_gateways
from app.messaging.gateways.simulator import LINE, NAME
from app.messaging.models import Phone, TextRequest
from app.messaging.phones.opt_outs import opt_in
from app.messaging.phones.phone_rows import phone_place
from app.messaging.phones.text_requests import keep_text_request
from app.messaging.queue.outgoing import body_place
from app.settings import read_settings
from app.vault import TooBusy, Vault, read_journal
from tests.harness.statements import statements_of
from tests.support.text_wishes import WRITTEN, accepted, filed, phone_of, reach_of, taken
from tests.support.texting import MINE, Texting
from tests.support.texting_back import AGREED, WORDS, answer, replies, shown, thread
from tests.support.texting_back import taken as taken_by_text

OURS = "+12025550123"
CLOSED = "+84912345678"


def stopped(texting: Texting, report: Filed) -> None:
    """The worker takes everything back in the inbox."""
    worker = texting.world.enter(report)
    with texting.database.writing() as session:
        stop_texts(session, texting.world.vault, worker.case_id)
        stop_sharing(session, texting.world.vault, worker)


def test_a_helper_answers_by_text_and_nothing_goes_out_by_itself(texting: Texting) -> None:
    before = texting.answers()
    case_id = taken(texting)
    texting.fall_silent()
    assert texting.answers() == before
    texting.world.cookies.clear()  # the silence is longer than a helper's idle session

    first = answer(texting, case_id)
    assert [answer(texting, case_id) for _ in range(2)] == [first, first]
    (row,) = replies(texting, case_id)
    assert row.body_sealed is not None
    assert texting.dispatcher.open_contact(body_place(row.id), row.body_sealed) == WORDS
    phone = phone_of(texting, case_id)
    assert phone is not None
    assert (row.phone_id, row.gateway, row.line) == (phone.id, NAME, LINE)
    assert texting.dispatcher.open_contact(phone_place(phone.id), phone.number_sealed or b"") == MINE
    assert thread(texting, case_id) == 1
    texts = shown(texting, case_id)
    assert (texts.way.why_not, texts.way.by_form, texts.way.two_way, texts.has_code) == (
        None,
        True,
        True,
        True,
    )
    assert [text.state for text in texts.answers.values()] == [Delivery.WAITING]
    assert texts.automatic == ()


def test_the_preview_shows_the_workers_own_safe_times(texting: Texting) -> None:
    case_id = taken(texting)
    lead = texting.world.sign_in("near.lead")
    with texting.database.reading() as session:
        seen = preview_text(session, texting.world.vault, texting.services.gateways, lead, case_id, WORDS)
    assert (seen.safe_times, seen.country, seen.segments.count) == ("Sundays after four", "MY", 1)


@pytest.mark.parametrize(
    "answers",
    (
        {"phone": ""},
        {"phone": "my sister's"},
        {"phone": "03-2345 6789"},
        {"phone": WRITTEN, "site_code": ""},
        {"phone": "+62 000 0000 0001"},
    ),
    ids=("none", "words", "fixed line", "no country", "of no phone"),
)
def test_a_number_that_no_text_can_go_to_is_filed_all_the_same(
    texting: Texting, answers: dict[str, str]
) -> None:
    report = filed(texting, **answers)
    case_id = texting.world.case_of(report)
    assert phone_of(texting, case_id) is None
    if answers.get("site_code", "poster"):
        accepted(texting, report)
        assert shown(texting, case_id).way.why_not is Unreachable.NO_NUMBER
        with pytest.raises(CannotBeTexted):
            answer(texting, case_id)
        assert (thread(texting, case_id), replies(texting, case_id)) == (0, [])


def test_where_no_gateway_reaches_and_to_our_own_line_nothing_is_kept(texting: Texting) -> None:
    gateways = twilio_only(texting)
    for number in (CLOSED, OURS):
        report = texting.world.file(gateways=gateways, contact=ContactWay.TEXT, phone=number)
        assert phone_of(texting, texting.world.case_of(report)) is None
        assert not can_be_texted(gateways, number, "MY")
    assert {CLOSED, OURS}.isdisjoint(numbers(texting))


def test_a_gateway_that_goes_away_is_told_apart_from_a_number_that_nothing_reaches(texting: Texting) -> None:
    case_id = taken(texting, phone=CLOSED)
    assert shown(texting, case_id).way.why_not is None
    with texting.database.reading() as session:
        texts = texts_for_desk(session, texting.world.vault, twilio_only(texting), case_id)
    assert texts is not None
    assert texts.way.why_not is Unreachable.NO_WAY


def twilio_only(texting: Texting) -> Gateways:
    """Gateways through which some countries cannot be texted."""
    account = {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
        "TWILIO_FROM": OURS,
    }
    settings = read_settings({"REDRESS_PUBLIC_URL": "https://help.example.org", **account})
    return load_gateways(settings, texting.world.vault, texting.database, {})


def test_who_asked_to_be_called_is_not_texted(texting: Texting) -> None:
    case_id = taken(texting, contact=ContactWay.CALL)
    assert phone_of(texting, case_id) is None
    assert shown(texting, case_id).way.why_not is Unreachable.CALL_ONLY
    with pytest.raises(CannotBeTexted) as refused:
        answer(texting, case_id)
    assert refused.value.why is Unreachable.CALL_ONLY


def test_who_did_not_ask_for_texts_costs_no_hash_and_no_statement_more(
    texting: Texting, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    number_tags = Vault.number_tags

    def noted(vault: Vault, number: str) -> Mapping[str, bytes]:
        hashed.append(number)
        return number_tags(vault, number)

    monkeypatch.setattr(Vault, "number_tags", noted)

    def statements(file: Callable[[], Filed]) -> int:
        with statements_of(texting.database) as sent:
            file()
        return len(sent)

    texting.world.file()  # everything that is looked up once is known now
    plain = statements(texting.world.file)
    for answers in (
        {"contact": ContactWay.INBOX, "phone": ""},
        {"contact": ContactWay.INBOX},
        {"contact": ContactWay.CALL},
        {"phone": ""},
        {"phone": "03-2345 6789"},
        {"consent": ConsentLevel.NOBODY},
    ):
        assert statements(lambda told=answers: filed(texting, **told)) <= plain  # type: ignore[misc]
    assert hashed == []
    assert statements(lambda: filed(texting)) <= plain + 2
    assert hashed == [MINE]


def test_a_form_sent_twice_or_at_once_leaves_one_wish(texting: Texting) -> None:
    token = texting.world.token()
    told = Report(
        "en", "They owe us.", contact=ContactWay.TEXT, phone=MINE, site_code=texting.world.site.code
    )
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda _: texting.world.file(told, token, gateways=texting.services.gateways), range(4))
        )
        # And one phone is one row, however many people file from it.
        list(pool.map(lambda _: filed(texting), range(4)))
    with pytest.raises(SubmissionConflict):
        texting.world.file(
            Report("en", "Other words.", contact=ContactWay.TEXT, phone="+60123456702"),
            token,
            gateways=texting.services.gateways,
        )
    with texting.database.reading() as session:
        wishes = session.scalars(select(TextRequest)).all()
        assert len(wishes) == 5
        assert len({wish.phone_id for wish in wishes}) == 1


def test_a_report_that_is_not_stored_leaves_no_number(
    texting: Texting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LimitMetMeanwhile

    monkeypatch.setattr("app.intake.filing.store_counted", full)
    with pytest.raises(LimitMetMeanwhile):
        filed(texting)

    def busy(*_: object) -> None:
        raise TooBusy

    monkeypatch.setattr(Vault, "number_tags", busy)
    with pytest.raises(TooBusy):
        filed(texting)
    with texting.database.reading() as session:
        assert session.scalars(select(TextRequest.id)).all() == []
        assert MINE not in numbers(texting)


def numbers(texting: Texting) -> list[str]:
    """The numbers that a dispatcher could still send to."""
    with texting.database.reading() as session:
        phones = session.scalars(select(Phone).where(Phone.number_sealed.is_not(None))).all()
    return [
        str(texting.dispatcher.open_contact(phone_place(phone.id), phone.number_sealed or b""))
        for phone in phones
    ]


def test_the_number_is_kept_while_the_case_is_and_not_taken_for_a_stray(texting: Texting) -> None:
    case_id = taken(texting)
    texting.pass_by(days=9)
    texting.settle()
    assert MINE in numbers(texting)
    answer(texting, case_id, by=texting.member("near.lead"))
    assert len(replies(texting, case_id)) == 1


def test_a_text_from_that_phone_begins_a_report_of_its_own_and_says_nothing_of_the_first(
    texting: Texting,
) -> None:
    case_id = taken(texting)
    before = reach_of(texting, case_id)
    (question,) = texting.say("Today they took her phone")
    assert "Whose phone is this?" in question
    assert "owe" not in question
    new = texting.case()
    assert new.id != case_id
    assert texting.words(new) == ["Today they took her phone"]
    assert reach_of(texting, case_id) == before
    # Nobody says whose phone it is: that conversation is over, and the first worker can still be answered.
    texting.fall_silent()
    texting.pass_by(hours=3)
    texting.settle()
    answer(texting, case_id, "We come on Monday.", number=2, by=texting.member("near.lead"))
    assert [row.state for row in replies(texting, case_id)] == [Delivery.WAITING]


def test_an_answer_to_a_helper_goes_to_that_helper_and_into_no_inbox(texting: Texting) -> None:
    """Whoever filed the form with somebody's number reads its inbox: the words are the helper's alone."""
    report = filed(texting)
    case_id = accepted(texting, report)
    answer(texting, case_id)
    (told,) = texting.say("Monday is good, come to the gate")
    assert told == "Got it. We keep it. 2 starts a new report. 8 asks for news."
    assert [case.id for case in texting.cases()] == [case_id]
    (body,) = [body for body in texting.bodies() if body.get("from_form")]
    assert body["text"] == "Monday is good, come to the gate"
    assert texting.case().worker_wrote
    assert texting.journal().count("case.phone_answered") == 1
    worker = texting.world.enter(report)
    with texting.database.writing() as session:
        inbox = open_inbox(session, texting.world.vault, worker)
    assert "the gate" not in str(inbox.messages)
    # Words of danger raise and are asked about, as anywhere else, and stay with the helper.
    (asked,) = texting.say("they beat him again")
    assert asked.endswith("Is anyone in danger now? 1 Yes 2 No")
    texting.say("1")
    assert texting.case().urgency is Urgency.DANGER
    assert len(texting.cases()) == 1


def test_a_month_after_the_helper_wrote_words_are_a_report_of_their_own(texting: Texting) -> None:
    case_id = taken(texting)
    answer(texting, case_id)
    texting.pass_by(days=31)
    (question,) = texting.say("They took her phone")
    assert "Whose phone is this?" in question
    assert {case.id for case in texting.cases()} != {case_id}


def test_a_phone_that_wrote_before_stays_one_phone(texting: Texting) -> None:
    texting.say(*AGREED)
    texting.fall_silent()
    by_text = CaseId(texting.case().id)
    case_id = taken(texting)
    first, second = phone_of(texting, by_text), phone_of(texting, case_id)
    assert first is not None
    assert second is not None
    assert first.id == second.id


def test_stop_from_that_phone_stops_the_texts_of_this_case_too(texting: Texting) -> None:
    case_id = taken(texting)
    answer(texting, case_id)
    texting.say("STOP")
    (row,) = replies(texting, case_id)
    assert (row.state, row.body_sealed) == (Delivery.CANCELLED, None)
    assert shown(texting, case_id).way.why_not is Unreachable.STOPPED
    with pytest.raises(CannotBeTexted):
        answer(texting, case_id, "Once more.", number=2)
    assert reach_of(texting, case_id).reach == "none"
    with texting.database.reading() as session:
        acts = [entry.act for entry in read_journal(session, texting.world.vault, case_id)]
    assert acts.count("case.texts_stopped") == 1
    # The number is of no more use to anybody, and START alone is no new agreement.
    texting.pass_by(hours=3)
    texting.settle()
    assert MINE not in numbers(texting)
    texting.say("START")
    assert shown(texting, case_id).way.why_not is Unreachable.STOPPED


@pytest.mark.parametrize("case_by", (taken, taken_by_text), ids=("by the form", "by text"))
def test_start_ends_that_the_worker_said_stop_also_when_the_number_is_forgotten(
    texting: Texting, case_by: Callable[[Texting], CaseId]
) -> None:
    case_id = case_by(texting)
    answer(texting, case_id)
    texting.say("stop", "hello?")
    assert shown(texting, case_id).way.why_not is Unreachable.STOPPED
    texting.say("start")
    assert shown(texting, case_id).way.why_not is Unreachable.NOT_AGREED
    texting.fall_silent()
    texting.pass_by(days=6)
    texting.settle()
    phone = phone_of(texting, case_id)
    assert phone is None or phone.number_sealed is None
    assert shown(texting, case_id).way.why_not is Unreachable.NOT_AGREED
    assert MINE not in numbers(texting)
    # START is no new agreement.
    with pytest.raises(CannotBeTexted):
        answer(texting, case_id, "Once more.", number=2, by=texting.member("near.lead"))


def test_stop_after_start_stops_again(texting: Texting) -> None:
    case_id = taken(texting)
    answer(texting, case_id)
    texting.say("STOP", "START", "START", "STOP")
    texting.fall_silent()
    texting.pass_by(days=3)
    texting.settle()
    assert shown(texting, case_id).way.why_not is Unreachable.STOPPED


def test_stop_a_taking_back_and_a_new_report_at_once_do_not_wait_in_a_circle(texting: Texting) -> None:
    for number in range(6):
        report = filed(texting)
        stop = texting.received("STOP", sid=f"SMstop{number}")
        acts: list[Callable[[], object]] = [
            partial(texting.hear, stop),
            partial(stopped, texting, report),
            partial(filed, texting),
        ]
        with ThreadPoolExecutor(len(acts)) as pool:
            for done in [pool.submit(act) for act in acts]:
                done.result()
        assert phone_of(texting, texting.world.case_of(report)) is None
        with texting.database.writing() as session:
            opt_in(session, texting.world.vault, texting.world.vault.number_tags(MINE).values(), LINE)


def test_a_wish_that_was_tampered_with_keeps_no_stop_from_being_obeyed(texting: Texting) -> None:
    broken, case_id = filed(texting), taken(texting)
    with texting.database.writing() as session:
        rows = session.scalars(select(TextRequest)).all()
        tags = texting.world.vault.lookups("text wish", texting.world.case_of(broken).bytes)
        next(row for row in rows if row.case_tag in tags).case_veil = b"x" * 60
    texting.say("STOP")
    assert shown(texting, case_id).way.why_not is Unreachable.STOPPED
    assert phone_of(texting, texting.world.case_of(broken)) is None


def test_who_said_stop_before_filing_is_not_texted(texting: Texting) -> None:
    texting.say("Please help us", "STOP")
    texting.fall_silent()
    case_id = taken(texting)
    assert shown(texting, case_id).way.why_not is Unreachable.STOPPED
    with pytest.raises(CannotBeTexted):
        answer(texting, case_id)
    texting.say("START")
    assert shown(texting, case_id).way.why_not is None


def test_taking_the_case_back_forgets_the_number_and_undoing_it_brings_it_back(texting: Texting) -> None:
    report = filed(texting)
    case_id = accepted(texting, report)
    answer(texting, case_id)
    stopped(texting, report)
    (row,) = replies(texting, case_id)
    assert (row.state, row.body_sealed) == (Delivery.CANCELLED, None)
    assert MINE not in numbers(texting)

    worker, world = texting.world.enter(report), texting.world
    with texting.database.reading() as session:
        wish = request_texts_again(session, world.vault, texting.services.gateways, worker)
    assert wish is not None
    with texting.database.writing() as session:
        keep_text_request(session, wish)
        undo_stop(session, world.vault, world.rules, world.texts, "en", worker)
    accepted(texting, report)
    answer(texting, case_id, "We are back.", number=2)
    assert [row.state for row in replies(texting, case_id)][-1] is Delivery.WAITING
    with texting.database.reading() as session:
        assert request_texts_again(session, world.vault, texting.services.gateways, worker) is None


def test_a_shared_phone_is_forgotten_with_the_last_who_wants_texts(texting: Texting) -> None:
    first, second = filed(texting), filed(texting, words="Somebody else's words.")
    stopped(texting, first)
    assert MINE in numbers(texting)
    texting.say("It is bad here too")
    answer(texting, accepted(texting, second))
    stopped(texting, second)
    # The conversation goes on; with it the number goes.
    assert MINE in numbers(texting)
    texting.fall_silent()
    assert MINE not in numbers(texting)


def test_nobody_yet_keeps_the_number_in_the_case_alone_until_a_helper_may_read(texting: Texting) -> None:
    report = filed(texting, consent=ConsentLevel.NOBODY)
    assert MINE not in numbers(texting)
    worker, world = texting.world.enter(report), texting.world
    with texting.database.reading() as session:
        assert request_texts_again(session, world.vault, texting.services.gateways, worker) is None
        wish = request_texts_again(
            session, world.vault, texting.services.gateways, worker, ConsentLevel.HELPER
        )
    assert wish is not None
    texts = consent_texts(lambda _context, text: text)
    with texting.database.writing() as session:
        keep_text_request(session, wish)
        change_consent(session, world.vault, world.rules, texts, "en", worker, ConsentLevel.HELPER)
    answer(texting, accepted(texting, report))


def test_after_a_stop_a_new_consent_does_not_bring_the_number_back(texting: Texting) -> None:
    report = filed(texting)
    texting.say("STOP")
    worker = texting.world.enter(report)
    with texting.database.reading() as session:
        again = request_texts_again(
            session, texting.world.vault, texting.services.gateways, worker, ConsentLevel.UNION
        )
    assert again is None


def test_the_database_does_not_say_whose_wish_it_is(texting: Texting) -> None:
    case_id = texting.world.case_of(filed(texting))
    with texting.database.reading() as session:
        (wish,) = session.scalars(select(TextRequest)).all()
    kept = b"|".join((wish.case_tag, wish.case_veil, wish.phone_id.bytes, wish.id.bytes))
    assert case_id.bytes not in kept
    assert str(case_id).encode() not in kept
    other = texting.world.case_of(filed(texting))
    with texting.database.reading() as session:
        tags = {row.case_tag for row in session.scalars(select(TextRequest))}
    assert len(tags) == 2
    assert other != case_id


def test_only_who_has_the_case_can_text(texting: Texting) -> None:
    case_id = taken(texting)
    for login in ("far.lead", "custodian.one"):
        with pytest.raises(NoAccess):
            answer(texting, case_id, by=texting.world.sign_in(login))
    assert replies(texting, case_id) == []
