"""The desk's blueprint and what every members' page needs to be rendered."""

from typing import Any

from flask import Blueprint, g

from app.web import labels, text_words
from app.web.member_session import case_of_page, form_token, written_choices, written_words
from app.web.once import once_token

blueprint = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")


@blueprint.app_context_processor
def members_page() -> dict[str, Any]:
    """What `desk/base.html` uses; it looks nothing up, so that an error page works when the database does not."""
    return {
        "me": g.get("member"),
        "labels": labels,
        "text_words": text_words,
        "word": labels.word,
        "form_token": form_token,
        "once_token": once_token,
        "case_of_page": case_of_page,
        "written_words": written_words,
        "written_choices": written_choices,
    }
