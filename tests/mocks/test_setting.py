"""Papers that a trainer sets: bounds, window, keys held back, marks, taking back, and the average of a class."""

from datetime import timedelta

import pytest

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.mocks import cards, jobs, marking, own_store, results, setting
from examprep.mocks.models import AttemptRow, GivenRow, PaperRow
from examprep.people.models import PersonRow
from examprep.plumbing.jobs import JobTurn
from examprep.practice.models import AnswerRow as LogRow
from tests.mocks.conftest import SUBJECT, WRITTEN, key
from tests.mocks.test_sitting import rows, verified


def test_it_is_set_to_those_who_practise_there(database, world, fill, assign):
    fill(8, 3)
    assign()
    assert [row.person_id for row in rows(database, GivenRow)] == [world.people["ann_candidate"]]


def test_keys_and_log_wait_for_the_end_of_the_window(
    database, runtime, clock, fill, assign, begin, keep, hand_in, report, look, outcome, sign_in
):
    fill(8, 3)
    paper = assign()
    attempt = begin(paper)
    assert begin(paper) == attempt, "begun twice it is the same"
    for item in look(attempt).items[:3]:
        keep(attempt, item.position, key(item))
    hand_in(attempt)
    shown = report(attempt)
    assert (shown.total.earned, shown.told, shown.keys_at is not None) == (6, (), True)
    assert "机密" not in sign_in("ann_candidate").get(f"/mocks/{attempt}").text
    assert rows(database, LogRow) == []
    found = outcome(paper)
    assert (found.finished, found.mean.part, [each.right.part for each in found.questions[:3]]) == (1, 6, [1, 1, 1])
    clock.advance(timedelta(hours=2))
    turn = JobTurn(runtime, clock.now(), clock.now())
    assert [jobs.end_due(turn), jobs.end_due(turn)] == [1, 0]
    assert len(rows(database, LogRow)) == 3
    assert len(report(attempt).told) == 11
    assert "机密" in sign_in("ann_candidate").get(f"/mocks/{attempt}").text
    assert verified(database) == []


def test_it_ends_with_the_window_for_whoever_began_late(database, clock, fill, assign, begin):
    fill(8, 3)
    paper = assign()
    clock.advance(timedelta(minutes=115))
    begin(paper)
    (attempt,) = rows(database, AttemptRow)
    assert attempt.ends_at - attempt.begun_at == timedelta(minutes=5)


@pytest.mark.parametrize("minutes", [-1, 120], ids=["before", "after"])
def test_outside_its_window_it_cannot_be_begun(clock, fill, assign, begin, minutes):
    fill(8, 3)
    opens = clock.now()
    paper = assign(opens_at=opens, closes_at=opens + timedelta(hours=2))
    clock.advance(timedelta(minutes=minutes))
    with pytest.raises(RuleViolation, match=r"mocks\.window"):
        begin(paper)


@pytest.mark.kept_pages
def test_a_home_says_that_it_has_opened_though_no_row_says_so(clock, fill, assign, sign_in):
    fill(8, 3)
    opens = clock.now() + timedelta(minutes=10)
    assign(opens_at=opens, closes_at=opens + timedelta(hours=2))
    client = sign_in("ann_candidate")
    assert "未开始" in client.get("/practice/").text
    clock.advance(timedelta(minutes=10))
    assert "未开始" not in client.get("/practice/").text


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"organisation_id": None, "person_ids": [0]}, id="nobody"),
        pytest.param({"closes_at": "early"}, id="too-short"),
        pytest.param({"shorter": False}, id="too-few-questions"),
    ],
)
def test_what_is_refused_keeps_nothing(database, clock, fill, assign, change):
    fill(8, 3)
    if change.get("closes_at"):
        change = {"closes_at": clock.now() + timedelta(minutes=16)}
    with pytest.raises(RuleViolation):
        assign(**change)
    assert rows(database, PaperRow) == []


def test_a_time_just_long_enough_is_set_and_is_over_at_its_last_instant(database, world, clock, fill, assign):
    fill(8, 3)
    assign(closes_at=clock.now() + timedelta(minutes=17))

    def before():
        with database.read() as session:
            return own_store.to_do(session, world.people["ann_candidate"], clock.now())

    clock.advance(timedelta(minutes=17) - timedelta(seconds=1))
    assert len(before()) == 1
    clock.advance(timedelta(seconds=1))
    assert before() == [], "nothing is before them that can be begun no more"


