"""`/healthz` and `/metrics`: they say how the service is, never what it holds."""

import hmac
import ipaddress
import json
from datetime import timedelta

from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.database import SchemaOutOfDate, check_schema
from app.dispatcher.heartbeat import is_ticking
from app.dispatcher.jobs import JOB_NAMES
from app.logs import log_failure
from app.web.access import open_to_everyone
from app.web.services import services

blueprint = Blueprint("public", __name__)

# A proxy on the same machine also comes from loopback, but most say for whom they ask.
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")
_REPORTS_FOR = timedelta(days=180)


@blueprint.get("/healthz")
@open_to_everyone
def health() -> Response:
    """200 when reports can be taken and the dispatcher ticks, else 503; three plain words and nothing for an attacker."""
    database = tables = dispatcher = False
    try:
        with services().database.reading() as session:
            database = True
            check_schema(session)
            tables = True
            dispatcher = is_ticking(session, JOB_NAMES)
    except SchemaOutOfDate:
        tables = False
    except (SQLAlchemyError, OSError) as error:
        log_failure(request.endpoint, error)
        database = False
    well = database and tables and dispatcher
    body = {"ok": well, "database": database, "tables": tables, "dispatcher": dispatcher}
    return Response(json.dumps(body), 200 if well else 503, content_type="application/json")


@blueprint.get("/metrics")
@open_to_everyone
def metrics() -> Response:
    """Gauges for Prometheus, with the token of `REDRESS_METRICS_TOKEN`; without one only where nobody else can come."""
    if not _may_measure():
        abort(403)
    # Imported here: Prometheus' library is 0.7 MB and 10 ms of each start, and few operators measure.
    from app.web.public.gauges import exposition

    with services().database.reading() as session:
        body, content_type = exposition(session, services().vault)
    return Response(body, content_type=content_type)


@blueprint.get("/.well-known/security.txt")
@open_to_everyone
def security_txt() -> Response:
    """Where to report a hole (RFC 9116), as the operator set it."""
    contact = services().settings.security_contact
    if not contact:
        abort(404)
    expires = (clock.now() + _REPORTS_FOR).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return Response(f"Contact: {contact}\nExpires: {expires}\n", content_type="text/plain; charset=utf-8")


def _may_measure() -> bool:
    expected = services().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if expected and hmac.compare_digest(given.encode(), expected.encode()):
        return True
    if not services().settings.local or services().settings.trusted_proxies:
        # A proxy on this machine comes from loopback too, and a plain one does not even say that it asks for somebody else.
        return False
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
