"""What the figures are, in sentences that pages and downloads share."""

from collections.abc import Iterable

from examprep.kernel.sentence import Sentence
from examprep.plumbing.i18n import say

DEFINITIONS = (
    Sentence(
        "Registered: persons with a registration of the year, each once for a level; nobody can sit two levels in "
        "one year. Approved: those whose registration was approved, and everyone who sat."
    ),
    Sentence(
        "Sat: persons with a result in at least one subject, absence not counted. A violation or a void paper was "
        "sat. Of a single subject: persons with a result in it. The share who sat is of those approved."
    ),
    Sentence(
        "Passed: persons who qualified by the exam of that year under the rule of their level, on the national or "
        "the regional line. For seniors this is the exam, not yet the title."
    ),
    Sentence(
        "Interval (95 per cent): the Wilson score interval. In a small group a rate moves far by chance; the "
        "interval says how far."
    ),
    Sentence("Counts grow in per cent of the year before; a rate changes in percentage points."),
    Sentence(
        "Organisation, region, age and education are those of the time of registration; age counts on the first day "
        "of the exam."
    ),
    Sentence(
        "Trained: persons with a seat in a class for the exam of that year, or who came to one before leaving it."
    ),
)
FUNNEL_DEFINITION = Sentence(
    "Within chance: the rate lies where 19 of 20 groups of this size lie when all have the same rate; the limits are "
    "those of the binomial distribution (Spiegelhalter 2005)."
)
TRAINING_DEFINITIONS = (
    DEFINITIONS[-1],
    Sentence(
        "Difference as they are: the rate of all trained less the rate of all untrained candidates, in percentage "
        "points."
    ),
    Sentence(
        "Difference among candidates alike: candidates are grouped by exam year, level, first or further try, and "
        "region; the differences within the groups are pooled by Mantel and Haenszel, with the interval of Sato. The "
        "odds ratio is pooled in the same way, with the interval of Robins, Breslow and Greenland."
    ),
    Sentence("Groups that hold only trained or only untrained candidates cannot be compared and are left out."),
)


def end_definitions(last: int) -> tuple[Sentence, ...]:
    """What the figures of those who first registered in a year are; ``last`` is the last exam year with results."""
    return (
        Sentence(
            "First-time candidates: persons whose earliest registration at the level that is on file is of that "
            "year. Whoever registered before the first year on file seems new in it."
        ),
        Sentence(
            "Place, training and the rest are those of the first registration; where the person qualified later "
            "does not matter."
        ),
        Sentence(
            "A rate within two or three years is shown once the results of all those years are in; the last are "
            "those of %(year)s. Later starters have had fewer tries: compare them within the same number of years.",
            year=last,
        ),
        DEFINITIONS[3],
    )


def for_file(definitions: Iterable[Sentence]) -> list[tuple[str, str]]:
    """The same for the second sheet of a workbook: the word before the colon, and what it means."""
    told = (say(sentence).replace("：", ": ") for sentence in definitions)
    return [
        (word, meaning) if colon else ("", word) for word, colon, meaning in (each.partition(": ") for each in told)
    ]