def test_another_county_sees_marks_and_takes_back_nothing(fill, assign, begin, hand_in, outcome, take_back, sign_in):
    fill(8, 3)
    paper = assign()
    attempt = begin(paper)
    hand_in(attempt)
    for act in (outcome, take_back):
        with pytest.raises(NotFound):
            act(paper, by="bob_trainer")
    with pytest.raises(NotFound):
        begin(paper, by="bob_candidate")
    bob, ann = sign_in("bob_trainer"), sign_in("ann_trainer")
    for path in ("", f"/sat/{attempt}", f"/sat/{attempt}/marking"):
        assert bob.get(f"/mocks/papers/{paper}{path}").status_code == 404
    assert ann.get(f"/mocks/papers/{paper}").status_code == 200
    assert ann.get(f"/mocks/papers/{paper}/sat/{attempt}").status_code == 200
    assert "全班模考" not in bob.get("/mocks/papers").text
    candidate = sign_in("ann_candidate")
    assert candidate.get(f"/mocks/papers/{paper}").status_code == 403
    assert candidate.get(f"/mocks/set/{paper}").status_code == 200


def test_withdrawn_it_is_set_to_nobody_and_void_it_counts_for_nobody(
    database, fill, assign, begin, start, take_back, look, hand_in
):
    fill(8, 3)
    first, second = assign(), assign()
    take_back(first)
    with pytest.raises(Conflict, match=r"mocks\.taken-back"):
        begin(first)
    attempt = begin(second)
    with pytest.raises(RuleViolation, match=r"mocks\.reason"):
        take_back(second, " ")
    take_back(second)
    with pytest.raises(Conflict, match=r"mocks\.taken-back"):
        take_back(second)
    assert look(attempt).taken_back == "试题有误"
    with pytest.raises(Conflict):
        hand_in(attempt)
    assert start(shorter=True) != attempt, "nobody is kept from another paper"


def test_a_trainer_marks_what_was_written(database, world, clock, cases, assign, begin, keep, hand_in, report, sign_in):
    attempt = begin(paper := assign(subject_code=WRITTEN, keys="at-once", closes_at=clock.now() + timedelta(hours=3)))
    keep(attempt, 1, written=("答",))
    hand_in(attempt)
    with pytest.raises(NotFound), database.write() as session:
        marking.mark_own(session, world.actor(session, "ann_candidate"), attempt, {}, done=True, now=clock.now())
    trainer = sign_in("ann_trainer")
    address = f"/mocks/papers/{paper}/sat/{attempt}/marking"
    assert "要点一" in trainer.get(address).text
    assert trainer.post(address, data={"point-1": ["0", "1"], "done": "yes"}).status_code == 303
    assert trainer.post(address, data={"point-1": ["0"], "done": "yes"}).status_code == 409
    assert (report(attempt).total.earned, len(rows(database, LogRow))) == (30, 1)


def test_what_waits_for_marking_is_counted_for_its_trainer(
    database, world, clock, cases, assign, begin, keep, hand_in, sign_in
):
    attempt = begin(paper := assign(subject_code=WRITTEN, keys="at-once", closes_at=clock.now() + timedelta(hours=3)))
    keep(attempt, 1, written=("答",))
    trainer, wanted = sign_in("ann_trainer"), "/mocks/papers?state=mock-to-mark"

    def card(by="ann_trainer"):
        with database.read() as session:
            return cards.to_mark(session, world.actor(session, by), clock.now())

    assert card() is None, "it is being written still"
    hand_in(attempt)
    assert (card()["count"], card("bob_trainer")) == (1, None)
    assert "全班模考" in trainer.get(wanted).text
    trainer.post(f"/mocks/papers/{paper}/sat/{attempt}/marking", data={"done": "yes"})
    assert card() is None
    assert "全班模考" not in trainer.get(wanted).text


def test_the_pages_set_and_take_back(clock, fill, sign_in):
    fill(8, 3)
    trainer = sign_in("ann_trainer")
    assert trainer.get("/mocks/papers/new").status_code == 200
    page = trainer.get(f"/mocks/papers/new?subject={SUBJECT}").text
    organisation = page.split('name="organisation_id"')[1].split('value="')[1].split('"')[0]
    fields = {
        "title": "第一次",
        "organisation_id": organisation,
        "opens_at": "2026-04-01T01:30",
        "closes_at": "2026-04-02T09:00",
        "keys": "after",
        "submit": "1",
    }
    address = f"/mocks/papers/new?subject={SUBJECT}"
    for odd in ({"opens_at": "0001-01-01T00:00"}, {"closes_at": "0001-01-01T00:00"}, {"closes_at": "9999-12-31T23:59"}):
        assert trainer.post(address, data={**fields, "shorter": "yes", **odd}).status_code == 422
    assert trainer.post(address, data={**fields, "shorter": "yes", "title": " \t "}).status_code == 422
    assert trainer.post(address, data=fields).status_code == 422, "too few questions, and the shorter not asked for"
    made = trainer.post(address, data={**fields, "shorter": "yes"})
    assert made.status_code == 303
    assert "第一次" in sign_in("ann_candidate").get("/practice/").text
    there = made.headers["Location"]
    assert trainer.post(f"{there}/take-back", data={"reason": ""}).status_code == 422
    assert trainer.post(f"{there}/take-back", data={"reason": "重出"}).status_code == 303
    assert trainer.get(f"{there}?export=csv").status_code == 200


