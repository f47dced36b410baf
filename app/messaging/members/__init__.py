"""Members who are told that something waits: their addresses, alerts and the daily root."""

from app.messaging.members.addresses import (
    AddressUnreadable,
    Channel,
    carries,
    forget_address,
    keep_address,
    kept_addresses,
)
from app.messaging.members.alerts import (
    ALERT,
    SUBJECT,
    TESTS,
    AlertsSoFar,
    NoAddress,
    TooManyTests,
    alert_custodians,
    alert_danger,
    alerts_of,
    send_test,
)
from app.messaging.members.date_alerts import alert_date_near
from app.messaging.members.digest import write_digests
from app.messaging.members.late_alerts import alert_late, newest_rung
from app.messaging.members.notices import (
    POSSIBLE,
    DangerNeedsYou,
    Notice,
    Wishes,
    choose_notices,
    wishes_of,
)
from app.messaging.members.offer_alerts import tell_of_offers
from app.messaging.members.reach import unalerted, who_can_be_alerted
from app.messaging.members.root_mail import has_readers, mail_cut, mail_root
from app.messaging.members.unmanned import DutyGap, duty_gaps, with_addresses

__all__ = [
    "ALERT",
    "POSSIBLE",
    "SUBJECT",
    "TESTS",
    "AddressUnreadable",
    "AlertsSoFar",
    "Channel",
    "DangerNeedsYou",
    "DutyGap",
    "NoAddress",
    "Notice",
    "TooManyTests",
    "Wishes",
    "alert_custodians",
    "alert_danger",
    "alert_date_near",
    "alert_late",
    "alerts_of",
    "carries",
    "choose_notices",
    "duty_gaps",
    "forget_address",
    "has_readers",
    "keep_address",
    "kept_addresses",
    "mail_cut",
    "mail_root",
    "newest_rung",
    "send_test",
    "tell_of_offers",
    "unalerted",
    "who_can_be_alerted",
    "wishes_of",
    "with_addresses",
    "write_digests",
]
