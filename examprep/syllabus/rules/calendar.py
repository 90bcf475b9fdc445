"""The days of one exam year in one region: whose hold, what follows from them, and what cannot be right.

Source: the yearly notices (报名通知) of the provinces inside the national frame; re-check within 30 days of the scores,
of adding up and filing only (《专业技术人员职业资格考试考务工作规程》); years of work to 31 December of the exam year
(国人部发〔2006〕71号 and the notices that apply it).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from examprep.kernel.sentence import Sentence
from examprep.syllabus.values import KeyDate

RECHECK_DAYS = 30
RECHECK_SOURCE = "成绩公布之日起30日内"
EXPERIENCE_SOURCE = "国人部发〔2006〕71号及报名通知：截止至考试当年12月31日"


def nearest(dates: Iterable[KeyDate], region_code: str | None) -> tuple[KeyDate, ...]:
    """Of each kind the region's own, else its prefecture's, province's, or the national one; by first day."""
    reach: list[str | None] = [None]
    if region_code:
        reach += [region_code[:2] + "0000", region_code[:4] + "00", region_code]
    held: dict[str, KeyDate] = {}
    found = [entry for entry in dates if entry.region_code in reach]
    for entry in sorted(found, key=lambda entry: reach.index(entry.region_code)):
        held[entry.kind] = entry
    return in_order(held.values())


def complete(dates: Sequence[KeyDate], exam_year: int) -> tuple[KeyDate, ...]:
    """Add what a rule says where nobody set it: the re-check, and the day to which years of work count."""
    held = {entry.kind: entry for entry in dates}
    scores = held.get("scores")
    if scores is not None and scores.exact and "recheck" not in held:
        last = scores.starts_on + timedelta(days=RECHECK_DAYS - 1)
        held["recheck"] = KeyDate(
            0, exam_year, scores.region_code, "recheck", scores.starts_on, last, "M", RECHECK_SOURCE
        )
    if "experience" not in held:
        held["experience"] = KeyDate(
            0, exam_year, None, "experience", date(exam_year, 12, 31), None, "H", EXPERIENCE_SOURCE
        )
    return in_order(held.values())


def in_order(dates: Iterable[KeyDate]) -> tuple[KeyDate, ...]:
    return tuple(sorted(dates, key=lambda entry: (entry.starts_on, entry.ends_on or entry.starts_on, entry.kind)))


def doubts(dates: Sequence[KeyDate]) -> tuple[Sentence, ...]:
    """What in a region's year contradicts the order of things; days known by month only are not judged."""
    held = {entry.kind: entry for entry in dates if entry.exact}
    return tuple(sentence for sentence in _looked_at(held) if sentence is not None)


def _looked_at(held: Mapping[str, KeyDate]) -> Iterable[Sentence | None]:
    last = {kind: entry.last_on for kind, entry in held.items()}
    first = {kind: entry.starts_on for kind, entry in held.items()}
    yield _wrong(last, "fee", last, "registration", Sentence("The fee is due before registration closes."))
    yield _wrong(first, "ticket", last, "fee", Sentence("Admission tickets are given out before the fee is due."))
    yield _wrong(first, "exam", last, "registration", Sentence("The exam is held before registration closes."))
    yield _wrong(first, "exam", first, "ticket", Sentence("Admission tickets are given out after the exam began."))
    yield _wrong(first, "scores", last, "exam", Sentence("The scores are published before the exam is over."))
    yield _wrong(first, "recheck", first, "scores", Sentence("Re-checks are asked for before there are scores."))
    yield _wrong(first, "line", first, "scores", Sentence("The regional line is published before there are scores."))
    yield _wrong(first, "certificate", first, "scores", Sentence("Certificates are issued before there are scores."))


def _wrong(
    later: Mapping[str, date], kind: str, earlier: Mapping[str, date], other: str, sentence: Sentence
) -> Sentence | None:
    """The sentence when ``kind``, which should not come first, comes before ``other``."""
    if kind in later and other in earlier and later[kind] < earlier[other]:
        return sentence
    return None
