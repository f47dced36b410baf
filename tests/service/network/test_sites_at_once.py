"""Several operators at the list of sites at one moment: no place is there twice, and the head fits what is there."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import delete, func, select

from app.database import Base
from app.network import (
    Sector,
    Site,
    SiteHead,
    SiteRefused,
    SiteState,
    add_site,
    count_sites,
    remove_site,
    sites_are_whole,
)
from tests.support.network import Network

NAMES = ("Teak Motors", "Heron Garments", "Palm Circuits")


def _at_once(network: Network, *acts: str) -> list[str]:
    """Each act in a thread of its own, all begun together; gives those that were refused."""
    together = Barrier(len(acts))

    def act(what: str) -> str:
        together.wait()
        with network.database.writing() as session:
            try:
                if what == "count":
                    count_sites(session, network.vault)
                elif what.startswith("remove "):
                    remove_site(session, network.vault, what.removeprefix("remove "))
                else:
                    add_site(
                        session, network.vault, name=what, town="Ipoh", country="MY", sector=Sector.OTHER
                    )
            except SiteRefused:
                return what
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return [refused for refused in pool.map(act, acts) if refused]


def _is_whole(network: Network, number: int) -> bool:
    with network.database.reading() as session:
        known = select(func.count()).select_from(Site).where(Site.state != SiteState.REMOVED)
        assert session.scalar(known) == number
        assert session.scalars(select(SiteHead.number)).one() == number
        return sites_are_whole(session, network.vault)


def _number(network: Network) -> int:
    with network.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Site)) or 0


def test_adding_and_counting_at_once(network: Network) -> None:
    before = _number(network)
    for name in NAMES:
        refused = _at_once(network, name, "count", name, "count", name)
        assert refused == [name, name]
    assert _is_whole(network, before + len(NAMES))


def test_adding_removing_and_counting_at_once(network: Network) -> None:
    with network.database.writing() as session:
        code = add_site(
            session, network.vault, name="Old Mill", town="Ipoh", country="MY", sector=Sector.OTHER
        ).code
    before = _number(network)
    gone = f"remove {code}"
    assert _at_once(network, *NAMES, gone, "count", gone) == [gone]
    assert _is_whole(network, before + len(NAMES) - 1)


def test_counting_twice_at_once_where_the_head_was_taken_away(network: Network) -> None:
    before = _number(network)
    with network.database.engine.begin() as connection:
        connection.execute(delete(Base.metadata.tables[SiteHead.__tablename__]))
    _at_once(network, "count")
    _at_once(network, "count", "count", *NAMES)
    assert _is_whole(network, before + len(NAMES))
