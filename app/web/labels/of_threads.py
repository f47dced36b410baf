"""What is said in a case: messages, photos and voice notes, talks, questions that come by themselves and their answers."""

from app.web.labels.table import Labels
from app.web.language import lazy_pgettext as pgettext

ENTRY: Labels = {
    "report": pgettext("desk", "The worker’s report"),
    "worker_message": pgettext("desk", "The worker"),
    "worse": pgettext("desk", "The worker: it got worse"),
    "answer": pgettext("desk", "The worker, by one tap"),
    "reply": pgettext("desk", "Reply to the worker"),
    "note": pgettext("desk", "Note"),
    "system": pgettext("desk", "Redress"),
    "file": pgettext("desk", "The worker’s photo or voice note"),
}

FROM_FORM = pgettext(
    "desk", "Texted from the number on the form (nobody has shown whose it is; not in the inbox)"
)

FILE: Labels = {
    "photo": pgettext("desk", "Photo of the worker"),
    "voice": pgettext("desk", "Voice note of the worker"),
}

FILE_FAULT: Labels = {
    "conflict": pgettext(
        "desk", "It did not arrive as it was sent, so it was not kept. The worker’s phone says so."
    ),
    "unreadable": pgettext(
        "desk",
        "It is no photo or voice note that can be opened, so it was not kept. The worker’s phone says so.",
    ),
    "pixels": pgettext("desk", "The photo is too large, so it was not kept. The worker’s phone says so."),
    "too_long": pgettext(
        "desk", "The voice note is too long, so it was not kept. The worker’s phone says so."
    ),
    "gone": pgettext("desk", "It did not arrive whole within 30 days, so there is nothing to open."),
}

TALK: Labels = {
    "call": pgettext("desk", "Phone call"),
    "visit": pgettext("desk", "Visit"),
}

REACHED: Labels = {
    "yes": pgettext("desk", "Yes, we talked"),
    "no": pgettext("desk", "No, not reached"),
}

QUESTION: Labels = {
    "after_closing": pgettext("desk", "Is it right now? (asked after closing)"),
    "worse": pgettext("desk", "Did it get worse since you told us?"),
    "put_right": pgettext("desk", "Has it been put right?"),
    "news": pgettext("desk", "How is it now?"),
}

# By the name of the text (`AskText`); one that asks about several cases begins like the first.
QUESTION_TEXTED: Labels = {
    "HOW_IS_IT": pgettext("desk", "By text: How is it now?"),
    "HOW_ARE_THEY": pgettext("desk", "By text: How is it now?"),
    "IS_IT_RIGHT": pgettext("desk", "By text: Has it been put right?"),
}

QUESTION_STATE: Labels = {
    "planned": pgettext("desk", "Planned"),
    "asked": pgettext("desk", "In the inbox, not answered yet"),
    "answered": pgettext("desk", "Answered"),
    "unanswered": pgettext("desk", "Not answered"),
    "merged": pgettext("desk", "Asked together with another"),
    "missed": pgettext("desk", "Not asked in time: ask it yourself"),
    "called_off": pgettext("desk", "Called off"),
}

ANSWER: Labels = {
    "worse": pgettext("desk", "It got worse"),
    "same": pgettext("desk", "It is the same"),
    "better": pgettext("desk", "It is better"),
    "put_right": pgettext("desk", "Yes, it is right"),
    "not_right": pgettext("desk", "No, it is not right"),
}
