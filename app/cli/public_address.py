"""What is handed out names the public address: a shell without the service's settings knows only one that leads nowhere."""

import ipaddress
import sys
from urllib.parse import urlsplit

from app.settings import Settings


def warn_where_only_here(settings: Settings) -> None:
    """Say so, beside what is printed, where the public address is one that only this machine can open."""
    if is_only_here(settings.public_url):
        print(
            f"redress: {settings.public_url} opens on this machine only. Before you hand this out, run it with the "
            "REDRESS_PUBLIC_URL of the service.",
            file=sys.stderr,
        )


def is_only_here(address: str) -> bool:
    """Whether an address leads back to the machine that opens it."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
