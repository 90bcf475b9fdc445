"""Who counts as trained for an exam follows from seats in classes for it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from examprep.exams.models import TrainedRow
from examprep.training import actions, attending, enrolling, overview
from tests.training.conftest import EVENING, NEXT_EVENING


def trained(season, who):
    query = select(TrainedRow.year).where(TrainedRow.person_id == who.person_id)
    return season.ask(lambda s: list(s.scalars(query)))


def for_exam(season, **changes):
    return season.class_(**{"kind": "exam", "exam_year": 2026, **changes})


def change(season, class_id, **changes):
    trainer = season.actor("ann_trainer")
    card = season.ask(lambda s: overview.class_card(s, trainer, class_id, now=season.clock.now()))
    names = actions.ClassEntry.__dataclass_fields__
    entry = actions.ClassEntry(**{**{name: getattr(card, name) for name in names}, **changes})
    season.do(actions.change_class, trainer, class_id, entry)


def test_a_seat_makes_trained_and_leaving_before_the_start_unmakes(season):
    class_id, (who,) = for_exam(season), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    assert trained(season, who) == [2026]
    season.do(enrolling.leave, who, class_id)
    assert trained(season, who) == []


def test_waiting_is_not_training_until_a_seat_comes(season):
    class_id, (first, second) = for_exam(season, capacity=1), season.learners(2)
    for who in (first, second):
        season.do(enrolling.enrol, who, class_id)
    assert trained(season, second) == []
    season.do(enrolling.leave, first, class_id)
    assert (trained(season, first), trained(season, second)) == ([], [2026])


@pytest.mark.parametrize("changes", [{"kind": "continuing"}, {"exam_year": None}])
def test_only_a_class_for_an_exam_counts(season, changes):
    class_id, (who,) = for_exam(season, **changes), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    assert trained(season, who) == []


def test_another_class_for_the_same_exam_keeps_it(season):
    evenings = {"甲班": EVENING, "乙班": NEXT_EVENING}
    classes = [for_exam(season, name=name, slots=(evening,)) for name, evening in evenings.items()]
    (who,) = season.learners(1)
    for class_id in classes:
        season.do(enrolling.enrol, who, class_id)
    season.do(enrolling.leave, who, classes[0])
    assert trained(season, who) == [2026]
    season.do(actions.cancel_class, season.actor("ann_trainer"), classes[1], reason="人数不足")
    assert trained(season, who) == []


def test_who_came_once_stays_trained(season):
    class_id, (who,) = for_exam(season), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    season.go_to(EVENING.starts_at, timedelta(minutes=5))
    trainer = season.actor("ann_trainer")
    season.do(attending.take_attendance, trainer, season.sessions(class_id)[0], {who.person_id: True})
    season.do(enrolling.leave, who, class_id)
    assert trained(season, who) == [2026]


def test_the_year_of_the_class_is_corrected(season):
    class_id, (who,) = for_exam(season), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    change(season, class_id, exam_year=2027)
    assert trained(season, who) == [2027]


def test_the_kind_of_the_course_is_corrected(season):
    class_id, (who,) = for_exam(season), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    trainer = season.actor("ann_trainer")
    course = season.ask(lambda s: overview.courses(s, trainer))[0]
    entry = actions.CourseEntry(course.name, "continuing", course.category)
    season.do(actions.change_course, trainer, course.id, entry)
    assert trained(season, who) == []
