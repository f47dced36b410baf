"""What providers tell us: texts that came in and what became of those we sent."""

from app.messaging.receiving.callbacks import move_on, remember_stop, take_status
from app.messaging.receiving.inbound import take_text, taking, untold

__all__ = ["move_on", "remember_stop", "take_status", "take_text", "taking", "untold"]
