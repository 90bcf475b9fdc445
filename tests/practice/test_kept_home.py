"""A home is shown again as it was while nothing in it has changed, and made anew as soon as anything has."""

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import update

from examprep.bank import actions as bank
from examprep.bank.values import Draft
from examprep.campaign import intending
from examprep.people import actions as people
from examprep.people.models import PersonRow
from examprep.plumbing import kept
from examprep.plumbing.kept_pages import KeptPages
from examprep.plumbing.noting import Notes
from examprep.plumbing.prepared import Prepared, together
from examprep.practice import actions, assigning, day, notebook, overview, plan_store, rebuild, views
from examprep.practice.assigning import Entry
from examprep.practice.models import MemoryRow
from examprep.practice.rules.order import read_scope
from examprep.practice.shelf import way
from tests.practice.conftest import SUBJECT, SYLLABUS, right, wrong

HOME = f"/practice/?subject={SUBJECT}"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

pytestmark = pytest.mark.kept_pages


@pytest.fixture
def ann(sign_in, questions, give, monkeypatch):
    """Ann's candidate, who has answered; ``look()`` gives what stands on her home, ``made`` how often it was made."""
    counted = SimpleNamespace(made=0)
    home = overview.home

    def make(*args, **more):
        counted.made += 1
        return home(*args, **more)

    monkeypatch.setattr(overview, "home", make)
    client = sign_in("ann_candidate")
    give(questions[0], wrong(questions[0]))
    give(questions[1], right(questions[1]))
    counted.client, counted.look = client, lambda address=HOME: _main(client.get(address))
    return counted


def _main(response):
    assert response.status_code == 200
    return re.search(r"<main.*</main>", response.text, re.DOTALL)[0]


@pytest.fixture
def act(database, world, clock):
    """``act(function, …, by=…)`` in a transaction of its own, with session and actor before the rest."""

    def go(function, *args, by="ann_candidate", **more):
        with database.write() as session:
            return function(session, world.actor(session, by), *args, **more)

    return go


def test_a_home_in_which_nothing_changed_is_not_made_again(ann, clock):
    first = ann.look()
    clock.advance(timedelta(seconds=30))
    assert (ann.look(), ann.made) == (first, 1)


def test_it_is_asked_in_one_statement_for_each_that_made_it_but_not_for_what_was_seen(ann, heard):
    ann.look()
    with heard() as words:
        ann.look()
    assert words == ["SELECT"] * 12
    asked = [prepared for prepared, *_ in _notes_of(ann).asked]
    assert plan_store._SEEN_WITNESS in asked
    assert plan_store._SEEN not in asked


def _notes_of(ann):
    ((_, notes, _),) = next(iter(views._HOMES._kept.values())).values()
    return notes


@pytest.fixture(autouse=True)
def _nothing_kept():
    views._HOMES._kept.clear()
    yield
    views._HOMES._kept.clear()


def _toggle(session, actor, clock, questions):
    on = way(session, SUBJECT, SYLLABUS, read_scope("marked"), actor.person_id)
    actions.toggle_mark(session, actor, on, version_id=questions[3].version_id, now=clock.now())


def _postpone(session, actor, clock, questions):
    on = way(session, SUBJECT, SYLLABUS, read_scope("plan"), actor.person_id)
    day.postpone(session, actor.person_id, on, questions[3].question_id, clock.now())


def _publish(session, actor, clock, questions, chapters):
    like = bank.question(session, questions[0].version_id)
    new = Draft(
        like.type,
        "另一道自编题",
        like.content,
        explanation="解析",
        author="王老师",
        source="原创",
        law_as_of=clock.today(),
        chapter_ids=frozenset(chapters),
    )
    bank.insert_many(session, actor, [new], subject_code=SUBJECT, state="published", now=clock.now())


def _assign(session, actor, clock, questions, world):
    entry = Entry(
        title="第一周",
        subject_code=SUBJECT,
        due_on=clock.today() + timedelta(days=7),
        numbers=[questions[7].question_id],
        organisation_id=world.organisations["ann_county"],
    )
    assigning.set_assignment(session, actor, entry, today=clock.today(), now=clock.now())


