"""The journal's daily root by e-mail to every lead: a copy outside the server, against which the journal can be checked later.

It holds a number, a day and two hashes: nothing of any case, and not even how many there are.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messaging.models import MemberAddress
from app.messaging.queue import EMAIL, enqueue_alert
from app.network import Member, MemberState, Organisation, OrganisationState, Role
from app.vault import Root, Vault, holder_of, is_sound

SUBJECT = "Redress: the record of this day"
BODY = """Please keep this mail. It shows what the record of every act looked like today, and says nothing of any case.

{line}

If somebody doubts the record, the operator can check it against this mail: redress journal verify --root FILE
"""
CUT_SUBJECT = "Redress: the record of every act does not fit"
CUT_BODY = """The record of every act, or a file that it is checked against, is not as it was signed. No new root is signed
until somebody has looked. Please ask the operator to keep a copy of the database and of roots/ as evidence, and to run: redress
journal verify
"""
_VALID_FOR = timedelta(days=3)


def mail_root(session: Session, vault: Vault, root: Root) -> int:
    """Write the root down for every lead with an e-mail address, once for each of them; how many there are."""
    body = BODY.format(line=root.line(vault.deployment))
    return _to_leads(session, vault, ("root", str(root.number)), SUBJECT, body)


def mail_cut(session: Session, vault: Vault, day: str) -> int:
    """Tell every lead, once a day, that no root could be signed because something is gone."""
    return _to_leads(session, vault, ("journal cut", day), CUT_SUBJECT, CUT_BODY)


def has_readers(session: Session) -> bool:
    """Whether at least one lead gets the roots."""
    return next(iter(_addresses(session)), None) is not None


def _to_leads(session: Session, vault: Vault, key: tuple[str, ...], subject: str, body: str) -> int:
    addresses = _addresses(session)
    for address in addresses:
        enqueue_alert(
            session,
            vault,
            key=(*key, str(address.member_id)),
            body=body,
            address=address,
            valid_for=_VALID_FOR,
            subject=subject,
        )
    return len(addresses)


def _addresses(session: Session) -> list[MemberAddress]:
    query = (
        select(MemberAddress, Member, Organisation)
        .join(Member, Member.id == MemberAddress.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            MemberAddress.channel == EMAIL,
            Member.role == Role.LEAD,
            Member.state == MemberState.ACTIVE,
            Organisation.state == OrganisationState.ACTIVE,
        )
        .order_by(MemberAddress.id)
    )
    holder = holder_of(session)
    return [rows[0] for rows in session.execute(query) if all(is_sound(holder, row) for row in rows)]
