"""A merge while somebody else writes: whoever comes second waits, and then finds what the first left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import select

from examprep.app.operations import differences
from examprep.kernel.errors import Forbidden, NotFound
from examprep.people import actions, merging
from examprep.practice import actions as practice
from examprep.practice.actions import Sent
from examprep.practice.models import AnswerRow
from examprep.practice.rules.order import ALL, Scope
from tests.app.merged import NOW, PARTS, in_context
from tests.practice.conftest import SUBJECT, SYLLABUS, chapters, questions, tree  # noqa: F401 -- fixtures

WAIT_S = 0.3


@pytest.fixture
def kept(runtime, world):
    with runtime.database.write() as session:
        about = {"organisation_id": world.organisations["ann_agency"], "born_on": date(1990, 3, 7), "now": NOW}
        return actions.add_person(session, runtime.vault, name="ann_candidate", **about).id


@pytest.fixture
def gone(world):
    return world.people["ann_candidate"]


@pytest.fixture
def at_once(app, database):
    """Run two acts, the second from the moment at which the first has written and not yet committed."""
    written, never = Event(), Event()

    def begin(act):
        with in_context(app), database.write() as session:
            act(session)
            written.set()
            never.wait(WAIT_S)

    def follow(act):
        written.wait()
        with in_context(app), database.write() as session:
            act(session)

    def go(first, second):
        with ThreadPoolExecutor(2) as pool:
            begun, followed = pool.submit(begin, first), pool.submit(follow, second)
            begun.result()
            followed.result()

    return go


@pytest.fixture
def merge(world):
    def go(session, gone, kept):
        actor = world.actor(session, "ann_officer")
        merging.merge(session, actor, PARTS, gone_id=gone, kept_id=kept, reason="x", now=NOW)

    return go


@pytest.fixture
def answer(database, world, questions):  # noqa: F811
    """An answer of somebody who was signed in before anything happened."""
    with database.read() as session:
        actor = world.actor(session, "ann_candidate")

    def go(session):
        sent = Sent(str(uuid4()), questions[0].version_id, SYLLABUS, frozenset({1}))
        practice.answer(session, actor, subject_code=SUBJECT, scope=Scope(ALL), sent=sent, now=NOW)

    return go


def owners(database):
    assert differences(database) == []
    with database.read() as session:
        return list(session.scalars(select(AnswerRow.person_id)))


def test_an_answer_during_the_merge_is_not_logged_under_the_row_that_goes(database, at_once, merge, answer, gone, kept):
    with pytest.raises(Forbidden, match="Sign in again"):
        at_once(lambda session: merge(session, gone, kept), answer)
    assert owners(database) == []


def test_an_answer_before_the_merge_goes_over(database, at_once, merge, answer, gone, kept):
    at_once(answer, lambda session: merge(session, gone, kept))
    assert owners(database) == [kept]


def test_of_two_merges_at_once_the_second_finds_one_row_gone(database, at_once, merge, gone, kept):
    with pytest.raises(NotFound):
        at_once(lambda session: merge(session, gone, kept), lambda session: merge(session, kept, gone))
    assert differences(database) == []
