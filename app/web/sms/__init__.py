"""Texts: the webhooks that a provider calls, and the demo's phone, which calls the very same ones."""

from app.web.sms import simulator, webhooks
from app.web.sms.blueprint import blueprint

__all__ = ["blueprint", "simulator", "webhooks"]
