"""The catalogues of translations: `python -m app.language.catalogues extract|check|compile`.

`extract` writes translations/messages.pot from the code, `check` fails when that file lags behind the code or a translation is
broken, `compile` makes the files that the running service reads and generates the pseudo-languages.
"""

import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from app.language.languages import DOMAIN, LanguageEntry, LanguagesRefused, read_entries
from app.language.pseudo import make_pseudo

ROOT = Path(__file__).resolve().parents[2]

_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
# No `gettext` without context: "Open" on a button and "Open" on a case are different words in most languages.
_Keyword = tuple[int | tuple[int, int] | tuple[int, str], ...]
_KEYWORDS: dict[str, dict[int | None, _Keyword | None] | _Keyword | None] = {
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "lazy_pgettext": ((1, "c"), 2),
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "_": None,
}
# The first lines of the template hold no date and no path, so that the file changes only when a text does.
_HEADER = """\
# The texts of Redress, taken from the code by: python -m app.language.catalogues extract
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_PLACEHOLDER = re.compile(r"%(?:%|\((?P<name>\w+)\)[sd])?")
_MARKUP = re.compile(r"[<>\"]|&(?!\w+;)")


@dataclass(frozen=True)
class Project:
    """Where the texts are: the code, the translations and the list of languages."""

    code: Path = ROOT / "app"
    translations: Path = ROOT / "translations"
    config: Path = ROOT / "config"

    @property
    def template(self) -> Path:
        """The file with every source text, which translators start from."""
        return self.translations / f"{DOMAIN}.pot"


def extract(project: Project) -> list[str]:
    """Write the template from the code; gives the mistakes found, one line each."""
    project.translations.mkdir(exist_ok=True)
    catalogue, mistakes = _collect(project)
    project.template.write_bytes(_as_template(catalogue))
    return mistakes


def check(project: Project) -> list[str]:
    """Every way in which template and catalogues lag behind the code or are broken, one line each."""
    catalogue, mistakes = _collect(project)
    written = project.template.read_bytes() if project.template.is_file() else b""
    if written != _as_template(catalogue):
        mistakes.append(
            f"{project.template.name} lags behind the code; run: python -m app.language.catalogues extract"
        )
    for entry in _translated(project):
        mistakes += [
            f"{entry.code}: {mistake}" for mistake in _mistakes_of_catalogue(project, entry, catalogue)
        ]
    return mistakes


def compile_all(project: Project) -> list[str]:
    """Compile each language's catalogue and generate those of the pseudo-languages; gives the mistakes, one line each."""
    mistakes = []
    for entry in read_entries(project.config):
        if not entry.catalogue:
            continue
        try:
            catalogue = (
                make_pseudo(_read(project.template), entry.pseudo)
                if entry.pseudo
                else _read(_source(project, entry))
            )
        except (OSError, PoFileError, UnicodeDecodeError) as mistake:
            mistakes.append(f"{entry.code}: {type(mistake).__name__}: {mistake}")
            continue
        target = entry.compiled(project.translations)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(f".{os.getpid()}")
        with fresh.open("wb") as compiled:
            write_mo(compiled, catalogue)
        fresh.replace(target)  # a running service never meets half a file
    return mistakes


def main(words: list[str]) -> int:
    """Do one of the three tasks; gives the exit status, and writes mistakes to standard error."""
    tasks: dict[str, Callable[[Project], list[str]]] = {
        "extract": extract,
        "check": check,
        "compile": compile_all,
    }
    if len(words) != 1 or words[0] not in tasks:
        sys.stderr.write("usage: python -m app.language.catalogues extract|check|compile\n")
        return 2
    try:
        mistakes = tasks[words[0]](Project())
    except LanguagesRefused as refused:
        mistakes = refused.mistakes
    for mistake in mistakes:
        sys.stderr.write(f"{mistake}\n")
    return 1 if mistakes else 0


def _collect(project: Project) -> tuple[Catalog, list[str]]:
    catalogue, mistakes = Catalog(charset="utf-8"), []
    found = extract_from_dir(
        project.code, _METHODS, {"**": {"encoding": "utf-8"}}, keywords=_KEYWORDS, strip_comment_tags=True
    )
    for name, _line, message, _comments, context in sorted(found, key=lambda row: (row[0], row[1])):
        texts = message if isinstance(message, tuple) else (message,)
        if context is None:
            mistakes.append(f"app/{name}: {texts[0]!r} has no context; use pgettext or npgettext.")
            continue
        mistakes += [f"app/{name}: {text!r} {fault}" for text in texts for fault in _faults_of(text)]
        # Files without line numbers: a moved line is no change of a text.
        catalogue.add(message, locations=[(f"app/{Path(name).as_posix()}", 0)], context=context)
    return catalogue, mistakes


def _as_template(catalogue: Catalog) -> bytes:
    for message in catalogue:
        message.locations = sorted(set(message.locations))
    body = io.BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False)
    return _HEADER.encode() + body.getvalue().strip() + b"\n"


def _translated(project: Project) -> Iterator[LanguageEntry]:
    return (entry for entry in read_entries(project.config) if entry.catalogue and not entry.pseudo)


def _source(project: Project, entry: LanguageEntry) -> Path:
    return entry.compiled(project.translations).with_suffix(".po")


def _read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, abort_invalid=True, charset="utf-8")


def _mistakes_of_catalogue(project: Project, entry: LanguageEntry, wanted: Catalog) -> Iterator[str]:
    try:
        catalogue = _read(_source(project, entry))
    except (OSError, PoFileError, UnicodeDecodeError) as mistake:
        yield f"its catalogue cannot be read: {type(mistake).__name__}: {mistake}"
        return
    for message in wanted:
        if message.id and catalogue.get(message.id, message.context) is None:
            yield f"{message.id!r} is missing."
    for message in catalogue:
        if not message.id:
            continue
        if wanted.get(message.id, message.context) is None:
            yield f"{message.id!r} is no longer in the code."
        else:
            yield from _mistakes_of_translation(message)


def _mistakes_of_translation(message: Message) -> Iterator[str]:
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    translations = message.string if isinstance(message.string, tuple | list) else (message.string,)
    allowed = {name for source in sources for name in _placeholders(source)}
    # A plural form may leave the number out ("one answer"), nothing else.
    needed = allowed - {"num"} if len(sources) > 1 else allowed
    for translation in translations:
        if not translation:
            yield f"{sources[0]!r} is not translated."
        elif not needed <= _placeholders(translation) <= allowed:
            yield f"{translation!r} does not have the placeholders of {sources[0]!r}."
        else:
            yield from (f"{translation!r} {fault}" for fault in _faults_of(translation))


def _placeholders(text: str) -> set[str]:
    return {found["name"] for found in _PLACEHOLDER.finditer(text) if found["name"]}


def _faults_of(text: str) -> Iterator[str]:
    if any(found.group() == "%" for found in _PLACEHOLDER.finditer(text)):
        yield "has a percent sign that is no placeholder."
    if _MARKUP.search(text):
        # Templates trust catalogues, so a translator must not be able to write HTML into a worker's page.
        yield 'has one of < > " or a bare &.'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