def test_lists_are_narrowed_to_subject_and_state(clock, fill, assign, begin, take_back, sign_in):
    fill(8, 3)
    take_back(assign(title="收回的"))
    begin(open_one := assign(title="进行的"))
    opens = clock.now() + timedelta(days=1)
    assign(title="未开的", opens_at=opens, closes_at=opens + timedelta(days=1))
    trainer = sign_in("ann_trainer")

    def titles(**asked):
        page = trainer.get("/mocks/papers", query_string=asked).text
        return {title for title in ("收回的", "进行的", "未开的") if title in page}

    assert titles() == titles(subject=SUBJECT) == titles(state="nonsense") == {"收回的", "进行的", "未开的"}
    assert titles(subject=WRITTEN) == titles(state="mock-over") == set()
    assert titles(state="mock-taken-back") == {"收回的"}
    assert titles(state="mock-open") == {"进行的"}
    assert titles(state="mock-before") == {"未开的"}
    clock.advance(timedelta(hours=2))
    assert titles(state="mock-over") == {"进行的"}, "from its last instant on"
    persons = f"/mocks/papers/{open_one}"
    assert "ann_candidate" in trainer.get(f"{persons}?state=mock-under-way").text
    assert "ann_candidate" not in trainer.get(f"{persons}?state=mock-finished").text


def test_the_average_is_of_the_latest_of_each_person_with_its_base(
    database, world, clock, fill, start, keep, look, hand_in
):
    fill(8, 3)
    since = clock.now()
    for right in (2, 4):
        attempt = start(shorter=True)
        for item in look(attempt).items[:right]:
            keep(attempt, item.position, key(item))
        hand_in(attempt)
        clock.advance(timedelta(days=1))
    people = [world.people[name] for name in ("ann_candidate", "bob_candidate")]

    def average(level, until):
        with database.read() as session:
            return setting.average(session, people, level, since, until)

    found = average("SW", clock.now())
    assert (found.share, found.persons) == (pytest.approx(8 / 28), 1)
    assert average("SW", since + timedelta(days=1)).share == pytest.approx(4 / 28)
    assert average("ASW", clock.now()).percent is None


def test_whoever_has_left_is_seen_no_more_by_the_trainer_who_set_it(
    database, world, fill, assign, begin, hand_in, outcome, sign_in
):
    fill(8, 3)
    paper = assign()
    attempt = begin(paper)
    hand_in(attempt)
    with database.write() as session:
        person = session.get_one(PersonRow, world.people["ann_candidate"])
        person.organisation_id = world.organisations["bob_county"]
    assert outcome(paper).rows == []
    ann = sign_in("ann_trainer")
    assert ann.get(f"/mocks/papers/{paper}").status_code == 200
    assert ann.get(f"/mocks/papers/{paper}/sat/{attempt}").status_code == 404
    assert ann.get(f"/mocks/papers/{paper}/sat/{attempt}/marking").status_code == 404


def test_taken_back_it_counts_nowhere_and_put_back_it_counts_again(
    database, runtime, world, clock, cases, assign, begin, keep, hand_in, take_back
):
    paper = assign(subject_code=WRITTEN, keys="at-once", closes_at=clock.now() + timedelta(hours=3))
    attempt = begin(paper)
    keep(attempt, 1, written=("答",))
    hand_in(attempt)
    take_back(paper)

    def counted():
        with database.read() as session:
            candidate = world.actor(session, "ann_candidate")
            person, since = [candidate.person_id], clock.now() - timedelta(days=1)
            found = setting.average(session, person, "SW", since, clock.now() + timedelta(days=1))
            return sum(map(len, results.trends(session, candidate).values())), found.persons

    with database.write() as session:
        trainer = world.actor(session, "ann_trainer")
        marking.mark_set(session, trainer, paper, attempt, {1: frozenset({0})}, done=True, now=clock.now())
    assert (counted(), rows(database, LogRow)) == ((0, 0), [])
    with database.write() as session:
        setting.put_back(session, world.actor(session, "ann_trainer"), paper, now=clock.now())
    assert jobs.end_due(JobTurn(runtime, clock.now(), clock.now())) == 1
    assert (counted(), len(rows(database, LogRow))) == ((1, 1), 1)
    assert verified(database) == []
