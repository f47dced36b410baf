"""What the child says of a file."""

from dataclasses import dataclass, field


class Refused(Exception):
    """The file is not taken, for a reason in the contract's words (docs/outbox.md)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Verdict:
    """What the file is, and for a picture what was made of it; a sound stays as it came."""

    type: str
    seconds: float = 0.0
    made: bytes = field(default=b"", repr=False)


def require(holds: object) -> None:
    """Raise `Refused` unless this holds of the file."""
    if not holds:
        raise Refused("unreadable")
