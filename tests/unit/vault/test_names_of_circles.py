"""What a circle's veil was found to hold is known from then on, and only where it was found."""

import pytest

from app.database import new_id
from app.vault import CircleName, Place, Vault, VeilBroken
from app.vault.circles import read_circle_name


@pytest.mark.parametrize("name", CircleName)
def test_a_name_reads_the_same_again(vault: Vault, name: CircleName) -> None:
    circle = new_id()
    veil = vault.veil(Place("vault_circles", circle, "name_veil"), name)
    assert [read_circle_name(vault, circle, veil) for _ in range(2)] == [name, name]


def test_a_veil_that_others_moved_to_another_circle_opens_for_nobody_though_it_is_known(vault: Vault) -> None:
    circle, other = new_id(), new_id()
    veil = vault.veil(Place("vault_circles", circle, "name_veil"), CircleName.RESTRICTED)
    assert read_circle_name(vault, circle, veil) is CircleName.RESTRICTED
    with pytest.raises(VeilBroken):
        read_circle_name(vault, other, veil)
    assert read_circle_name(vault, circle, veil) is CircleName.RESTRICTED


def test_what_one_deployment_knows_no_other_does(vault: Vault, stranger: Vault) -> None:
    circle = new_id()
    veil = vault.veil(Place("vault_circles", circle, "name_veil"), CircleName.CUSTODY)
    assert read_circle_name(vault, circle, veil) is CircleName.CUSTODY
    with pytest.raises(VeilBroken):
        read_circle_name(stranger, circle, veil)
