"""Sessions and form tokens as Flask and Flask-WTF sign them; a signature that this process has checked is remembered.

A signature holds for the exact text it was made for, so checking it a second time tells nothing new. What can change
is still asked every time: the cookie's age, the session that a token must belong to, and where the form came from.
"""

from collections import OrderedDict
from copy import deepcopy
from math import inf
from time import monotonic
from typing import Any

from flask import Flask, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.wrappers import Request, Response
from flask_wtf.csrf import CSRFProtect, generate_csrf, same_origin
from itsdangerous import BadSignature

# Some 600 bytes each.
KEPT = 4096

# Not longer: what compresses a page tells a little of a secret that stands in it each time it is the same.
REUSED_SECONDS = 60.0


class Remembered(OrderedDict[Any, Any]):
    """The latest few of what was checked. One made at start serves every thread: each step is one call."""

    def put(self, key: Any, value: Any) -> None:
        self[key] = value
        if len(self) > KEPT:
            try:
                self.popitem(last=False)
            except KeyError:  # another thread has emptied it meanwhile
                return


class Sessions(SecureCookieSessionInterface):
    """Flask's cookie sessions."""

    def __init__(self) -> None:
        self._checked = Remembered()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        kept = self._checked.get(cookie)
        if kept is None:
            kept = self._check(app, cookie)
            if kept is None:
                return self.session_class()
            self._checked.put(cookie, kept)
        values, signer, made = kept
        if signer.get_timestamp() - made > app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        return self.session_class(
            {name: value if isinstance(value, str | bool) else deepcopy(value) for name, value in values.items()}
        )

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As Flask's where there is something to save. That a page varies with its cookie is said of every page."""
        if session.modified or self.should_set_cookie(app, session):
            super().save_session(app, session, response)

    def _check(self, app: Flask, cookie: str) -> tuple[dict[str, Any], Any, float] | None:
        """What a cookie says, who can tell its age, and when it was made; ``None`` when we did not sign it."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            values, made_at = serializer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return None
        return values, serializer.make_signer(serializer.salt), made_at.timestamp()


class FormTokens(CSRFProtect):
    """Flask-WTF's tokens, which hold as long as their session (``WTF_CSRF_TIME_LIMIT`` is none)."""

    def __init__(self, app: Flask) -> None:
        self._checked, self._made = Remembered(), Remembered()
        super().__init__(app)
        # Of pages, where Flask-WTF says its own, and of macros that are imported without their page's words.
        app.context_processor(lambda: {"csrf_token": form_token})
        app.jinja_env.globals["csrf_token"] = form_token

    def token(self) -> str:
        """The token for a form of this page. One made lately for the same session serves again."""
        if "csrf_token" not in g:
            made_at, token = self._made.get(session.get("csrf_token"), (-inf, ""))
            if monotonic() - made_at < REUSED_SECONDS:
                g.csrf_token = token
            else:
                token = generate_csrf()
                self._made.put(session["csrf_token"], (monotonic(), token))
        return str(g.csrf_token)

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        pair = None
        # A token that came in a header is not remembered: the pair would then hold for a form that has none.
        token = request.form.get("csrf_token") if request.method == "POST" else None
        if token and current_app.config["WTF_CSRF_TIME_LIMIT"] is None:
            pair = (session.get("csrf_token"), token)
            if pair in self._checked and self._from_here():
                g.csrf_valid = True
                return
        super().protect(apply_exemptions)
        if pair is not None and g.get("csrf_valid"):
            self._checked.put(pair, True)

    @staticmethod
    def _from_here() -> bool:
        """Whether the form came from a page of ours, as far as Flask-WTF asks: over HTTPS it does."""
        return not request.is_secure or same_origin(request.referrer or "", f"https://{request.host}/")


def form_token() -> str:
    """The token that a form of this page carries."""
    tokens: FormTokens = current_app.extensions["csrf"]
    return tokens.token()
