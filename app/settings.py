"""Typed settings, read once at start from an environment mapping by small pure functions.

Each function takes the mapping and returns a value or raises `Mistake`; `read_settings` gathers every mistake, so that the
operator sees all of them at once, one line each, before any worker meets a half-configured service.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

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
class TwilioSettings:
    """One account at Twilio; `sender` is a messaging service (MG...), a number, or a number behind `whatsapp:`."""

    account_sid: str
    # Two while one is being rotated; we send with the first.
    auth_tokens: tuple[str, ...] = field(repr=False)
    sender: str
    api_base: str | None


@dataclass(frozen=True)
class SmtpSettings:
    """The mail server that takes the alerts to members; `encrypted` from the first byte, else by STARTTLS."""

    host: str
    port: int
    encrypted: bool
    user: str | None
    password: str | None = field(repr=False)
    sender: str

    @property
    def local(self) -> bool:
        """Whether the server is this machine: only then may a mail leave us unencrypted."""
        return self.host in ("localhost", "127.0.0.1", "::1")


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
    security_contact: str
    clock_offset: int
    web_workers: int
    twilio: TwilioSettings | None
    smtp: SmtpSettings | None

    @property
    def keys(self) -> Path:
        """The folder of the keyrings, outside the database and outside every backup."""
        return self.home / "keys"

    @property
    def roots(self) -> Path:
        """The folder of the journal's daily signed roots."""
        return self.home / "roots"

    @property
    def https(self) -> bool:
        """Whether people reach the service over https; decides on Secure and `__Host-` cookies."""
        return self.public_url.startswith("https://")

    @property
    def local(self) -> bool:
        """Whether only this machine itself is meant to reach the service, as in the demo."""
        host = urlsplit(self.public_url).hostname or ""
        return host == "localhost" or host == "::1" or host.startswith("127.")

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
        "security_contact": take(_security_contact),
        "clock_offset": take(
            lambda env: _whole(env, "REDRESS_CLOCK_OFFSET", default=0, least=-(10**9), most=10**9)
        ),
        "web_workers": take(lambda env: _whole(env, "REDRESS_WEB_WORKERS", default=2, least=1, most=64)),
        "twilio": take(_twilio),
        "smtp": take(_smtp),
    }
    if mistakes:
        raise SettingsRefused(mistakes)
    return Settings(**values)


def _security_contact(environment: Environment) -> str:
    """Where to report a hole, as security.txt says it: a URI (RFC 9116, 2.5.3); a bare e-mail address is made one."""
    contact = environment.get("REDRESS_SECURITY_CONTACT", "").strip()
    if re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", contact) and not contact.startswith("mailto:"):
        contact = f"mailto:{contact}"
    if contact and not re.fullmatch(r"(mailto:[!-~]+@|https://|tel:\+)[!-~]+", contact):
        raise Mistake(
            "REDRESS_SECURITY_CONTACT must be an e-mail address, an https:// page or tel:+ and a number."
        )
    return contact


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
    try:
        return _as_browsers_say(url)
    except ValueError:
        raise Mistake(
            "REDRESS_PUBLIC_URL must be like https://help.example.org, with no path behind it."
        ) from None


_DEFAULT_PORTS = {"http": 80, "https": 443}


def _as_browsers_say(url: str) -> str:
    """An address as a browser repeats it in `Origin` (RFC 6454, 4): small letters, no default port, a name in ASCII.

    Whatever else an operator types would start, and then every form would be taken for another site's. Raises ValueError.
    """
    if not _is_base(url.lower()):
        raise ValueError(url)
    parts = urlsplit(url.lower())
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{ipaddress.ip_address(host).compressed}]"
    elif not host.isascii():
        import idna  # its tables are for addresses in other scripts only

        host = idna.encode(host, uts46=True).decode("ascii")
    if not re.fullmatch(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]", host):
        raise ValueError(url)
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


_TWILIO = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_FROM",
    "TWILIO_API_BASE",
)


def _twilio(environment: Environment) -> TwilioSettings | None:
    account, token, service, number, base = (environment.get(name, "").strip() for name in _TWILIO)
    if not any((account, token, service, number)):
        return None
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", account):
        raise Mistake("TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits.")
    tokens = tuple(each.strip() for each in token.split(","))
    # Never the token itself in the line, not even a wrong one.
    if len(tokens) > 2 or not all(re.fullmatch(r"[!-~]{16,100}", each) for each in tokens):
        raise Mistake(
            "TWILIO_AUTH_TOKEN must be one token, or two with a comma between while one is rotated."
        )
    if bool(service) is bool(number):
        raise Mistake("Set TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM, one of the two.")
    if service and not re.fullmatch(r"MG[0-9a-fA-F]{32}", service):
        raise Mistake("TWILIO_MESSAGING_SERVICE_SID must be MG and 32 hexadecimal digits.")
    if number and not re.fullmatch(r"(whatsapp:)?\+[1-9][0-9]{6,14}|[0-9]{3,8}", number):
        raise Mistake(
            "TWILIO_FROM must be a number like +15550100000, whatsapp:+15550100000 or a short code."
        )
    if base and not _is_base(base.rstrip("/")):
        raise Mistake("TWILIO_API_BASE must be like https://api.twilio.com, with no path behind it.")
    return TwilioSettings(account, tokens, service or number, base.rstrip("/") or None)


def _smtp(environment: Environment) -> SmtpSettings | None:
    url = environment.get("REDRESS_SMTP_URL", "").strip()
    if not url:
        return None
    # The URL holds a password, so the message never repeats it.
    wrong = Mistake(
        "REDRESS_SMTP_URL must be like smtps://user:password@mail.example.org:465?from=alerts@example.org."
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    senders = parse_qs(parts.query).get("from", [])
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise wrong
    if len(senders) != 1 or not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", senders[0]):
        raise wrong
    encrypted = parts.scheme == "smtps"
    user, password = _login(parts)
    return SmtpSettings(
        parts.hostname, port or (465 if encrypted else 587), encrypted, user, password, senders[0]
    )


def _login(parts: SplitResult) -> tuple[str | None, str | None]:
    return (
        None if parts.username is None else unquote(parts.username),
        None if parts.password is None else unquote(parts.password),
    )


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        usable_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    # A name and password in a public address would go into every link, and providers sign such addresses each in its own way.
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and usable_port
        and not (parts.path or parts.query or parts.fragment)
    )


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
