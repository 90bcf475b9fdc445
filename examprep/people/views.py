"""Signing in and out, the own account, language."""

from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import RuleViolation
from examprep.people import actions
from examprep.people.forms import PasswordForm, SignInForm
from examprep.people.session import begin, current_actor, end
from examprep.plumbing.access import public, signed_in
from examprep.plumbing.i18n import LANGUAGE_COOKIE, LANGUAGES
from examprep.plumbing.runtime import runtime, writing

bp = Blueprint("people", __name__)


def safe_next(address: str | None) -> str:
    """An address of ours to go back to; anything else becomes the home page."""
    parts = urlsplit(address or "")
    ours = address and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours and address and not parts.netloc else url_for("app.home")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if g.actor:
        return redirect(safe_next(request.args.get("next")), 303)
    if form.sent():
        try:
            with writing() as session:
                found = actions.sign_in(
                    session,
                    runtime().vault,
                    sign_in_name=form.sign_in_name.data.strip(),
                    password=form.password.data,
                    address=request.remote_addr or "",
                    now=runtime().clock.now(),
                )
        except RuleViolation as refusal:
            form.reject(refusal)
            status = 429 if refusal.code == "people.throttled" else form.status
            return render_template("people/sign_in.html", form=form), status
        if found is not None:
            begin(*found)
            return redirect(safe_next(request.args.get("next")), 303)
        form.reject(RuleViolation("people.sign-in", "The name or the password is not right."))
    return render_template("people/sign_in.html", form=form), form.status


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    end()
    return redirect(url_for("people.sign_in"), 303)


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    form, actor = PasswordForm(), current_actor()
    if form.sent():
        try:
            with writing() as session:
                epoch = actions.change_password(
                    session, actor, old=form.old.data, new=form.new.data, now=runtime().clock.now()
                )
        except RuleViolation as refusal:
            form.reject(refusal)
        else:
            begin(actor.account_id, epoch)
            return redirect(url_for("people.account", changed="yes"), 303)
    return render_template("people/account.html", form=form, changed="changed" in request.args), form.status


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    """Keep the chosen language: in the account, and in a cookie for before the next sign-in."""
    chosen = request.form.get("language", "zh")
    response = make_response(redirect(safe_next(request.form.get("next")), 303))
    if chosen in LANGUAGES:
        if g.actor:
            with writing() as session:
                actions.change_language(session, g.actor, chosen)
        secure = runtime().settings.secure_cookies
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=365 * 86400, httponly=True, samesite="Lax", secure=secure)
    return response
