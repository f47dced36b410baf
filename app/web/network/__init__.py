"""The coordinator's pages, where custodians place what nobody could be offered, the network's numbers, and each list of members."""

from app.web.network import custody, members, overview, posters, procedure, waiting
from app.web.network.blueprint import blueprint

__all__ = ["blueprint", "custody", "members", "overview", "posters", "procedure", "waiting"]
