"""Rows of every kind for two rows of one person, and what is compared before and after a merge."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from flask import Flask
from sqlalchemy import func, select

from examprep.app.wiring import FEATURES
from examprep.campaign import models as campaign
from examprep.ce import counting
from examprep.ce import models as ce
from examprep.ce.case_models import CaseRow
from examprep.ce.claim_models import ClaimRow
from examprep.exams import models as exams
from examprep.feature import parts_of
from examprep.mocks import models as mocks
from examprep.people import merging
from examprep.people.models import AccountRow, MembershipRow
from examprep.plumbing.db import Base
from examprep.practice import models as practice
from examprep.register.actions import add_certificate
from examprep.reminders.models import MuteRow, OutboxRow
from examprep.training import models as training
from examprep.training.mentor_models import MentorMeetingRow, MentorRow
from examprep.training.presence_models import PresenceRow
from examprep.training.unit_models import CompletionRow, UnitOpeningRow, UnitRow

NOW = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)
TODAY = date(2026, 4, 1)
PARTS = parts_of(FEATURES)
# What a merge and its taking back write, and never take away again; `bank_revision` only tells processes to look again.
HISTORY = {"audit_event", "person_merge", "person_merged_row", "register_event", "award_line", "bank_revision"}


class Rows:
    """A class, a unit, a paper, an assignment; and facts about persons, by name, each written as the logs have them."""

    def __init__(self, session, world, versions):
        self.session, self.world, self.versions, self.numbers = session, world, versions, count(1_000)
        trainer, place = world.people["ann_trainer"], world.organisations["ann_county"]
        for year in (2024, 2025):
            session.add(exams.SittingRow(year=year, certainty="H"))
            session.flush()
            self.put(exams.PassLineRow, year=year, level="SW", half_points=120, source="通知", certainty="H")
        course = self.put(
            training.CourseRow, organisation_id=place, name="考前班", kind="exam", level="SW", category="professional",
            created_at=NOW,
        )  # fmt: skip
        self.class_id = self.put(
            training.ClassRow, course_id=course, organisation_id=place, trainer_id=trainer, name="一班", capacity=3,
            mode="on-site", opens_on=date(2026, 1, 1), closes_on=date(2026, 6, 1), state="open", exam_year=2025,
            created_at=NOW,
        )  # fmt: skip
        self.session_id = self.put(
            training.SessionRow, class_id=self.class_id, starts_at=NOW - timedelta(days=3, hours=2),
            ends_at=NOW - timedelta(days=3), changed_at=NOW, state="closed", closings=1, closed_at=NOW,
            closed_by=trainer,
        )  # fmt: skip
        self.unit_id = self.put(
            UnitRow, course_id=course, class_id=self.class_id, title="伦理", kind="text", minutes=45, least_minutes=0,
            added_by=trainer, added_at=NOW,
        )  # fmt: skip
        self.paper_id = self.put(
            mocks.PaperRow, subject_code="sw-law-policy", syllabus="2025", seed=1, full=True, minutes=90,
            half_points=200, made_by=trainer, made_at=NOW, organisation_id=place, title="模考", opens_at=NOW,
            closes_at=NOW + timedelta(days=9), keys="at-once",
        )  # fmt: skip
        self.put(
            mocks.ItemRow, paper_id=self.paper_id, position=1, version_id=versions[0].version_id,
            question_id=versions[0].question_id, type="single-choice", half_points=2,
        )  # fmt: skip
        self.assignment_id = self.put(
            practice.AssignmentRow, organisation_id=place, set_by=trainer, subject_code="sw-law-policy", title="作业",
            question_ids=[], due_on=TODAY, set_at=NOW,
        )  # fmt: skip
        self.notice_id = self.put(
            campaign.AnnouncementRow, organisation_id=place, titles={"zh": "通知"}, bodies={"zh": "内容"},
            since=TODAY, until=date(2026, 5, 1), pinned=False, by_mail=False, by_id=trainer, written_at=NOW,
        )  # fmt: skip
        self.cohort_id = self.put(
            exams.CohortRow, organisation_id=place, owner_id=world.people["ann_officer"], name="名单", made_at=NOW
        )

    def put(self, model, **values):
        row = model(**values)
        self.session.add(row)
        self.session.flush()
        return getattr(row, "id", None)

    def registered(self, person, year=2025):
        place = self.world.organisations["ann_agency"]
        about = {"organisation_id": place, "region_code": "520526", "approved": True, "recorded_at": NOW}
        self.put(exams.RegistrationRow, person_id=person, year=year, level="SW", **about)

    def marked(self, person, year=2025):
        for subject in ("sw-comprehensive", "sw-law-policy", "sw-practice"):
            about = {"half_points": 130, "code": "scored", "recorded_at": NOW}
            self.put(exams.MarkRow, person_id=person, year=year, subject_code=subject, **about)

    def examined(self, person):
        self.registered(person)
        self.marked(person)

    def examined_before(self, person):
        self.registered(person, 2024)
        self.marked(person, 2024)

    def in_cohort(self, person):
        self.put(exams.CohortPersonRow, cohort_id=self.cohort_id, person_id=person)

    def answered(self, person):
        for day, version in enumerate(self.versions[:3]):
            self.put(
                practice.AnswerRow, person_id=person, client_id=f"c{next(self.numbers)}", subject_code="sw-law-policy",
                question_id=version.question_id, version_id=version.version_id, ticked=[1], half_points=day % 2 * 2,
                full_half_points=2, at=NOW - timedelta(days=9 - day, hours=person % 3), mode="learn",
            )  # fmt: skip

    def noted(self, person):
        for version in self.versions[: 1 + person % 3]:
            self.put(practice.NoteRow, person_id=person, question_id=version.question_id, words="记", written_at=NOW)
            self.put(practice.MarkRow, person_id=person, question_id=version.question_id, marked_at=NOW)
        tag = self.put(practice.TagRow, person_id=person, name="易错")
        self.put(practice.TaggedRow, tag_id=tag, question_id=self.versions[0].question_id)
        self.put(practice.HabitRow, person_id=person, days_to_leave=2, set_at=NOW)

    def given_work(self, person):
        self.put(practice.GivenRow, assignment_id=self.assignment_id, person_id=person)
        self.put(mocks.GivenRow, paper_id=self.paper_id, person_id=person)

    def sat_a_mock(self, person):
        self.put(
            mocks.AttemptRow, paper_id=self.paper_id, person_id=person, begun_at=NOW, ends_at=NOW + timedelta(hours=2),
            ended_at=NOW, ended_by="person", marked_at=NOW, half_points=0, full_half_points=0,
        )  # fmt: skip

    def seated(self, person):
        turn = self.session.scalar(select(func.count()).select_from(training.EnrolmentRow)) + 1
        self.put(training.EnrolmentRow, class_id=self.class_id, person_id=person, state="enrolled", turn=turn, at=NOW)
        if self.session.get(exams.TrainedRow, (person, 2025)) is None:
            self.put(exams.TrainedRow, person_id=person, year=2025)

    def attended(self, person):
        by = self.world.people["ann_trainer"]
        for kind, hours in (("in", 2), ("out", 0)):
            at = NOW - timedelta(days=3, hours=hours)
            self.put(
                PresenceRow, session_id=self.session_id, person_id=person, kind=kind, how="hand", by_id=by, at=at,
                noted_at=at,
            )  # fmt: skip
        self.granted(person)

    def came(self, person):
        """The log of presence alone: the session is not closed yet."""
        at = NOW - timedelta(days=3, hours=2)
        self.put(
            PresenceRow, session_id=self.session_id, person_id=person, kind="in", how="hand",
            by_id=self.world.people["ann_trainer"], at=at, noted_at=at,
        )  # fmt: skip

    def granted(self, person):
        line = self.line(person, "training.session", self.session_id)
        self.put(
            training.GrantRow, session_id=self.session_id, person_id=person, closing=1, minutes=120, line_id=line,
            granted_at=NOW,
        )  # fmt: skip

    def met(self, mentor, mentee):
        """A meeting of a pair; returns its number."""
        pair = self.put(training.MentorPairRow, mentor_id=mentor, mentee_id=mentee, since=date(2026, 1, 1))
        return self.put(
            MentorMeetingRow, pair_id=pair, held_on=date(2026, 3, 1), minutes=45, words="谈", hours_for=["mentee"],
            state="stands", by_id=mentor, at=NOW,
        )  # fmt: skip

    def claimed(self, person):
        """A claim of hours that waits for its review."""
        return self.put(
            ClaimRow, person_id=person, state="submitted", typed={}, category="professional", minutes=120, units=1,
            first_on=date(2026, 3, 1), last_on=date(2026, 3, 1), created_at=NOW, changed_at=NOW,
        )  # fmt: skip

    def completed(self, person):
        self.put(UnitOpeningRow, unit_id=self.unit_id, person_id=person, first_at=NOW, last_at=NOW)
        line = self.line(person, "training.unit", self.unit_id)
        self.put(
            CompletionRow, unit_id=self.unit_id, person_id=person, round=1, how="confirmed", minutes=45, line_id=line,
            completed_at=NOW,
        )  # fmt: skip

    def line(self, person, kind, source, minutes=120, **more):
        return self.put(
            ce.LineRow, person_id=person, minutes=minutes, category="professional", activity="课", kind="hours",
            units=1, earned_on=date(2026, 3, 1), counts_on=date(2026, 3, 1), source_kind=kind, source_id=source,
            posted_at=NOW, **more,
        )  # fmt: skip

    def earned(self, person):
        self.line(person, "ce.hand", next(self.numbers), 90)

    def earned_and_lost(self, person):
        line = self.line(person, "ce.hand", next(self.numbers))
        self.line(person, "ce.reversal", line, -120, reverses_id=line, reason="误")

    def exempted(self, person):
        self.put(
            ce.ExemptionRow, person_id=person, kind="exempt", since=date(2026, 1, 1), until=date(2026, 2, 1),
            reason_code="maternity", note="", decided_by=self.world.people["ann_officer"], decided_at=NOW,
        )  # fmt: skip

    def short(self, person):
        self.put(
            CaseRow, person_id=person, code="x", period_start=date(2024, 1, 1), period_end=date(2025, 1, 1),
            opened_on=TODAY, missing_minutes=45, state="open",
        )  # fmt: skip

    def certified(self, person):
        add_certificate(
            self.session, None, person_id=person, level="SW", number=f"N{next(self.numbers)}", qualified_year=2024,
            issued_on=date(2024, 9, 1), registered_on=None, now=NOW,
        )  # fmt: skip

    def written_to(self, person):
        self.put(
            OutboxRow, key=f"k{next(self.numbers)}", person_id=person, template="test", context={}, channel="email",
            state="queued", queued_at=NOW, not_before=NOW,
        )  # fmt: skip
        self.put(MuteRow, person_id=person, template="asking")

    def said(self, person):
        about = {"exam_year": 2026, "says": "will", "level": "SW", "by_id": person, "said_at": NOW}
        self.put(campaign.StatementRow, person_id=person, **about)
        self.put(campaign.ProfileRow, person_id=person, answers={}, kept_at=NOW)
        self.put(campaign.ReadRow, announcement_id=self.notice_id, person_id=person, read_at=NOW)

    def mentored(self, person):
        mentor = self.world.people["ann_trainer"]
        if self.session.get(MentorRow, mentor) is None:
            self.put(MentorRow, person_id=mentor, places=3, chapters=[], since=TODAY)
        self.put(training.MentorPairRow, mentor_id=mentor, mentee_id=person, since=date(2026, 1, 1))

    def account(self, person):
        if self.session.scalar(select(AccountRow.id).where(AccountRow.person_id == person)) is None:
            self.put(
                AccountRow, person_id=person, sign_in_name=f"n{next(self.numbers)}", password_hash="x", created_at=NOW
            )
            self.put(
                MembershipRow, person_id=person, organisation_id=self.world.organisations["ann_agency"],
                role="candidate", since=date(2020, 1, 1),
            )  # fmt: skip

    def settle(self, *persons):
        """Let what is derived follow from what was written."""
        self.session.flush()
        for feature in FEATURES:
            for derived in feature.derived:
                list(derived.differences(self.session, True))
        self.session.flush()
        counting.recount(self.session, persons, today=TODAY)
        assert differences(self.session) == []


FACTS = (
    "registered", "marked", "examined", "examined_before", "in_cohort", "answered", "noted", "given_work",
    "sat_a_mock", "seated", "attended", "completed", "earned", "earned_and_lost", "exempted", "short", "certified",
    "claimed", "written_to", "said", "mentored", "account",
)  # fmt: skip
ONE_EXAM = ({"registered", "examined"}, {"marked", "examined"})  # of each pair a person has one


def differences(session):
    """What `examprep verify` would say."""
    session.flush()
    session.expire_all()
    return [said for feature in FEATURES for derived in feature.derived for said in derived.differences(session, False)]


def everything(session):
    """Every row of every table that a merge may touch, but for its own history."""
    session.flush()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in HISTORY:
            columns = [column for column in table.columns if column.name != "epoch"]
            found[table.name] = sorted(map(repr, session.execute(select(*columns))))
    return found


def merge(session, world, gone, kept, who="ann_officer", reason="同一人"):
    actor = world.actor(session, who)
    return merging.merge(session, actor, PARTS, gone_id=gone, kept_id=kept, reason=reason, now=NOW)


def take_back(session, world, merge_id, who="ann_officer", reason="认错人"):
    merging.take_back(session, world.actor(session, who), PARTS, merge_id, reason=reason, now=NOW)


def in_context(app: Flask):
    """Packages ask of one another what the application keeps."""
    return app.test_request_context()
