"""Segments, against the figures measured with Twilio's own calculator and against a count that is made in another way."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.composing.segments import count_segments, fits_gsm, looks_cut

GSM_LETTERS = "abcXYZ 0189.,?!@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¡ÄÖÑÜ§¿äöñüà\n"
EXTENDED = "^{}[]~\\|€"


@pytest.mark.parametrize(
    ("body", "encoding", "units", "count"),
    (
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 459, "GSM-7", 459, 3),
        ("a" * 1600, "GSM-7", 1600, 11),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # 153 is odd: an escape and its sign are not torn apart, so one unit of each segment stays empty.
        ("€" * 153, "GSM-7", 306, 3),
        ("আ" * 70, "UCS-2", 70, 1),
        ("আ" * 71, "UCS-2", 71, 2),
        ("আ" * 134, "UCS-2", 134, 2),
        ("আ" * 135, "UCS-2", 135, 3),
        ("আ" * 1600, "UCS-2", 1600, 24),
        ("ক্ষ" * 23, "UCS-2", 69, 1),
        ("ক্ষ" * 24, "UCS-2", 72, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        # 67 is odd too: half a sign never ends a segment.
        ("😀" * 67, "UCS-2", 134, 3),
        ("👩\u200d🏭" * 14, "UCS-2", 70, 1),
        ("a" * 159 + "’", "UCS-2", 160, 3),
        # Measured: a Spanish question of 73 signs is dear for one accent, and cheap without it.
        ("¿Cuál es su número de teléfono? Escriba solo los números, por favor, sí", "UCS-2", 71, 2),
        ("¿Cual es su numero de telefono? Escriba solo los numeros, por favor, si", "GSM-7", 71, 1),
    ),
)
def test_what_was_measured(body: str, encoding: str, units: int, count: int) -> None:
    counted = count_segments(body)
    assert (counted.encoding, counted.units, counted.count) == (encoding, units, count)


@pytest.mark.parametrize("sign", "ç’“”–…ÁáÀÂÊâêîôûÿŒœɓŋőğİʻক😀\u00a0\t")
def test_one_such_sign_makes_the_whole_text_dear(sign: str) -> None:
    assert not fits_gsm(f"plain {sign}")


@pytest.mark.parametrize("sign", (*GSM_LETTERS, *EXTENDED))
def test_the_seven_bit_alphabet(sign: str) -> None:
    assert fits_gsm(sign)


@given(st.text(GSM_LETTERS, max_size=700))
def test_seven_bit_letters_are_counted_like_signs(body: str) -> None:
    expected = 1 if len(body) <= 160 else math.ceil(len(body) / 153)
    assert count_segments(body).count == expected


@given(st.text(GSM_LETTERS + EXTENDED, max_size=400))
def test_escapes_are_filled_in_one_by_one(body: str) -> None:
    assert count_segments(body).count == _filled([2 if sign in EXTENDED else 1 for sign in body], 160, 153)


@given(st.text("কখগआइ中文မြ字ñ", min_size=1, max_size=300).filter(lambda text: not fits_gsm(text)))
def test_other_letters_are_counted_within_a_segment_of_the_plain_sum(body: str) -> None:
    units = len(body.encode("utf-16-le")) // 2
    least = 1 if units <= 70 else math.ceil(units / 67)
    counted = count_segments(body)
    assert counted.units == units
    # Signs that belong together stay together, which can cost a little room at each joint.
    assert least <= counted.count <= least + 1 + units // 600


@given(st.text(max_size=300))
def test_any_text_can_be_counted(body: str) -> None:
    counted = count_segments(body)
    assert counted.count >= 1
    assert (counted.encoding == "GSM-7") == fits_gsm(body)
    assert counted.units <= counted.count * (160 if counted.encoding == "GSM-7" else 70)


@pytest.mark.parametrize(
    ("body", "cut"),
    (("a" * 153, True), ("a" * 152, True), ("a" * 160, False), ("আ" * 67, True), ("1", False)),
)
def test_one_part_of_a_longer_text_is_known_by_its_size(body: str, cut: bool) -> None:
    assert looks_cut(body) is cut


def _filled(sizes: list[int], alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return 1
    segments = [0]
    for size in sizes:
        if segments[-1] + size > joined:
            segments.append(0)
        segments[-1] += size
    return len(segments)
