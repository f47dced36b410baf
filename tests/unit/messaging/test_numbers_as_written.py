"""A number is read however a person or a phone puts it down, and a stranger's number is never made of something else."""

import pytest

from app.messaging.phones.numbers import read_number, read_written_number

FULL = (
    "tel:+60123456789",
    "tel:+60-12-345-6789",
    "TEL: +60 12 345 6789",
    "Tel.: +60 12 345 6789",
    "whatsapp:+60123456789",
    "sms:+60123456789",
    "\uff0b\uff16\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    "+60.12.345.6789",
    "+60\u00a012\u2009345\u30006789",
    "+60\u201112\u2013345\u22126789",
    "+60 (12) 345-6789",
    "\u202a+60123456789\u202c",
    "\u2068+60 12-345 6789\u2069",
    "+6\u200b0\u00ad12345\ufeff6789",
    "+\u09ec\u09e6\u09e7\u09e8\u09e9\u09ea\u09eb\u09ec\u09ed\u09ee\u09ef",
    "+\u0666\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
    "\0+60123456789",
    "00 60 12 345 6789",
)
SENTENCES = (
    "my number is +60 12-345 6789 thanks",
    "call +60123456789 after 6 pm",
    "+60123456789 (my sister)",
    "Phone: +60123456789.",
    "\u09ab\u09cb\u09a8 +\u09ec\u09e6\u09e7\u09e8\u09e9\u09ea\u09eb\u09ec\u09ed\u09ee\u09ef",
)


@pytest.mark.parametrize("written", FULL)
@pytest.mark.parametrize("country", (None, "MY", "BD"))
def test_a_full_number_is_one_number_at_every_door(written: str, country: str | None) -> None:
    number = read_written_number(written, country)
    assert number is not None
    assert number.e164 == "+60123456789"
    sender = read_number(written, "+15550100100", country)
    assert (sender.e164, sender.answerable) == ("+60123456789", True)


@pytest.mark.parametrize("written", SENTENCES)
def test_a_number_is_found_in_its_sentence(written: str) -> None:
    number = read_written_number(written, None)
    assert number is not None
    assert number.e164 == "+60123456789"


@pytest.mark.parametrize("written", ("mine: 012-345 6789", "012 345 6789 only at night", "(012)345.6789"))
def test_a_number_of_home_in_its_sentence(written: str) -> None:
    number = read_written_number(written, "MY")
    assert number is not None
    assert number.e164 == "+60123456789"


@pytest.mark.parametrize(
    "written",
    (
        "+60123456789 or +60138765432",
        "+60123456789 ext 5",
        "+60123456789 x5",
        "tel:+60123456789;ext=5",
        "+60123456789#5",
        "1-800-FOXWAY-0123456789",
        "a+60123456789",
        "+60123456789a",
        "since 2019 and 2020",
        "I have none",
    ),
)
def test_what_may_be_another_number_is_none(written: str) -> None:
    assert read_written_number(written, "MY") is None
