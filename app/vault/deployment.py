"""The deployment row: ties one database to one pair of keyrings, so that a wrong keyring is found before anything is sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.database import Base, Opaque
from app.vault.keyholder import KeyHolder
from app.vault.keyring import KeyringOfAnotherDeployment
from app.vault.veil import Place, VeilBroken, unveil, veil


class DeploymentMissing(Exception):
    """The database was never bound to a keyring."""


class DeploymentRow(Base):
    """The one row that says which deployment this database belongs to."""

    __tablename__ = "vault_deployment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    field_check: Mapped[bytes] = mapped_column(info=Opaque.veiled("a known word"))
    index_check: Mapped[bytes] = mapped_column(info=Opaque.mac("a known word"))
    made_hour: Mapped[datetime]


def bind_deployment(session: Session, holder: KeyHolder) -> None:
    """Write the deployment row of a new database; raises `KeyringOfAnotherDeployment` when it has another one."""
    if session.scalars(select(DeploymentRow)).first() is not None:
        check_deployment(session, holder)
        return
    session.add(
        DeploymentRow(
            id=holder.deployment,
            field_check=veil(holder, _place(holder), _CHECK),
            index_check=holder.mac("deployment", _CHECK),
            made_hour=clock.hour_of(clock.now()),
        )
    )
    session.flush()


def check_deployment(session: Session, holder: KeyHolder) -> None:
    """Raise `DeploymentMissing`, or `KeyringOfAnotherDeployment` unless id and keys fit this database."""
    rows = session.scalars(select(DeploymentRow)).all()
    if not rows:
        raise DeploymentMissing("This database is empty; `redress init` prepares it.")
    refusal = KeyringOfAnotherDeployment(
        f"The {holder.keyring.name} keyring belongs to another database; bring back the keyring that was made with this one."
    )
    if [row.id for row in rows] != [holder.deployment]:
        raise refusal
    try:
        fits = unveil(holder, _place(holder), rows[0].field_check) == _CHECK
    except VeilBroken:
        raise refusal from None
    if not fits or not holder.mac_fits(rows[0].index_check, "deployment", _CHECK):
        raise refusal


_CHECK = "redress"


def _place(holder: KeyHolder) -> Place:
    return Place(DeploymentRow.__tablename__, holder.deployment, "field_check")
