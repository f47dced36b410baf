"""The coordinator's view: what is late where, what each partner has, and the last months, as pictures and as tables."""

from collections.abc import Iterator, Sequence
from datetime import date

from babel.dates import format_skeleton
from babel.numbers import format_percent
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_pgettext, pgettext

from app.cases.custody import NotACustodian
from app.cases.enums import Rung
from app.cases.overview import CaseMonth, LatePartner, Overview, overview
from app.web import labels
from app.web.access import open_to_members
from app.web.language import page_language
from app.web.member_session import member
from app.web.network.bars import Bar, bar, longest_of
from app.web.network.blueprint import blueprint
from app.web.network.spreadsheet import few, is_few, spreadsheet
from app.web.network.waiting import COORDINATORS
from app.web.services import services

# A drawing is for a glance; the table below it holds everybody.
_DRAWN = 20
_FIVE_POINTS = 20

_NOBODY_YET = "nobody"
_ASKED: dict[str, LazyString] = {
    _NOBODY_YET: lazy_pgettext("network", "nobody asked yet"),
    **{rung: labels.RUNG[rung] for rung in Rung},
}
_MONTH_PARTS: dict[str, LazyString] = {
    "in_time": lazy_pgettext("network", "answered in time"),
    "answered": lazy_pgettext("network", "answered later"),
    "unanswered": lazy_pgettext("network", "not answered yet"),
}
_BACK: dict[str, LazyString] = {"came_back": lazy_pgettext("network", "worker came back")}
_HEADINGS: tuple[LazyString, ...] = (
    lazy_pgettext("network", "Month"),
    lazy_pgettext("network", "Received"),
    lazy_pgettext("network", "Answered in time"),
    lazy_pgettext("network", "Answered"),
    lazy_pgettext("network", "Worker came back"),
    lazy_pgettext("network", "Return rate"),
)


@blueprint.get("/overview")
@open_to_members(kinds=COORDINATORS)
def overview_page() -> ResponseReturnValue:
    """Everything that a coordinator can see without opening a case."""
    try:
        seen = _overview()
    except NotACustodian:
        return render_template("network/not_a_custodian.html")
    return render_template(
        "network/overview.html",
        seen=seen,
        asked={str(rung or _NOBODY_YET): _ASKED[rung or _NOBODY_YET] for rung in seen.rungs},
        late_rows=[_late_row(partner) for partner in seen.late],
        late_bars=_late_bars(seen),
        drawn=_DRAWN,
        headings=_HEADINGS,
        month_parts=_MONTH_PARTS,
        month_bars=_month_bars(seen.months),
        back_parts=_BACK,
        back_bars=_back_bars(seen.months),
        month_rows=[_month_row(month) for month in reversed(seen.months)],
    )


@blueprint.get("/overview/months.csv")
@open_to_members(kinds=COORDINATORS)
def months_file() -> ResponseReturnValue:
    """The months for a spreadsheet. A file goes on to others: small counts are not in it, nor what they could be reckoned from."""
    try:
        seen = _overview()
    except NotACustodian:
        return render_template("network/not_a_custodian.html"), 403
    head = [str(words) for words in _HEADINGS]
    return spreadsheet([head, *(_month_outside(month) for month in seen.months)], "months")


def _overview() -> Overview:
    here = services()
    with here.database.reading() as session:
        return overview(session, here.vault, member())


def _name(partner: LatePartner) -> str:
    return partner.name or str(pgettext("network", "With you: no helper yet"))


def _late_row(partner: LatePartner) -> tuple[str, dict[str, int], int]:
    return _name(partner), _by_rung(partner), partner.total


def _by_rung(partner: LatePartner) -> dict[str, int]:
    return {str(rung or _NOBODY_YET): number for rung, number in partner.asked.items()}


def _late_bars(seen: Overview) -> list[Bar]:
    longest = longest_of([partner.total for partner in seen.late])
    return [
        bar(
            _name(partner),
            [(code, _by_rung(partner).get(code, 0)) for code in _ASKED],
            longest,
            _number(partner.total),
        )
        for partner in seen.late[:_DRAWN]
    ]


def _month_bars(months: Sequence[CaseMonth]) -> list[Bar]:
    longest = longest_of([month.received for month in months])
    return [
        bar(
            _month(month.first),
            [
                ("in_time", month.in_time),
                ("answered", month.answered - month.in_time),
                ("unanswered", month.received - month.answered),
            ],
            longest,
            _number(month.received),
        )
        for month in reversed(months)
    ]


def _back_bars(months: Sequence[CaseMonth]) -> list[Bar]:
    return [
        bar(_month(month.first), [("came_back", round(rate * 100))], 100, _percent(rate))
        for month, rate in _with_rate(reversed(months))
    ]


def _with_rate(months: Iterator[CaseMonth]) -> Iterator[tuple[CaseMonth, float]]:
    return ((month, month.return_rate) for month in months if month.return_rate is not None)


def _month_row(month: CaseMonth) -> tuple[str, list[str]]:
    rate = month.return_rate
    numbers = (month.received, month.in_time, month.answered, month.came_back)
    return _month(month.first), [*map(_number, numbers), "" if rate is None else _percent(rate)]


def _month_outside(month: CaseMonth) -> tuple[str, ...]:
    """A month as it leaves: nothing tells how many workers came back or did not where either are few; shares are rounded."""
    numbers = (month.received, month.in_time, month.answered)
    came_back, rate = few(month.came_back), month.return_rate
    stayed_away = month.received - month.came_back
    if rate is None or any(map(is_few, (month.received, month.came_back, stayed_away))):
        return (
            month.first.strftime("%Y-%m"),
            *map(few, numbers),
            "" if is_few(stayed_away) else came_back,
            "",
        )
    return (
        month.first.strftime("%Y-%m"),
        *map(few, numbers),
        came_back,
        f"{round(rate * _FIVE_POINTS) * 5}%",
    )


def _month(first: date) -> str:
    return str(format_skeleton("yMMM", first, locale=page_language().locale))


def _number(number: int) -> str:
    return str(number)


def _percent(rate: float) -> str:
    return str(format_percent(round(rate, 2), locale=page_language().locale))
