"""On-line units: whom they are open to, completed once by test or confirming, hours once, voided and done again."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from examprep.bank import actions as bank
from examprep.bank import life, ruling
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.ce.models import LineRow
from examprep.kernel.errors import RuleViolation
from examprep.practice.models import AnswerRow, DayRow, MemoryRow
from examprep.practice.rebuild import day_differences, memory_differences
from examprep.practice.wiring import FEATURE as PRACTICE
from examprep.reminders.models import OutboxRow
from examprep.training import actions, enrolling, unit_judging, unit_learning, unit_store, units
from examprep.training.models import ClassRow
from examprep.training.unit_models import CompletionRow, TryRow
from examprep.training.wiring import FEATURE as TRAINING
from tests.practice.conftest import chapters, questions, tree  # noqa: F401 -- fixtures


@pytest.fixture
def make(season, world):
    """``make(…)`` gives Ann's county a unit and says its number; open to the county unless a class is named."""
    trainer = season.actor("ann_trainer")
    course = season.do(actions.add_course, trainer, actions.CourseEntry("继续教育网课", "continuing", "general"))

    def go(**changes):
        entry = {"course_id": course, "title": "伦理守则", "kind": "text", "body": "# 守则", "minutes": 45}
        if "class_id" not in changes:
            entry["organisation_id"] = world.organisations["ann_county"]
        with season.database.write() as session:
            typed = units.UnitEntry(**{**entry, **changes})
            return units.add(session, season.runtime.vault, trainer, typed, now=season.clock.now())

    return go


def minutes(season, who):
    query = select(func.sum(LineRow.minutes)).where(LineRow.person_id == who.person_id)
    return season.ask(lambda s: s.scalar(query)) or 0


def completions(season):
    return season.ask(lambda s: list(s.scalars(select(CompletionRow).order_by(CompletionRow.id))))


def test_confirming_comes_not_too_soon_and_gives_hours_once(season, sign_in, make):
    unit_id, ann = make(least_minutes=20), season.actor("ann_candidate")
    client, page = sign_in("ann_candidate"), f"/training/units/{unit_id}"
    assert client.post(f"{page}/confirm").status_code == 422  # not opened
    assert "<h3>守则</h3>" in client.get(page).text
    assert client.post(f"{page}/confirm").status_code == 422
    season.go_to(season.clock.now(), timedelta(minutes=20))
    for _ in range(2):
        assert client.post(f"{page}/confirm").status_code == 303
    assert minutes(season, ann) == 45
    assert [each.how for each in completions(season)] == ["confirmed"]
    assert "伦理守则" in client.get("/training/units?state=finished").text
    assert "伦理守则" not in client.get("/training/units?state=begun").text


def test_a_completion_is_voided_with_its_hours_and_made_again(season, sign_in, make):
    unit_id, ann = make(least_minutes=10), season.actor("ann_candidate")
    client, page = sign_in("ann_candidate"), f"/training/units/{unit_id}"
    client.get(page)
    season.go_to(season.clock.now(), timedelta(minutes=10))
    client.post(f"{page}/confirm")
    (done,) = completions(season)
    void = f"/training/all/units/{unit_id}/persons/{ann.person_id}/completions/{done.id}/void"
    trainer = sign_in("ann_trainer")
    assert trainer.post(void, data={"reason": " "}).status_code == 422
    assert sign_in("bob_trainer").post(void, data={"reason": "x"}).status_code == 404
    assert client.post(void, data={"reason": "x"}).status_code == 403
    assert minutes(season, ann) == 45
    for _ in range(2):
        assert trainer.post(void, data={"reason": "由他人代学"}).status_code == 303
    assert minutes(season, ann) == 0
    assert "由他人代学" in client.get(page).text
    assert client.post(f"{page}/confirm").status_code == 422  # the wait begins anew
    season.go_to(season.clock.now(), timedelta(minutes=10))
    assert client.post(f"{page}/confirm").status_code == 303
    assert minutes(season, ann) == 45
    assert [each.round for each in completions(season)] == [1, 2]


@pytest.fixture
def tested(make, chapters, questions):  # noqa: F811 -- fixtures
    """A unit with a test of three of six single-choice questions whose key is B; two points of three pass."""
    return make(chapter_id=chapters[0], question_count=3, pass_half_points=4)


def sit(client, unit_id, *, right):
    """Begin a try and answer so many of its questions right; what came back."""
    client.get(f"/training/units/{unit_id}")
    page = client.post(f"/training/units/{unit_id}/test", follow_redirects=True).text
    number = re.search(rf"/training/units/{unit_id}/test/(\d+)", page)[1]
    ticks = {f"tick-{place}": "1" if place < right else "0" for place in range(3)}
    return client.post(f"/training/units/{unit_id}/test/{number}", data=ticks), number, ticks


