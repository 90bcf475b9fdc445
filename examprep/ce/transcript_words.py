"""What a transcript says of its person and period, in words, on paper and on the page of its check."""

from datetime import date
from typing import Any

from examprep.ce.transcripts import Transcript
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.i18n import day, say
from examprep.syllabus.rules.levels import LEVEL_NAMES


def check_address(base_url: str, one: Transcript) -> str:
    return f"{base_url}/ce/check?number={one.number}&code={one.code}"


def facts(one: Transcript) -> list[tuple[str, str]]:
    """Who and which period, as (label, value) in the language spoken now."""
    told, level = one.content, one.content["level"]
    first, last = date.fromisoformat(told["since"]), date.fromordinal(one.until.toordinal() - 1)
    period = say(Sentence("%(first)s to %(last)s", first=first, last=last))
    return [
        (say(N_("Name")), told["name"]),
        (say(N_("ID number")), told["id_number"] or "—"),
        (say(N_("Unit")), told["unit"] or "—"),
        (say(N_("Highest level")), say(LEVEL_NAMES[level]) if level in LEVEL_NAMES else "—"),
        (say(N_("Period")), period),
    ]


def days(line: Any) -> str:
    first, last = date.fromisoformat(line["first_on"]), date.fromisoformat(line["last_on"])
    return day(last) if first == last else f"{day(first)} – {day(last)}"
