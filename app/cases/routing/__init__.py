"""Who is asked to take a case, who stands by, and where it goes when an offer comes to nothing."""

from app.cases.routing.asking import make_offers
from app.cases.routing.beside import ask_beside
from app.cases.routing.candidates import candidates_at
from app.cases.routing.handing_on import candidates_of, custodian_of, forbidden, is_foreseen, next_position
from app.cases.routing.helpers_meant import heed_helpers, may_mean_helper, means_holder
from app.cases.routing.losing import lose_for_lateness
from app.cases.routing.offers import (
    DeclineReason,
    OfferGone,
    OfferTaken,
    TakenElsewhere,
    accept_offer,
    decline_offer,
    expire_offers,
)
from app.cases.routing.placing import (
    EVERYTHING,
    Recipients,
    earliest,
    route_to_keys,
    without_keys,
    write_offers,
)
from app.cases.routing.putting_right import put_right
from app.cases.routing.records import keep_routing_note, routing_note, routing_record
from app.cases.routing.routing_again import is_read_by_somebody, route_again
from app.cases.routing.standbys import READY, keep_ready, ready_keys

__all__ = [
    "EVERYTHING",
    "READY",
    "DeclineReason",
    "OfferGone",
    "OfferTaken",
    "Recipients",
    "TakenElsewhere",
    "accept_offer",
    "ask_beside",
    "candidates_at",
    "candidates_of",
    "custodian_of",
    "decline_offer",
    "earliest",
    "expire_offers",
    "forbidden",
    "heed_helpers",
    "is_foreseen",
    "is_read_by_somebody",
    "keep_ready",
    "keep_routing_note",
    "lose_for_lateness",
    "make_offers",
    "may_mean_helper",
    "means_holder",
    "next_position",
    "put_right",
    "ready_keys",
    "route_again",
    "route_to_keys",
    "routing_note",
    "routing_record",
    "without_keys",
    "write_offers",
]
