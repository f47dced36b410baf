"""What a coordinator sees of the whole network: numbers, and of no case who, where or what."""

from app.cases.overview.late import late_by_partner
from app.cases.overview.months import CaseMonth, last_months
from app.cases.overview.network import LatePartner, Overview, PartnerLoad, overview

__all__ = [
    "CaseMonth",
    "LatePartner",
    "Overview",
    "PartnerLoad",
    "last_months",
    "late_by_partner",
    "overview",
]
