"""Practice while nobody asks: how everybody lies, for each to see where they stand, and reminding of assignments."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day, start_of_day
from examprep.plumbing.jobs import Job, JobTurn
from examprep.practice import assigning, log_store
from examprep.practice.models import CohortRow
from examprep.practice.rules.mastery import quantiles
from examprep.syllabus import actions as syllabus

COHORT_DAYS = 28
LEAST_ANSWERS = 20  # of a person, before they count
LEAST_PERSONS = 20  # of a cohort, before anything is said of it


def count_cohorts(turn: JobTurn) -> int:
    """Count each subject's cohort anew; returns how many can be told. Safe to repeat."""
    database, today = turn.runtime.database, office_day(turn.now)
    with database.read() as session:
        codes = [subject.code for subject in syllabus.subjects(session)]
    counted = 0
    for code in codes:
        with database.write() as session:
            counted += count_cohort(session, code, today)
    return counted


def count_cohort(session: Session, subject_code: str, today: date) -> bool:
    """Count one subject's cohort of the last 28 days; says whether it is large enough to be told."""
    sums = log_store.subject_sums(session, subject_code, start_of_day(today - timedelta(days=COHORT_DAYS)))
    lately = [each for each in sums.values() if each[0] >= LEAST_ANSWERS]
    row = None
    if len(lately) >= LEAST_PERSONS:
        row = CohortRow(
            subject_code=subject_code,
            counted_on=today,
            persons=len(lately),
            answered=list(quantiles([answered for answered, _ in lately]).values),
            right=list(quantiles([rights / answered for answered, rights in lately]).values),
        )
    log_store.put_cohort(session, row, subject_code)
    return row is not None


def remind_assignments(turn: JobTurn) -> int:
    """Queue what is to be said of assignments due tomorrow, today and yesterday; safe to repeat."""
    with turn.runtime.database.write() as session:
        return assigning.remind(session, today=office_day(turn.now), now=turn.now)


JOBS = (
    Job("practice.cohorts", "20 3 * * *", count_cohorts),
    Job("practice.remind-assignments", "0 8 * * *", remind_assignments),
)
