"""The brief's tables and lines in words, once for the page and for Word: each figure with its definition and base."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examprep.bureau.brief import Brief, Paid
from examprep.bureau.rules.brief import growth
from examprep.bureau.rules.statements import KINDS, TARGET_HOURS
from examprep.kernel.minutes import MINUTES_PER_CREDIT_HOUR
from examprep.kernel.rate import change_in_points
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing import charts
from examprep.plumbing.i18n import day, hours, number, percent, say, signed, yuan

EXAM_HEADS = (
    N_("Exam year"),
    N_("Registered"),
    N_("Approved"),
    N_("Sat"),
    N_("Passed"),
    N_("Pass rate, of those registered"),
    N_("Change in points"),
)
HOLDER_HEADS = (N_("As of"), N_("Assistant"), N_("Intermediate"), N_("Senior"), N_("Total"), N_("Change in %"))
LINE_HEADS = (N_("Figure"), N_("Value"), N_("Definition and base"))
NOTES = (
    N_(
        "Registered: persons with a registration of the year, at each level they registered for. Approved: of them, "
        "those approved, and everyone who sat. Sat: a result in at least one subject. Passed: qualified by the exam of "
        "that year."
    ),
    N_(
        "Holders: persons who hold a certificate on the day, each once at the highest level, where they belong now. "
        "Of persons who moved or left, earlier days know nothing."
    ),
    N_(
        "Counts change in per cent, rates in percentage points; a rate says of whom it is. "
        "More passed at a lower rate is no record."
    ),
)


@dataclass(frozen=True)
class Line:
    """One figure: what it is, how much, and what it is counted from."""

    label: str
    value: str
    basis: str


def title(found: Brief) -> str:
    return say(Sentence("%(unit)s: social work in %(year)s", unit=found.name, year=found.year))


def exam_rows(found: Brief) -> list[list[str]]:
    """A row for each exam year, with the rate and its change in points."""
    rows = []
    before = None
    for year in found.years:
        change = change_in_points(year.rate, before.rate) if before and before.rate and year.rate else None
        joined = change if before is not None and before.year == year.year - 1 else None
        rate = f"{percent(year.rate)} ({number(year.rate.part)}/{number(year.rate.base)})" if year.rate else "—"
        counts = (year.registered, year.approved, year.sat, year.passed)
        rows.append([str(year.year), *map(number, counts), rate, signed(joined, 1)])
        before = year
    return rows


def holder_rows(found: Brief) -> list[list[str]]:
    """A row for each day, with the growth of the total."""
    rows = []
    before = None
    for stock in found.stocks:
        counts = (stock.assistant, stock.intermediate, stock.senior, stock.total)
        rows.append([day(stock.day), *map(number, counts), signed(growth(stock.total, before), 1)])
        before = stock.total
    return rows


def lines(found: Brief) -> list[Line]:
    """Training, hours, awards, coverage and targets; what is not known or not for publication is left out."""
    said: list[Line] = []

    def add(label: str, value: str, basis: Sentence) -> None:
        said.append(Line(say(label), value, say(basis)))

    _of_training(found, add)
    _of_workers(found, add)
    _of_hours(found, add)
    _of_awards(found, add)
    if found.density is not None:
        add(
            N_("Holders per 10,000 residents"),
            number(found.density, 2),
            Sentence(
                "Holders of the day over the residents the bureau states (source: %(source)s).",
                source=found.residents or "—",
            ),
        )
    for plan in found.plans:
        of_hours = plan.kind == TARGET_HOURS
        unit, actual = ("%", percent(plan.actual)) if of_hours else ("", number(plan.actual))
        add(
            KINDS[plan.kind].text,
            f"{actual} / {number(plan.target.value)}{unit}",
            Sentence(
                "Reached over planned: %(done)s. Source of the target: %(source)s.",
                done=percent(plan.done),
                source=plan.target.source or "—",
            ),
        )
    return said


def _of_training(found: Brief, add: Callable[[str, str, Sentence], None]) -> None:
    if found.trained is None or not found.trained.classes:
        return
    add(
        N_("Person-times"),
        number(found.trained.person_times),
        Sentence(
            "Everybody who came to one of the %(classes)s classes held in %(year)s, once for each class; "
            "%(persons)s persons.",
            classes=number(len(found.trained.classes)),
            year=found.year,
            persons=number(found.trained.persons),
        ),
    )


def _of_workers(found: Brief, add: Callable[[str, str, Sentence], None]) -> None:
    told = found.workers
    if told is None or not told.base:
        return
    about = {"base": number(told.base), "year": found.year}
    add(
        N_("Registered, of community workers"),
        percent(told.registered_percent),
        Sentence(
            "%(part)s registered for the exam of %(year)s, over %(base)s: those in post now, or as many as the bureau "
            "states if that is more.",
            part=number(told.registered),
            **about,
        ),
    )
    add(
        N_("Certified, of community workers"),
        percent(told.certified_percent),
        Sentence(
            "%(part)s of those in post now hold a certificate on %(day)s, over the same %(base)s.",
            part=number(told.certified),
            day=found.as_of,
            **about,
        ),
    )


def _of_hours(found: Brief, add: Callable[[str, str, Sentence], None]) -> None:
    """Of the calendar year; where nobody owes any, those of the periods of registration, and called so."""
    if found.met is None or not found.met.base:
        return
    told = {"part": number(found.met.part), "base": number(found.met.base), "day": found.as_of, "year": found.year}
    if found.yearly:
        add(
            N_("Met the year's hours"),
            percent(found.met),
            Sentence("%(part)s of %(base)s holders who owe hours; who counts is asked on %(day)s.", **told),
        )
        basis = Sentence(
            "Recorded hours of %(year)s over the %(base)s holders who owe hours; a mean can hide many who have none.",
            **told,
        )
    else:
        add(
            N_("Met the hours of their registration period"),
            percent(found.met),
            Sentence(
                "%(part)s of %(base)s holders whose period of several years runs on %(day)s; nobody owed hours of a "
                "calendar year then.",
                **told,
            ),
        )
        basis = Sentence(
            "Recorded hours of these periods over the %(base)s holders; a mean can hide many who have none.", **told
        )
    if found.mean_minutes is not None:
        credit = found.minutes_per_hour == MINUTES_PER_CREDIT_HOUR
        label = N_("Credit hours on average") if credit else N_("Hours on average")
        add(label, hours(found.mean_minutes, found.minutes_per_hour), basis)


def _of_awards(found: Brief, add: Callable[[str, str, Sentence], None]) -> None:
    def told(paid: Paid) -> str:
        return f"{yuan(paid.fen)} {say(N_('yuan'))}"

    if found.awarded is not None and found.awarded_in_all is not None and found.awarded_in_all.fen:
        add(
            N_("Awards of the year"),
            told(found.awarded),
            Sentence(
                "To %(count)s persons for months of %(year)s, what was taken back left out.",
                count=number(found.awarded.persons),
                year=found.year,
            ),
        )
    if found.awarded_in_all is not None:
        add(
            N_("Awards in all"),
            told(found.awarded_in_all),
            Sentence(
                "To %(count)s persons for all months up to %(day)s, what was taken back left out.",
                count=number(found.awarded_in_all.persons),
                day=found.as_of,
            ),
        )


def pictures(found: Brief) -> tuple[charts.Chart, charts.Chart]:
    """Registered and passed by exam year; holders by day."""
    exams = charts.columns(
        [str(year.year) for year in found.years],
        [[year.registered for year in found.years], [year.passed for year in found.years]],
    )
    stocks = charts.columns([str(stock.day.year) for stock in found.stocks], [[stock.total for stock in found.stocks]])
    return exams, stocks


def spoken(sentences: Sequence[Sentence], language: str) -> str:
    """The sentences in one paragraph."""
    return ("" if language == "zh" else " ").join(say(sentence) for sentence in sentences)
