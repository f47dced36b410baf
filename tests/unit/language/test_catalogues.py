"""Extracting, checking and compiling catalogues, on a small project of the test's own."""

import gettext
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.language import load_languages
from app.language.catalogues import Project, check, compile_all, extract, main
from app.settings import PROJECT_ROOT

LANGUAGES = """
[[language]]
code = "en"
name = "English"
direction = "ltr"
formatting = "en_GB"
[[language]]
code = "sw"
name = "Kiswahili"
direction = "ltr"
formatting = "sw"
catalogue = "sw"
[[language]]
code = "ar-x-rtl"
name = "Pseudo"
direction = "rtl"
formatting = "ar"
catalogue = "pseudo"
pseudo = "rtl"
"""
CODE = 'pgettext("a", "Hello %(name)s")\nnpgettext("a", "%(num)s day", "%(num)s days", 3)\n'
SWAHILI = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgctxt "a"
msgid "Hello %(name)s"
msgstr "Habari %(name)s"

msgctxt "a"
msgid "%(num)s day"
msgid_plural "%(num)s days"
msgstr[0] "siku moja"
msgstr[1] "siku %(num)s"

msgctxt "page"
msgid "Send"
msgstr "Tuma"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "app", tmp_path / "translations", tmp_path / "config")
    (made.code / "templates").mkdir(parents=True)
    made.config.mkdir()
    (made.code / "page.py").write_text(CODE, encoding="utf-8")
    (made.code / "templates" / "page.html").write_text("{{ pgettext('page', 'Send') }}", encoding="utf-8")
    (made.config / "languages.toml").write_text(LANGUAGES, encoding="utf-8")
    extract(made)
    write(made, SWAHILI)
    return made


def write(project: Project, text: str) -> None:
    folder = project.translations / "sw" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "messages.po").write_text(text, encoding="utf-8")


def test_a_good_project_passes(project: Project) -> None:
    assert check(project) == []


def test_the_template_has_texts_and_contexts_but_nothing_that_varies(project: Project) -> None:
    first = project.template.read_bytes()
    (project.code / "page.py").write_text("\n\n\n" + CODE, encoding="utf-8")
    extract(project)
    assert project.template.read_bytes() == first
    text = first.decode()
    assert 'msgctxt "page"\nmsgid "Send"' in text
    assert str(project.code) not in text
    assert not re.search(r"20\d\d-", text)


def test_a_text_that_is_new_in_the_code_is_noticed(project: Project) -> None:
    (project.code / "page.py").write_text(CODE + 'pgettext("a", "New")\n', encoding="utf-8")
    found = check(project)
    assert any("lags behind the code" in line for line in found)
    assert any("'New' is missing" in line for line in found)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    (
        ("Habari %(name)s", "Habari", "placeholders"),
        ("Habari %(name)s", "Habari %(nane)s", "placeholders"),
        ("Habari %(name)s", "Habari %(name)s 5%", "percent sign"),
        ("Habari %(name)s", "<b>Habari</b> %(name)s", "has one of < >"),
        ("siku %(num)s", "siku %(days)s", "placeholders"),
        ("Tuma", "", "not translated"),
        ('msgid "Send"', 'msgid "Sent"', "no longer in the code"),
        ('msgid "Send"', 'msgid "Sent"', "'Send' is missing"),
        ("msgstr", "msgstx", "cannot be read"),
    ),
)
def test_a_broken_translation_is_named(project: Project, old: str, new: str, fault: str) -> None:
    write(project, SWAHILI.replace(old, new))
    assert any(line.startswith("sw: ") and fault in line for line in check(project))


@pytest.mark.parametrize(
    ("call", "fault"),
    (
        ('_("Bare")', "no context"),
        ('gettext("Bare")', "no context"),
        ('ngettext("One", "Many", 2)', "no context"),
        ('pgettext("a", "5% more")', "percent sign"),
        ('pgettext("a", "<b>Bold</b>")', "has one of < >"),
    ),
)
def test_a_text_that_translators_cannot_use_is_refused(project: Project, call: str, fault: str) -> None:
    (project.code / "page.py").write_text(CODE + call, encoding="utf-8")
    extract(project)
    assert any(fault in line for line in check(project))


def test_compiled_catalogues_are_the_ones_the_service_reads(project: Project) -> None:
    assert compile_all(project) == []
    languages = load_languages(project.config, project.translations, pseudo=True)
    swahili, pseudo = languages.offered[1], languages.offered[2]
    assert swahili.pgettext("a", "Hello %(name)s", name="Asha") == "Habari Asha"
    assert swahili.npgettext("a", "%(num)s day", "%(num)s days", 1) == "siku moja"
    assert swahili.npgettext("a", "%(num)s day", "%(num)s days", 4) == "siku 4"
    strange = pseudo.pgettext("a", "Hello %(name)s", name="Asha")
    assert strange.endswith(" Asha")
    assert "Hello" not in strange


def test_a_broken_catalogue_file_keeps_the_service_from_starting(project: Project) -> None:
    compile_all(project)
    compiled = project.translations / "sw" / "LC_MESSAGES" / "messages.mo"
    with compiled.open("rb") as good:
        assert gettext.GNUTranslations(good).info()
    compiled.write_bytes(b"nonsense that is no catalogue")
    with pytest.raises(Exception, match="'sw' cannot be read"):
        load_languages(project.config, project.translations)


def test_the_catalogues_of_this_project_are_in_order() -> None:
    assert check(Project()) == []


@pytest.mark.parametrize("words", ([], ["shred"], ["check", "twice"]))
def test_an_unknown_task_says_which_there_are(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "extract|check|compile" in capsys.readouterr().err


def test_the_command_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.language.catalogues", "compile"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
