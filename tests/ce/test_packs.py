"""What each shipped pack makes of the same lines, word for word; and that a further one is data alone.

`python -m tests.ce.test_packs` writes the golden files anew; read the difference before you keep it.
"""

from datetime import date
from pathlib import Path

import pytest

from examprep.ce.rules.credit import Credit
from examprep.ce.rules.duty import Held, Person, Term, duties
from examprep.ce.rules.standing import Standing, standing
from examprep.ce.shipped import shipped_requirements
from examprep.ce.store import requirement_of
from examprep.kernel.period import Period
from tests.ce.packs import shipped

GOLDEN = Path(__file__).parent / "golden"
PACKS = ("mohrss-25", "mca-123", "guangdong", "weining-mean")
HOUR = 45
TODAY = date(2026, 11, 27)
# Holders of a certificate of 2023, registered on 1 September 2023; where they work decides what is asked of them.
PLACES = {"mohrss-25": "520502", "mca-123": "520502", "guangdong": "440100", "weining-mean": "520526"}
LINES = {
    "nothing": [],
    "sixty-and-thirty": [("professional", 60, "2026-03-01"), ("general", 30, "2026-05-01")],
    "sixty-and-twenty-nine": [("professional", 60, "2026-03-01"), ("general", 29, "2026-05-01")],
    "fifty-and-sixty": [("professional", 50, "2026-03-01"), ("general", 60, "2026-05-01")],
    "sixty-five-and-fifty-five": [("professional", 65, "2026-03-01"), ("general", 55, "2026-05-01")],
    "thirty-forty-two-eighteen": [
        ("general", 30, "2026-02-01"),
        ("professional", 42, "2026-03-01"),
        ("elective", 18, "2026-04-01"),
    ],
    "over-three-years": [
        ("professional", 40, "2024-06-01"),
        ("professional", 40, "2025-06-01"),
        ("general", 20, "2026-02-01"),
    ],
    "a-degree": [("professional", 1, "2026-06-30", "degree")],
}


def told(code: str) -> str:
    """Every standing of the pack over all lines, in words."""
    asked = shipped(code)
    region = PLACES[code]
    held = [Held("ASW", date(2023, 8, 1))]
    on = date(2026, 8, 1) if code == "mca-123" else TODAY
    person = Person(region, [1], held, [Term("ASW", Period(date(2023, 9, 1), date(2026, 9, 1)))])
    (duty,) = duties([asked], person, on, today=on)
    parts = [f"{code}: {asked.source}"]
    for name, lines in LINES.items():
        earned = [
            Credit(n, hours * HOUR, category, date.fromisoformat(day), kind=kind[0] if kind else "hours")
            for n, (category, hours, day, *kind) in enumerate(lines, 1)
        ]
        parts.append(f"\n## {name}\n{in_words(standing(earned, duty))}")
    return "\n".join(parts) + "\n"


def in_words(found: Standing) -> str:
    period = f"{found.period.start} to {found.period.end}, closes {found.duty.closes_on}"
    counted = f"recorded {found.recorded_minutes}, counted {found.counted_minutes}, missing {found.missing_minutes}"
    return "\n".join(
        [
            f"{found.state} {found.share}% {period}",
            f"minutes: required {found.required_minutes}, {counted}, surplus {found.surplus_minutes}",
            *(f"- {reason}" for reason in found.reasons),
            *(f"! {missing.sentence}" for missing in found.missing),
            *(f"line {line.line_id}: {line.minutes} {line.why or ''}".rstrip() for line in found.lines),
        ]
    )


@pytest.mark.parametrize("code", PACKS)
def test_the_pack_says_what_it_said(code):
    assert told(code) == (GOLDEN / f"{code}.txt").read_text(encoding="utf-8")


def test_every_pack_that_ships_is_held():
    assert {row["code"] for row in shipped_requirements()} == set(PACKS)


@pytest.mark.parametrize("row", shipped_requirements(), ids=lambda row: row["code"])
def test_every_pack_names_its_source_and_how_sure_it_is(row):
    asked = requirement_of(row)
    assert asked.source
    assert asked.certainty in "HM"
    assert set(asked.names) == {"zh", "en"}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for pack in PACKS:
        (GOLDEN / f"{pack}.txt").write_text(told(pack), encoding="utf-8")
