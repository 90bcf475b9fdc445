"""One candidate's year: which step is done, to be done now, to come, missed; and what comes first."""

from datetime import date

import pytest

from examprep.campaign.rules.plan import AUDIENCES, due, read_days
from examprep.campaign.rules.road import Position, next_step, road
from examprep.campaign.rules.saying import check_statement
from examprep.kernel.errors import RuleViolation
from examprep.syllabus.values import KeyDate


def entry(kind, first, last=None, precision="day"):
    starts, ends = date.fromisoformat(first), date.fromisoformat(last) if last else None
    return KeyDate(1, 2027, None, kind, starts, ends, "H", "通知", precision)


CALENDAR = (
    entry("registration", "2027-03-10", "2027-03-20"),
    entry("fee", "2027-03-10", "2027-03-24"),
    entry("ticket", "2027-05-17", "2027-05-23"),
    entry("exam", "2027-05-22", "2027-05-23"),
    entry("scores", "2027-07-22"),
    entry("recheck", "2027-07-22", "2027-08-20"),
    entry("line", "2027-09-12"),
    entry("certificate", "2027-10-01", "2027-12-31"),
)
SILENT, WILL, TOLD = Position(), Position("will", "ASW"), Position("registered", "ASW")
LISTED = Position(None, "ASW", registered=True)
APPROVED = Position("will", "ASW", registered=True, approved=True)
FAILED = Position("will", "ASW", registered=True, approved=True, sat=True)
PASSED = Position("will", "ASW", registered=True, approved=True, sat=True, passed=True)


@pytest.mark.parametrize(
    ("position", "today", "wanted"),
    [
        pytest.param(SILENT, "2027-01-10", "say now", id="nothing-said"),
        pytest.param(WILL, "2027-01-10", "registration ahead", id="before-the-window"),
        pytest.param(WILL, "2027-03-09", "registration ahead", id="the-day-before-it-opens"),
        pytest.param(WILL, "2027-03-10", "registration now", id="it-opens"),
        pytest.param(WILL, "2027-03-20", "registration now", id="its-last-day"),
        pytest.param(WILL, "2027-03-21", None, id="too-late"),
        pytest.param(SILENT, "2027-03-21", None, id="silent-and-too-late"),
        pytest.param(TOLD, "2027-03-12", "fee now", id="registered-as-they-say"),
        pytest.param(LISTED, "2027-03-24", "fee now", id="last-day-of-the-fee"),
        pytest.param(LISTED, "2027-03-25", "ticket ahead", id="after-the-fee"),
        pytest.param(APPROVED, "2027-03-12", "ticket ahead", id="approved-is-paid"),
        pytest.param(APPROVED, "2027-05-17", "ticket now", id="tickets"),
        pytest.param(APPROVED, "2027-05-22", "ticket now", id="exam-and-ticket-end-together"),
        pytest.param(APPROVED, "2027-05-24", "scores ahead", id="waiting-for-scores"),
        pytest.param(APPROVED, "2027-08-01", "scores now", id="scores-are-out"),
        pytest.param(FAILED, "2027-08-20", "recheck now", id="last-day-of-the-recheck"),
        pytest.param(FAILED, "2027-08-21", "line ahead", id="the-regional-line"),
        pytest.param(PASSED, "2027-08-01", "certificate ahead", id="certificate"),
        pytest.param(PASSED, "2027-10-05", "certificate now", id="to-be-fetched"),
        pytest.param(Position("wont"), "2027-03-12", None, id="will-not-sit"),
    ],
)
def test_the_next_step(position, today, wanted):
    step = next_step(road(CALENDAR, position, date.fromisoformat(today)))
    assert (f"{step.kind} {step.state}" if step else None) == wanted


@pytest.mark.parametrize(
    ("position", "kinds"),
    [
        pytest.param(SILENT, ["say", "registration", "fee", "ticket", "exam", "scores"], id="silent"),
        pytest.param(Position("wont"), ["say"], id="will-not-sit"),
        pytest.param(
            FAILED, ["say", "registration", "fee", "ticket", "exam", "scores", "recheck", "line"], id="failed"
        ),
        pytest.param(
            PASSED,
            ["say", "registration", "fee", "ticket", "exam", "scores", "certificate", "register"],
            id="passed",
        ),
    ],
)
def test_only_what_concerns_them(position, kinds):
    assert [step.kind for step in road(CALENDAR, position, date(2027, 2, 1))] == kinds