def test_a_test_is_marked_by_the_bank_and_passing_completes_once(season, sign_in, tested):
    client, ann = sign_in("ann_candidate"), season.actor("ann_candidate")
    assert sit(client, tested, right=1)[0].status_code == 303
    page = client.get(f"/training/units/{tested}").text
    assert "建议再学" in page
    assert "解析" not in page  # the answers are shown only once it is passed
    assert client.post(f"/training/units/{tested}/confirm").status_code == 422
    assert (minutes(season, ann), completions(season)) == (0, [])
    _, number, ticks = sit(client, tested, right=2)
    assert client.post(f"/training/units/{tested}/test/{number}", data=ticks).status_code == 303  # sent again
    assert minutes(season, ann) == 45
    tries = season.ask(lambda s: list(s.scalars(select(TryRow).order_by(TryRow.number))))
    assert [(t.number, t.earned, t.full_half_points, t.passed) for t in tries] == [(1, 2, 6, False), (2, 4, 6, True)]
    assert "解析" in client.get(f"/training/units/{tested}").text
    client.post(f"/training/units/{tested}/test")  # completed: no further try is begun
    assert season.ask(lambda s: s.scalar(select(func.count(TryRow.id)))) == 2
    assert "ann_candidate" in sign_in("ann_trainer").get(f"/training/all/units/{tested}?state=finished&export=csv").text


def test_a_test_enters_the_log_of_practice_once(season, sign_in, tested):
    client, ann = sign_in("ann_candidate"), season.actor("ann_candidate")
    _, number, ticks = sit(client, tested, right=1)
    client.post(f"/training/units/{tested}/test/{number}", data=ticks)  # sent again
    lines = season.ask(lambda s: list(s.scalars(select(AnswerRow).order_by(AnswerRow.id))))
    assert [(line.person_id, line.mode, line.half_points, line.full_half_points) for line in lines] == [
        (ann.person_id, "unit", 2, 2),
        (ann.person_id, "unit", 0, 2),
        (ann.person_id, "unit", 0, 2),
    ]
    kept = season.ask(lambda s: s.execute(select(MemoryRow.reps, MemoryRow.mistaken_at.is_not(None))).all())
    assert sorted(kept) == [(1, False), (1, True), (1, True)]
    assert season.ask(lambda s: s.execute(select(DayRow.answered, DayRow.rights)).all()) == [(3, 1)]
    assert differing(season) == []


def differing(season):
    """What `examprep verify` would print."""
    made = (memory_differences, day_differences, unit_judging.differences)
    return season.ask(lambda s: [each for find in made for each in find(s, False)])


class Repair:
    """Says of a question of the test that D is right, by a ruling, and takes that back."""

    def __init__(self, season, question):
        self.season, self.question, self.number = season, question, 1

    def rule(self, treatment="remark"):
        content = Choices(self.question.options, frozenset({3}), self.question.option_notes)
        draft = Draft("single-choice", self.question.stem, content, chapter_ids=frozenset(self.question.chapter_ids))
        do, second = self.season.do, self.season.actor("ann_administrator")
        trainer = self.season.actor("ann_trainer")
        if self.number == 1:
            do(bank.revise, trainer, self.question.question_id, draft)
            do(life.approve, second, self.question.question_id, number=2)
        self.number += 1
        dependents = (PRACTICE.dependents[0], TRAINING.dependents[0])
        asked = (self.question.question_id, 1, treatment)
        told = self.season.ask(lambda s: ruling.preview(s, trainer, *asked, dependents))
        return do(ruling.rule, trainer, *asked, "答案印错", dependents), dict(told)

    def take_back(self, ruling_id):
        dependents = (PRACTICE.dependents[0], TRAINING.dependents[0])
        self.season.do(ruling.take_back, self.season.actor("ann_trainer"), ruling_id, dependents)


@pytest.fixture
def wrong_key(season, questions, make):  # noqa: F811
    """A unit whose test asks two questions; the key of the first will turn out to be D."""
    ids = tuple(each.question_id for each in questions[:2])
    return make(question_ids=ids, question_count=2, pass_half_points=4), Repair(season, questions[0])


def answer(season, client, unit_id, repair, first, second):
    """Sit the test; the places ticked in the question with the wrong key and in the other."""
    client.get(f"/training/units/{unit_id}")
    client.post(f"/training/units/{unit_id}/test")
    row = season.ask(lambda s: s.scalars(select(TryRow).order_by(TryRow.id.desc()).limit(1)).one())
    place = row.version_ids.index(repair.question.version_id)
    ticks = {f"tick-{place}": str(first), f"tick-{1 - place}": str(second)}
    assert client.post(f"/training/units/{unit_id}/test/{row.number}", data=ticks).status_code == 303


