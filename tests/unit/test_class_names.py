"""A class name means one thing in `app`: whoever searches for it finds one definition."""

import ast
from collections import defaultdict
from pathlib import Path

from app.settings import PROJECT_ROOT


def classes_of(folder: Path) -> dict[str, list[str]]:
    """Every public class at the top of a module, with the modules that define it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(folder.rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(file.relative_to(folder)))
    return found


def test_a_class_name_means_one_thing() -> None:
    found = classes_of(PROJECT_ROOT / "app")
    assert len(found) > 300
    assert {name: files for name, files in found.items() if len(files) > 1} == {}


def test_two_classes_of_one_name_are_seen(tmp_path: Path) -> None:
    for file in ("one.py", "two.py"):
        (tmp_path / file).write_text(
            "class Contact:\n    pass\n\n\nclass _Own:\n    pass\n", encoding="utf-8"
        )
    assert classes_of(tmp_path) == {"Contact": ["one.py", "two.py"]}
