"""Paths into nested answers and requests: `data.0.id` is the id of the first of data."""

from collections.abc import Mapping
from typing import Any


def value_at(content: object, path: str) -> str | None:
    """The text or number at a path, as text; None when there is none."""
    for step in path.split("."):
        if isinstance(content, dict):
            content = content.get(step)
        elif isinstance(content, list) and step.isdecimal() and int(step) < len(content):
            content = content[int(step)]
        else:
            return None
    if isinstance(content, str):
        # JSON can name half a character, which no database could keep.
        return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(content) if isinstance(content, int) and not isinstance(content, bool) else None


def nested(values: Mapping[str, object]) -> dict[str, Any]:
    """The structure in which each value stands at its path; a step that is a number makes a list, in the order of the file."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *steps, last = path.split(".")
        branch = tree
        for step in steps:
            branch = branch.setdefault(step, {})
        branch[last] = value
    return {key: _with_lists(value) for key, value in tree.items()}


def _with_lists(value: object) -> object:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(each) for key, each in value.items()}
    return list(inner.values()) if all(key.isdecimal() for key in inner) else inner
