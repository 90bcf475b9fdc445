"""Who may sit which exam: education × years of social work, clause by clause, with what is missing and until when.

Source: 《社会工作者职业水平评价暂行规定》 and 《助理社会工作师、社会工作师职业水平考试实施办法》
(国人部发〔2006〕71号) for assistant and intermediate; 《高级社会工作师评价办法》 (人社部规〔2018〕2号) for senior.
This is advice: the authority that examines the registration decides.

Years of work are whole months up to the day the year's notice names (31 December of the exam year unless a region says
otherwise). Employments that overlap count once; full-time study does not count; what was worked before and after a
part-time degree is added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from examprep.campaign.rules.months import covered, first_day, month_of
from examprep.kernel.sentence import N_, Sentence
from examprep.syllabus.rules.levels import ASSISTANT, INTERMEDIATE, LEVELS, SENIOR

SECONDARY, ASSOCIATE, BACHELOR, MASTER, DOCTOR = DEGREES = ("secondary", "associate", "bachelor", "master", "doctor")
DEGREE_NAMES = {
    SECONDARY: N_("Senior secondary or technical school"),
    ASSOCIATE: N_("Junior college (associate)"),
    BACHELOR: N_("Bachelor"),
    MASTER: N_("Master"),
    DOCTOR: N_("Doctor"),
}
# Beyond this nobody plans: a wait that is longer is said to be longer.
FURTHEST_MONTHS = 40 * 12


@dataclass(frozen=True)
class Degree:
    """One degree: ``gained`` is its month, which may lie ahead; ``began`` matters for full-time study."""

    level: str
    social_work: bool
    gained: int
    full_time: bool = True
    began: int | None = None


@dataclass(frozen=True)
class Case:
    """What somebody tells of themselves, in months (`rules/months.py`). An employment without an end goes on."""

    degrees: Sequence[Degree] = ()
    employments: Sequence[tuple[int, int | None]] = ()
    assistant_since: int | None = None
    intermediate_since: int | None = None


@dataclass(frozen=True)
class Clause:
    """One way to be admitted. ``degree``: at least this one; ``after``: a certificate after which the years count."""

    code: str
    level: str
    degree: str
    social_work: bool
    years: int
    after: str | None = None


CLAUSES = (
    Clause("asw-secondary", ASSISTANT, SECONDARY, False, 4),
    Clause("asw-sw-associate", ASSISTANT, ASSOCIATE, True, 2),
    Clause("asw-sw-bachelor", ASSISTANT, BACHELOR, True, 0),
    Clause("asw-associate", ASSISTANT, ASSOCIATE, False, 4),
    Clause("asw-bachelor", ASSISTANT, BACHELOR, False, 2),
    Clause("sw-secondary", INTERMEDIATE, SECONDARY, False, 6, ASSISTANT),
    Clause("sw-sw-associate", INTERMEDIATE, ASSOCIATE, True, 4),
    Clause("sw-sw-bachelor", INTERMEDIATE, BACHELOR, True, 3),
    Clause("sw-sw-master", INTERMEDIATE, MASTER, True, 1),
    Clause("sw-sw-doctor", INTERMEDIATE, DOCTOR, True, 0),
    Clause("sw-associate", INTERMEDIATE, ASSOCIATE, False, 6),
    Clause("sw-bachelor", INTERMEDIATE, BACHELOR, False, 5),
    Clause("sw-master", INTERMEDIATE, MASTER, False, 3),
    Clause("sw-doctor", INTERMEDIATE, DOCTOR, False, 2),
    Clause("ssw", SENIOR, BACHELOR, False, 5, INTERMEDIATE),
)


@dataclass(frozen=True)
class Finding:
    """One clause judged: months worked that count for it and months needed; ``year``: the first exam year in which
    it will be met if the present employment goes on, ``None`` when that cannot be said.
    """

    clause: Clause
    has_degree: bool
    has_certificate: bool
    months: int
    needed: int
    year: int | None

    @property
    def met(self) -> bool:
        return self.has_degree and self.has_certificate and self.months >= self.needed

    @property
    def short(self) -> int:
        return max(0, self.needed - self.months)


@dataclass(frozen=True)
class Judgement:
    """One level: the clause that is met or comes nearest, in sentences, and all the others."""

    level: str
    met: bool
    best: Finding
    sentences: tuple[Sentence, ...]
    findings: tuple[Finding, ...]


def judge(case: Case, *, exam_year: int, counted_to: date) -> tuple[Judgement, ...]:
    """Every level for one exam year; ``counted_to`` is the last day on which work counts.

    For later years the same day of the year is taken.
    """
    return tuple(_level(case, level, exam_year, month_of(counted_to)) for level in LEVELS)


def worked(case: Case, until: int, *, after: int | None = None) -> int:
    """Months of work up to and including ``until``, full-time study left out; only those after a month, if given."""
    spans = [(first, until if last is None else last) for first, last in case.employments]
    studied = [(each.began, each.gained) for each in case.degrees if each.full_time and each.began is not None]
    months = covered(spans, until) - covered(studied, until)
    return len(months if after is None else {month for month in months if month > after})


def _level(case: Case, level: str, exam_year: int, until: int) -> Judgement:
    findings = tuple(_finding(case, clause, exam_year, until) for clause in CLAUSES if clause.level == level)
    best = min(findings, key=_nearness)
    return Judgement(level, best.met, best, tuple(_said(case, best, exam_year, until)), findings)


def _nearness(found: Finding) -> tuple[object, ...]:
    """Met first (by the fewest years); else the soonest, then a degree that is there, then the least missing."""
    return (
        not found.met,
        not found.has_degree,
        found.year is None,
        found.year or 0,
        not found.has_certificate,
        found.short,
        found.needed,
    )


def _finding(case: Case, clause: Clause, exam_year: int, until: int) -> Finding:
    since = _certificate(case, clause.after)
    return Finding(
        clause,
        _has_degree(case, clause, exam_year, until),
        clause.after is None or (since is not None and since <= until),
        worked(case, until, after=since) if clause.after is None or since is not None else 0,
        clause.years * 12,
        _first_year(case, clause, exam_year, until),
    )


def _has_degree(case: Case, clause: Clause, exam_year: int, until: int) -> bool:
    """A degree of at least that level and of the field, in hand by then; whoever graduates in the exam year counts."""
    last = max(until, exam_year * 12 + 11) if clause.code == "asw-sw-bachelor" else until
    return any(
        DEGREES.index(each.level) >= DEGREES.index(clause.degree)
        and (each.social_work or not clause.social_work)
        and each.gained <= last
        for each in case.degrees
    )


def _certificate(case: Case, level: str | None) -> int | None:
    return {ASSISTANT: case.assistant_since, INTERMEDIATE: case.intermediate_since}.get(level or "")


def _first_year(case: Case, clause: Clause, exam_year: int, until: int) -> int | None:
    since = _certificate(case, clause.after)
    if clause.after is not None and since is None:
        return None
    for ahead in range(0, FURTHEST_MONTHS, 12):
        then, year = until + ahead, exam_year + ahead // 12
        if (
            _has_degree(case, clause, year, then)
            and (since is None or since <= then)
            and worked(case, then, after=since if clause.after else None) >= clause.years * 12
        ):
            return year
    return None


def requirement(clause: Clause) -> Sentence:
    """The clause as a sentence."""
    degree = Sentence(DEGREE_NAMES[clause.degree])
    if clause.after == ASSISTANT:
        return Sentence(
            "%(degree)s or higher, and %(years)s years of social work after the assistant's certificate",
            degree=degree,
            years=clause.years,
        )
    if clause.after == INTERMEDIATE:
        return Sentence(
            "%(degree)s or higher, and %(years)s years of social work after the intermediate certificate",
            degree=degree,
            years=clause.years,
        )
    if clause.social_work and not clause.years:
        return Sentence("%(degree)s or higher in social work; no years of work", degree=degree)
    if clause.social_work:
        return Sentence(
            "%(degree)s or higher in social work, and %(years)s years of social work", degree=degree, years=clause.years
        )
    return Sentence(
        "%(degree)s or higher in any subject, and %(years)s years of social work", degree=degree, years=clause.years
    )


def _said(case: Case, found: Finding, exam_year: int, until: int) -> Iterable[Sentence]:
    clause = found.clause
    yield Sentence("The clause: %(clause)s.", clause=requirement(clause))
    if not found.has_degree:
        yield Sentence("What is missing: the education the clause asks for.")
    if not found.has_certificate:
        yield {
            ASSISTANT: Sentence("What is missing: the assistant's certificate."),
            INTERMEDIATE: Sentence("What is missing: the intermediate certificate."),
        }[clause.after or ""]
    yield Sentence(
        "Your work counts %(years)s years and %(months)s months up to %(day)s.",
        years=found.months // 12,
        months=found.months % 12,
        day=_last_day(until),
    )
    if found.short and found.has_certificate:
        yield Sentence(
            "%(years)s years and %(months)s months are missing.", years=found.short // 12, months=found.short % 12
        )
    if not found.met and found.year is not None and found.year > exam_year:
        yield Sentence("If you go on working, you can register for the exam of %(year)s.", year=found.year)
    if clause.level == SENIOR:
        yield Sentence(
            "Besides, one must support the leadership of the Party, keep the law and professional ethics; the written "
            "exam is followed by a review."
        )


def _last_day(month: int) -> date:
    return date.fromordinal(first_day(month + 1).toordinal() - 1)
