"""The colours of the pages, light and dark: whatever is written can be read (WCAG 2.2 AA: 4.5 to 1; edges of fields 3 to 1)."""

import re

import pytest

from app.web.assets import FOLDER

_VARIABLE = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6});")
WRITTEN = (
    *((ink, ground) for ink in ("ink", "soft") for ground in ("paper", "card", "tint")),
    *((ink, ground) for ink in ("brand", "danger") for ground in ("paper", "card")),
    *(("ink", ground) for ground in ("danger-tint", "warn-tint", "good-tint")),
    *((ink, f"{ink}-tint") for ink in ("danger", "warn", "good")),
    ("brand", "tint"),
    ("on-brand", "brand"),
    ("on-brand", "danger"),
)


def _schemes() -> dict[str, dict[str, str]]:
    light, dark = (FOLDER / "tokens.css").read_text().split("@media")
    found = dict(_VARIABLE.findall(light))
    return {"light": found, "dark": found | dict(_VARIABLE.findall(dark))}


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize(("ink", "ground"), WRITTEN)
def test_whatever_is_written_can_be_read(scheme: str, ink: str, ground: str) -> None:
    colours = _schemes()[scheme]
    assert _contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_the_edge_of_a_field_can_be_seen(scheme: str) -> None:
    colours = _schemes()[scheme]
    assert _contrast(colours["soft"], colours["card"]) >= 3


def test_the_dark_scheme_changes_every_colour_of_ground_and_ink() -> None:
    light, dark = _schemes().values()
    assert {name for name in light if light[name] == dark[name]} == {"focus"}
