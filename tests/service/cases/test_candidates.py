"""The organisations as routing sees them: each with its own open cases, whatever else lies in the database."""

from sqlalchemy import select

from app.cases.case.models import Case
from app.cases.routing.candidates import candidates_at
from tests.support.desk import Desk


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
