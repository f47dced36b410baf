"""The organisations as routing sees them: each with its own open cases, whatever else lies in the database."""

from sqlalchemy import select

from app.cases.case.models import Case
from app.cases.routing.candidates import candidates_at
from app.database import new_id
from app.network import Organisation
from tests.support.case_views import holder_of_case
from tests.support.desk import Desk
from tests.support.past_us import copy_of, put_back


def test_each_organisation_has_its_own_open_cases_and_no_other(desk: Desk) -> None:
    near, far = desk.crowd(5), desk.crowd(4)
    with desk.database.writing() as session:
        for case in session.scalars(select(Case).where(Case.id.in_(far))):
            case.organisation_id = desk.world.far.id
        for case in session.scalars(select(Case).where(Case.id.in_((near[0], near[1], far[0])))):
            case.is_open = False
        session.get_one(Case, far[1]).organisation_id = None
    with desk.database.reading() as session:
        rows = session.execute(select(Case.organisation_id, Case.is_open)).all()
        found = {candidate.id: candidate.open_cases for candidate in candidates_at(session, None)}
    assert found == {each: rows.count((each, True)) for each in found}
    assert found[desk.world.near.id] >= 3
    assert found[desk.world.far.id] >= 2
    assert (None, True) in rows


def test_cases_that_nobody_filed_fill_no_organisation(desk: Desk) -> None:
    world = desk.world
    with desk.database.writing() as session:
        for organisation in session.scalars(select(Organisation)):
            organisation.capacity = 12
    case = copy_of(desk.database, Case, id=desk.accepted())
    for organisation_id in (world.near.id, world.far.id):
        for number in range(15):
            written = {
                "id": new_id(),
                "submission_id": new_id(),
                "reference": f"{organisation_id}-{number}"[-40:],
                "organisation_id": organisation_id,
            }
            put_back(desk.database, Case, case | written)
    filed = world.file()
    assert holder_of_case(desk, filed) == world.near.id
    assert not filed.with_custody
    with desk.database.reading() as session:
        loads = {each.id: each.open_cases for each in candidates_at(session, None)}
    assert loads[world.near.id] < 12
    assert loads[world.far.id] == 0


def test_an_organisation_that_is_full_gets_no_more(desk: Desk) -> None:
    world = desk.world
    desk.crowd(4)
    with desk.database.writing() as session:
        session.get_one(Organisation, world.near.id).capacity = 3
    for _ in range(2):
        assert holder_of_case(desk, world.file()) == world.far.id
