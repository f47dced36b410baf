"""Carrying out the follow-ups that the cases planned."""

from app.followups.asking import ask_due

__all__ = ["ask_due"]
