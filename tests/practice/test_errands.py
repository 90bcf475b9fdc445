"""An answer goes to PostgreSQL in two errands: it says the same, and is written wholly or not at all."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DataError, OperationalError

from examprep.plumbing.kept import REVISION, revision
from examprep.practice import actions
from examprep.practice.actions import Sent
from examprep.practice.models import AnswerRow, DayRow, MemoryRow, PlaceRow, WeightsRow
from examprep.practice.rules.curve import PUBLISHED
from examprep.practice.rules.order import ALL, Scope
from tests.practice.conftest import SUBJECT, SYLLABUS, contents, right, wrong

POSTGRES = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def rows_of(database, person_id):
    """What practice keeps of a person, but for whose it is and by which name."""
    found = []
    with database.read() as session:
        for table in (row.__table__ for row in (AnswerRow, MemoryRow, DayRow, PlaceRow)):
            said = [c for c in table.c if c.name not in {"id", "person_id", "client_id"}]
            found.append(sorted(map(repr, session.execute(select(*said).where(table.c.person_id == person_id)))))
    return found


@pytest.mark.parametrize("scope", ["all", "due", "plan", "notebook", "cram"])
def test_an_answer_is_the_same_whoever_listens(database, world, give, heard, questions, clock, scope):
    began, told = clock.now(), []
    for person, listening in (("ann_candidate", nullcontext()), ("bob_candidate", heard())):
        clock.instant, said = began, []
        with listening:
            for place, question in enumerate(questions[:4] * 3):
                clock.advance(timedelta(hours=7))
                ticks = wrong(question) if place % 3 else right(question)
                one = give(question, ticks, by=person, scope=scope if place >= 4 else "all", took_ms=1000)
                said.append((one.half_points, one.upcoming and one.upcoming.question_id, one.position, one.total))
        told.append((said, rows_of(database, world.people[person])))
    assert told[0] == told[1]


@pytest.fixture
def send(world, clock, questions):
    """``send(session, actor, question)`` answers in a transaction of the test's own."""

    def go(session, actor, question, **more):
        sent = Sent(str(uuid4()), question.version_id, SYLLABUS, frozenset({1}), **more)
        return actions.answer(session, actor, subject_code=SUBJECT, scope=Scope(ALL), sent=sent, now=clock.now())

    return go


@pytest.fixture
def ann(database, world):
    with database.read() as session:
        return world.actor(session, "ann_candidate")


@POSTGRES
@pytest.mark.parametrize(("times", "errands"), [(1, 2), (3, 6)])
def test_an_answer_takes_two_errands(database, ann, questions, send, tmp_path, times, errands):
    with database.read() as session:
        known = {REVISION: revision(session)}  # as a request knows it from the statement that found the actor
    for _ in range(3):  # cursors are asked after a rollback, the bank is told, and statements are prepared
        with (tmp_path / "trace").open("w") as trace:
            with database.write(known) as session:
                server = session.connection().connection.driver_connection.pgconn
                server.trace(trace.fileno())
                for question in questions[:times]:
                    send(session, ann, question)
            server.untrace()
    messages = (tmp_path / "trace").read_text()
    assert messages.count("ReadyForQuery") == errands
    assert messages.count("\tExecute\t") == 5 * times + 2  # with BEGIN and COMMIT


def test_two_devices_of_one_person_are_both_counted(database, ann, questions, send):
    times = 12

    def work():
        for _ in range(times):
            with database.write() as session:
                send(session, ann, questions[0], took_ms=1)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work) for _ in range(3)]:
            done.result()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AnswerRow)) == 3 * times
        assert session.scalars(select(MemoryRow.reps)).all() == [3 * times]
        assert session.execute(select(DayRow.answered, DayRow.took_ms)).all() == [(3 * times, 3 * times)]


def test_an_answer_is_worked_in_with_the_weights_that_its_line_names(database, give, questions, clock):
    give(questions[0], {1})
    with database.write() as session:
        slow = [weight * 2 if place < 4 else weight for place, weight in enumerate(PUBLISHED)]  # the first stabilities
        session.add(WeightsRow(weights=slow, answers=1, loss_before=1.0, loss_after=0.5, fitted_at=clock.now()))
    give(questions[1], {1})
    with database.read() as session:
        first, second = session.scalars(select(MemoryRow.stability).order_by(MemoryRow.question_id))
        assert session.scalars(select(AnswerRow.weights_id).order_by(AnswerRow.id)).all()[0] is None
    assert second == pytest.approx(2 * first)


@POSTGRES
def test_what_no_column_holds_leaves_nothing(database, give, questions):
    give(questions[0], {1})
    before = contents(database)
    with pytest.raises(DataError):
        give(questions[1], {1}, took_ms=2**40)  # the log refuses it
    assert contents(database) == before
    with database.write() as session:
        session.execute(update(DayRow).values(answered=2**31 - 1))
    before = contents(database)
    with pytest.raises(DataError):
        give(questions[1], {1})  # the day's count does, with the commit
    assert contents(database) == before
    with database.write() as session:
        session.execute(update(DayRow).values(answered=1))
    assert not give(questions[1], {1}).repeated


@POSTGRES
def test_an_answer_whose_connection_dies_half_way_is_not_there(database, give, questions, monkeypatch):
    give(questions[0], {1})
    before, learn = contents(database), actions.learn

    def die(*given):
        with database.read() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                    " AND pid <> pg_backend_pid()"
                )
            )
        return learn(*given)

    with monkeypatch.context() as patched:
        patched.setattr(actions, "learn", die)
        with pytest.raises(OperationalError):
            give(questions[1], {1}, client_id="a" * 36)
    assert contents(database) == before
    assert not give(questions[1], {1}, client_id="a" * 36).repeated
    assert give(questions[1], {1}, client_id="a" * 36).repeated
