"""Every text that the conversation sends, within three segments whatever stands in it.

A phone is looked at by others: no text names employer, union or organisation, or what a worker wrote about.
Questions offer digits only: words such as YES, HELP, END or STOP belong to the phone companies.
"""

from enum import StrEnum


def pgettext(_context: str, message: str) -> str:
    """Mark a text for the translators; it is looked up when it is sent, in the language of the conversation."""
    return message


class Text(StrEnum):
    """The texts, and the pieces that are joined to them."""

    WHOSE_PHONE = pgettext("sms", "Got it. Whose phone is this? 1 Only mine 2 Shared 3 Company")
    # After two answers that were not understood; whoever holds the phone may read it.
    WHOSE_PHONE_UNSURE = pgettext(
        "sms",
        "We cannot tell whose phone this is. Until we know, we ask nothing else. A helper may read what you wrote."
        " 1 Only mine 2 Shared 3 Company",
    )
    WHOSE_PHONE_UNSURE_LOCKED = pgettext(
        "sms",
        "We cannot tell whose phone this is. Until we know, we ask nothing else. It is locked: nobody reads it."
        " 1 Only mine 2 Shared 3 Company",
    )
    # The last text to a phone that others see; whoever writes from it is heard all the same.
    PHONE_SEEN = pgettext(
        "sms",
        "Thank you. Others may see this phone, so we text nothing more about this. A helper may read what you wrote."
        " Delete these texts.",
    )
    PHONE_SEEN_LOCKED = pgettext(
        "sms",
        "Thank you. Others may see this phone, so we text nothing more about this. It is locked: nobody reads it."
        " Delete these texts.",
    )
    # Where words that may be a grievance say that others hold the phone or read along.
    PERHAPS_SEEN = pgettext(
        "sms",
        "We keep what you wrote. Maybe others see this phone, so we text nothing more. Only yours? Write now: only mine."
        " Delete these texts.",
    )
    DANGER = pgettext("sms", "Is anyone in danger now? 1 Yes 2 No")
    HELPER_TOLD = pgettext("sms", "A helper is being told. If you can, go to a safe place.")
    # Where nobody has left an address for alerts, or the case is stopped, nobody is being told.
    HELPER_LATER = pgettext("sms", "Maybe nobody comes soon. If you can, go to a safe place.")
    CALL = pgettext("sms", "Emergency: call %(number)s.")
    REACH = pgettext(
        "sms",
        "A helper should read it by %(day)s. May they text you? 1 Yes (8 asks for news) 2 No 4 Secret code."
        " Where do you work? Name, town.",
    )
    REACH_WITHOUT_DAY = pgettext(
        "sms",
        "May a helper text you? 1 Yes (8 asks for news) 2 No 4 Secret code. Where do you work? Name, town.",
    )
    REACH_IN_DANGER = pgettext(
        "sms", "May they 1 text 2 call 3 not contact you? We keep the number two days."
    )
    MAY_TEXT = pgettext("sms", "A helper may text you.")
    MAY_CALL = pgettext("sms", "A helper may call you.")
    SITE = pgettext("sms", "Where do you work? Name and town, or the code on our card.")
    SITE_AGAIN = pgettext("sms", "Please write the name and the town again.")
    # Before the question that stands, where the place was told before it was asked for.
    PLACE_KEPT = pgettext("sms", "We keep the place.")
    PICK_SITE = pgettext("sms", "Which place? %(places)s 0 None of these")
    PLACE = pgettext("sms", "%(letter)s... in %(town)s")
    ECHO = pgettext("sms", "%(place)s? If not, text 9.")
    TOPIC = pgettext(
        "sms",
        "What is it about? 1 Pay 2 Hours 3 Danger, sick 4 Passport, debt 5 Hurt, touched, threatened"
        " 6 Union 7 Lost job 8 Child 9 Land, water 0 Other",
    )
    CONSENT = pgettext(
        "sms",
        "Who may know? 1 Only a helper 2 Helper, union 3 Helper, union, public buyers, never your name"
        " 4 Nobody yet",
    )
    LOCKED = pgettext(
        "sms",
        "It is locked. Nobody reads it, so nobody can help. 1 Let a helper read it 2 Leave it locked"
        " 4 Secret code to open it later",
    )
    LOCKED_IN_DANGER = pgettext(
        "sms",
        "Nobody will come unless a helper reads this. May one helper read it? 1 Yes 2 No 4 Secret code",
    )
    CONTACT = pgettext(
        "sms",
        "Thanks. A helper should read it by %(day)s. May they text you? 1 Yes (8 asks for news) 2 No"
        " 4 Secret code. Delete these texts.",
    )
    # Who is in danger was told already that a helper knows, and reads the rest when there is time.
    CONTACT_IN_DANGER = pgettext(
        "sms", "May a helper text you? 1 Yes 2 No 4 Secret code. Delete these texts."
    )
    CONTACT_WITHOUT_DAY = pgettext(
        "sms",
        "Thanks. May a helper text you? 1 Yes (8 asks for news) 2 No 4 Secret code. Delete these texts.",
    )
    HURT = pgettext(
        "sms",
        "We are sorry. It is not your fault. You need not write more. A trained person can help."
        " May they 1 call 2 text 3 not contact you? 4 Secret code",
    )
    # In danger the number is kept for longer than anybody else's, and so said.
    HURT_IN_DANGER = pgettext(
        "sms",
        "We are sorry. It is not your fault. May a trained person 1 call 2 text 3 not contact you?"
        " 4 Secret code. We keep the number two days.",
    )
    # The same where the worker said before how to be reached.
    HURT_TOLD = pgettext(
        "sms",
        "We are sorry. It is not your fault. You need not write more. A trained person can help.",
    )
    CODE = pgettext("sms", "Who sees the secret code can read the answers. Send it to this phone? 1 Yes 2 No")
    NO_CODE = pgettext("sms", "The code was not sent.")
    LATE = pgettext(
        "sms", "We do not know any more what this answers. Please write in a few words what you want to say."
    )
    HANDED = pgettext("sms", "Thank you. A person will read what you wrote. Delete these texts.")
    # Before the next question, where the words could not be understood as an answer.
    PERSON_READS = pgettext("sms", "A person will read that.")
    # After the last answer, where everything else was said before.
    DONE = pgettext("sms", "Thank you, that was the last question. 8 asks for news. Delete these texts.")
    DONE_QUIETLY = pgettext("sms", "Thank you. A helper may read it. We will not text you again.")
    STAYS_LOCKED = pgettext(
        "sms", "It stays locked. Nobody reads it. We text again only if you write of danger."
    )
    CANNOT_OPEN = pgettext(
        "sms",
        "We can only read words. We cannot open photos, voice notes or places. Please write it in words.",
    )
    WHOSE_PHONE_THEN = pgettext("sms", "Whose phone is this? 1 Only mine 2 Shared 3 Company")
    KEPT = pgettext("sms", "Got it. We keep it. 2 starts a new report. 8 asks for news.")
    # A helper has the case, and these words may be about that helper: nothing moves by itself. Whoever translates it: what is to
    # be written has to be found in that language (config/danger_words.toml, about_helper).
    ABOUT_HELPER = pgettext(
        "sms",
        "The helper can read it. To complain about them, text 2, then write: about the helper, and what was done."
        " Another person reads that first.",
    )
    NEW_REPORT = pgettext("sms", "Write now what happened. A few words are enough.")
    # After an answer to a question that we texted.
    ANSWER_KEPT = pgettext("sms", "Thank you. Your answer is kept with what you told us. Delete these texts.")
    # Before such a question, where the words that came could not be read as an answer.
    ANSWER_BY_NUMBER = pgettext("sms", "We keep what you wrote. Please answer with one number.")
    QUESTION_OVER = pgettext(
        "sms", "That question is not open any more. Your answer is kept all the same. 8 asks for news."
    )
    NOT_ASKED = pgettext(
        "sms",
        "We will not ask you again by text. A helper may still text you. 0 ends all texts."
        " If you want to be asked again, text 1.",
    )
    # Where a question stands, whose digits mean something else.
    NOT_ASKED_HERE = pgettext("sms", "We will not ask you again by text how it is.")
    # After 1, in answer to a question that we texted.
    TEXT_HOURS = pgettext("sms", "When may our texts come? 1 By day 2 Mornings 3 Evenings 4 Days off 0 Never")
    WHICH = pgettext("sms", "You wrote to us more than once. Which do you mean? %(places)s 0 All")
    REPORT = pgettext("sms", "The one of %(day)s")
    HOURS_KEPT = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, the time at your work place."
    )
    # Where nobody knows the work place.
    HOURS_KEPT_SOMEWHERE = pgettext("sms", "Our texts now come from %(first)s to %(last)s.")
    HOURS_KEPT_ON_DAYS_SOMEWHERE = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, only on %(days)s."
    )
    # About work places in countries that rest on other days.
    HOURS_KEPT_ON_DAYS_OFF = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, only on days off where you work."
    )
    HOURS_KEPT_ON_DAYS = pgettext(
        "sms", "Our texts now come from %(first)s to %(last)s, the time at your work place, only on %(days)s."
    )
    # Once texts were stopped, before what says so: times that are named then change nothing about that.
    TIMES_KEPT = pgettext("sms", "We keep these times: from %(first)s to %(last)s.")
    TIMES_KEPT_ON_DAYS = pgettext("sms", "We keep these times: from %(first)s to %(last)s, only on %(days)s.")
    TIMES_KEPT_ON_DAYS_OFF = pgettext(
        "sms", "We keep these times: from %(first)s to %(last)s, only on days off where you work."
    )
    STILL_NOT_ASKED = pgettext(
        "sms", "We still do not ask you by text. If you want to be asked again, text 1."
    )
    STILL_STOPPED = pgettext(
        "sms", "We still do not text you. If you want texts again, write: you can text me."
    )
    NO_HOUR = pgettext("sms", "At these times a text can never come, so nothing was changed.")
    # Where a question stands, whose digits mean something else.
    STATUS_ONLY = pgettext("sms", "%(stage)s. Next date: %(day)s.")
    STATUS_ONLY_WITHOUT_DAY = pgettext("sms", "%(stage)s.")
    STATUS = pgettext("sms", "%(stage)s. Next date: %(day)s. 2 starts a new report.")
    STATUS_WITHOUT_DAY = pgettext("sms", "%(stage)s. 2 starts a new report.")
    STATUS_LATE = pgettext("sms", "%(stage)s. The next step is late. We are sorry.")
    STATUS_LATE_BY = pgettext("sms", "%(stage)s. The next step is late. We asked again, to do it by %(day)s.")
    # Before each, where a phone wrote to us more than once; and where there are more than a text can hold.
    STATUS_OF = pgettext("sms", "The one of %(day)s:")
    STATUS_OF_MORE = pgettext("sms", "And %(number)s more.")
    RECEIPT = pgettext(
        "sms",
        "Your secret code: %(code)s. Use it at %(host)s. Anyone with it can read the answers. Delete this text.",
    )
    FAREWELL = pgettext("sms", "We will not text you again. We keep your message.")
    # After words that no texts are wanted, where nothing of the kind was asked.
    NO_MORE_TEXTS = pgettext(
        "sms",
        "We will not text you again. We keep your message. If you want texts again, write: you can text me.",
    )
    STARTED = pgettext("sms", "You can get texts from us again. Write here what happened.")
    ABOUT = pgettext(
        "sms",
        "Write here what happened, in any language. It is free. A person reads it."
        " Texts are not secret: delete them.",
    )
    STAGE_RECEIVED = pgettext("sms", "Received")
    STAGE_READ = pgettext("sms", "Read")
    STAGE_CHECKING = pgettext("sms", "Checking")
    STAGE_ASKED = pgettext("sms", "Asked, waiting for an answer")
    STAGE_CHECKING_REMEDY = pgettext("sms", "Checking what was done")
    STAGE_CLOSED = pgettext("sms", "Closed")
