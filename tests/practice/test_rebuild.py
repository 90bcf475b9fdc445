"""What is derived equals what the log makes of it, after any answers; and what was spoilt is found and mended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from examprep.practice.models import AnswerRow, DayRow, MemoryRow
from examprep.practice.wiring import FEATURE
from tests.practice.conftest import right, wrong


def differences(database, repair=False):
    with database.write() as session:
        return [line for derived in FEATURE.derived for line in derived.differences(session, repair)]


ANSWER = st.tuples(
    st.sampled_from(["ann_candidate", "bob_candidate"]),
    st.integers(0, 9),
    st.booleans(),
    st.sampled_from([None, "sure", "guessing"]),
    st.sampled_from([None, 0, 12_345]),
    st.sampled_from(["all", "all", "plan", "cram"]),
    st.sampled_from([timedelta(), timedelta(minutes=7), timedelta(hours=9), timedelta(days=2, seconds=1)]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANSWER, min_size=1, max_size=25))
def test_rebuilt_equals_kept_up_to_date(database, give, questions, clock, answers):
    for name, number, well, sure, took_ms, scope, pause in answers:
        question = questions[number]
        give(question, right(question) if well else wrong(question), by=name, scope=scope, sure=sure, took_ms=took_ms)
        clock.advance(pause)
    assert differences(database) == []


def test_spoilt_rows_are_found_and_mended(database, give, questions):
    for question in questions[:3]:
        give(question, right(question))
    ids = [question.question_id for question in questions]
    with database.write() as session:
        session.execute(delete(MemoryRow).where(MemoryRow.question_id == ids[0]))
        session.execute(update(MemoryRow).where(MemoryRow.question_id == ids[1]).values(stability=99.0))
        session.execute(update(MemoryRow).where(MemoryRow.question_id == ids[2]).values(question_id=ids[9]))
        session.execute(update(DayRow).values(answered=7))
    found = differences(database)
    assert len(found) == 5
    assert any("is missing" in line for line in found)
    assert any("stability is 99.0" in line for line in found)
    assert any("the log says nothing of it" in line for line in found)
    assert any("answered is 7, the log makes it 3" in line for line in found)
    assert len(differences(database, repair=True)) == 5
    assert differences(database) == []


def test_an_empty_log_makes_nothing(database):
    assert differences(database) == []


def test_one_person_on_eight_devices_at_once(database, give, questions):
    """Answers to one question are worked in one after another in the log's order, and a resent one counts once."""
    give(questions[0], {0})  # warm
    once = str(uuid4())

    def device(number):
        give(questions[0], {1} if number % 3 else {0}, sure="sure" if number % 2 else None)
        give(questions[1], {1}, client_id=once)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(device, range(8)))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AnswerRow)) == 10
    assert differences(database) == []
