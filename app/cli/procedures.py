"""What `redress doctor` says of the laws that organisations follow: one that is not in the file any more asks for nothing."""

from collections.abc import Iterator

from app.cli.deployment import Deployment
from app.cli.findings import Finding, Weight
from app.network import organisations_of


def procedures(deployment: Deployment) -> Iterator[Finding]:
    """One line for each organisation whose legal profile the operator has taken out of config/deadlines.toml."""
    known = deployment.rules.deadlines.profiles
    with deployment.database.reading() as session:
        chosen = [(each.name, each.legal_profile) for each in organisations_of(session)]
    for name, profile in chosen:
        if profile and profile not in known:
            yield Finding(
                Weight.WARN,
                f"{name} follows the legal profile {profile}, and deadlines.toml has no [profile.{profile}]: it asks for nothing. "
                "Put it back, or let a lead choose another one under 'Procedure'.",
            )
