"""What somebody reads who asks for news: how every case of the phone stands, as many as one text holds. No I/O."""

from app.intake.conversation.machine.lookup_values import CaseNews, Knowledge
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text
from app.messaging.composing import MOST_SEGMENTS, count_segments


def tell_all(know: Knowledge, texts: Texts, *, asked: bool = False) -> str | None:
    """The case that was written about last first; `asked` says that a question stands beside it. None where nothing is known."""
    if know.stage is None:
        return None
    if not know.others or know.told_on is None:
        return texts.status(know.stage, know.next_day, asked=asked, late=know.is_late)
    own = CaseNews(know.stage, know.next_day, know.told_on, know.is_late)
    lines = [_line(each, texts) for each in (own, *know.others)]
    for told in range(len(lines), 0, -1):
        left = len(lines) - told
        more = [texts.say(Text.STATUS_OF_MORE, number=str(left))] if left else []
        whole = " ".join((*lines[:told], *more))
        if count_segments(whole).count <= MOST_SEGMENTS:
            return whole
    return lines[0]


def _line(news: CaseNews, texts: Texts) -> str:
    day = texts.say(Text.STATUS_OF, day=texts.short_day(news.told_on))
    return f"{day} {texts.status(news.stage, news.next_day, asked=True, late=news.is_late)}"
