"""Who helps: organisations, members and their circles, what they are told, why a case waits and who was left out."""

from app.web.labels.table import Labels
from app.web.language import lazy_pgettext as pgettext

KIND: Labels = {
    "monitoring_partner": pgettext("desk", "Monitoring partner"),
    "trade_union": pgettext("desk", "Trade union"),
    "coordinator": pgettext("desk", "Coordinator"),
    "public_buyer": pgettext("desk", "Public buyer"),
}

ROLE: Labels = {
    "lead": pgettext("desk", "Lead"),
    "caseworker": pgettext("desk", "Caseworker"),
    "viewer": pgettext("desk", "Viewer"),
}

WAITING: Labels = {
    "about_helper": pgettext("network", "The worker complains about a helper"),
    "helper_in_words": pgettext("network", "The words seem to complain about a helper: see who is meant"),
    "unmatched_exclusion": pgettext(
        "network", "The worker named somebody who must not know, and the words fit nobody for certain"
    ),
    "over_limit": pgettext(
        "network", "Very many reports came from one place at once: see which of them are real"
    ),
    "nobody_eligible": pgettext("network", "No helper fits"),
    "nobody_accepted": pgettext("network", "Every helper declined or did not answer"),
    "late": pgettext("network", "The helper was late, and nobody else stood by"),
    "may_not_keep": pgettext(
        "network",
        "By what the worker told since, the helper who had it may not keep it, and nobody else stood by",
    ),
    "locked": pgettext("network", "The worker has locked it"),
}

LEFT_OUT: Labels = {
    "excluded_by_worker": pgettext("network", "the worker named them"),
    "interest_in_site": pgettext("network", "has an interest in the site"),
    "site_in_doubt": pgettext(
        "network",
        "nobody can tell who has an interest there: the list of workplaces was changed past Redress",
    ),
    "employer_run": pgettext("network", "run by employers"),
    "not_independent": pgettext("network", "not independent at the site"),
    "frozen": pgettext("network", "frozen"),
    "no_keys": pgettext("network", "nobody there has set up a key yet"),
    "kind": pgettext("network", "does not take cases"),
    "about_helper": pgettext("network", "the complaint is about a helper, and this may be the one"),
    "not_trained": pgettext("network", "not trained for this"),
    "wrong_country": pgettext("network", "does not work in that country"),
    "no_language": pgettext("network", "does not speak the language"),
    "full": pgettext("network", "has as many cases as it can take"),
    "share": pgettext("network", "too many of its free places went to reports from that same place today"),
    "ranked_lower": pgettext("network", "others fit better"),
    "held": pgettext("network", "the case is held"),
    "locked": pgettext("network", "the worker has locked the case"),
}

MEMBER_STATE: Labels = {
    "invited": pgettext("desk", "Invited"),
    "active": pgettext("desk", "Active"),
    "departed": pgettext("desk", "Left"),
}

CIRCLE: Labels = {
    "everyone": pgettext("desk", "Ordinary cases"),
    "restricted": pgettext("desk", "Restricted cases (trained and named)"),
    "custody": pgettext("desk", "Custody"),
}

NOTICE: Labels = {
    "danger": pgettext("desk", "Somebody is in danger"),
    "offer": pgettext("desk", "A case is offered to your organisation"),
    "late": pgettext("desk", "Something is late"),
    "date": pgettext("desk", "A date comes near that nobody can move"),
    "digest": pgettext("desk", "Each working morning at half past seven: how much waits, in numbers only"),
}
