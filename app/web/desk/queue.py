"""The queue: what waits for this member, most pressing first."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases.desk import (
    COUNTED_AT_MOST,
    OPENED_AT_MOST,
    Count,
    QueueFilters,
    QueueKey,
    QueuePage,
    queue_page,
)
from app.cases.enums import Stage, Urgency
from app.database import SiteId
from app.network import OrganisationKind, Role
from app.vault import Place, VeilBroken
from app.web import labels
from app.web.access import open_to_members
from app.web.desk.blueprint import blueprint
from app.web.desk.messages import message_of_request
from app.web.member_session import member
from app.web.services import services

PARTNERS = (OrganisationKind.MONITORING_PARTNER,)

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class CountLink:
    """One count above the queue and where it leads: to its cases, or back to all when it is the chosen one."""

    code: str
    words: str
    number: int
    chosen: bool
    address: str


@dataclass(frozen=True)
class CoveredChoice:
    """A kind of problem or a site to choose: `value` is what goes into the address, and tells nothing to who reads that."""

    value: str
    words: str
    chosen: bool


@blueprint.get("/")
@open_to_members(kinds=PARTNERS)
def queue() -> ResponseReturnValue:
    """The first page of the queue, or the page after a key."""
    return show_queue()


def show_queue(problem: str | None = None, *, declining: UUID | None = None) -> str:
    """The queue as the address asks for it, with what went wrong on top; `declining` is the case whose form was refused."""
    here, filters = services(), _filters()
    with here.database.reading() as session:
        page = queue_page(session, here.vault, here.rules, member(), filters, _after())
    return render_template(
        "desk/queue.html",
        page=page,
        offered=[row for row in page.rows if row.offered],
        owned=[row for row in page.rows if not row.offered],
        filters=filters,
        narrowed=filters != QueueFilters(),
        late_chosen=filters.count is Count.LATE,
        counts=_count_links(page, filters),
        counted_at_most=COUNTED_AT_MOST,
        opened_at_most=OPENED_AT_MOST,
        countries={code: labels.country(code) for code in page.choices.countries},
        languages={code: labels.language(code) for code in page.choices.languages},
        kinds=[
            _covered("kind", code, labels.word(labels.TOPIC, code), filters.kind)
            for code in page.choices.kinds
        ],
        sites=[
            _covered("site", str(site), name, str(filters.site)) for site, name in page.choices.sites.items()
        ],
        first=_address(_arguments(filters)) if "after" in request.args else None,
        later=page.next_key and _address({**_arguments(filters), "after": page.next_key.text()}),
        message=None if problem else message_of_request(),
        problem=problem,
        declining=declining,
        may_write=member().member.role is not Role.VIEWER,
    )


def _filters() -> QueueFilters:
    asked = request.args
    return QueueFilters(
        urgency=_word(Urgency, asked.get("urgency", "")),
        stage=_word(Stage, asked.get("stage", "")),
        country=asked.get("country") or None,
        language=asked.get("language") or None,
        mine="mine" in asked,
        unclaimed="unclaimed" in asked,
        practice="practice" in asked,
        count=Count.LATE if "late" in asked else _word(Count, asked.get("show", "")),
        kind=_uncover("kind", asked.get("kind", "")),
        site=_site(_uncover("site", asked.get("site", ""))),
    )


def _word(words: type[Word], asked: str) -> Word | None:
    """The word that was asked for; one that does not exist filters nothing instead of failing an old bookmark."""
    return words(asked) if asked in set(words) else None


def _site(asked: str | None) -> SiteId | None:
    return None if asked is None else SiteId(UUID(asked))


def _covered(filter_name: str, value: str, words: str, chosen: str | None) -> CoveredChoice:
    return CoveredChoice(_cover(filter_name, value), words, value == chosen)


def _cover(filter_name: str, value: str) -> str:
    """The value veiled for this member: addresses end up in logs and histories, where no site or category may stand."""
    veiled = services().vault.veil(_place(filter_name), value)
    return urlsafe_b64encode(veiled).rstrip(b"=").decode("ascii")


def _uncover(filter_name: str, asked: str) -> str | None:
    """What `_cover` made for this member; anything else filters nothing."""
    try:
        return services().vault.unveil(
            _place(filter_name), urlsafe_b64decode(asked + "=" * (-len(asked) % 4))
        )
    except (VeilBroken, ValueError):
        return None


def _place(filter_name: str) -> Place:
    return Place("queue filters", member().member.id, filter_name)


def _after() -> QueueKey | None:
    try:
        return QueueKey.read(request.args["after"]) if "after" in request.args else None
    except ValueError:
        return None


def _arguments(filters: QueueFilters) -> dict[str, str]:
    chosen = {
        "urgency": filters.urgency,
        "stage": filters.stage,
        "country": filters.country,
        "language": filters.language,
        "mine": "1" if filters.mine else None,
        "unclaimed": "1" if filters.unclaimed else None,
        "practice": "1" if filters.practice else None,
        "show": filters.count,
        "kind": filters.kind and _cover("kind", filters.kind),
        "site": filters.site and _cover("site", str(filters.site)),
    }
    return {name: str(value) for name, value in chosen.items() if value is not None}


def _address(arguments: dict[str, str]) -> str:
    query = urlencode(arguments)
    return f"{url_for('desk.queue')}?{query}" if query else url_for("desk.queue")


def _count_links(page: QueuePage, filters: QueueFilters) -> list[CountLink]:
    others = {name: value for name, value in _arguments(filters).items() if name != "show"}
    links = []
    for count in Count:
        chosen = filters.count is count
        address = _address(others if chosen else {**others, "show": count.value})
        links.append(
            CountLink(count, labels.word(labels.COUNT, count), page.counts.get(count, 0), chosen, address)
        )
    return links
