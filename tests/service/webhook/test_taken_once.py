"""A text is taken once, however often and however many at a time a provider tells it, on both databases over HTTP."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.cases.case.models import Case, Entry
from app.database import Database
from app.messaging.models import InboundText, OutgoingText, Phone
from tests.harness.databases import Databases, closing_database
from tests.harness.server import LiveServer, running
from tests.harness.signing import Signed, inbound, new_sid, sign
from tests.harness.wire import exchange
from tests.support.public_address import BEHIND_A_PROXY, PUBLIC

COUNTED = (InboundText, Phone, Case, Entry, OutgoingText)


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def served(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveServer, Database]]:
    folder = tmp_path_factory.mktemp("once")
    with databases.empty(request.param, folder) as empty:
        environment = BEHIND_A_PROXY | {"DATABASE_URL": empty.url}
        with running(folder, "up", environment=environment) as server, closing_database(empty.url) as kept:
            yield server, kept


def counts(kept: Database) -> Counter[str]:
    """How many rows of each kind there are."""
    with kept.reading() as session:
        return Counter(
            {
                model.__name__: session.scalar(select(func.count()).select_from(model)) or 0
                for model in COUNTED
            }
        )


def text(sender: str, body: str, sid: str | None = None) -> Signed:
    return sign(PUBLIC, "/sms/inbound", inbound(sender, body, sid))


def post(server: LiveServer, signed: Signed) -> tuple[int, bytes]:
    answer = exchange(server, signed)
    return answer.status, answer.body


TAKEN = (200, b"<Response/>")


def test_twenty_copies_at_one_moment_are_one_text(served: tuple[LiveServer, Database]) -> None:
    server, kept = served
    assert post(server, text("+60123450001", "Noise about the bus.")) == TAKEN
    before = counts(kept)
    copy = text("+60123450002", "They keep our passports.")

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: post(server, copy), range(20)))

    assert answers == [TAKEN] * 20
    added = counts(kept) - before
    assert (added["InboundText"], added["Phone"], added["Case"], added["OutgoingText"]) == (1, 1, 1, 1)
    once = counts(kept)
    assert post(server, copy) == TAKEN
    assert counts(kept) == once


def test_a_text_told_again_answers_nothing_twice_and_moves_nothing_on(
    served: tuple[LiveServer, Database],
) -> None:
    server, kept = served
    first, second = text("+60123450003", "They keep our passports."), text("+60123450003", "1")
    assert post(server, first) == TAKEN
    assert post(server, first) == TAKEN
    assert post(server, second) == TAKEN
    moved = counts(kept)

    for again in (second, first, second):
        assert post(server, again) == TAKEN
        assert counts(kept) == moved


def test_texts_of_one_number_at_one_moment_are_all_heard_in_one_case(
    served: tuple[LiveServer, Database],
) -> None:
    server, kept = served
    before = counts(kept)
    parts = [text("+60123450004", f"Part {number} of what happened.", new_sid()) for number in range(12)]

    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda part: post(server, part), parts))

    assert answers == [TAKEN] * 12
    added = counts(kept) - before
    assert (added["InboundText"], added["Case"], added["OutgoingText"]) == (12, 1, 1)
