"""Which way a case may go, and what stands in the way: data and pure functions, asked with the case's row locked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.cases.case.consent_levels import covers_company
from app.cases.enums import ClosingReason, ConsentLevel, Stage, State
from app.language import says_something

ALLOWED_FROM: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.OFFERED, State.ACCEPTED, State.CLOSED}),
    State.OFFERED: frozenset({State.RECEIVED}),
    State.ACCEPTED: frozenset({State.OFFERED, State.CLOSED}),
    State.ASSESSING: frozenset({State.ACCEPTED, State.ENGAGING, State.CLOSED}),
    State.ENGAGING: frozenset({State.ASSESSING}),
    State.REMEDY_AGREED: frozenset({State.ENGAGING}),
    State.DELIVERING: frozenset({State.REMEDY_AGREED}),
    State.RESOLVED: frozenset({State.DELIVERING}),
    State.CLOSED: frozenset(State) - {State.CLOSED},
}
"""For each state the states from which a case may come to it; out of `closed` it reopens."""

# These need what only the remedy room will hold: a decision of the worker, a delivery, a confirmation.
_NOT_REACHABLE_YET = frozenset({State.REMEDY_AGREED, State.DELIVERING, State.RESOLVED})
# These need a second case to merge with, a confirmed remedy.
_REASONS_NOT_REACHABLE_YET = frozenset({ClosingReason.MERGED, ClosingReason.RESOLVED})
HELPERS_CLOSING_REASONS = (
    ClosingReason.REFERRED,
    ClosingReason.OUT_OF_SCOPE,
    ClosingReason.UNFOUNDED,
    ClosingReason.UNRESOLVED,
)
"""What a lead or the assignee may close with, always with a written reason; `unverified` only where nobody answers."""


class ChangedBy(StrEnum):
    """In what part somebody asks for a change of state."""

    WORKER = "worker"
    LEAD = "lead"
    ASSIGNEE = "assignee"
    COLLEAGUE = "colleague"
    SYSTEM = "system"


_MAY_CLOSE = frozenset({ChangedBy.LEAD, ChangedBy.ASSIGNEE})


class ChangeRefused(Exception):
    """The case may not go there; each subclass is one reason, and its text says it plainly."""


class NotFromHere(ChangeRefused):
    """There is no way from the state the case is in."""


class NotReachableYet(ChangeRefused):
    """This part of Redress cannot yet know what that state or closing reason claims."""


class ConsentDoesNotCover(ChangeRefused):
    """The worker has not allowed that the company is told."""


class RetaliationOpen(ChangeRefused):
    """Somebody is being punished for the report; until that ends nothing is closed."""


class WorkerDecides(ChangeRefused):
    """Only the worker can take a report back."""


class NotTheirsToClose(ChangeRefused):
    """Only a lead or the assignee closes a case."""


class AskOn(ChangeRefused):
    """The worker was not asked four times over sixty days, or has answered since."""


class DangerOpen(ChangeRefused):
    """The case stands at danger: closing it needs words that say what makes the worker safe now."""


class ClosingReasonMissing(ChangeRefused):
    """Closing needs one of the reasons, and words that say why."""


@dataclass(frozen=True)
class CaseStanding:
    """All of a case that decides where it may go."""

    state: State
    retaliation: bool
    consent: ConsentLevel
    tell_company: bool
    in_danger: bool = False
    # Four questions over sixty days, and the worker was not heard of since.
    silent: bool = False


@dataclass(frozen=True)
class Closing:
    """Why a case is to be closed: the reason's code, and words for whoever reads it later; `safe` says why danger is over."""

    reason: ClosingReason
    words: str
    safe: str = ""


def check_change(case: CaseStanding, to: State, by: ChangedBy, closing: Closing | None = None) -> None:
    """Let the change pass, or raise the subclass of `ChangeRefused` that says what stands in its way."""
    if case.state not in ALLOWED_FROM[to]:
        raise NotFromHere(f"A case that is {case.state} cannot become {to}.")
    if to in _NOT_REACHABLE_YET:
        raise NotReachableYet(f"A case cannot become {to} before remedies are recorded.")
    if to is State.ENGAGING and not covers_company(case.consent, case.tell_company):
        raise ConsentDoesNotCover("The worker has not allowed that the company is told.")
    if to is State.CLOSED:
        _check_closing(case, by, closing)


def reachable(case: CaseStanding, by: ChangedBy) -> tuple[State, ...]:
    """The states that a person at the desk may choose now.

    Closing then still asks for its reason, and turning to the company for the worker's yes where only a helper heard it.
    """
    said_to_helper = replace(case, tell_company=True)
    chosen_by_hand = (State.ASSESSING, State.ENGAGING, State.CLOSED)
    example = Closing(ClosingReason.UNRESOLVED, "any words", "any words")
    return tuple(to for to in chosen_by_hand if _passes(said_to_helper, to, by, example))


def stage_of(state: State, helper_has_read: bool) -> Stage:
    """The worker's word for where the case stands; an accepted case that nobody has read yet is only received."""
    if state is State.ACCEPTED:
        return Stage.READ if helper_has_read else Stage.RECEIVED
    return _STAGES[state]


_STAGES = {
    State.RECEIVED: Stage.RECEIVED,
    State.OFFERED: Stage.RECEIVED,
    State.ASSESSING: Stage.CHECKING,
    State.ENGAGING: Stage.COMPANY_ASKED,
    State.REMEDY_AGREED: Stage.CHECKING_REMEDY,
    State.DELIVERING: Stage.CHECKING_REMEDY,
    State.RESOLVED: Stage.CHECKING_REMEDY,
    State.CLOSED: Stage.CLOSED,
}


def _check_closing(case: CaseStanding, by: ChangedBy, closing: Closing | None) -> None:
    if closing is None:
        raise ClosingReasonMissing("Closing needs a reason.")
    if closing.reason in _REASONS_NOT_REACHABLE_YET:
        raise NotReachableYet(f"A case cannot be closed as {closing.reason} yet.")
    if closing.reason is ClosingReason.WITHDRAWN:
        # The one way out that open retaliation does not bar: nobody may be kept in against their will.
        if by is not ChangedBy.WORKER:
            raise WorkerDecides("Only the worker can take a report back.")
        return
    if closing.reason is ClosingReason.UNVERIFIED and not case.silent:
        raise AskOn(
            "Nobody closes a case as unverified before four questions over sixty days went unanswered."
        )
    if case.retaliation:
        raise RetaliationOpen("Retaliation is open: the case stays open until it has ended.")
    if by not in _MAY_CLOSE:
        raise NotTheirsToClose("Only a lead or the assignee closes a case.")
    if case.in_danger and not says_something(closing.safe):
        raise DangerOpen("A case in danger closes only with what makes the worker safe.")
    if not says_something(closing.words):
        raise ClosingReasonMissing("Closing needs words that say why.")


def _passes(case: CaseStanding, to: State, by: ChangedBy, closing: Closing) -> bool:
    try:
        check_change(case, to, by, closing)
    except ChangeRefused:
        return False
    return True
