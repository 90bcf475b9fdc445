"""A timetable looked at before it is saved: its days, those it skips, and what each would meet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from examprep.kernel.clock import office_day
from examprep.kernel.sentence import Sentence
from examprep.people.actor import Actor
from examprep.training import clashes, store
from examprep.training.rules.holidays import announced
from examprep.training.rules.recurrence import Series, Skipped, days_of, reason_to_skip
from examprep.training.rules.schedule import Slot


@dataclass(frozen=True)
class Line:
    """One session as it would be. ``clashes`` make it impossible; ``remarks`` are only to be known."""

    slot: Slot
    clashes: Sequence[Sentence]
    remarks: Sequence[Sentence]


@dataclass(frozen=True)
class Look:
    """``unannounced`` are the years whose exchange of working days is not published yet."""

    lines: Sequence[Line]
    skipped: Sequence[Skipped]
    unannounced: Sequence[int]

    @property
    def possible(self) -> bool:
        return not any(line.clashes for line in self.lines)


def of_new_class(
    session: Session,
    actor: Actor,
    slots: Sequence[Slot],
    series: Sequence[Series],
    *,
    course_id: int,
    trainer_id: int,
    skipped: Sequence[Skipped] = (),
    learners_of: int | None = None,
) -> Look:
    """``skipped`` are days that the single slots left out already; ``learners_of`` is a class whose learners may come.

    Raises:
        NotFound: no such course; RuleViolation: the times do not fit.
    """
    course = store.course(session, actor, course_id)
    found = _look(session, slots, series, trainer_id, course.organisation_id, learners_of)
    return replace(found, skipped=sorted({*found.skipped, *skipped}, key=lambda each: each.on))


def of_class(session: Session, actor: Actor, slots: Sequence[Slot], series: Series | None, class_id: int) -> Look:
    """Raises NotFound: no such class; RuleViolation: the times do not fit."""
    row = store.class_(session, actor, class_id)
    return _look(session, slots, [series] if series else [], row.trainer_id, row.organisation_id, row.id)


def _look(
    session: Session,
    typed: Sequence[Slot],
    series: Sequence[Series],
    trainer_id: int,
    organisation_id: int,
    class_id: int | None,
) -> Look:
    slots = sorted([*typed, *(slot for each in series for slot in each.slots())])
    hard = clashes.hard(session, slots, trainer_id=trainer_id, organisation_id=organisation_id)
    soft = clashes.of_learners(session, slots, class_id) if class_id else []
    lines = []
    for slot in slots:
        day_off = reason_to_skip(office_day(slot.starts_at))
        lines.append(
            Line(
                slot,
                [clashes.said(each) for each in hard if each.slot == slot],
                [
                    *([Sentence(day_off)] if day_off else []),
                    *(clashes.said(each) for each in soft if each.slot == slot),
                ],
            )
        )
    skipped = [day for each in series for day in days_of(each)[1]]
    years = {office_day(slot.starts_at).year for slot in slots}
    return Look(lines, skipped, sorted(year for year in years if not announced(year)))
