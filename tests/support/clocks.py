"""Clocks of a case as a story needs them, each changed as this deployment would: with its MAC."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.cases.case.models import Clock


def set_clocks(session: Session, *which: ColumnElement[bool], **values: Any) -> None:
    """Give these clocks these values."""
    for row in session.scalars(select(Clock).where(*which)).all():
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
