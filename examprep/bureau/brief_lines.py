"""The brief's tables and lines in words, once for the page and for Word: each figure with its definition and base."""

from collections.abc import Sequence
from dataclasses import dataclass

from examprep.bureau.brief import Brief
from examprep.bureau.rules.brief import growth
from examprep.bureau.rules.statements import KINDS, TARGET_HOURS
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
    """Hours, awards, coverage and targets; what is not known or not for publication is left out."""
    said: list[Line] = []

    def add(label: str, value: str, basis: Sentence) -> None:
        said.append(Line(say(label), value, say(basis)))

    if found.met is not None and found.met.base:
        add(
            N_("Met the year's hours"),
            percent(found.met),
            Sentence(
                "%(part)s of %(base)s holders who owe hours; who counts is asked on %(day)s.",
                part=number(found.met.part), base=number(found.met.base), day=found.as_of,
            ),
        )  # fmt: skip
    if found.mean_minutes is not None and found.met is not None:
        add(
            N_("Credit hours on average"),
            hours(found.mean_minutes),
            Sentence(
                "Recorded hours of %(year)s over the %(base)s holders who owe hours; "
                "a mean can hide many who have none.",
                year=found.year,
                base=number(found.met.base),
            ),
        )
    if found.awarded_persons is not None and found.awarded_fen is not None:
        add(
            N_("Awards paid"),
            f"{yuan(found.awarded_fen)} {say(N_('yuan'))}",
            Sentence(
                "To %(count)s persons since the schemes began, what was taken back left out.",
                count=number(found.awarded_persons),
            ),
        )
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
        unit = "%" if plan.kind == TARGET_HOURS else ""
        add(
            KINDS[plan.kind].text,
            f"{number(plan.actual, 1 if plan.kind == TARGET_HOURS else 0)}{unit} / {number(plan.target.value)}{unit}",
            Sentence(
                "Reached over planned: %(done)s. Source of the target: %(source)s.",
                done=percent(plan.done),
                source=plan.target.source or "—",
            ),
        )
    return said


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
