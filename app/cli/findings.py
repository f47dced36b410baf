"""What `redress doctor` says: one line, and how much it matters."""

from dataclasses import dataclass
from enum import IntEnum


class Weight(IntEnum):
    """How much a finding matters."""

    GOOD = 0
    WARN = 1
    BAD = 2


@dataclass(frozen=True)
class Finding:
    """One line of the doctor."""

    weight: Weight
    text: str
