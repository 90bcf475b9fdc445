"""Each word says on both databases what Python says of the same values."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Date, literal, select

from examprep.kernel.clock import office_day
from examprep.plumbing.db import UTCDateTime
from examprep.plumbing.prepared import Prepared
from examprep.plumbing.sql_words import Days, Equal, Greatest, IsGiven, Least, MonthsLater, OfficeDay, is_any, whole
from examprep.register.rules.registration import months_after

LEAP = date(2024, 2, 29)


def day(value):
    return literal(value, Date)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        pytest.param(Greatest(literal(1), literal(3), literal(2)), 3, id="greatest"),
        pytest.param(Least(literal(1), literal(3), literal(-2)), -2, id="least"),
        pytest.param(Days(day(date(2024, 3, 1)), day(LEAP)), 1, id="days"),
        pytest.param(Days(day(LEAP), day(date(2025, 2, 28))), -365, id="days-before"),
        pytest.param(Equal(literal(7), literal(7)), 7, id="equal"),
        pytest.param(whole(literal(7), 2), 3, id="whole"),
        pytest.param(whole(literal(1) + literal(6), 2), 3, id="whole-of-a-sum"),
    ],
)
def test_a_word(database, word, said):
    with database.read() as session:
        assert session.scalar(select(word)) == said


@pytest.mark.parametrize("months", [0, 1, 4, 12, 36])
@pytest.mark.parametrize("first", [LEAP, date(2026, 1, 31), date(2026, 8, 31), date(2025, 12, 31), date(2026, 5, 1)])
def test_months_later(database, first, months):
    with database.read() as session:
        assert session.scalar(select(MonthsLater(day(first), literal(months)))) == months_after(first, months)


@pytest.mark.parametrize(
    ("hour", "minute", "second", "microsecond"),
    [(0, 0, 0, 0), (15, 59, 59, 0), (15, 59, 59, 999_999), (16, 0, 0, 0), (23, 59, 59, 999_600)],
)
def test_the_office_day_of_an_instant(database, hour, minute, second, microsecond):
    at = datetime(2026, 12, 31, hour, minute, second, microsecond, tzinfo=UTC)
    with database.read() as session:
        assert session.scalar(select(OfficeDay(literal(at, UTCDateTime)))) == office_day(at)


@pytest.mark.parametrize(("numbers", "found"), [((), False), ((7,), True), ((1, 7, 2**31 - 1), True), ((1, 2), False)])
def test_one_of_those_given(database, numbers, found):
    query = select(literal(1)).where(IsGiven(literal(7), "numbers"))
    with database.read() as session:
        assert (session.scalar(query, {"numbers": numbers}) == 1) is found
        prepared = Prepared(lambda _: query, (literal(1),))
        assert prepared.run(session.connection(), {"numbers": numbers}) == ([(1,)] if found else [])


def test_one_of_a_few(database):
    with database.read() as session:
        assert session.scalar(select(literal(1)).where(is_any(literal("b"), ["a", "b"]))) == 1
        assert session.scalar(select(literal(1)).where(is_any(literal("c"), ["a", "b"]))) is None
