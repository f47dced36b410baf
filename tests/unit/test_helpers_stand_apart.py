"""What tests of two files share stands in a module of its own: a test file that another imports cannot be read or changed alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


def imported_tests(source: str) -> list[str]:
    """The test files and conftests that this code imports, however it says so."""
    return [name for name in _imported(ast.parse(source)) if _is_of_tests(name)]


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            yield package
            # A module of a package, or a function named like one: what begins with test_ is a test either way.
            yield from (f"{package}.{alias.name}" for alias in node.names)


def _is_of_tests(name: str) -> bool:
    parts = name.split(".")
    return parts[0] in ("", "tests") and (parts[-1].startswith("test_") or "conftest" in parts)


@pytest.mark.parametrize(
    "line",
    (
        "from tests.service.cases.test_custody import held",
        "from tests.service.cases import test_custody",
        "import tests.service.cases.test_custody as custody",
        "def late():\n    from tests.service.desk.conftest import world",
        "from .test_custody import held",
        "from . import conftest",
    ),
)
def test_each_way_to_import_a_test_is_noticed(line: str) -> None:
    assert imported_tests(line)
    assert not imported_tests("from tests.support.custody import held\nfrom pytest import test_something")


def test_no_file_imports_a_test() -> None:
    files = sorted(TESTS.rglob("*.py"))
    assert len(files) > 250, "the tests were not found"
    found = {
        str(file.relative_to(TESTS)): names
        for file in files
        if (names := imported_tests(file.read_text(encoding="utf-8")))
    }
    assert not found