def _weights(session, actor, clock):
    found = [0.3, *([0.5] * 20)]
    plan_store.add_weights(session, weights=found, answers=1, loss_before=1.0, loss_after=0.5, fitted_at=clock.now())


# What a candidate or others do, and whether the home looks different after it.
CHANGES = {
    "right": (lambda on: on.give(on.questions[2], right(on.questions[2])), True),
    "wrong": (lambda on: on.give(on.questions[2], wrong(on.questions[2])), True),
    "again": (lambda on: on.give(on.questions[1], wrong(on.questions[1])), True),
    "late": (lambda on: on.give(on.questions[2], {1}, at=on.clock.now() - timedelta(days=3)), True),
    "late and wrong, on a day that is known": (
        lambda on: (
            on.give(on.questions[2], {1}, at=on.clock.now() - timedelta(days=3)),
            on.ann.look(),
            on.give(on.questions[3], {0}, at=on.clock.now() - timedelta(days=3)),
        ),
        True,
    ),
    "elsewhere": (lambda on: on.give(on.questions[7], {0}, scope="random-20260401"), True),
    "marked": (lambda on: on.act(_toggle, on.clock, on.questions), True),
    "pace": (
        lambda on: on.act(day.set_pace, subject_code=SUBJECT, minutes=5, most=1, now=on.clock.now()),
        True,
    ),
    "put off": (lambda on: on.act(_postpone, on.clock, on.questions), False),
    "rule of the notebook": (
        lambda on: (
            on.clock.advance(timedelta(days=1)),
            on.ann.look(),
            on.give(on.questions[0], right(on.questions[0])),
            on.ann.look(),
            on.act(notebook.set_days_to_leave, 1, now=on.clock.now()),
        ),
        True,
    ),
    "weights": (lambda on: on.act(_weights, on.clock), False),
    "set by a trainer": (lambda on: on.act(_assign, on.clock, on.questions, on.world, by="ann_trainer"), True),
    "said": (
        lambda on: on.act(
            lambda session, actor: intending.say(
                session, actor, actor.person_id, year=2026, says="wont", level=None, now=on.clock.now()
            )
        ),
        False,
    ),
    "next day": (lambda on: on.clock.advance(timedelta(days=1)), True),
    "due by now": (lambda on: on.clock.advance(timedelta(hours=2)), False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_shows_at_once_what_has_changed(change, ann, act, give, questions, clock, world):
    make, differs = CHANGES[change]
    before = ann.look()
    ann.look()
    assert ann.made == 1
    make(SimpleNamespace(act=act, give=give, questions=questions, clock=clock, world=world, ann=ann))
    made = ann.made
    after = ann.look()
    assert ann.made == made + 1, "it was made anew"
    views._HOMES._kept.clear()
    assert after == ann.look(), "as it would be if nothing were kept"
    assert (after != before) == differs


def test_it_shows_what_a_new_question_of_the_bank_changes(ann, act, clock, questions, chapters):
    assert "2/10" in ann.look()
    act(_publish, clock, questions, chapters, by="ann_trainer")
    assert "2/11" in ann.look()


def test_what_is_mended_shows_though_no_answer_was_counted(ann, database, world):
    with database.write() as session:
        session.execute(update(MemoryRow).values(rights=0, mistaken_at=None))
    wrong_rows = ann.look()
    with database.write() as session:
        assert list(rebuild.memory_differences(session, repair=True))
    assert ann.look() != wrong_rows
    mended = ann.look()
    views._HOMES._kept.clear()
    assert ann.look() == mended


def test_each_language_and_each_subject_has_its_own(ann):
    chinese, other = ann.look(), ann.look("/practice/?subject=asw-comprehensive")
    ann.client.post("/language", data={"language": "en"})
    english = ann.look()
    assert len({chinese, other, english}) == 3
    ann.client.post("/language", data={"language": "zh"})
    assert ann.look() == chinese


def test_so_has_each_browser_of_somebody_who_chose_no_language(ann, database):
    with database.write() as session:
        session.execute(update(PersonRow).values(language=""))
    pages = [_main(ann.client.get(HOME, headers={"Accept-Language": spoken})) for spoken in ("en", "zh", "en")]
    assert pages[0] == pages[2] != pages[1]


def test_each_person_has_their_own(ann, sign_in):
    bob = sign_in("bob_candidate")
    for _ in range(2):
        assert "2/10" in ann.look()
        assert "0/10" in _main(bob.get(HOME))
    assert ann.made == 2


def test_days_to_the_exam_go_down_though_nothing_else_changes(sign_in, questions, clock):
    bob = sign_in("bob_candidate")
    assert ">52<" in bob.get(HOME).text
    clock.advance(timedelta(days=1))
    assert ">51<" in bob.get(HOME).text


def test_each_sign_in_gets_its_own_token(app, ann, world, clock):
    app.config["WTF_CSRF_ENABLED"] = True
    clock.advance(timedelta(days=-60))  # before the registration, when a card asks what one will do
    tokens = []
    for _ in range(2):
        client = app.test_client()
        page = client.get("/sign-in").text
        token = TOKEN.search(page)[1]
        client.post("/sign-in", data={"csrf_token": token, "sign_in_name": "ann_candidate", "password": world.password})
        frame, main = (set(TOKEN.findall(part)) for part in client.get(HOME).text.split("<main"))
        assert frame == main
        tokens += main
    assert ann.made == 1
    assert len(set(tokens)) == 2


def test_a_change_of_roles_or_place_makes_it_anew(ann, database, world, clock):
    ann.look()
    with database.write() as session:
        actor = world.actor(session, "ann_candidate")
        people.grant_role(
            session,
            person_id=actor.person_id,
            organisation_id=actor.organisation_id,
            role="trainer",
            since=clock.today(),
        )
    ann.look()
    assert ann.made == 2


OTHER_WAYS = {
    "row": lambda session: session.get(MemoryRow, (1, 1)),
    "words": lambda session: session.connection().exec_driver_sql("SELECT 1"),
    "words without values": lambda session: (
        session.connection().execution_options(no_parameters=True).exec_driver_sql("SELECT 1")
    ),
    "together": lambda session: list(together(session.connection(), [(kept._TOKEN, {})])),
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_what_was_read_in_another_way_is_not_kept(database, clock, way):
    pages, notes = KeptPages(), Notes(clock.now())
    with database.read_page() as session, notes.taken():
        OTHER_WAYS[way](session)
    pages.keep(database, "place", "known", notes, "part")
    with database.read_page() as session:
        assert pages.again(database, "place", "known", clock.now(), session.connection())[0] is None


def test_another_instant_than_now_is_not_kept(database, world, clock):
    notes = Notes(clock.now())
    with database.read_page() as session, notes.taken():
        plan_store.seen(session, 1, SUBJECT, clock.now() - timedelta(minutes=1))
    assert not notes.whole


def test_an_answer_that_comes_while_a_home_is_made_shows_the_next_time(ann, give, questions, monkeypatch):
    send = Prepared.send

    def meanwhile(self, *args):
        rows = send(self, *args)
        if self is plan_store._SEEN:
            monkeypatch.setattr(Prepared, "send", send)
            give(questions[2], right(questions[2]), client_id=str(uuid4()))
        return rows

    monkeypatch.setattr(Prepared, "send", meanwhile)
    ann.look()
    assert "3/10" in ann.look()


def test_so_many_are_kept_and_no_more(database, clock):
    pages = KeptPages(most=2)
    for place in range(3):
        pages.keep(database, place, "known", Notes(clock.now()), str(place))
    with database.read_page() as session:
        on = session.connection()
        found = [pages.again(database, place, "known", clock.now(), on)[0] for place in range(3)]
    assert found == [None, None, "2"]
