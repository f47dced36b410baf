"""One line after a redirect that says what was done. It travels as a code in the address, never as text."""

from flask import request

from app.network import CodeRefused, PasswordRefused, TotpSecretUnusable
from app.web.labels import Labels
from app.web.language import lazy_pgettext as pgettext

DONE: Labels = {
    "accepted": pgettext("desk", "Accepted. You can read it now."),
    "declined": pgettext("desk", "Declined. Another helper or the coordinator sees to it."),
    "passed_on": pgettext(
        "desk",
        "This case could not be given to you any more. Another helper or the coordinator sees to it.",
    ),
    "replied": pgettext("desk", "Sent. The worker finds it in the inbox."),
    "texted": pgettext("desk", "On its way. How far the text has come stands below it."),
    "texted_later": pgettext(
        "desk", "It goes out in the morning there. How far it has come stands below it."
    ),
    "called_off": pgettext("desk", "Called off: it does not go out as a text. It stays in the thread."),
    "address_kept": pgettext("desk", "Saved. Send yourself a test, to see that it arrives."),
    "address_forgotten": pgettext("desk", "Removed. Nothing is sent there any more."),
    "test_sent": pgettext(
        "desk", "The test is on its way. If it does not come within a few minutes, tell your operator."
    ),
    "zone_kept": pgettext("desk", "Saved. All times at your desk are said in it now."),
    "on_duty": pgettext("desk", "Saved. The days below show who is on duty."),
    "off_duty": pgettext("desk", "Removed. The days below show who is on duty."),
    "away": pgettext("desk", "Saved. On these days you are not alerted, unless nobody else is there."),
    "back": pgettext("desk", "Removed. You are not away then."),
    "handed_over": pgettext("desk", "Your open cases are your colleague’s now. Each case says so."),
    "handed_over_and_gone": pgettext(
        "desk",
        "Your open cases are your colleague’s now. Each case says so. The days away are saved too.",
    ),
    "handed_over_and_away": pgettext(
        "desk",
        "What was asked of your colleague is asked of the other one now. Each case says so. The days away are saved too.",
    ),
    "away_for": pgettext("desk", "The days away are saved. There was nothing left to hand over."),
    "away_for_too": pgettext("desk", "The days away are saved."),
    "colleague_back": pgettext("desk", "Removed. Your colleague is not away then."),
    "nothing_to_hand_over": pgettext("desk", "There was nothing left to hand over."),
    "notices_kept": pgettext("desk", "Saved. You are told of what is ticked below."),
    "procedure_kept": pgettext("network", "Saved. It holds for the cases that you accept from now on."),
    "tablet_ended": pgettext("desk", "Ended. What comes from it from now on is taken and marked."),
    "noted": pgettext("desk", "Note kept."),
    "claimed": pgettext("desk", "It is yours."),
    "assigned": pgettext("desk", "Given to your colleague."),
    "category": pgettext("desk", "Category saved."),
    "workplace": pgettext("desk", "Site and country saved."),
    "workplace_moved": pgettext(
        "desk",
        "Saved. Your organisation may not have a case from that site, so you can no longer open it. It went to the next helper.",
    ),
    "urgency": pgettext("desk", "Urgency saved."),
    "ticked": pgettext("desk", "Marked as done."),
    "paused": pgettext("desk", "It waits now. Your reason is a note in the thread."),
    "resumed": pgettext("desk", "It goes on, with the time that it had left."),
    "date_added": pgettext("desk", "Date added."),
    "date_removed": pgettext("desk", "Date removed."),
    "task_planned": pgettext("desk", "Planned. It stands under Today when its day comes."),
    "task_finished": pgettext("desk", "Marked as done."),
    "task_put_off": pgettext("desk", "Put off. Your reason is a note in the thread."),
    "task_handed_over": pgettext("desk", "Handed over."),
    "talk_kept": pgettext("desk", "Kept. Only your team and who has the case after you can read it."),
    "not_theirs": pgettext(
        "desk",
        "Kept: others see that phone. No texts and no calls any more: the number in the case is gone.",
    ),
    "texts_agreed": pgettext(
        "desk", "Kept. You may text the worker now. They see in the inbox that you wrote this down."
    ),
    "no_texts": pgettext("desk", "Kept. No texts and no calls any more: the number in the case is gone."),
    "moved": pgettext("desk", "Moved."),
    "closed": pgettext("desk", "Closed."),
    "invited": pgettext("desk", "Invited."),
    "admitted": pgettext("desk", "Saved."),
    "placed": pgettext("desk", "Offered to that helper."),
    "asked": pgettext("desk", "Asked. Another custodian has to agree."),
    "agreed": pgettext("desk", "Agreed. Your colleague can read it for 24 hours."),
}


def message_of_request() -> str | None:
    """The line for this request, if its address asks for a known one."""
    code = request.args.get("done", "")
    return str(DONE[code]) if code in DONE else None


MOVE_REFUSED: Labels = {
    "not_from_here": pgettext(
        "desk", "The case cannot go there from where it stands now. Perhaps it was moved already."
    ),
    "consent_does_not_cover": pgettext("desk", "The worker has not allowed that the company is told."),
    "ask_on": pgettext(
        "desk",
        "“No answer after four tries” needs four questions or calls over 60 days, none of them answered. The case is still open.",
    ),
    "not_theirs_to_close": pgettext("desk", "Only a lead, or the helper who has the case, can close it."),
    "worker_decides": pgettext("desk", "Only the worker, or a union the worker chose, can say that."),
    "retaliation_open": pgettext(
        "desk", "While somebody is being punished for speaking up, the case stays open."
    ),
    "danger_open": pgettext(
        "desk", "This case is in danger. Write what makes the worker safe now. The case is still open."
    ),
    "word_missing": pgettext(
        "desk", "Write a word to the worker: the inbox says that it is there. The case is still open."
    ),
    "yes_missing": pgettext("desk", "Write down when and how the worker said yes. Nothing was changed."),
    "reason_missing": pgettext("desk", "Write in your own words what came of it. The case is still open."),
}


def move_refused(why: str) -> str:
    """Why a case did not move, in a sentence."""
    return str(MOVE_REFUSED.get(why, MOVE_REFUSED["not_from_here"]))


PASSWORD_REFUSED: Labels = {
    "short": pgettext("desk", "The password is too short. Take at least 12 signs, for example four words."),
    "long": pgettext("desk", "The password is too long. Take at most 1000 signs."),
    "unreadable": pgettext("desk", "This password has a sign that cannot be stored. Choose another."),
    "login": pgettext("desk", "The password is the same as the login. Choose another."),
    "organisation": pgettext("desk", "The password is the name of your organisation. Choose another."),
}


def secrets_refused(error: PasswordRefused | CodeRefused | TotpSecretUnusable) -> str:
    """What is wrong with a new password or code app, in a sentence."""
    match error:
        case PasswordRefused():
            return str(PASSWORD_REFUSED.get(error.why, PASSWORD_REFUSED["unreadable"]))
        case CodeRefused():
            return str(pgettext("desk", "That code is not the one the app shows now. Try the next one."))
        case _:
            return str(
                pgettext(
                    "desk", "Something changed this page on its way. Here is a new picture for your code app."
                )
            )
