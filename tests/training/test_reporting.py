"""What came of a class: attendance and hours of its closed sessions, and the exam beside the region."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from examprep.exams import tallies
from examprep.exams.models import OutcomeRow, SittingRow, TrendRow
from examprep.kernel.errors import NotFound
from examprep.mocks.models import AttemptRow, PaperRow
from examprep.people.actions import region_of
from examprep.syllabus import actions as syllabus
from examprep.syllabus.loading import load_data
from examprep.training import attending, enrolling, reporting
from examprep.training.models import ClassRow, CourseRow
from tests.training.conftest import EVENING, NEXT_EVENING


@pytest.fixture
def report(season):
    def ask(class_id, name="ann_trainer"):
        actor = season.actor(name)
        return season.ask(lambda s: reporting.report(s, actor, class_id, now=season.clock.now()))

    return ask


def closed(season, session_id, *present):
    """Hold a session and close it."""
    trainer = season.actor("ann_trainer")
    season.do(attending.take_attendance, trainer, session_id, {who.person_id: True for who in present})
    season.do(attending.close_session, trainer, session_id)


def test_attendance_and_hours_are_those_of_closed_sessions(season, report):
    class_id, people = season.class_(), season.learners(4)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    first, second = season.sessions(class_id)
    empty = report(class_id)
    assert (empty.held, empty.attendance.base, empty.minutes, empty.fates) == (0, 0, 0, None)
    season.go_to(EVENING.ends_at)
    closed(season, first, *people[:3])
    season.go_to(NEXT_EVENING.ends_at)
    # Ticked and not closed yet: it has given nothing, and is no seat taken.
    season.do(attending.take_attendance, season.actor("ann_trainer"), second, {people[0].person_id: True})
    found = report(class_id)
    assert (found.held, found.came) == (1, 3)
    assert (found.attendance.part, found.attendance.base) == (3, 4)
    assert sorted(each.attended for each in found.learners) == [0, 1, 1, 1]
    given = {each.minutes for each in found.learners if each.attended}
    assert len(given) == 1
    assert found.minutes == 3 * given.pop() > 0
    season.do(attending.reopen_session, season.actor("ann_trainer"), first, reason="wrong list")
    assert (report(class_id).held, report(class_id).minutes) == (0, 0)
    # Closed anew with one of them left: what the first closing gave was taken back.
    trainer = season.actor("ann_trainer")
    season.do(attending.take_attendance, trainer, first, {who.person_id: who is people[0] for who in people})
    season.do(attending.close_session, trainer, first)
    assert (report(class_id).came, report(class_id).minutes) == (1, found.minutes // 3)


@pytest.fixture
def examined(season):
    """A class of four for the exam of 2026: one passed, one sat, one stayed away, one never registered.

    A fifth of the same unit passed without it.
    """
    class_id, people = season.class_(kind="exam", exam_year=2026), season.learners(5)
    for who in people[:4]:
        season.do(enrolling.enrol, who, class_id)
    with season.database.write() as session:
        session.execute(insert(SittingRow).values(year=2026, certainty="H"))
        same = {
            "year": 2026, "level": "ASW", "organisation_id": people[0].organisation_id, "approved": True,
            "region_code": region_of(session, people[0].organisation_id), "pending": False, "first_time": True,
            "trained": True, "sat_bits": 3, "passed_bits": 0,
        }  # fmt: skip
        fared = ((True, True), (True, False), (False, False), None, (True, True))
        session.execute(
            insert(OutcomeRow),
            [
                {**same, "person_id": who.person_id, "sat": how[0], "qualified": how[1]}
                for who, how in zip(people, fared, strict=True)
                if how
            ],
        )
    return class_id, people


@pytest.mark.parametrize(
    ("level", "mine", "theirs"),
    [
        pytest.param(None, (3, 2, 1), (60, 40, 10), id="any"),
        pytest.param("ASW", (3, 2, 1), (30, 20, 5), id="the-courses"),
        pytest.param("SSW", (0, 0, 0), (0, 0, 0), id="another"),
    ],
)
def test_the_exam_beside_the_region(season, report, examined, level, mine, theirs):
    class_id, _ = examined
    with season.database.write() as session:
        session.execute(update(CourseRow).values(level=level))
        where = region_of(session, session.get_one(ClassRow, class_id).organisation_id)
        counts = {"registered": 30, "approved": 29, "sat": 20, "passed": 5}
        for of, year in (("ASW", 2026), ("SW", 2026), ("ASW", 2025)):
            session.execute(insert(TrendRow).values(region_code=where, level=of, year=year, **counts))
    found = report(class_id)
    assert (found.fates.registered, found.fates.sat, found.fates.passed) == mine
    assert (found.region.registered, found.region.sat, found.region.passed) == theirs
    reached = [each.exam for each in sorted(found.learners, key=lambda each: each.person_id)]
    assert reached == (["passed", "sat", "absent", "unregistered"] if mine[0] else ["unregistered"] * 4)


@pytest.mark.parametrize(("sat", "shown"), [(4, None), (5, (62, 5))])
def test_mocks_beside_the_region_where_it_is_not_few(season, report, examined, sat, shown):
    class_id, people = examined
    season.clock.advance(timedelta(days=1))
    at = season.clock.now()
    paper = {
        "syllabus": "x", "seed": 1, "full": False, "minutes": 60, "half_points": 100, "made_by": people[0].person_id,
        "made_at": at, "title": "", "keys": "at-once",
    }  # fmt: skip
    with season.database.write() as session:
        load_data(session, season.clock.today())
        subject = syllabus.subjects(session)[0].code
        for place, who in enumerate(people[:sat]):
            id_ = session.execute(insert(PaperRow).values(**paper, subject_code=subject)).inserted_primary_key[0]
            marks = {"half_points": 50 + 6 * place, "full_half_points": 100}
            times = {"begun_at": at - timedelta(hours=1), "ends_at": at, "ended_at": at, "marked_at": at}
            session.execute(
                insert(AttemptRow).values(paper_id=id_, person_id=who.person_id, ended_by="time", **marks, **times)
            )
    found = report(class_id)
    assert (round(found.mocks.percent), found.mocks.persons) == (59, 4)  # 50, 56, 62, 68 of a hundred
    there = found.mocks_there
    assert (there and (round(there.percent), there.persons)) == shown


def test_officers_count_an_exam_by_class(season, examined, sign_in):
    class_id, people = examined
    with season.database.write() as session:
        tallies.recount(session, [(2026, people[0].organisation_id)])
    officer = sign_in("ann_officer")
    page = officer.get("/exams/groups?by=class&year=2026").text
    assert f"class={class_id}" in page
    assert "1/3" in page  # passed of registered
    listed = officer.get(f"/exams/persons?year=2026&class={class_id}").text
    assert [who.name in listed for who in people] == [True, True, True, False, False]
    assert sign_in("bob_officer").get(f"/exams/persons?year=2026&class={class_id}").status_code == 404


def test_a_class_of_others_has_no_report(season, report, sign_in):
    class_id = season.class_()
    with pytest.raises(NotFound):
        report(class_id, "bob_trainer")
    assert sign_in("bob_trainer").get(f"/training/all/{class_id}/report").status_code == 404
    assert sign_in("ann_candidate").get(f"/training/all/{class_id}/report").status_code == 403


def test_the_page_and_its_download(season, sign_in):
    class_id, (who,) = season.class_(kind="exam", exam_year=2026), season.learners(1)
    season.do(enrolling.enrol, who, class_id)
    trainer = sign_in("ann_trainer")
    at = f"/training/all/{class_id}/report"
    assert who.name in trainer.get(at).text
    assert f'href="{at}"' in trainer.get(f"/training/all/{class_id}").text
    sheet = trainer.get(f"{at}?export=csv")
    assert sheet.status_code == 200
    assert who.name in sheet.text
