"""Who may enter each view. A view that does not say so keeps the whole application from starting."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import ParamSpec

from flask import Flask
from flask.typing import ResponseReturnValue

from app.network import OrganisationKind, Role
from app.web.member_session import turn_away

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

_DECLARED = "redress_entry"


class Door(StrEnum):
    """Who may stand before a view: three kinds of people, and the providers of texts."""

    EVERYONE = "everyone"
    WORKERS = "workers"
    MEMBERS = "members"
    GATEWAYS = "gateways"


@dataclass(frozen=True)
class ViewAccess:
    """What a view declares: its door and, for members, the kinds of organisation and the roles that may pass."""

    door: Door
    kinds: frozenset[OrganisationKind] = frozenset()
    roles: frozenset[Role] = frozenset()

    def admits(self, kind: OrganisationKind, role: Role) -> bool:
        """Whether a member of that kind and role may pass."""
        return self.door is Door.EVERYONE or (
            self.door is Door.MEMBERS and kind in self.kinds and role in self.roles
        )


class ViewWithoutEntry(Exception):
    """Views that do not declare who may enter; the text names them."""


def open_to_everyone(view: View[P]) -> View[P]:
    """Declare that anybody may call this view."""
    return _declare(view, ViewAccess(Door.EVERYONE))


def open_to_workers(view: View[P]) -> View[P]:
    """Declare that this view is for a worker who came in with a receipt.

    The view reads the worker's session itself, because only it knows the language in which to ask for the receipt.
    """
    return _declare(view, ViewAccess(Door.WORKERS))


def open_to_gateways(view: View[P]) -> View[P]:
    """Declare that this view is for a provider's signed request, whoever sends it; the view itself checks the signature."""
    return _declare(view, ViewAccess(Door.GATEWAYS))


def open_to_members(
    *, kinds: Iterable[OrganisationKind] = OrganisationKind, roles: Iterable[Role] = Role
) -> Callable[[View[P]], View[P]]:
    """Declare that only logged-in members of these kinds and roles may call this view, and turn away everybody else.

    What is turned away: no live session (to the log-in page), another kind or role (403), a post without the session's form token.
    """
    entry = ViewAccess(Door.MEMBERS, frozenset(kinds), frozenset(roles))

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            refusal = turn_away(entry.kinds, entry.roles)
            return view(*args, **kwargs) if refusal is None else refusal

        return _declare(guarded, entry)

    return declare


def declared_entry(view: Callable[..., object]) -> ViewAccess | None:
    """What the view declares, or nothing."""
    entry = getattr(view, _DECLARED, None)
    return entry if isinstance(entry, ViewAccess) else None


def check_every_view_declares(app: Flask) -> None:
    """Refuse to start, with `ViewWithoutEntry`, when a view forgot to say who may enter."""
    silent = sorted(name for name, view in app.view_functions.items() if declared_entry(view) is None)
    if silent:
        raise ViewWithoutEntry(f"These views do not declare who may enter: {', '.join(silent)}.")


def _declare(view: View[P], entry: ViewAccess) -> View[P]:
    setattr(view, _DECLARED, entry)
    return view
