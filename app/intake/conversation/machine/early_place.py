"""The place, told before it is asked for: taken where it is certain, so that nobody is asked for it a second time. No I/O."""

from dataclasses import replace
from datetime import datetime

from app.intake.conversation.machine.acts import Keep, SetSite
from app.intake.conversation.machine.answers import Said
from app.intake.conversation.machine.heard import Heard, answered, spoken
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.meanings import Moved
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.texts import Text
from app.intake.conversation.machine.walk import walk

_BEFORE_PLACE = (Step.WHOSE_PHONE, Step.DANGER)
# A name and a town: whoever writes more tells something, perhaps of another place.
_LONGEST, _MOST_WORDS = 60, 8


def may_name_place(position: Position, said: Said, texts: Texts) -> bool:
    """Whether a text may be nothing but the place, before that was asked for."""
    if position.step not in _BEFORE_PLACE or position.sites:
        return False
    if len(said.words) > _LONGEST or len(said.words.split()) > _MOST_WORDS:
        return False
    if said.part is not None or said.digits or said.lone is not None or said.yes is not None:
        return False
    tells = said.topics or said.raises or said.danger or said.calls or said.unsure or said.told or said.thanks
    return not tells and not walk(position, said, texts).taken


def take_place(position: Position, said: Said, know: Knowledge, texts: Texts, at: datetime) -> Heard | None:
    """Keep such a place; the question that stands is asked again behind that. None where no place is meant for certain."""
    if not (know.certain and know.sites and may_name_place(position, said, texts)):
        return None
    found = know.sites[0]
    known = replace(position, sites=(found.site_id,), places=(found.place,), settled=False)
    here = spoken(replace(known, site_asked=position.site_asked + 1), said, at)
    heard = answered(Moved(here, (Keep(said.words), SetSite(found.site_id))), know, texts)
    if position.whose is not WhosePhone.OWN or heard.reply is None:
        return heard  # who else reads this phone is told of no place
    return replace(heard, reply=texts.behind(texts.say(Text.PLACE_KEPT), heard.reply))
