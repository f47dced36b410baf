"""One person's number is one text however it is written, and a machine's sender is told from a person's."""

import pytest

from app.messaging.phones.numbers import NumberUnreadable, is_our_line, read_number, read_written_number

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


@pytest.mark.parametrize(
    ("written", "country"),
    (
        ("+60 12-345 6789", None),
        ("0060123456789", None),
        ("+৬০১২৩৪৫৬৭৮৯", None),
        ("012-345 6789", "MY"),
        ("(012) 345 6789", "MY"),
        ("60123456789", "MY"),
        ("+60 12-345 6789", "BD"),
    ),
)
def test_a_number_on_the_form_is_read_as_people_of_that_country_write_it(
    written: str, country: str | None
) -> None:
    number = read_written_number(written, country)
    assert number is not None
    assert (number.e164, number.country) == ("+60123456789", "MY")


@pytest.mark.parametrize(
    ("written", "country"),
    (
        ("", "MY"),
        ("none", "MY"),
        ("012-345 6789", None),
        # Somewhere in the world these digits alone may be a stranger's number.
        ("60123456789", None),
        ("012-345 67", "MY"),
        ("+62 000 0000 0001", "ID"),
        ("03-2345 6789", "MY"),
        ("1300 88 1234", "MY"),
        ("+1 900 555 0100", None),
        ("+60123456789#5", "MY"),
        ("012-3456789 / 013-9876543", "MY"),
        ("012345678a9", "MY"),
        ("\x00\u202e", "MY"),
    ),
    ids=(
        "nothing",
        "words",
        "without its country",
        "without its plus",
        "too short",
        "of no phone",
        "fixed line",
        "shared cost",
        "premium rate",
        "behind a switchboard",
        "two of them",
        "with a letter",
        "no signs",
    ),
)
def test_what_no_text_can_go_to_is_no_number(written: str, country: str | None) -> None:
    assert read_written_number(written, country) is None


def test_our_own_line_on_the_form_is_known_for_what_it_is() -> None:
    number = read_written_number(LINE, None)
    assert number is not None
    assert is_our_line(number, LINE)
    assert not is_our_line(number, "+8801712345678")
    assert not is_our_line(number, "MG0123456789abcdef0123456789abcdef")