def stands(season):
    return season.ask(lambda s: s.execute(select(TryRow.earned, TryRow.full_half_points, TryRow.passed)).all())


def test_a_ruling_judges_tries_anew_and_grants_what_was_earned(season, sign_in, wrong_key):
    (unit_id, repair), ann = wrong_key, season.actor("ann_candidate")
    answer(season, sign_in("ann_candidate"), unit_id, repair, 3, 1)
    sent_on = season.clock.now()
    assert stands(season) == [(2, 4, False)]
    season.go_to(sent_on, timedelta(days=3))
    ruling_id, told = repair.rule()
    assert {name: (each.answers, each.better) for name, each in told.items()} == {
        "Practice": (1, 1),
        "Tests of on-line units": (1, 1),
    }
    assert stands(season) == [(4, 4, True)]
    (done,) = completions(season)
    assert (done.how, done.completed_at, minutes(season, ann)) == ("test", sent_on, 45)
    assert differing(season) == []
    assert season.ask(lambda s: s.scalar(select(func.count()).where(OutboxRow.template == "bank-ruling"))) == 1
    repair.take_back(ruling_id)
    # What was granted stays granted.
    assert (stands(season), minutes(season, ann)) == ([(2, 4, False)], 45)
    assert differing(season) == []


def test_what_a_ruling_takes_away_takes_no_hours(season, sign_in, wrong_key):
    (unit_id, repair), ann = wrong_key, season.actor("ann_candidate")
    client = sign_in("ann_candidate")
    answer(season, client, unit_id, repair, 1, 1)
    assert minutes(season, ann) == 45
    repair.rule()
    assert (stands(season), minutes(season, ann)) == ([(2, 4, False)], 45)
    repair.rule("void")
    assert (stands(season), minutes(season, ann)) == ([(2, 2, True)], 45)
    assert len(completions(season)) == 1
    assert client.get(f"/training/units/{unit_id}").status_code == 200
    assert differing(season) == []


def test_tries_are_found_by_the_versions_they_asked(season, sign_in, wrong_key):
    unit_id, repair = wrong_key
    answer(season, sign_in("ann_candidate"), unit_id, repair, 3, 3)
    with season.database.write() as session:
        known = session.scalars(select(TryRow)).one()
        same = {name: getattr(known, name) for name in ("unit_id", "person_id", "needed_half_points", "begun_at")}
        sent = {"sent_at": known.sent_at, "full_half_points": 4, "earned": 0, "passed": False, "ticks": []}
        asked = ([9_007, 9_070], [9_070], [90_071], [19_007], [19_007, 9_007])
        session.add_all(TryRow(**same, **sent, number=2 + n, version_ids=each) for n, each in enumerate(asked))
        session.add(TryRow(**same, full_half_points=4, number=9, version_ids=[9_007]))  # not sent

    def found(*versions):
        return season.ask(lambda s: [row.version_ids for row in unit_judging.with_versions(s, versions)])

    assert found(9_007) == [[19_007, 9_007], [9_007, 9_070]]
    assert found(90_071, 9_070) == [[90_071], [9_070], [9_007, 9_070]]
    assert found() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_verify_finds_and_mends_a_try_that_was_tampered_with(season, sign_in, wrong_key):
    unit_id, repair = wrong_key
    answer(season, sign_in("ann_candidate"), unit_id, repair, 3, 3)
    with season.database.write() as session:
        session.scalars(select(TryRow)).one().earned = 4
    assert len(differing(season)) == 1
    with season.database.write() as session:
        assert len(list(unit_judging.differences(session, True))) == 1
    assert (stands(season), differing(season)) == ([(0, 4, False)], [])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_forged_answer_is_refused_and_leaves_the_try_open(season, sign_in, tested):
    client = sign_in("ann_candidate")
    client.get(f"/training/units/{tested}")
    client.post(f"/training/units/{tested}/test")
    address = f"/training/units/{tested}/test/1"
    for ticks in ({"tick-0": "9"}, {"tick-0": ["0", "1"]}, {"tick-0": "x"}):
        assert client.post(address, data=ticks).status_code == 422
    assert client.post(f"/training/units/{tested}/test/7", data={}).status_code == 404
    assert season.ask(lambda s: s.scalar(select(TryRow.sent_at))) is None
    assert client.post(address, data={}).status_code == 303  # a blank paper earns nothing
    assert season.ask(lambda s: s.scalar(select(TryRow.earned))) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_tests_that_cannot_be_held_are_refused(make, chapters, questions):  # noqa: F811
    ids = tuple(each.question_id for each in questions[:2])
    for wrong, code in (
        ({"chapter_id": chapters[0], "question_count": 7, "pass_half_points": 2}, "training.unit-questions"),
        ({"chapter_id": chapters[0], "question_count": 3, "pass_half_points": 7}, "training.unit-mark"),
        ({"chapter_id": chapters[0], "question_count": 3}, "training.unit-test"),
        ({"question_ids": ids, "chapter_id": chapters[0], "pass_half_points": 2}, "training.unit-test"),
        ({"question_ids": (*ids, 999_999), "pass_half_points": 2}, "training.unit-questions"),
        ({"kind": "video"}, "training.unit-content"),
        ({"kind": "file"}, "training.unit-content"),
        ({"body": " "}, "training.unit-content"),
    ):
        with pytest.raises(RuleViolation) as refused:
            make(**wrong)
        assert refused.value.code == code
    assert make(question_ids=ids, pass_half_points=4)


