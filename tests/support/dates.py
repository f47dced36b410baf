"""Days as a desk counts them, what the dispatcher does about dates that passed, and the promise that holds afterwards."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from app import clock
from app.cases.clocks.settling import mark_clocks_missed
from app.cases.escalation.climbing import climb_ladders
from app.cases.escalation.promise import without_next_step
from app.cases.routing.offers import expire_offers
from tests.harness.world import World

DAY = 86_400
DESK = ZoneInfo("Asia/Kuala_Lumpur")


def day_at_desk(days: int = 0) -> date:
    """So many days after the day that the partners of the world call today: for a third of the hours it is tomorrow in UTC."""
    return clock.now().astimezone(DESK).date() + timedelta(days=days)


def dates_pass(world: World, day: int | None = None) -> int:
    """One tick of the dispatcher, on this day of the test if it is told; of how many cases somebody was asked or let go."""
    if day is not None:
        clock.set_offset(day * DAY)
    database, vault, rules = world.database, world.vault, world.rules
    with database.writing() as session:
        expire_offers(session, vault, rules, 100)
    with database.writing() as session:
        mark_clocks_missed(session, vault, 500)
    climbed = 0
    for _ in range(100):
        with database.writing() as session:
            done = climb_ladders(session, vault, rules, 1)
        climbed += done
        if not done:
            break
    with database.reading() as session:
        assert without_next_step(session, vault) == []
    return climbed
