"""The workplaces for which a coordinator prints posters, in an order in which people look for one."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.network.models import Site
from app.network.sites import IS_KNOWN, site_label
from app.vault import Vault, sound


@dataclass(frozen=True)
class PosterSite:
    """A workplace as it stands in that list."""

    code: str
    country: str
    name: str
    town: str


def poster_sites(session: Session, vault: Vault, most: int) -> list[PosterSite]:
    """So many workplaces, by country, name and town; none that was removed or that others changed."""
    found = session.scalars(select(Site).where(IS_KNOWN).order_by(Site.id).limit(most))
    labelled = [(site, site_label(vault, site)) for site in sound(vault, found)]
    sites = [PosterSite(site.code, site.country, label.name, label.town) for site, label in labelled]
    return sorted(sites, key=lambda site: (site.country, site.name.casefold(), site.town.casefold()))
