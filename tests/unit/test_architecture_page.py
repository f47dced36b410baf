"""ARCHITECTURE.md and the glossary name files and functions: a reader who follows them must find them."""

import ast
import re
from pathlib import Path

import pytest

from app.settings import PROJECT_ROOT

PAGE = (PROJECT_ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
GLOSSARY = (PROJECT_ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py):(\w+)`", PAGE + GLOSSARY)))


def names_in(file: Path) -> set[str]:
    """What a module defines at its top."""
    found: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return found


def test_the_page_walks_every_way() -> None:
    assert len(NAMED) >= 40


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_what_the_page_names_is_there(file: str, name: str) -> None:
    assert name in names_in(PROJECT_ROOT / file)


def test_every_file_that_is_named_is_there() -> None:
    for path in re.findall(r"`((?:app|config|migrations|translations|tests)/[\w/.]*)`", PAGE):
        assert (PROJECT_ROOT / path).exists(), path
