"""No page is born open: every route says who may use it, and the gate holds each to it."""

import re

import pytest

from examprep.people.access import GRANTS, Role
from examprep.plumbing.access import requirement_of

# The whole list of what anybody may open, signed in or not. Adding to it is a decision.
PUBLIC = {
    "app.alive",
    "app.ready",
    "bootstrap.static",
    "campaign.eligibility",  # asks, answers, and keeps nothing of whoever is not signed in
    "ce.api_description",
    "ce.api_record",  # by a provider's key
    "ce.api_record_of",  # the same
    "ce.check",
    "ce.check_file",
    "ce.check_key",
    "design.styleguide",
    "device.manifest",
    "device.worker",
    "people.language",
    "people.sign_in",
    "people.sign_out",
    "practice.offline",
    "published.content",
    "published.index",
    "published.one",
    "published.rows",
    "register.check",  # of one certificate, by a code its holder gave; the same answer to every other code
    "register.check_form",
    "static",
    "training.feed",
    "training.open_code",
    "training.scanner",  # a page that a device keeps; it holds nothing of anybody
}

BY_KEY = {"ce.api_record"}  # a provider's key, which no browser sends by itself


def filled(rule) -> str:
    return rule.build({name: _sample(rule, name) for name in rule.arguments})[1]


def _sample(rule, name):
    converter = rule._converters[name]
    return "x" if type(converter).__name__ in {"UnicodeConverter", "PathConverter"} else 999_999


def test_every_route_declares_who_may_use_it(app):
    undeclared = [e for e, view in app.view_functions.items() if requirement_of(view) is None]
    assert undeclared == []


def test_the_public_routes_are_exactly_these(app):
    found = {e for e, view in app.view_functions.items() if not requirement_of(view).account}
    assert found == PUBLIC


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signed_out_gets_nowhere_else(app, world, method):
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC or method not in rule.methods:
            continue
        with app.test_request_context():
            answer = client.open(filled(rule), method=method)
        assert answer.status_code == 303, f"{method} {rule} is open"
        assert answer.headers["Location"].startswith("/sign-in"), rule


def test_a_forged_token_opens_no_form(app, world, sign_in):
    client = sign_in("ann_trainer")
    app.config["WTF_CSRF_ENABLED"] = True
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.endpoint in BY_KEY:
            continue
        with app.test_request_context():
            address = filled(rule)
        for sent in ({}, {"csrf_token": "forged"}):
            assert client.post(address, data=sent).status_code == 400, rule


def test_a_role_without_the_permission_is_refused_on_every_route_that_needs_one(app, world, sign_in):
    clients = {role: sign_in(f"ann_{role}") for role in Role}
    for rule in app.url_map.iter_rules():
        needed = requirement_of(app.view_functions[rule.endpoint]).any_of
        for role, client in clients.items():
            if not needed or GRANTS[role].intersection(needed):
                continue
            method = "GET" if "GET" in rule.methods else "POST"
            assert client.open(filled(rule), method=method).status_code == 403, f"{role} {method} {rule}"


def test_a_number_no_row_can_have_is_not_found(app, world, sign_in):
    clients = [sign_in(f"ann_{role}") for role in Role]
    for rule in app.url_map.iter_rules():
        numbers = [n for n in rule.arguments if type(rule._converters[n]).__name__ == "RowNumber"]
        if "GET" not in rule.methods or not numbers:
            continue
        path = rule.rule
        for name in rule.arguments:
            path = re.sub(rf"<[^<>]*\b{name}>", "99999999999999999999" if name in numbers else "x", path)
        for client in clients:
            assert client.get(path).status_code == 404, path


# What pages call the rows and years that they are asked for.
NUMBERED = (
    "batch", "candidate", "chapter", "class", "course", "done", "id", "left", "mentor", "organisation", "page",
    "person", "reply", "session", "shown", "size", "subject", "time", "unit", "version", "year",
)  # fmt: skip


@pytest.mark.parametrize("number", [2**31, 10**30], ids=["beyond-integer", "beyond-all"])
def test_a_number_beyond_every_column_is_no_error_of_ours(app, world, sign_in, number):
    """In an address or a form: PostgreSQL refuses the value, and SQLite's driver breaks with an error of Python's."""
    asked, broken = dict.fromkeys(NUMBERED, str(number)), []
    clients = [sign_in(f"ann_{role}") for role in Role]
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "people.sign_out":
            continue
        for method in {"GET", "POST"} & rule.methods:
            for client in clients:
                sent = {"data": asked} if method == "POST" else {"query_string": asked}
                if client.open(filled(rule), method=method, **sent).status_code >= 500:
                    broken.append(f"{method} {rule}")
    assert broken == []
    assert {client.get("/account").status_code for client in clients} == {200}  # they were signed in all the time
