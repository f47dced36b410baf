import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cases.enums import ClockKind, Profile, Who
from app.cases.rules.rule_set import RulesRefused, load_rules
from tests.support.project import CONFIG

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "taxonomy",
        "danger_words",
        "thanks_words",
        "deadlines",
        "holidays",
        "routing",
        "help",
        "demo-help",
        "language_words",
        "language_wishes",
    ):
        shutil.copy(CONFIG / f"{name}.toml", tmp_path)
    for name in ("place_names.txt", "language_names.txt"):
        shutil.copy(CONFIG / name, tmp_path)
    return tmp_path


@pytest.fixture
def edit(folder: Path) -> Edit:
    def replace_in(name: str, old: str, new: str) -> None:
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace_in


def refused(folder: Path) -> list[str]:
    with pytest.raises(RulesRefused) as caught:
        load_rules(folder)
    assert all("\n" not in line and line.endswith(".") for line in caught.value.lines)
    return caught.value.lines


def test_the_shipped_files_are_right(folder: Path) -> None:
    rules = load_rules(folder)
    assert {deadline.kind for deadline in rules.deadlines.clocks} == set(ClockKind)
    assert all(set(deadline.durations) == set(Profile) for deadline in rules.deadlines.clocks)
    assert {deadline.who for deadline in rules.deadlines.clocks} == {
        Who.PARTNER,
        Who.COORDINATOR,
        Who.COMPANY,
    }
    assert rules.routing.standbys == 3


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    (
        (
            "taxonomy.toml",
            '[category.hours]\ngroup = "pay_and_hours"\nseverity = "medium"',
            '[category.hours]\ngroup = "pay_and_hours"\nseverity = "grave"',
            "taxonomy.toml, category, hours: severity must be one of critical, high, medium, low.",
        ),
        (
            "taxonomy.toml",
            'handling = ["R", "X", "G"]',
            'handling = ["R", "Y"]',
            "taxonomy.toml, category, forced_labour: handling must be one of R, X, M-, S, K, D, G.",
        ),
        (
            "taxonomy.toml",
            'group = "safety_and_health"',
            'group = "safety"',
            "taxonomy.toml, category, ohs: group must be one of the file's groups.",
        ),
        (
            "taxonomy.toml",
            '["wages", "hours",',
            '["hours", "wages",',
            (
                "taxonomy.toml: form must be wages, hours, ohs, forced_labour, gbvh, foa, dismissal, child, community, "
                "other, in this order."
            ),
        ),
        (
            "taxonomy.toml",
            "fast_track = true\nhandling",
            'fast_track = "yes"\nhandling',
            "taxonomy.toml, category, forced_labour: fast_track must be true or false.",
        ),
        (
            "taxonomy.toml",
            "fast_track = true\nhandling",
            "fastrack = true\nhandling",
            "taxonomy.toml, category, forced_labour: fastrack is not known here.",
        ),
        (
            "taxonomy.toml",
            "overtime_pay = {}",
            "overtime_pay = 1",
            "taxonomy.toml, category, wages, sub: overtime_pay must be a table.",
        ),
        (
            "taxonomy.toml",
            "overtime_pay = {}",
            '"overtime.pay" = {}',
            "taxonomy.toml, category, wages: a code must not hold a dot.",
        ),
        (
            "deadlines.toml",
            "fast_track = { hours = 12 }",
            "",
            "deadlines.toml, clock, accept: fast_track is missing.",
        ),
        (
            "deadlines.toml",
            "{ hours = 12 }",
            "{ hours = 0.5 }",
            "deadlines.toml, clock, accept, fast_track: hours must be a whole number from 1 to 1000.",
        ),
        (
            "deadlines.toml",
            "{ hours = 12 }",
            "{ hours = true }",
            "deadlines.toml, clock, accept, fast_track: hours must be a whole number from 1 to 1000.",
        ),
        (
            "deadlines.toml",
            "{ hours = 12 }",
            "{ hours = 12, days = 1 }",
            "deadlines.toml, clock, accept, fast_track: exactly one of hours, days, working_days, months must be given.",
        ),
        (
            "deadlines.toml",
            'who = "partner"',
            'who = "boss"',
            "deadlines.toml, clock, accept: who must be one of worker, partner, coordinator, company, system.",
        ),
        # Of their missed dates nobody would be told: there is no ladder for them.
        (
            "deadlines.toml",
            'who = "coordinator"',
            'who = "partner"',
            "deadlines.toml, clock, place: who must be coordinator: nobody else would be asked.",
        ),
        (
            "deadlines.toml",
            'who = "company"',
            'who = "worker"',
            "deadlines.toml, clock, company_reply: who must be partner or company: nobody else would be asked.",
        ),
        ("deadlines.toml", "[clock.read]", "[clock.reed]", "deadlines.toml, clock: read is missing."),
        ("deadlines.toml", "[followup.news]", "[followup.new]", "deadlines.toml, followup: news is missing."),
        (
            "deadlines.toml",
            "standard = { days = [14, 30, 90] }",
            "standard = { days = [30, 14, 90] }",
            "deadlines.toml, followup, worse, standard: days must be rising whole numbers from 1 to 1000, like [14, 30].",
        ),
        (
            "deadlines.toml",
            "standard = { every_days = 30 }",
            "standard = { every_days = 0 }",
            "deadlines.toml, followup, news, standard: every_days must be a whole number from 1 to 1000.",
        ),
        (
            "deadlines.toml",
            "still_right_days = 14",
            "still_right = 14",
            "deadlines.toml, followup, worse: still_right_days must be a whole number from 1 to 1000.",
        ),
        ("deadlines.toml", "[clock.read]", "[clock.reed]", "deadlines.toml, clock: reed is not known here."),
        (
            "deadlines.toml",
            'BD = ["fri", "sat"]',
            'Bangladesh = ["fri", "sat"]',
            "deadlines.toml, weekend: Bangladesh must be a country's two capital letters (ISO 3166): write BD.",
        ),
        (
            "deadlines.toml",
            'BD = ["fri", "sat"]',
            'BD = ["friday"]',
            "deadlines.toml, weekend: BD must be one of mon, tue, wed, thu, fri, sat, sun.",
        ),
        (
            "deadlines.toml",
            'BD = ["fri", "sat"]',
            'BD = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]',
            "deadlines.toml, weekend: BD leaves no day to work on.",
        ),
        (
            "routing.toml",
            "standbys = 3",
            "standbys = 4",
            "routing.toml: standbys must be a whole number from 0 to 3.",
        ),
        ("routing.toml", "standbys = 3", "standby = 3", "routing.toml: standby is not known here."),
    ),
)
def test_each_mistake_is_one_plain_line(
    folder: Path, edit: Edit, file: str, old: str, new: str, line: str
) -> None:
    edit(file, old, new)
    assert line in refused(folder)


