"""The coordinator's pages, where custodians place what nobody could be offered, and every organisation's list of members."""

from app.web.network import custody, members, procedure, waiting
from app.web.network.blueprint import blueprint

__all__ = ["blueprint", "custody", "members", "procedure", "waiting"]
