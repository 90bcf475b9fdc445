"""``create_app``: one Flask application out of the features."""

from datetime import timedelta
from typing import Any

from flask import Flask, g, request
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from examprep.app import pages
from examprep.app.device import bp as device_blueprint
from examprep.app.device import static_version
from examprep.app.finding import bp as search_blueprint
from examprep.app.helping import bp as help_blueprint
from examprep.app.navigation import frame_top, person_tabs, this_page
from examprep.app.setup import bp as setup_blueprint
from examprep.app.styleguide import bp as design_blueprint
from examprep.app.wiring import FEATURES
from examprep.config.settings import Settings
from examprep.feature import KNOWN, parts_of
from examprep.imports.views import bp as imports_blueprint
from examprep.kernel.clock import Clock, SystemClock
from examprep.kernel.registry import Registry
from examprep.people import directory_views, merge_views
from examprep.people.forms import ROLE_LABELS
from examprep.people.merging import PARTS
from examprep.people.session import install_sessions
from examprep.people.trail import TRAILS
from examprep.plumbing.access import install_gate, requirement_of
from examprep.plumbing.cookies import FormTokens, Sessions
from examprep.plumbing.db import Database
from examprep.plumbing.files import resource
from examprep.plumbing.i18n import FILTERS, LANGUAGES, babel, choose_locale, language, speak_quickly
from examprep.plumbing.jobs import StillDue
from examprep.plumbing.listing import Ask, Place, heads, in_words
from examprep.plumbing.refusals import install_refusals
from examprep.plumbing.runtime import Runtime
from examprep.plumbing.site import Site, leave_out_nul
from examprep.plumbing.states import STATES
from examprep.plumbing.table import table_rows
from examprep.plumbing.vault import Vault
from examprep.reminders.words import MAILS, OPTIONAL

# The view modules of people hang their pages on one blueprint when they are imported.
PEOPLE_PAGES = (directory_views, merge_views)
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)


def open_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """The installation that the settings describe."""
    return Runtime(settings, Database(settings.database_url), clock or SystemClock(), Vault(settings.data_key))


def create_app(runtime: Runtime) -> Flask:
    """The web application of one installation; holds no state of its own."""
    settings = runtime.settings
    app = Site(
        "examprep",
        template_folder=str(resource("templates")),
        static_folder=str(resource("plumbing") / "static"),
        static_url_path="/static",
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        BOOTSTRAP_SERVE_LOCAL=True,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=4,
        COMPRESS_MIN_SIZE=1400,  # what fits one packet gains nothing
        WTF_CSRF_TIME_LIMIT=None,  # a phone keeps a page open for days; the token ends with the session
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_TRANSLATION_DIRECTORIES=str(resource("translations")),
    )
    app.extensions["examprep"] = runtime
    app.url_map.converters["int"] = RowNumber
    app.extensions["examprep.importers"] = Registry(*(i for feature in FEATURES for i in feature.importers))
    app.extensions[KNOWN] = FEATURES
    app.extensions[TRAILS] = {feature.name: feature.trail for feature in FEATURES if feature.trail}
    app.extensions[PARTS] = parts_of(FEATURES)
    app.extensions[MAILS] = {name: label for feature in FEATURES for name, label in feature.mails.items()}
    app.extensions[OPTIONAL] = [name for feature in FEATURES for name in feature.optional_mails]
    app.extensions["examprep.still_due"] = _still_due()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.filters.update(in_words=in_words, heads=heads)
    app.jinja_env.globals.update(
        frame_top=frame_top,
        this_page=this_page,
        languages=LANGUAGES,
        list_address=list_address,
        list_place=list_place,
        role_labels=ROLE_LABELS,
        row_states=STATES,
        table_rows=table_rows,
    )
    babel.init_app(app, locale_selector=choose_locale)
    speak_quickly(app)
    Bootstrap5(app)
    Compress(app)
    form_tokens = FormTokens(app)
    app.session_interface = Sessions()
    install_sessions(app)
    install_refusals(app)
    for blueprint in (
        directory_views.bp,
        imports_blueprint,
        pages.bp,
        design_blueprint,
        help_blueprint,
        setup_blueprint,
        search_blueprint,
        device_blueprint,
    ):
        app.register_blueprint(blueprint)
    for feature in FEATURES:
        if feature.blueprint is not None:
            app.register_blueprint(feature.blueprint)
    install_gate(app)
    app.before_request(leave_out_nul)
    for view in app.view_functions.values():
        if (asked := requirement_of(view)) and asked.token:
            form_tokens.exempt(view)
    app.context_processor(_page_context)
    app.after_request(_headers)
    version = static_version()  # new styles have a new address; old ones are then not reused
    app.url_defaults(lambda endpoint, values: values.setdefault("v", version) if endpoint == "static" else None)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _still_due() -> dict[str, StillDue]:
    """The features' conditions by name.

    Raises:
        ValueError: two features name one condition.
    """
    found: dict[str, StillDue] = {}
    for feature in FEATURES:
        if twice := found.keys() & feature.still_due.keys():
            raise ValueError(f"two features answer for {sorted(twice)}")
        found.update(feature.still_due)
    return found


class RowNumber(IntegerConverter):
    """``<int:…>`` in every route: a row's number as databases keep it, so that a longer one is simply not found."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 -- the name is Werkzeug's
        super().__init__(map, **{"max": 2**31 - 1, **options})


def list_address(ask: Ask, **changes: object) -> str:
    """The address of the present list, asked differently."""
    return list_place().address(ask, **changes)


def list_place() -> Place:
    """Where the list of the present page stands."""
    return Place(str(request.endpoint), tuple((request.view_args or {}).items()))


def _page_context() -> dict[str, Any]:
    """What every page may say of who looks at it."""
    actor = g.get("actor")
    return {
        "actor": actor,
        "language": language(),
        "person_tabs": lambda person_id: person_tabs(actor, person_id, request.endpoint),
    }


def _headers(response: Response) -> Response:
    headers, endpoint = response.headers, request.endpoint
    said = {name.lower() for name, _ in headers}  # one look, where each question of Werkzeug's reads them all
    for name, value in _ALWAYS:
        if name.lower() not in said:
            headers.add(name, value)
    if endpoint not in {"static", "bootstrap.static"}:
        if "cache-control" not in said:
            headers.add("Cache-Control", "no-store" if g.get("actor") else "no-cache")
        if "vary" in said:
            response.vary.add("Cookie")
        else:
            headers.add("Vary", "Cookie")
    elif endpoint == "static" and "v" not in request.args:
        # A module that another one imports has no version in its address: it is asked for again, and seldom sent.
        headers["Cache-Control"] = "no-cache"
    return response
