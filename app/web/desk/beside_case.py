"""What stands beside a case on its page: texts, alerts, questions, and the files that are on their way."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.attachments import FileOnTheWay, files_on_the_way
from app.cases.desk import OpenedCase, is_silent_now
from app.cases.followups import Followup, asked_in_texts, has_no_hour, shown_to_helpers
from app.followups import asked_as
from app.intake.texting import CaseTexts, texts_for_desk
from app.messaging.members import AlertsSoFar, alerts_of
from app.web.services import services


@dataclass(frozen=True)
class Questions:
    """What the worker was or will be asked; `silent` says that so much went unanswered that a person has to decide.

    `no_hour` says that a text can never come: the worker's hours and the clocks where they may be have none in common.
    """

    shown: tuple[Followup, ...]
    silent: bool
    no_hour: bool
    texted: Mapping[UUID, str]  # in which words those were asked that also went out by text


@dataclass(frozen=True)
class BesideCase:
    """What stands beside a case on its page: texts, alerts, questions, and the files that are on their way."""

    texts: CaseTexts | None
    alerts: AlertsSoFar
    questions: Questions
    on_the_way: tuple[FileOnTheWay, ...]


def beside_case(session: Session, opened: OpenedCase) -> BesideCase:
    """What stands beside a case that was just opened."""
    vault = services().vault
    return BesideCase(
        _texts_of(session, opened),
        alerts_of(session, opened.id),
        _questions_of(session, opened),
        files_on_the_way(session, vault, opened.id),
    )


def _questions_of(session: Session, opened: OpenedCase) -> Questions:
    """The follow-ups of a case that was just opened, and whether its worker is silent."""
    vault = services().vault
    shown = tuple(shown_to_helpers(session, vault, opened.id))
    is_open = opened.closing_reason is None
    in_texts = asked_in_texts(session, vault, opened.id) if shown and opened.beyond_inbox else {}
    return Questions(
        shown,
        is_open and is_silent_now(session, vault, opened.id),
        is_open and has_no_hour(session, vault, opened.id),
        {asked: asked_as(kinds).name for asked, kinds in in_texts.items()},
    )


def _texts_of(session: Session, opened: OpenedCase) -> CaseTexts | None:
    """The texts of a case that was just opened; nothing is read for one whose worker asked for the inbox only."""
    here = services()
    return texts_for_desk(session, here.vault, here.gateways, opened.id) if opened.beyond_inbox else None
