"""The audit trail and the outbox read as sentences: whatever the code records or mails has a name."""

import ast
from pathlib import Path

import pytest

from examprep.app.setup import BACKUP_MADE
from examprep.app.wiring import FEATURES
from examprep.people.trail import Trail, said_changes
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Column

SOURCES = Path(__file__).parents[2] / "examprep"
MAILS = Path(__file__).parents[2] / "templates" / "reminders"
TRAILS = {feature.name: feature.trail for feature in FEATURES if feature.trail}


def calls():
    """Every call of ``record`` that writes into the trail: (place, act's expression, kind's expression, module)."""
    for path in sorted(SOURCES.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and len(node.args) == 5 and called(node.func) == "record":
                yield f"{path.relative_to(SOURCES)}:{node.lineno}", node.args[2], node.args[3], module


def called(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def texts(expression, module):
    """The texts an expression can be: a literal, either side of a choice, or a name or argument given one of these."""
    match expression:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return texts(one, module) | texts(other, module)
        case ast.Name(id=name):
            given = [
                node.value
                for node in ast.walk(module)
                if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == name for target in node.targets)
            ]
            given += [argument for function in ast.walk(module) for argument in handed(function, name, module)]
            return set().union(*(texts(value, module) for value in given))
    return set()


def handed(function, name, module):
    """What the module's own calls of a function hand over for one of its arguments."""
    if not isinstance(function, ast.FunctionDef) or name not in (names := [a.arg for a in function.args.args]):
        return []
    place = names.index(name)
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and called(node.func) == function.name]
    return [call.args[place] for call in calls if len(call.args) > place]


FOUND = list(calls())


def test_the_calls_are_found():
    assert len(FOUND) > 30


@pytest.mark.parametrize(("place", "act", "kind", "module"), FOUND, ids=[place for place, *_ in FOUND])
def test_every_recorded_act_and_thing_has_a_name(place, act, kind, module):
    acts = {BACKUP_MADE} if getattr(act, "id", "") == "BACKUP_MADE" else texts(act, module)
    assert acts, f"{place}: write the act as a text, so that its name can be checked"
    for code in acts:
        trail = TRAILS.get(code.partition(".")[0], Trail({}, {}))
        assert code in trail.acts, f"{place}: {code} has no name in its feature's trail"
    kinds = texts(kind, module)
    things = {name for trail in TRAILS.values() for name in trail.things}
    assert kinds, f"{place}: write the kind of thing as a text"
    assert kinds <= things, f"{place}: {kinds - things} has no name in a trail"


def test_names_are_of_the_features_own_acts():
    for name, trail in TRAILS.items():
        assert all(code.startswith(f"{name}.") for code in trail.acts)


def test_every_mail_has_a_name():
    named = {template for feature in FEATURES for template in feature.mails}
    assert {path.stem for path in MAILS.glob("*.txt")} == named


def test_things_with_a_page_lead_to_one(app):
    rules = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}
    for trail in TRAILS.values():
        for kind, thing in trail.things.items():
            if thing.endpoint:
                assert thing.permission, kind
                assert thing.key in rules[thing.endpoint] or thing.endpoint == "people.people", kind


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {}, ""),
        ({"phone": "1"}, {"phone": "2"}, "Phone: 1 → 2"),
        ({"phone": "1"}, {"phone": "1"}, ""),
        ({"phone": None}, {"phone": "2"}, "Phone: — → 2"),
        ({}, {"role": "o"}, "Role: Bureau officer"),
        ({"unit": 7}, {"unit": 8}, "Unit: 威宁 → 8"),
        ({}, {"on": "2026-03-09", "minutes": 4050, "post": True}, "Day: 9 Mar 2026; Hours: 90; In post: Yes"),
        ({}, {"other": 3}, "other: 3"),
    ],
)
def test_changes_are_said_in_words(app, before, after, said):
    trail = Trail(
        {},
        {},
        (
            Column("phone", "Phone"),
            Column("role", "Role", "choice", choices={"o": "Bureau officer"}),
            Column("unit", "Unit"),
            Column("on", "Day", "day"),
            Column("minutes", "Hours", "hours"),
            Column("post", "In post"),
        ),
        {"unit": "organisation"},
    )
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert say("Phone") == "Phone"
        assert said_changes(trail, {"organisation": {7: "威宁"}}, before, after) == said
