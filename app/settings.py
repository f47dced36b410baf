"""Typed settings, read once at start from an environment mapping by small pure functions.

Each function takes the mapping and returns a value or raises `Mistake`; `read_settings` gathers every mistake, so that the
operator sees all of them at once, one line each, before any worker meets a half-configured service.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Environment = Mapping[str, str]

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Mistake(ValueError):
    """One setting that cannot be used; its text is the line the operator reads."""


class SettingsRefused(Exception):
    """The settings are incomplete or wrong; `mistakes` holds one line for each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Settings:
    """Everything the operator decides, checked; built by `read_settings` only."""

    home: Path
    port: int
    bind: str
    database_url: str
    public_url: str
    demo: bool
    pseudo_languages: bool
    trusted_proxies: int
    metrics_token: str
    clock_offset: int
    web_workers: int

    @property
    def keys(self) -> Path:
        """The folder of the keyrings, outside the database and outside every backup."""
        return self.home / "keys"

    @property
    def https(self) -> bool:
        """Whether people reach the service over https; decides on Secure and `__Host-` cookies."""
        return self.public_url.startswith("https://")

    @property
    def config(self) -> Path:
        """The folder of taxonomy, deadlines, languages, routing and help numbers."""
        return PROJECT_ROOT / "config"


def read_settings(environment: Environment) -> Settings:
    """Read and check every setting, or raise `SettingsRefused` with one line for each mistake."""
    mistakes: list[str] = []

    def take(read: Callable[[Environment], Any]) -> Any:
        try:
            return read(environment)
        except Mistake as mistake:
            mistakes.append(str(mistake))
            return None

    values = {
        "home": take(_home),
        "port": take(_port),
        "bind": take(_bind),
        "database_url": take(_database_url),
        "public_url": take(_public_url),
        "demo": take(lambda env: _flag(env, "REDRESS_DEMO")),
        "pseudo_languages": take(lambda env: _flag(env, "REDRESS_PSEUDO_LANGUAGES")),
        "trusted_proxies": take(
            lambda env: _whole(env, "REDRESS_TRUSTED_PROXIES", default=0, least=0, most=10)
        ),
        "metrics_token": environment.get("REDRESS_METRICS_TOKEN", "").strip(),
        "clock_offset": take(
            lambda env: _whole(env, "REDRESS_CLOCK_OFFSET", default=0, least=-(10**9), most=10**9)
        ),
        "web_workers": take(lambda env: _whole(env, "REDRESS_WEB_WORKERS", default=2, least=1, most=64)),
    }
    if mistakes:
        raise SettingsRefused(mistakes)
    return Settings(**values)


def _home(environment: Environment) -> Path:
    return Path(environment.get("REDRESS_HOME", "").strip() or "instance").resolve()


def _port(environment: Environment) -> int:
    return _whole(environment, "PORT", default=8000, least=1, most=65535)


def _bind(environment: Environment) -> str:
    # Loopback unless told otherwise: a service without TLS in front of it must not be reachable by accident.
    address = environment.get("REDRESS_BIND", "").strip() or "127.0.0.1"
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise Mistake(
            f"REDRESS_BIND must be an IP address such as 127.0.0.1 or 0.0.0.0, not {address!r}."
        ) from None
    return address


def _database_url(environment: Environment) -> str:
    url = environment.get("DATABASE_URL", "").strip()
    if not url:
        return f"sqlite:///{_home(environment) / 'redress.sqlite3'}"
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    # The URL itself may hold a password, so the message never repeats it.
    raise Mistake("DATABASE_URL must start with sqlite:/// or postgresql+psycopg://.")


def _public_url(environment: Environment) -> str:
    url = environment.get("REDRESS_PUBLIC_URL", "").strip().rstrip("/")
    if not url:
        return f"http://127.0.0.1:{environment.get('PORT', '').strip() or 8000}"
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise Mistake("REDRESS_PUBLIC_URL must be like https://help.example.org, with no path behind it.")
    return url


def _flag(environment: Environment, name: str) -> bool:
    value = environment.get(name, "").strip().lower()
    if value in ("", "0", "no", "false"):
        return False
    if value in ("1", "yes", "true"):
        return True
    raise Mistake(f"{name} must be 1 or 0.")


def _whole(environment: Environment, name: str, *, default: int, least: int, most: int) -> int:
    value = environment.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise Mistake(f"{name} must be a whole number from {least} to {most}.") from None
    if not least <= number <= most:
        raise Mistake(f"{name} must be a whole number from {least} to {most}.")
    return number
