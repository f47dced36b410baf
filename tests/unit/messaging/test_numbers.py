"""One person's number is one text however it is written, and a machine's sender is told from a person's."""

import pytest

from app.messaging.numbers import NumberUnreadable, read_number

LINE = "+8801811000000"


@pytest.mark.parametrize(
    "sender",
    (
        "+8801712345678",
        "008801712345678",
        "01712345678",
        "8801712345678",
        "+880 1712-345678",
        " +8801712345678\u200e",
        "whatsapp:+8801712345678",
        "WhatsApp:+8801712345678",
        "+৮৮০১৭১২৩৪৫৬৭৮",
    ),
)
def test_every_way_of_writing_a_number_is_one_number(sender: str) -> None:
    number = read_number(sender, LINE, "BD")
    assert (number.e164, number.country, number.answerable) == ("+8801712345678", "BD", True)


def test_a_number_of_another_country_keeps_its_country() -> None:
    assert read_number("+60123456789", LINE, "BD").country == "MY"


@pytest.mark.parametrize("sender", ("AIRTEL", "Bank-24", "26262", "+800", "Grameenphone", "1234567a890"))
def test_a_machine_sender_is_never_answered(sender: str) -> None:
    number = read_number(sender, LINE, "BD")
    assert not number.answerable
    assert number.country is None


@pytest.mark.parametrize("sender", ("+8801811000000", "01811000000", "whatsapp:+8801811000000"))
def test_our_own_line_is_never_answered(sender: str) -> None:
    assert not read_number(sender, LINE, "BD").answerable
    assert not read_number(sender, f"whatsapp:{LINE}", "BD").answerable


@pytest.mark.parametrize("sender", ("", "   ", "whatsapp:", "\u200e"))
def test_a_sender_without_a_name_is_refused(sender: str) -> None:
    with pytest.raises(NumberUnreadable):
        read_number(sender, LINE, "BD")


def test_a_number_shows_itself_in_no_traceback() -> None:
    assert "1712345678" not in repr(read_number("+8801712345678", LINE, "BD"))


def test_without_a_home_country_only_full_numbers_are_numbers() -> None:
    assert not read_number("01712345678", LINE, None).answerable
    assert read_number("8801712345678", LINE, None).e164 == "+8801712345678"
