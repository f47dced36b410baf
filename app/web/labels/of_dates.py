"""What has to be done by when, who is asked when it is late, and the dates that nobody can move."""

from app.web.labels.table import Labels
from app.web.language import lazy_pgettext as pgettext

CLOCK: Labels = {
    "accept": pgettext("desk", "Accept or decline"),
    "place": pgettext("desk", "Find a helper"),
    "read": pgettext("desk", "Read it"),
    "acknowledge": pgettext("desk", "First answer"),
    "safety_contact": pgettext("desk", "Safety: talk to the worker"),
    "safety_plan": pgettext("desk", "Safety plan"),
    "first_update": pgettext("desk", "First news"),
    "assessment": pgettext("desk", "Check the facts"),
    "company_reply": pgettext("desk", "The company’s answer"),
    "outcome_feedback": pgettext("desk", "Say what came of it"),
}

CLOCK_STATE: Labels = {
    "running": pgettext("desk", "to do"),
    "met": pgettext("desk", "done in time"),
    "missed": pgettext("desk", "late"),
    "paused": pgettext("desk", "paused"),
    "escalated": pgettext("desk", "passed on"),
}

DATE_SHOWN: Labels = {
    **CLOCK_STATE,
    "met_late": pgettext("desk", "done, late"),
    "ended": pgettext("desk", "ended when the case was closed"),
}

RUNG: Labels = {
    "helper": pgettext("desk", "the case’s helper"),
    "lead": pgettext("desk", "the helper’s lead"),
    "coordinator": pgettext("desk", "the coordinator’s lead"),
    "standby": pgettext("desk", "another helper"),
    "custodian": pgettext("desk", "the coordinator’s custodians"),
}

RUNG_STATE: Labels = {
    "asked": pgettext("desk", "still to act"),
    "passed_on": pgettext("desk", "did not act, so the next was asked"),
    "last": pgettext("desk", "did not act, and nobody else is left to ask"),
    "moved": pgettext("desk", "the case went there"),
    "ended": pgettext("desk", "over"),
}

OUTSIDE_DATE: Labels = {
    "legal_limit": pgettext("desk", "Last day to go to court or an office"),
    "permit_ends": pgettext("desk", "Permit ends"),
    "flight": pgettext("desk", "Flight"),
    "hearing": pgettext("desk", "Hearing"),
    "contract_ends": pgettext("desk", "Contract ends"),
}
