"""Paths into nested answers and requests: `data.0.id` is the id of the first of data."""

from collections.abc import Mapping
from typing import Any

# Nobody sends more photos in one text.
_MOST_PARTS = 20


def value_at(content: object, path: str) -> str | None:
    """The text or number at a path, as text; None when there is none."""
    content = part_at(content, path)
    if isinstance(content, str):
        # JSON can name half a character, which no database could keep.
        return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(content) if isinstance(content, int) and not isinstance(content, bool) else None


def values_at(content: object, path: str) -> list[str]:
    """Every text at a path in which a step `*` stands for each part of a list."""
    before, star, behind = path.partition("*")
    if not star:
        value = value_at(content, path)
        return [] if value is None else [value]
    parts = part_at(content, before.rstrip("."))
    listed = parts[:_MOST_PARTS] if isinstance(parts, list) else []
    if not behind:
        return [part for part in listed if isinstance(part, str)]
    return [value for part in listed for value in values_at(part, behind.lstrip("."))]


def part_at(content: object, path: str) -> object:
    """Whatever stands at a path; None when there is nothing."""
    for step in path.split(".") if path else ():
        if isinstance(content, dict):
            content = content.get(step)
        elif isinstance(content, list) and step.isdecimal() and int(step) < len(content):
            content = content[int(step)]
        else:
            return None
    return content


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
