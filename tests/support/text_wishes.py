"""Reports by the form whose workers want texts."""

from typing import Any

from app.cases.case.facts import CaseFacts
from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.cases.routing.offers import accept_offer
from app.database import CaseId
from app.intake import ContactWay, Filed
from app.intake.reaching import phone_of_case
from app.messaging.models import Phone
from tests.support.texting import Texting

WRITTEN = "012-345 6701"  # MINE, as people of the site's country write it


def filed(texting: Texting, **answers: Any) -> Filed:
    """A report by the form whose worker wants texts, unless the answers say otherwise."""
    told = {"contact": ContactWay.TEXT, "phone": WRITTEN, "safe_times": "Sundays after four"} | answers
    return texting.world.file(gateways=texting.services.gateways, **told)


def taken(texting: Texting, **answers: Any) -> CaseId:
    """The case of such a report, which the near partner has accepted."""
    return accepted(texting, filed(texting, **answers))


def accepted(texting: Texting, report: Filed) -> CaseId:
    """The near partner takes the case on."""
    case_id = texting.world.case_of(report)
    lead = texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        assert accept_offer(session, texting.world.vault, texting.world.rules, lead, case_id).taken
    return case_id


def phone_of(texting: Texting, case_id: CaseId) -> Phone | None:
    """The phone on which its worker may be texted."""
    with texting.database.reading() as session:
        return phone_of_case(session, texting.world.vault, case_id)


def reach_of(texting: Texting, case_id: CaseId) -> CaseFacts:
    """What the queue knows of the case."""
    with texting.database.reading() as session:
        return facts_of(texting.world.vault, session.get_one(Case, case_id))
