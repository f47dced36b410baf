"""Forgetting a number: nothing goes there any more, and nobody finds out whose it was."""

from sqlalchemy.orm import Session

from app.messaging.models import Phone
from app.messaging.phones import erase_phone, is_text_requested
from app.messaging.queue.outgoing import cancel_texts
from app.vault import Vault


def forget_phone(session: Session, vault: Vault, phone: Phone) -> None:
    """Call off what still waits for a phone, whose row the caller has locked, and forget its number.

    Nothing happens while somebody who filed on the web, on the same phone, is still to be texted there.
    """
    if is_text_requested(session, phone.id):
        return
    cancel_texts(session, vault, phone_id=phone.id)
    erase_phone(session, phone)
