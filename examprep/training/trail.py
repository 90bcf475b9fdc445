"""How the audit trail tells of classes and mentoring."""

from sqlalchemy import select

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_by, names_from, names_of_persons
from examprep.plumbing.listing import Column
from examprep.training.board import REFUSED
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow, FeedRow, MentorPairRow, SessionRow
from examprep.training.path_models import EvidenceRow, NoteRow, TopicRow, TutoringRow
from examprep.training.question_models import QuestionRow
from examprep.training.season_models import SeasonCopyRow
from examprep.training.study_models import MaterialRow
from examprep.training.unit_models import CompletionRow, UnitRow

MANAGE = Permission.TRAINING_CLASS_MANAGE


TRAIL = Trail(
    acts={
        "training.class-cancelled": N_("Cancelled a class"),
        "training.class-changed": N_("Changed a class"),
        "training.class-copied": N_("Copied a class into a new season"),
        "training.class-planned": N_("Planned a class"),
        "training.class-reinstated": N_("Took the cancelling of a class back"),
        "training.code-refused": N_("Refused a check-in code"),
        "training.course-added": N_("Added a course"),
        "training.course-changed": N_("Changed a course"),
        "training.evidence-accepted": N_("Accepted evidence of a field task"),
        "training.evidence-returned": N_("Returned evidence of a field task"),
        "training.evidence-sent": N_("Handed in evidence of a field task"),
        "training.evidence-waiting": N_("Let evidence of a field task wait again"),
        "training.feed-opened": N_("Made a calendar address"),
        "training.feed-revoked": N_("Revoked a calendar address"),
        "training.material-added": N_("Added a material"),
        "training.material-moved": N_("Moved a material in its list"),
        "training.material-removed": N_("Took a material away"),
        "training.material-restored": N_("Put a material back"),
        "training.mentor-appointed": N_("Made somebody a mentor"),
        "training.mentor-confirmed": N_("Confirmed a mentoring meeting"),
        "training.mentor-objected": N_("Objected to a mentoring meeting"),
        "training.mentor-met": N_("Recorded a mentoring meeting"),
        "training.mentor-released": N_("Let a mentor be proposed no more"),
        "training.mentor-voided": N_("Voided a mentoring meeting"),
        "training.note-commented": N_("Commented on a case note"),
        "training.note-hidden": N_("Hid a case note or a comment"),
        "training.note-shown": N_("Showed a case note or a comment"),
        "training.note-written": N_("Wrote a case note"),
        "training.pair-ended": N_("Ended a mentoring pair"),
        "training.pair-resumed": N_("Took the end of a mentoring pair back"),
        "training.paired": N_("Paired a mentor with a mentee"),
        "training.question-asked": N_("Asked something in a class"),
        "training.question-asked-again": N_("Asked a withdrawn question again"),
        "training.question-hidden": N_("Hid a question or a reply"),
        "training.question-replied": N_("Replied to a question of a class"),
        "training.question-reworded": N_("Reworded a question or a reply"),
        "training.question-settled": N_("Said which reply answers a question"),
        "training.question-shown": N_("Showed a question or a reply again"),
        "training.question-withdrawn": N_("Withdrew what one asked"),
        "training.scan-settled": N_("Set a refused scan aside"),
        "training.scan-unsettled": N_("Put a refused scan back to be judged"),
        "training.scans-taken": N_("Took the scans of a device"),
        "training.season-copied": N_("Copied a season"),
        "training.season-undone": N_("Took a copied season back"),
        "training.seat-approved": N_("Approved an enrolment"),
        "training.seat-reconsidered": N_("Took the refusal of an enrolment back"),
        "training.seat-refused": N_("Refused an enrolment"),
        "training.session-cancelled": N_("Cancelled a session"),
        "training.session-closed": N_("Closed a session and posted its hours"),
        "training.session-moved": N_("Moved a session"),
        "training.session-reinstated": N_("Took the cancelling of a session back"),
        "training.session-reopened": N_("Reopened a session"),
        "training.sessions-added": N_("Added sessions to a class"),
        "training.staff-enrolled": N_("Enrolled people in a class"),
        "training.taken-out": N_("Took somebody out of a class"),
        "training.topic-added": N_("Added a topic to a learning path"),
        "training.topic-changed": N_("Changed a topic of a learning path"),
        "training.topic-restored": N_("Put a topic back"),
        "training.topic-withdrawn": N_("Took a topic away"),
        "training.tutored": N_("Recorded a tutoring meeting"),
        "training.tutoring-voided": N_("Voided a tutoring meeting"),
        "training.unit-added": N_("Added an on-line unit"),
        "training.unit-changed": N_("Changed an on-line unit"),
        "training.unit-completed": N_("Completed an on-line unit"),
        "training.unit-reopened": N_("Opened an on-line unit again"),
        "training.unit-voided": N_("Voided a completion of an on-line unit"),
        "training.unit-withdrawn": N_("Withdrew an on-line unit"),
    },
    things={
        "training_class": Thing(
            N_("Class"), names_from(ClassRow.id, ClassRow.name), "training.class_", "class_id", MANAGE
        ),
        "training_course": Thing(
            N_("Course"), names_from(CourseRow.id, CourseRow.name), "training.course", "course_id", MANAGE
        ),
        "training_enrolment": Thing(N_("Enrolment of"), names_of_persons(EnrolmentRow.id, EnrolmentRow.person_id)),
        "training_evidence": Thing(N_("Evidence of"), names_of_persons(EvidenceRow.id, EvidenceRow.person_id)),
        "training_feed": Thing(N_("Calendar address of"), names_of_persons(FeedRow.id, FeedRow.person_id)),
        "training_material": Thing(N_("Material"), names_from(MaterialRow.id, MaterialRow.title)),
        "training_note": Thing(N_("Case note of"), names_of_persons(NoteRow.id, NoteRow.person_id)),
        "training_topic": Thing(N_("Topic"), names_from(TopicRow.id, TopicRow.title)),
        "training_tutoring": Thing(N_("Meeting with"), names_of_persons(TutoringRow.id, TutoringRow.person_id)),
        "training_mentor_pair": Thing(N_("Mentee"), names_of_persons(MentorPairRow.id, MentorPairRow.mentee_id)),
        "training_question": Thing(N_("Question of"), names_of_persons(QuestionRow.id, QuestionRow.person_id)),
        "training_season_copy": Thing(
            N_("Season copied by"),
            names_of_persons(SeasonCopyRow.id, SeasonCopyRow.by_id),
            "training.season_copy",
            "copy_id",
            MANAGE,
        ),
        "training_session": Thing(
            N_("Session of"),
            names_by(
                select(SessionRow.id, ClassRow.name).join(ClassRow, ClassRow.id == SessionRow.class_id), SessionRow.id
            ),
            "training.session",
            "session_id",
            MANAGE,
        ),
        "training_unit": Thing(
            N_("On-line unit"), names_from(UnitRow.id, UnitRow.title), "training.unit_standing", "unit_id", MANAGE
        ),
        "training_unit_completion": Thing(
            N_("Completion of"),
            names_by(
                select(CompletionRow.id, UnitRow.title).join(UnitRow, UnitRow.id == CompletionRow.unit_id),
                CompletionRow.id,
            ),
        ),
    },
    fields=(
        Column("reason", N_("Reason")),
        Column("from", N_("Copied from")),
        Column("title", N_("Title")),
        Column("count", N_("Sessions"), "number"),
        Column("persons", N_("Persons"), "number"),
        Column("classes", N_("Classes"), "number"),
        Column("starts_at", N_("Begins"), "instant"),
        Column("ends_at", N_("Ends"), "instant"),
        Column("place", N_("Place")),
        Column("why", N_("Why"), "choice", choices=REFUSED),
        Column("present", N_("Present (persons)"), "number"),
        Column("minutes", N_("Credit hours each"), "hours"),
        Column("pass_half_points", N_("Points to pass"), "marks"),
    ),
)
