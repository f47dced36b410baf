"""The thread of a case in the words of its page: entries, talks, answers, files."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.desk import ReadEntry
from app.intake.texting import CaseTexts
from app.messaging.queue import TextStatus
from app.web import labels, text_words


@dataclass(frozen=True)
class ShownFile:
    """A photo or voice note; `fault` says why it is not here, `length` how long it lasts."""

    id: str
    kind: str
    fault: str
    length: str


@dataclass(frozen=True)
class ThreadLine:
    """One entry of the thread as the page shows it; `why_shut` says why it cannot be read."""

    kind: str
    heading: str
    moment: datetime
    words: str
    why_shut: str | None
    text: TextStatus | None = None  # where it also went out as a text
    came: tuple[str, ...] = ()  # what came beside the words and was not kept
    danger: bool = False  # the worker said with it that there is danger now
    file: ShownFile | None = None


def thread_line(entry: ReadEntry, texts: CaseTexts | None) -> ThreadLine:
    """The entry with its words, whoever wrote it, and how far it has come where it went out as a text."""
    heading = labels.word(labels.ENTRY, entry.kind)
    if (entry.body or {}).get("talk"):
        heading = _talk(entry.body or {})
    file = _file(entry.body or {})
    if file is not None:
        heading = labels.word(labels.FILE, file.kind)
    if (entry.body or {}).get("from_form"):
        heading = str(labels.FROM_FORM)
    if entry.author:
        heading = f"{heading}: {entry.author}"
    why_shut = None
    if entry.body is None:
        why_shut = "closed" if entry.closed_to_reader else "broken"
    body = entry.body or {}
    # The exact time is sealed with the words; whoever can read those may know it.
    moment = datetime.fromisoformat(body["at"]) if "at" in body else entry.hour
    text = None if texts is None else texts.answers.get(entry.id)
    came = tuple(labels.word(text_words.CAME, kind) for kind in body.get("came") or ())
    danger = bool(body.get("danger"))
    words = _answer_words(body) if body.get("answer") else body.get("text") or ""
    return ThreadLine(entry.kind, heading, moment, words, why_shut, text, came, danger, file)


def _file(body: Mapping[str, Any]) -> ShownFile | None:
    if "file" not in body:
        return None
    return ShownFile(body["file"], body["kind"], body.get("fault") or "", _length(body.get("seconds")))


def _length(lasts: object) -> str:
    """Minutes and seconds; nothing for a picture, or where what was stored is no length: the page is more than one line of it."""
    if not isinstance(lasts, int | float) or not math.isfinite(lasts) or lasts < 0.5:
        return ""
    minutes, seconds = divmod(round(lasts), 60)
    return f"{minutes}:{seconds:02}"


def _talk(body: Mapping[str, Any]) -> str:
    """What it was, when, and whether the worker was reached."""
    reached = labels.word(labels.REACHED, "yes" if body["reached"] else "no")
    at = labels.hour(datetime.fromisoformat(body["took_place"]))
    return f"{labels.word(labels.TALK, body['talk'])}, {at} ({reached})"


def _answer_words(body: Mapping[str, Any]) -> str:
    asked = body.get("asked")
    question = labels.word(
        *((labels.QUESTION_TEXTED, asked) if asked else (labels.QUESTION, body.get("question")))
    )
    return f"{question} – {labels.word(labels.ANSWER, body['answer'])}"
