"""What a vault seals to a receipt it opens again, or the process that found out takes nothing from anybody."""

import pytest

from app.vault import SelfTestFailed, Vault, self_test
from app.vault.pairs import Pair, SealBroken
from app.vault.receipts import ReceiptKeys


def test_a_sound_vault_passes(vault: Vault) -> None:
    self_test(vault)


def _broken(*_given: object) -> bytes:
    raise SealBroken("cut")


@pytest.mark.parametrize(
    ("part", "name", "instead"),
    (
        (Pair, "open", _broken),
        (Pair, "open", lambda *_given: b'{"words":"Other words."}'),
        (ReceiptKeys, "sign", lambda *_given: bytes(64)),
    ),
    ids=("a seal that does not open", "other words", "a signature that does not fit"),
)
def test_whatever_is_broken_fails_it(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, part: type, name: str, instead: object
) -> None:
    monkeypatch.setattr(part, name, instead)
    with pytest.raises(SelfTestFailed):
        self_test(vault)
