"""What happened in the demo's network: every case filed and worked on in the order of time, by the real use cases and verbs."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import Case, claim
from app.cases.clocks import mark_clocks_missed
from app.cases.desk import Move, change_stage, mark_done, note, open_case, reply, set_category, set_urgency
from app.cases.enums import ClockKind, ClosingReason, ConsentLevel, Exclusion, State, Urgency
from app.cases.routing import DeclineReason, accept_offer, decline_offer, expire_offers
from app.cases.worker import Worker, enter_inbox, say_worse, stop_sharing, worker_of, write
from app.cli.demo.network import DemoNetwork
from app.database import CaseId, OrganisationId
from app.intake import ContactWay, Report, file_report
from app.network import Role, SignedIn
from app.services import Services
from app.vault import ReceiptKeys, find_receipt

# The dispatcher is played often enough that an offer expires on the right half-day.
_TICK = timedelta(hours=6)
_BATCH = 1000
_LANGUAGE = "en"


@dataclass
class _Told:
    """A filed case of the story, with what its worker keeps."""

    entry: dict[str, Any]
    case_id: CaseId
    keys: ReceiptKeys


class Story:
    """Tells the cases of config/demo/cases.toml, each act in a unit of work of its own."""

    def __init__(
        self, services: Services, network: DemoNetwork, turn_clock: Callable[[datetime], None]
    ) -> None:
        self._services = services
        self._database, self._vault, self._rules = services.database, services.vault, services.rules
        self._network = network
        self._turn_clock = turn_clock

    def tell(self, entries: list[dict[str, Any]], *, until: datetime) -> None:
        """File every case, do every step of it and let the dispatcher tick in between, up to that moment."""
        events: list[tuple[datetime, int, Callable[[], None]]] = []
        for entry in entries:
            self._plan(entry, until, events)
        moment = min(event[0] for event in events)
        while moment < until:
            events.append((moment, len(events), self._tick))
            moment += _TICK
        heapq.heapify(events)
        while events and events[0][0] <= until:
            moment, _, happen = heapq.heappop(events)
            self._turn_clock(moment)
            happen()

    def _plan(
        self, entry: dict[str, Any], until: datetime, events: list[tuple[datetime, int, Callable[[], None]]]
    ) -> None:
        filed_at = until - timedelta(days=entry["days_ago"])
        told: list[_Told] = []
        events.append((filed_at, len(events), lambda: told.append(self._file(entry))))
        for step in entry.get("steps", []):
            happen = lambda step=step: self._step(told[0], step)  # noqa: E731 - binds this step
            events.append((filed_at + timedelta(hours=step["after"]), len(events), happen))

    def _file(self, entry: dict[str, Any]) -> _Told:
        site = self._network.sites.get(entry.get("site", ""))
        report = Report(
            language=_LANGUAGE,
            words=entry.get("words", ""),
            topics=tuple(entry["category"]),
            danger=entry.get("danger", False),
            site_code=site.code if site else "",
            site=entry.get("site_words", ""),
            exclude=frozenset(Exclusion(word) for word in entry.get("exclude", ())),
            exclude_other=entry.get("exclude_other", ""),
            contact=ContactWay(entry["contact"]),
            phone=entry.get("phone", ""),
            safe_times=entry.get("safe_times", ""),
            name=entry.get("name", ""),
            consent=ConsentLevel(entry["consent"]),
        )
        token = self._vault.read_form_token(self._vault.form_token())
        file_report(self._services, report, token, sender=None)
        keys = self._vault.derive_receipt_keys(token.receipt)
        with self._database.reading() as session:
            receipt = find_receipt(session, keys)
        if receipt is None:
            raise LookupError(f"The case filed {entry['days_ago']} days ago is not there.")
        return _Told(entry, CaseId(receipt.case_id), keys)

    def _tick(self) -> None:
        with self._database.writing() as session:
            expire_offers(session, self._vault, self._rules, _BATCH)
            mark_clocks_missed(session, self._vault, _BATCH)

    def _step(self, told: _Told, step: dict[str, Any]) -> None:
        with self._database.writing() as session:
            getattr(self, f"_do_{step['act']}")(session, told, step)

    def _do_accept(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        accept_offer(session, self._vault, self._rules, self._member(session, told, step), told.case_id)

    def _do_decline(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        by = self._member(session, told, step)
        decline_offer(session, self._vault, self._rules, by, told.case_id, DeclineReason(step["reason"]))

    def _do_read(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        open_case(session, self._vault, self._member(session, told, step), told.case_id)

    def _do_claim(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        claim(session, self._vault, self._member(session, told, step), told.case_id)

    def _do_reply(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        by = self._member(session, told, step)
        reply(session, self._vault, by, told.case_id, step["text"], self._new_submission())

    def _do_note(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        note(
            session,
            self._vault,
            self._member(session, told, step),
            told.case_id,
            step["text"],
            self._new_submission(),
        )

    def _do_category(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        by, version = self._member(session, told, step), self._case(session, told).edit_version
        set_category(session, self._vault, self._rules, by, told.case_id, step["to"], version)

    def _do_urgency(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        by, version = self._member(session, told, step), self._case(session, told).edit_version
        urgency = Urgency(step["to"])
        set_urgency(session, self._vault, self._rules, by, told.case_id, urgency, step["reason"], version)

    def _do_stage(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        self._change_stage(session, told, step, State(step["to"]), None)

    def _do_close(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        claim(session, self._vault, self._member(session, told, step), told.case_id)
        self._change_stage(session, told, step, State.CLOSED, ClosingReason(step["reason"]))

    def _do_done(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        mark_done(
            session, self._vault, self._member(session, told, step), told.case_id, ClockKind(step["clock"])
        )

    def _do_write(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        write(
            session,
            self._vault,
            self._rules,
            self._worker(session, told),
            step["text"],
            self._new_submission(),
        )

    def _do_worse(self, session: Session, told: _Told, step: dict[str, Any]) -> None:
        worker = self._worker(session, told)
        danger = step.get("danger", False)
        say_worse(session, self._vault, self._rules, worker, step["text"], danger, self._new_submission())

    def _do_stop(self, session: Session, told: _Told, _step: dict[str, Any]) -> None:
        stop_sharing(session, self._vault, self._worker(session, told))

    def _change_stage(
        self, session: Session, told: _Told, step: dict[str, Any], to: State, reason: ClosingReason | None
    ) -> None:
        words, word = step.get("text", ""), step.get("word", "")
        move = Move(to, words, self._new_submission(), reason, to_worker=word)
        change_stage(session, self._vault, self._rules, self._member(session, told, step), told.case_id, move)

    def _new_submission(self) -> UUID:
        return self._vault.read_form_token(self._vault.form_token()).submission_id

    def _worker(self, session: Session, told: _Told) -> Worker:
        cookie = enter_inbox(session, self._vault, told.keys)
        return worker_of(session, self._vault, cookie)

    def _case(self, session: Session, told: _Told) -> Case:
        return session.get_one(Case, told.case_id, populate_existing=True)

    def _member(self, session: Session, told: _Told, step: dict[str, Any]) -> SignedIn:
        if "by" in step:
            return self._network.people[step["by"]]
        holder = self._case(session, told).organisation_id
        if holder is None:
            raise LookupError(
                f"Nobody holds the case filed {told.entry['days_ago']} days ago at step {step['after']}."
            )
        return self._network.acting(OrganisationId(holder), Role.CASEWORKER)