def test_whom_a_unit_is_open_to(season, sign_in, client, make, world):
    with season.database.read() as session:
        course = unit_store.unit(session, season.actor("ann_trainer"), make()).course_id
    class_id = season.class_()
    with season.database.write() as session:
        session.get_one(ClassRow, class_id).course_id = course
    county, of_class = make(title="全县单元"), make(title="班级单元", class_id=class_id)
    ann, bob = sign_in("ann_candidate"), sign_in("bob_candidate")
    assert [bob.get(f"/training/units/{each}").status_code for each in (county, of_class)] == [404, 404]
    assert [ann.get(f"/training/units/{each}").status_code for each in (county, of_class)] == [200, 404]
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    assert ann.get(f"/training/units/{of_class}").status_code == 200
    assert "班级单元" in ann.get("/training/units").text
    season.do(enrolling.leave, season.actor("ann_candidate"), class_id)
    assert ann.get(f"/training/units/{of_class}").status_code == 404
    assert ann.post(f"/training/units/{of_class}/confirm").status_code == 404
    assert client.get(f"/training/units/{county}").status_code == 303
    for page in ("", "/edit", f"/persons/{world.people['ann_candidate']}"):
        found = [
            sign_in(name).get(f"/training/all/units/{county}{page}").status_code
            for name in ("ann_trainer", "bob_trainer", "ann_candidate")
        ]
        assert found == [200, 404, 403]
    bob_person = world.people["bob_candidate"]
    assert sign_in("ann_trainer").get(f"/training/all/units/{county}/persons/{bob_person}").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_written_by_form_withdrawn_and_opened_again(season, sign_in, make, world):
    unit_id = make()
    trainer, learner = sign_in("ann_trainer"), sign_in("ann_candidate")
    course = season.ask(lambda s: unit_store.unit(s, season.actor("ann_trainer"), unit_id).course_id)
    whom = f"organisation-{world.organisations['ann_county']}"
    typed = {"title": "新单元", "course_id": course, "whom": whom, "kind": "text", "hours": "2", "chapter_id": "0"}
    assert trainer.post("/training/all/units/new", data={**typed, "submit": "1"}).status_code == 422
    sent = trainer.post("/training/all/units/new", data={**typed, "body": "正文", "submit": "1"})
    assert sent.status_code == 303, sent.text
    assert (
        trainer.post(
            "/training/all/units/new",
            data={**typed, "body": "x", "whom": f"organisation-{world.organisations['bob_county']}", "submit": "1"},
        ).status_code
        == 422
    )
    page = f"/training/all/units/{unit_id}"
    assert trainer.post(f"{page}/withdraw", data={"reason": ""}).status_code == 422
    assert trainer.post(f"{page}/withdraw", data={"reason": "内容过时"}).status_code == 303
    assert learner.get(f"/training/units/{unit_id}").status_code == 404
    assert trainer.post(f"{page}/reopen").status_code == 303
    assert learner.get(f"/training/units/{unit_id}").status_code == 200
    changed = {**typed, "title": "改名", "body": "正文", "submit": "1"}
    assert trainer.post(f"{page}/edit", data=changed).status_code == 303
    assert "改名" in trainer.get("/training/all/units?q=改名&sort=-completed").text


def test_two_at_once_complete_a_unit_once(season, make):
    """What the page checks first is held by the database: a second standing completion cannot be kept."""
    unit_id, ann = make(), season.actor("ann_candidate")
    season.do(unit_learning.open_, ann, unit_id)
    season.do(unit_learning.confirm, ann, unit_id)
    (done,) = completions(season)
    values = {name: getattr(done, name) for name in ("unit_id", "person_id", "how", "minutes", "completed_at")}

    def once_more():
        with season.database.write() as session:
            session.add(CompletionRow(round=2, **values))

    with pytest.raises(IntegrityError):
        once_more()
