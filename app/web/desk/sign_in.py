"""Coming in and going out: log in, come back with the recovery code, lock; and the start page of each kind of member."""

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from app.network import (
    CodeRefused,
    NewSecrets,
    OrganisationKind,
    PasswordRefused,
    RecoveryAnswer,
    SignInRefused,
    TotpSecretUnusable,
    come_back_again,
    new_totp_secret,
    prepare_recovery,
    prepare_sign_in,
    recovered_before,
    sign_out,
    take_recovery,
    take_sign_in,
)
from app.vault import TooBusy
from app.web.access import open_to_everyone, open_to_members
from app.web.desk.authenticator import authenticator_picture
from app.web.desk.blueprint import blueprint
from app.web.desk.messages import secrets_refused
from app.web.desk.tries import ask_to_wait, counted_try, remember_browser
from app.web.member_session import (
    forget_session,
    keep_session,
    member,
    safe_target,
    session_cookie,
    sign_in_page,
)
from app.web.once import recovery_secret_of_post, secret_of_post
from app.web.responses import see_other
from app.web.services import services


@blueprint.get("/sign-in")
@open_to_everyone
def sign_in() -> ResponseReturnValue:
    """The log-in page."""
    asked = request.args
    return sign_in_page(target=asked.get("next", ""), ended="ended" in asked, locked="locked" in asked)


@blueprint.post("/sign-in")
@open_to_everyone
def take_sign_in_form() -> ResponseReturnValue:
    """Let a member in with login, password and code."""
    here, sent = services(), request.form
    login, target, code = sent.get("login", ""), sent.get("next", ""), sent.get("code", "")
    secret = secret_of_post("session", login, sent.get("password", ""), code)
    try:
        with counted_try(login):
            # Argon2id runs outside the writing unit: no other writer waits for a hash.
            with here.database.reading() as session:
                prepared = prepare_sign_in(session, here.vault, login, sent.get("password", ""))
            with here.database.writing() as session:
                answer = take_sign_in(session, here.vault, prepared, code, secret)
        return remember_browser(keep_session(see_other(safe_target(target)), answer.cookie), answer.mark)
    except TooBusy:
        return ask_to_wait(lambda why: sign_in_page(target=target, problem=why, login=login))
    except SignInRefused:
        return sign_in_page(target=target, refused=True, login=login), 403


@blueprint.get("/recover")
@open_to_everyone
def recover() -> ResponseReturnValue:
    """The page for whoever lost password or phone."""
    return _recovery_page(new_totp_secret())


@blueprint.post("/recover")
@open_to_everyone
def take_recovery_form() -> ResponseReturnValue:
    """Let a member back in with the recovery code, a new password and a new code app; show the next recovery code once."""
    sent = request.form
    login, secret = sent.get("login", ""), sent.get("secret", "")
    if sent.get("password", "") != sent.get("again", ""):
        return _recovery_page(secret, pgettext("desk", "The two passwords are not the same."), login), 400
    password, code, old_code = sent.get("password", ""), sent.get("code", ""), sent.get("recovery", "")
    recovery = recovery_secret_of_post(login, old_code, password, secret, code)
    try:
        with counted_try(login):
            return _come_back(login, old_code, NewSecrets(password, secret, code, recovery))
    except TooBusy:
        return ask_to_wait(lambda why: _recovery_page(secret, why, login))
    except (PasswordRefused, CodeRefused, TotpSecretUnusable) as refused:
        shown = new_totp_secret() if isinstance(refused, TotpSecretUnusable) else secret
        return _recovery_page(shown, secrets_refused(refused), login), 400
    except SignInRefused:
        problem = pgettext(
            "desk", "That did not work. Check login and recovery code. A recovery code works once."
        )
        return _recovery_page(secret, problem, login), 403


def _come_back(login: str, old_code: str, chosen: NewSecrets) -> Response:
    """The page with the next recovery code, the same for the same page sent twice; raises `SignInRefused`."""
    here = services()
    again = _come_back_again(login, chosen)
    if again is not None:
        return again
    with here.database.reading() as session:
        prepared = prepare_recovery(session, here.vault, login, old_code, chosen)
    with here.database.writing() as session:
        answer = take_recovery(session, here.vault, prepared)
    if answer.opened is None:
        # Two posts of one page at once: the other one was faster.
        again = _come_back_again(login, chosen)
    return again or _recovered(answer)


def _come_back_again(login: str, chosen: NewSecrets) -> Response | None:
    """The answer to a page that already brought its member back in, or nothing for any other."""
    here = services()
    with here.database.reading() as session:
        finished = recovered_before(session, here.vault, login, chosen)
    if finished is None:
        return None
    with here.database.writing() as session:
        answer = come_back_again(session, here.vault, finished)
    return None if answer.opened is None else _recovered(answer)


def _recovered(answer: RecoveryAnswer) -> Response:
    page = make_response(render_template("desk/recovered.html", recovery_code=answer.recovery_code))
    return keep_session(page, answer.cookie)


@blueprint.post("/lock")
@open_to_members()
def lock() -> ResponseReturnValue:
    """Log out on this device."""
    here = services()
    with here.database.writing() as session:
        sign_out(session, here.vault, session_cookie())
    return forget_session(see_other(url_for("desk.sign_in", locked="1")))


@blueprint.get("/home")
@open_to_members()
def home() -> ResponseReturnValue:
    """Where each kind of member starts."""
    kind = member().organisation.kind
    if kind is OrganisationKind.MONITORING_PARTNER:
        return see_other(url_for("desk.queue"))
    if kind is OrganisationKind.COORDINATOR:
        return see_other(url_for("network.waiting"))
    return render_template("desk/nothing_here.html")


def _recovery_page(secret: str, problem: str | None = None, login: str = "") -> str:
    return render_template(
        "desk/recover.html",
        **authenticator_picture(secret, login[:60] or "redress"),
        problem=problem,
        login=login,
    )
