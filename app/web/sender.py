"""Where a request came from, for the counters alone: never logged, never stored as it is."""

from flask import request

from app.network import counted_address


def sender() -> str:
    """The address of whoever sent this request, as it is counted; behind a proxy the one that the proxy names.

    `REDRESS_TRUSTED_PROXIES` says how many proxies to believe (create_app): with none, nobody can choose an address by a header.
    """
    return counted_address(request.remote_addr)
