"""What spoke for a mentoring pair, and against it, in sentences."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.i18n import in_language
from examprep.syllabus import actions as syllabus
from examprep.syllabus.rules.levels import LEVEL_NAMES, LEVELS
from examprep.syllabus.values import Chapter
from examprep.training.forms import WEEKDAYS
from examprep.training.rules.pairing import Reason

PARTS = (N_("morning"), N_("afternoon"), N_("evening"))
_PLAIN = {
    "organisation": N_("Same unit"),
    "county": N_("Same county"),
    "city": N_("Same city"),
    "elsewhere": N_("Another region"),
    "no-time": N_("No time at which both are free"),
    "no-mentors": N_("Nobody is a mentor yet. Add mentors first."),
    "ended-before": N_("With everybody who could mentor, a pair was ended before."),
    "no-place": N_("All who could mentor have no place left."),
}


def chapters_of(session: Session, reasons: Iterable[Sequence[Reason]]) -> Mapping[int, Chapter]:
    """The chapters that reasons name."""
    named = {number for each in reasons for word, number in each if word in {"strong", "not-strong"}}
    return syllabus.chapters_by_id(session, frozenset(named))


def said(reason: Reason, chapters: Mapping[int, Chapter]) -> Sentence:
    """One reason as people read it."""
    word, number = reason
    if word in _PLAIN:
        return Sentence(_PLAIN[word])
    if word == "rank":
        return Sentence("Holds %(level)s", level=LEVEL_NAMES[LEVELS[number - 1]])
    if word == "no-rank":
        return Sentence("No mentor holds %(level)s or a higher level.", level=LEVEL_NAMES[LEVELS[number - 1]])
    if word == "taken":
        return Sentence("Mentees already: %(count)s", count=number) if number else Sentence("Has no mentee yet")
    if word == "time":
        return Sentence("Both free: %(time)s", time=time_of_week(number))
    chapter = in_language(chapters[number].names) if number in chapters else "—"
    if word == "strong":
        return Sentence("Strong in what the learner is weakest in: %(chapter)s", chapter=chapter)
    return Sentence("Does not name what the learner is weakest in: %(chapter)s", chapter=chapter)


def time_of_week(number: int) -> Sentence:
    weekday, part = divmod(number, len(PARTS))
    return Sentence("%(weekday)s %(part)s", weekday=Sentence(WEEKDAYS[weekday]), part=Sentence(PARTS[part]))
