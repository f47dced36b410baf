"""The facts of a case come out of its veil; an object knows those that its veil was made of, and of no other veil."""

from dataclasses import replace

import pytest

from app.cases.case import Case, CaseFacts, facts_of, store_facts
from app.cases.enums import ConsentLevel, Profile
from app.database import new_id
from app.vault import Vault, VeilBroken
from tests.support.making import new_vault

_FACTS = CaseFacts(topics=("wages",), profile=Profile.STANDARD, consent=ConsentLevel.HELPER)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The web's vault of a deployment."""
    return new_vault(tmp_path_factory.mktemp("facts") / "keys")


def _case(vault: Vault, facts: CaseFacts = _FACTS) -> Case:
    case = Case(id=new_id())
    store_facts(vault, case, facts)
    return case


def test_what_was_stored_last_is_what_is_known(vault: Vault) -> None:
    case = _case(vault)
    assert facts_of(vault, case) == _FACTS
    changed = replace(_FACTS, found=("forced_labour",), zone="Asia/Kuala_Lumpur")
    store_facts(vault, case, changed)
    assert facts_of(vault, case) == changed


def test_a_veil_that_is_put_back_is_read_and_not_what_stood_there(vault: Vault) -> None:
    case = _case(vault)
    before = case.facts_veil
    store_facts(vault, case, replace(_FACTS, consent=ConsentLevel.NOBODY))
    case.facts_veil = before
    assert facts_of(vault, case) == _FACTS


def test_the_veil_of_another_case_does_not_open(vault: Vault) -> None:
    case, other = _case(vault), _case(vault)
    assert facts_of(vault, case) == _FACTS
    case.facts_veil = other.facts_veil
    with pytest.raises(VeilBroken):
        facts_of(vault, case)
