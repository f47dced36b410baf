"""What `redress doctor` says of the duty rosters: where nobody is on duty, everybody is alerted."""

from collections.abc import Iterator

from app.cli.deployment import Deployment
from app.cli.findings import Finding, Weight
from app.messaging.members import DutyGap, duty_gaps
from app.network import AHEAD


def duty_roster(deployment: Deployment) -> Iterator[Finding]:
    """One line for each organisation with days on which nobody is on duty."""
    with deployment.database.reading() as session:
        gaps = duty_gaps(session, deployment.vault)
    for gap in gaps:
        yield Finding(
            Weight.WARN,
            f"Nobody at {gap.name} who can be alerted is on duty {_when(gap)}: then everybody there is alerted. "
            "A lead sets who is, under 'On duty'.",
        )


def _when(gap: DutyGap) -> str:
    if len(gap.days) == AHEAD:
        return "today or on any of the next seven days"
    today = ["today"] if gap.days[0] == gap.today else []
    later = [f"{day:%A %Y-%m-%d}" for day in gap.days if day != gap.today]
    return ", ".join(today + ([f"on {', '.join(later)}"] if later else []))