def test_a_topic_of_the_form_without_a_category_is_refused(folder: Path, edit: Edit) -> None:
    edit("taxonomy.toml", "[category.community]", "[category.kommunity]")
    edit("taxonomy.toml", "[category.community.sub]", "[category.kommunity.sub]")
    assert "taxonomy.toml: category community is missing, but the form offers it." in refused(folder)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    (
        ('"MY"', '"Malaysia"', "country must be two capital letters (ISO 3166): write MY."),
        # Two capital letters that no country has: its numbers would never have been shown.
        ('"MY"', '"UK"', "country must be two capital letters (ISO 3166): write GB."),
        ('"MY"', '"XX"', "country must be two capital letters (ISO 3166)."),
        (
            '"emergency"',
            '"urgent"',
            "kind must be one of emergency, police, ambulance, violence, child, workers, health.",
        ),
        ('"999"', '"call us"', "number must be what one dials: digits, spaces, -, +, * or #."),
        ('"999"', '" - "', "number must be what one dials: digits, spaces, -, +, * or #."),
        ('"999"', "999", "number must be a text."),
        ("2026-11-01", '"2026-11-01"', "checked_on must be a date like 2026-01-31, without quotation marks."),
        (
            "2026-11-01",
            "2026-11-01T10:00:00",
            "checked_on must be a date like 2026-01-31, without quotation marks.",
        ),
        ('checked_by = "A. B."', 'checked_by = ""', "checked_by must be a text."),
        ('checked_by = "A. B."', "", "checked_by is missing."),
        ('checked_by = "A. B."', 'checked_by = "A. B."\nnote = "x"', "note is not known here."),
    ),
)
def test_a_help_number_that_nobody_can_vouch_for_is_refused(
    folder: Path, old: str, new: str, line: str
) -> None:
    block = """
        [[number]]
        country = "MY"
        kind = "emergency"
        number = "999"
        name = "Police"
        checked_on = 2026-11-01
        checked_by = "A. B."
    """
    (folder / "help.toml").write_text(block, encoding="utf-8")
    assert len(load_rules(folder).help.numbers) == 1
    (folder / "help.toml").write_text(block.replace(old, new), encoding="utf-8")
    assert refused(folder) == [f"help.toml, number 1: {line}"]


def test_all_mistakes_of_all_files_are_told_at_once(folder: Path, edit: Edit) -> None:
    edit("taxonomy.toml", 'severity = "medium"', 'severity = "grave"')
    edit("routing.toml", "standbys = 3", "")
    (folder / "help.toml").write_bytes(b"\xff\xfe")
    (folder / "deadlines.toml").unlink()
    lines = refused(folder)
    assert {line.split(".toml")[0] for line in lines} == {"taxonomy", "routing", "help", "deadlines"}
    assert "deadlines.toml: the file is missing." in lines
    assert "help.toml: cannot be read (UnicodeDecodeError)." in lines


@pytest.mark.parametrize(
    ("text", "line"),
    (
        (
            '[[dya]]\ncountry = "MY"\ndate = 2027-03-08\nname = "Eid"\n',
            "holidays.toml: dya is not known here.",
        ),
        (
            '[[day]]\ncountry = "MY"\ndate = 2027-03-08T10:00:00\nname = "Eid"\n',
            "holidays.toml, day 1: date must be a date like 2026-01-31, without quotation marks.",
        ),
        ('day = "2027-03-08"\n', "holidays.toml: day must be blocks headed [[day]]."),
        ('[[day]]\ncountry = "MY"\ndate = 2027-02-30\nname = "Eid"\n', "holidays.toml: not valid TOML ("),
        ('[[day]\ncountry = "MY"\n', "holidays.toml: not valid TOML ("),
    ),
)
def test_a_mistake_in_the_holiday_file_stops_the_start_with_one_line(
    folder: Path, text: str, line: str
) -> None:
    (folder / "holidays.toml").write_text(text, encoding="utf-8")
    (found,) = refused(folder)
    assert found.startswith(line)


def test_a_file_that_is_not_toml_is_one_line(folder: Path) -> None:
    (folder / "routing.toml").write_text("standbys = = 3", encoding="utf-8")
    assert refused(folder)[0].startswith("routing.toml: not valid TOML (")


def test_the_demo_reads_its_own_help_and_the_others_do_not(folder: Path) -> None:
    (folder / "demo-help.toml").unlink()
    load_rules(folder)
    with pytest.raises(RulesRefused):
        load_rules(folder, demo=True)
