"""What the product is measured against: a route that inserts one row, and one that draws about 10 kB.

They stand in a bare application of their own, and once more in the product itself, behind all that any request of it
goes through (who asks, session, CSRF token, headers): beside that, what a page itself costs shows.
"""

import gc
import os
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask, Response, render_template
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import Column, DateTime, Integer, String, Table, insert

from examprep.app.serving import application
from examprep.config.settings import Settings
from examprep.kernel.clock import SystemClock
from examprep.people.access import Permission
from examprep.plumbing.access import View, needs
from examprep.plumbing.db import Database
from tests.bench.installation import ADDRESS, METADATA, sign_in, token
from tests.bench.wire import Wire

ANSWER, PAGE = "/bench/answer", "/bench/page"
BARE = Table(
    "bench_answer",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer),
    Column("client_id", String(36)),
    Column("ticked", String(12)),
    Column("half_points", Integer),
    Column("at", DateTime),
)
ROW = "<tr><th scope=row>{{ row }}</th><td>{{ word }}</td><td>{{ row * row }}</td></tr>\n"
TEMPLATE = f"<!doctype html><title>{{{{ word }}}}</title><table>{{% for row in rows %}}{ROW}{{% endfor %}}</table>"
_PAGES = DictLoader({"bench.html": TEMPLATE})


def bare_app() -> Flask:
    """A Flask application with a template of a loop, compiled once as any application's are, and left alone by the
    collector of cycles as ours is.
    """
    app = Flask("bare")
    app.jinja_env.loader = _PAGES
    gc.freeze()
    return app


def bare() -> Flask:
    """The control, served by processes of its own."""
    return _with_routes(bare_app(), Database(os.environ["BENCH_BARE_URL"]), lambda view: view)


def ours() -> Flask:
    """The product as `examprep serve` makes it, with the two routes in it, served by processes of its own."""
    app = application(Settings.from_env())
    app.jinja_env.loader = ChoiceLoader([app.jinja_env.loader, _PAGES])
    return _with_routes(app, app.extensions["examprep"].database, needs(Permission.PRACTICE_OWN_USE))


def _with_routes(app: Flask, database: Database, behind: Callable[[View], View]) -> Flask:
    clock = SystemClock()

    @app.post(ANSWER)
    @behind
    def bench_answer() -> Response:
        with database.write() as session:
            session.connection().execute(
                insert(BARE),
                {
                    "person_id": 1,
                    "client_id": str(uuid4()),
                    "ticked": "[0, 2]",
                    "half_points": 2,
                    "at": clock.now().replace(tzinfo=None),
                },
            )
        return Response("ok", mimetype="text/plain")

    @app.get(PAGE)
    @behind
    def bench_page() -> str:
        return render_template("bench.html", rows=range(180), word="社会工作")

    return app


def inserting(wire: Wire, number: int | None = None) -> Callable[[], bool]:
    """A client of the route that inserts; with a number the candidate of that number, signed in."""
    fields = {}
    if number is not None:
        sign_in(wire, number)
        fields["csrf_token"] = token(wire.get(ADDRESS)[1])
    sent = urlencode(fields).encode()
    return lambda: wire.post(ANSWER, sent)[0] == 200


def drawing(wire: Wire, number: int | None = None) -> Callable[[], bool]:
    """A client of the route that draws; with a number the candidate of that number, signed in."""
    if number is not None:
        sign_in(wire, number)
    return partial(looks, wire, PAGE, b"<table>")


def looks(wire: Wire, address: str, mark: bytes) -> bool:
    """Whether an address gives a page that holds a mark."""
    status, body = wire.get(address)
    return status == 200 and mark in body
