"""What ends the feedback of a class while nobody asks."""

from examprep.kernel.clock import office_day
from examprep.plumbing.jobs import Job, JobTurn
from examprep.training import feedback


def cut_feedback(turn: JobTurn) -> int:
    """Cut answers whose last day is past from those who gave them; returns of how many classes."""
    with turn.runtime.database.write() as session:
        return feedback.cut(session, today=office_day(turn.now))


JOBS = (Job("training.cut-feedback", "10 0 * * *", cut_feedback),)
