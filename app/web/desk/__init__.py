"""The desk of the monitoring partners, and the door through which every member comes in."""

from app.web.desk import case, offers, queue, search, sign_in, work
from app.web.desk.blueprint import blueprint

__all__ = ["blueprint", "case", "offers", "queue", "search", "sign_in", "work"]
