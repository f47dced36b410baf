"""The sentences about who has seen what of a case, and who can open it."""

from collections.abc import Callable

from app.cases.case import AccessLine
from app.cases.enums import AccessAct
from app.cases.worker import Sighting
from app.vault import HolderKind
from app.web.language import page_language, pgettext
from app.web.worker.names import Names


def seen_line(sighting: Sighting, names: Names) -> str:
    """What somebody saw, and on which day."""
    name = names.get(sighting.organisation_id, "") if sighting.organisation_id else ""
    day = page_language().long_day(sighting.at)
    return _custodians_line(sighting, name, day) if sighting.people else _seen_line(sighting, name, day)


_SEEN: dict[str, Callable[[str, str], str]] = {
    AccessAct.READ: lambda name, day: pgettext(
        "worker-seen", "Read by a helper from %(name)s on %(day)s", name=name, day=day
    ),
    AccessAct.READ_IN_SEARCH: lambda name, day: pgettext(
        "worker-seen", "A helper from %(name)s read some of it in a search on %(day)s", name=name, day=day
    ),
    AccessAct.FOUND_BY_CONTACT: lambda name, day: pgettext(
        "worker-seen",
        "A helper from %(name)s looked for your name or number and found this, on %(day)s",
        name=name,
        day=day,
    ),
    AccessAct.CONTACT_SHOWN: lambda name, day: pgettext(
        "worker-seen", "A helper from %(name)s looked up how to reach you on %(day)s", name=name, day=day
    ),
    AccessAct.FILE_OPENED: lambda name, day: pgettext(
        "worker-seen",
        "A helper from %(name)s opened a photo or voice note of yours on %(day)s",
        name=name,
        day=day,
    ),
    AccessAct.NOTE_READ: lambda name, day: pgettext(
        "worker-seen",
        "A person at %(name)s read where it is and who must not know, on %(day)s",
        name=name,
        day=day,
    ),
}


def _seen_line(sighting: Sighting, name: str, day: str) -> str:
    known = _SEEN.get(sighting.act)
    if known is None:
        return pgettext("worker-seen", "Read by a person at %(name)s on %(day)s", name=name, day=day)
    return known(name, day)


def _custodians_line(sighting: Sighting, name: str, day: str) -> str:
    """Who of the coordinator looked: two people where the case was read, so that the worker can tell who agreed to it."""
    if sighting.act == AccessAct.NOTE_READ:
        return pgettext(
            "worker-seen",
            "%(person)s at %(name)s read where it is and who must not know, on %(day)s",
            person=sighting.people[0],
            name=name,
            day=day,
        )
    if len(sighting.people) < 2:
        return pgettext(
            "worker-seen",
            "Read by %(person)s at %(name)s on %(day)s",
            person=sighting.people[0],
            name=name,
            day=day,
        )
    reader, agreed = sighting.people
    return pgettext(
        "worker-seen",
        "Read by %(person)s at %(name)s on %(day)s. %(second)s agreed to it.",
        person=reader,
        second=agreed,
        name=name,
        day=day,
    )


def access_line(line: AccessLine, *, about_helper: bool = False) -> str:
    """Who can read the case, or until when they could."""
    gone = pgettext("worker-seen", "Somebody who is no longer here")
    # Others wrote who it is: no name is told that they may have chosen.
    name = pgettext("worker-seen", "Somebody we cannot name") if line.forged else line.organisation or gone
    if line.until is not None:
        day = page_language().long_day(line.until)
        if line.kind is HolderKind.CUSTODY:
            return pgettext(
                "worker-seen",
                "%(name)s kept it sealed, to find a helper, until %(day)s. If they opened it, you see that here.",
                name=name,
                day=day,
            )
        return pgettext("worker-seen", "%(name)s could read it until %(day)s.", name=name, day=day)
    if line.kind is HolderKind.CUSTODY and about_helper:
        return pgettext(
            "worker-seen", "%(name)s keeps it sealed. If they open it, you see that here.", name=name
        )
    if line.kind is HolderKind.CUSTODY:
        return pgettext(
            "worker-seen",
            "%(name)s keeps it sealed, to find a helper. If they open it, you see that here.",
            name=name,
        )
    if line.offered:
        return pgettext("worker-seen", "%(name)s can read it only if they take it on.", name=name)
    return pgettext("worker-seen", "%(name)s can read it now.", name=name)
