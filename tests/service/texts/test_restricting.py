"""A triage that restricts a case while its worker still answers: the trained circle's grant is there already."""

from app.cases.desk.triage import set_category
from app.database import CaseId
from tests.support.text_cases import FIRST, accept, read
from tests.support.texting import Texting, id_of


def test_triage_restricts_a_case_that_is_still_kept_ready_for_both_circles(texting: Texting) -> None:
    texting.say(FIRST, "1", "1")
    member = accept(texting, "near.lead")
    with texting.database.writing() as session:
        world, case = texting.world, texting.case()
        set_category(session, world.vault, world.rules, member, CaseId(case.id), "gbvh", case.edit_version)
    near = id_of(texting.world.near)
    assert {(circle, state) for owner, circle, state in texting.grants() if owner == near} == {
        ("restricted", "live")
    }
    assert "everyone" not in {circle for _, circle, _ in texting.grants()}
    assert read(texting, "near.lead")[0] == FIRST
    texting.say("Words that come later")
    assert read(texting, "near.lead")[-1] == "Words that come later"