def test_who_missed_the_window_is_told_so_and_no_more():
    steps = road(CALENDAR, WILL, date(2027, 4, 1))
    assert [(step.kind, step.state) for step in steps] == [("say", "done"), ("registration", "missed")]


def test_days_left():
    left = {step.kind: step.days_left for step in road(CALENDAR, WILL, date(2027, 3, 17))}
    assert (left["registration"], left["fee"], left["ticket"]) == (3, 7, 61)
    before = {step.kind: step.days_left for step in road(CALENDAR, SILENT, date(2027, 3, 1))}
    assert (before["say"], before["registration"]) == (19, 9)
    about = (entry("registration", "2027-03-08", "2027-03-29", "about"),)
    assert {step.days_left for step in road(about, WILL, date(2027, 3, 17))} == {None}


def test_without_any_date_one_may_still_say():
    assert next_step(road((), SILENT, date(2027, 1, 1))).kind == "say"
    assert next_step(road((), WILL, date(2027, 1, 1))).kind == "registration"


@pytest.mark.parametrize(
    ("today", "wanted"),
    [
        pytest.param("2027-03-12", None, id="too-early"),
        pytest.param("2027-03-13", 7, id="seven-days-before"),
        pytest.param("2027-03-16", 7, id="late-for-seven"),
        pytest.param("2027-03-17", 3, id="three"),
        pytest.param("2027-03-19", 1, id="one"),
        pytest.param("2027-03-20", 1, id="on-the-day"),
        pytest.param("2027-03-21", None, id="over"),
    ],
)
def test_the_latest_threshold_is_due(today, wanted):
    assert due([7, 3, 1], date(2027, 3, 20), date.fromisoformat(today)) == wanted


def test_each_audience():
    everybody = {"silent": SILENT, "will": WILL, "told": TOLD, "listed": LISTED, "approved": APPROVED}
    everybody |= {"failed": FAILED, "passed": PASSED, "wont": Position("wont")}
    concerned = {name: {who for who, one in everybody.items() if of(one)} for name, of in AUDIENCES.items()}
    assert concerned == {
        "intends": {"will"},
        "under-way": {"told", "listed", "approved", "failed", "passed"},
        "unpaid": {"told", "listed"},
        "failed": {"failed"},
        "passed": {"passed"},
    }


@pytest.mark.parametrize(
    ("text", "days"),
    [("7, 3, 1", [7, 3, 1]), ("1 3 7", [7, 3, 1]), ("0", [0]), ("7，3、1", [7, 3, 1]), ("3,3", [3]), ("60", [60])],
)
def test_days_are_read(text, days):
    assert read_days(text) == days


@pytest.mark.parametrize("text", ["", ",", "61", "-1", "1.5", "seven", "1,2,3,4,5,6,7", "²"])
def test_what_are_no_days_is_refused(text):
    with pytest.raises(RuleViolation):
        read_days(text)


@pytest.mark.parametrize(
    ("says", "level", "subjects", "kept"),
    [
        pytest.param("will", "ASW", [], None, id="every-subject"),
        pytest.param("will", "SW", ["sw-practice", "sw-law-policy"], ["sw-law-policy", "sw-practice"], id="some"),
        pytest.param(
            "will", "SW", ["sw-practice", "sw-law-policy", "sw-comprehensive"], None, id="all-of-them-is-every"
        ),
        pytest.param("wont", None, [], None, id="no-level"),
    ],
)
def test_what_may_be_said(says, level, subjects, kept):
    assert check_statement(says, level, subjects) == kept


@pytest.mark.parametrize(
    ("says", "level", "subjects"),
    [
        pytest.param("perhaps", "ASW", [], id="says"),
        pytest.param("will", None, [], id="without-level"),
        pytest.param("registered", None, [], id="registered-without-level"),
        pytest.param("will", "XX", [], id="level"),
        pytest.param("will", "ASW", ["sw-practice"], id="subject-of-another-level"),
    ],
)
def test_what_may_not_be_said(says, level, subjects):
    with pytest.raises(RuleViolation):
        check_statement(says, level, subjects)
