"""Alerts to members by e-mail: a subject and a line that say no more than that something waits.

The first line of the text is the subject. The server must offer encryption, unless it is this machine.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from app import clock
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import (
    CannotTell,
    Health,
    NotSent,
    ReceivedText,
    SendRefused,
    StatusReport,
    Taken,
    TextToSend,
    TryLater,
    Unclear,
)
from app.settings import SmtpSettings

_TIMEOUT = 15.0


class EmailGateway:
    """The mail server of `REDRESS_SMTP_URL`; one connection for each mail, since alerts are rare."""

    name = "email"

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def send(self, text: TextToSend) -> Taken:
        """Hand the mail over; raises `TryLater`, `SendRefused` or `Unclear`."""
        message = self._message(text)
        with _failing_as(TryLater), self._connected() as server:
            _expect(server.mail(self._settings.sender), 250)
            _expect(server.rcpt(text.to), 250, 251)
            # From here on the server may have it, whatever we hear.
            with _failing_as(Unclear):
                _expect(server.data(message.as_bytes(policy=SMTP)), 250)
        return Taken(str(message["Message-ID"]).strip("<>")[:80], Delivery.SENT)

    def find(self, text: TextToSend, since: datetime, known: frozenset[str]) -> Taken | None:
        """A mail server cannot be asked; raises `CannotTell`."""
        raise CannotTell(self.name)

    def ask(self, text_id: UUID, provider_id: str) -> StatusReport:
        """A mail server tells nothing of a mail it took; raises `CannotTell`."""
        raise CannotTell(self.name)

    def redact(self, provider_id: str) -> None:
        """A mail cannot be taken back, and holds no content; raises `CannotTell`."""
        raise CannotTell(self.name)

    def received_since(self, since: datetime) -> Iterable[ReceivedText]:
        """Nobody answers these mails; raises `CannotTell`."""
        raise CannotTell(self.name)

    def health(self) -> Iterable[Health]:
        """Whether the mail server lets us in; never raises."""
        try:
            with _failing_as(TryLater), self._connected():
                return [Health(True, "E-mail: the mail server lets us in.")]
        except NotSent as trouble:
            return [Health(False, f"E-mail: the mail server does not let us in ({trouble.reason}).")]

    def _message(self, text: TextToSend) -> EmailMessage:
        subject, _, rest = text.body.partition("\n")
        message = EmailMessage()
        try:
            message["From"], message["To"] = self._settings.sender, text.to
            message["Subject"] = subject.strip()
        except ValueError:
            # A line break or an odd sign in the address.
            raise SendRefused("address") from None
        message["Date"] = format_datetime(clock.now())
        # The same for each try, so that a mail program shows a doubled one once.
        message["Message-ID"] = f"<{text.id}@{self._settings.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(rest.strip() or subject.strip())
        return message

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        settings, context = self._settings, ssl.create_default_context()
        if settings.encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=_TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT)
        try:
            server.ehlo_or_helo_if_needed()
            if not settings.encrypted and not (settings.local and not server.has_extn("starttls")):
                server.starttls(context=context)
                server.ehlo()
            if settings.user is not None:
                server.login(settings.user, settings.password or "")
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    """Raise what an answer means that is not one of these codes: 4xx passes, 5xx does not (RFC 5321, 4.2.1)."""
    if answer[0] not in codes:
        raise (TryLater if 400 <= answer[0] < 500 else SendRefused)(f"SMTP {answer[0]}")


@contextmanager
def _failing_as(outcome: Callable[[str], NotSent]) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPDataError as error:
        _expect((error.smtp_code, b""))
    except smtplib.SMTPResponseException as error:
        # A refused login or greeting: the operator can mend it while the alert is still of use.
        raise TryLater(f"SMTP {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError:
        raise TryLater("no encryption") from None
    except ValueError:
        raise SendRefused("address") from None
    except (smtplib.SMTPException, OSError):
        raise outcome("no answer") from None
