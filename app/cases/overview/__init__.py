"""What a coordinator sees of the whole network: numbers, and of no case who, where or what."""

from app.cases.overview.months import CaseMonth
from app.cases.overview.network import LatePartner, Overview, overview

__all__ = [
    "CaseMonth",
    "LatePartner",
    "Overview",
    "overview",
]
