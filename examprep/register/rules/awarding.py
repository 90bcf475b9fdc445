"""Who is paid an award (奖补), from which month and how much: conditions explained one by one, amounts in fen.

Source: the schemes' own documents, such as 鄂托克旗《培养社会工作人才补贴资金申报发放实施办法（试行）》; what a
scheme asks is data with its source, how it is judged stands here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from examprep.kernel.sentence import N_, Sentence
from examprep.register.rules.registration import months_after
from examprep.register.rules.windows import region_prefix
from examprep.syllabus.rules.levels import rank


class Kind(StrEnum):
    """How a scheme pays. Steps of a pay grade are paid month by month like an allowance."""

    ONE_OFF = "one-off"
    MONTHLY = "monthly"
    GRADE = "grade"


KINDS: Mapping[str, str] = {
    Kind.ONE_OFF: N_("Once for each level"),
    Kind.MONTHLY: N_("Month by month"),
    Kind.GRADE: N_("Steps of the pay grade, month by month"),
}
STACKING: Mapping[str, str] = {
    "add": N_("Paid beside other awards (叠加)"),
    "highest": N_("Only the highest is paid (就高不叠加)"),
}
UPGRADES: Mapping[str, str] = {
    "full": N_("The higher level is paid in full"),
    "difference": N_("The difference to what was paid"),
    "nothing": N_("Nothing more once a level was paid"),
}


@dataclass(frozen=True)
class Conditions:
    """What a scheme asks besides a certificate of a level that it pays. ``registered_at`` is a region's code."""

    registered: bool = False
    registered_at: str | None = None
    full_time: bool = False
    in_post: bool = False
    service_months: int = 0
    within_months: int | None = None  # of issue, for the application
    window: tuple[str, str] | None = None  # "MM-DD" of the first and the last day on which applications are taken
    back_pay: bool = False  # months before that of the application are paid too

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Conditions":
        """As kept with a version; what is absent is not asked."""
        window = stored.get("window")
        return cls(**{**stored, "window": tuple(window) if window else None})


@dataclass(frozen=True)
class Version:
    """One version of a scheme, in force from ``since`` up to (not on) ``until``."""

    scheme_id: int
    kind: Kind
    since: date
    until: date | None
    fen_by_level: Mapping[str, int]
    cap_months: int | None
    stacking: str
    upgrade: str
    conditions: Conditions


@dataclass(frozen=True)
class Facts:
    """What is known of a person and a certificate. ``place_code``: where it is registered, else the unit's region."""

    level: str
    issued_on: date
    registered_on: date | None
    registered_until: date | None
    place_code: str
    in_post: bool
    full_time: bool
    employed_since: date | None
    paid_levels: frozenset[str] = field(default=frozenset())  # levels of which the scheme has paid, net


@dataclass(frozen=True)
class Finding:
    """One condition: whether it is met, and if not, what would mend it."""

    name: str
    met: bool
    sentence: Sentence
    mend: Sentence | None = None


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def judge(version: Version, facts: Facts, day: date) -> list[Finding]:
    """Every condition of an application made on ``day``, met or not, in the order in which they are explained."""
    asked, found = version.conditions, []

    def add(name: str, met: bool, yes: Sentence, no: Sentence, mend: Sentence | None = None) -> None:
        found.append(Finding(name, met, yes if met else no, None if met else mend))

    running = version.since <= day and (version.until is None or day < version.until)
    add("running", running, Sentence("The scheme is in force."), Sentence("The scheme is not in force on this day."),
        Sentence("Apply from %(day)s.", day=version.since) if day < version.since else None)  # fmt: skip
    add("level", facts.level in version.fen_by_level, Sentence("The scheme pays for this level."),
        Sentence("The scheme does not pay for this level."))  # fmt: skip
    higher = [level for level in facts.paid_levels if rank(level) > rank(facts.level)]
    lower = facts.paid_levels - {facts.level} - set(higher)
    add("higher", not higher, Sentence("No award of a higher level was paid."),
        Sentence("An award of a higher level was paid already."))  # fmt: skip
    if version.upgrade == "nothing":
        add("upgrade", not lower, Sentence("Nothing was paid for a lower level."),
            Sentence("The scheme pays nothing more once a lower level was paid."))  # fmt: skip
    if version.kind == Kind.ONE_OFF:
        add("once", facts.level not in facts.paid_levels, Sentence("This level was not paid yet."),
            Sentence("This level was paid already; it is paid once."))  # fmt: skip
    if asked.within_months is not None:
        last = months_after(facts.issued_on, asked.within_months)
        add("within", day <= last, Sentence("The application comes in time: up to %(day)s.", day=last),
            Sentence("An application was to be made by %(day)s.", day=last))  # fmt: skip
    if asked.window is not None:
        today = f"{day:%m-%d}"
        first, last_day = asked.window
        inside = first <= today <= last_day if first <= last_day else today >= first or today <= last_day
        add("window", inside, Sentence("Applications are taken today."),
            Sentence("Applications are taken from %(first)s to %(last)s each year.", first=first, last=last_day),
            Sentence("Apply within these days."))  # fmt: skip
    if asked.full_time:
        add("full-time", facts.full_time, Sentence("Works full-time."), Sentence("Does not work full-time."),
            Sentence("State full-time employment with the application."))  # fmt: skip
    if asked.service_months:
        add(*_service(asked.service_months, facts.employed_since, day))
    return found + monthly(version, facts, month_of(day), day)


def _service(months: int, since: date | None, day: date) -> tuple[str, bool, Sentence, Sentence, Sentence | None]:
    reached = months_after(since, months) if since else None
    return (
        "service",
        reached is not None and reached <= day,
        Sentence("Has worked here for %(months)s months without a break.", months=months),
        Sentence("%(months)s months of continuous service are asked.", months=months),
        Sentence("They are complete on %(day)s.", day=reached)
        if reached
        else Sentence("State since when the person has worked here."),
    )


def monthly(version: Version, facts: Facts, month: date, day: date) -> list[Finding]:
    """The conditions that must hold for each month that is paid; ``day`` says what is known of the registration."""
    asked, found = version.conditions, []
    if asked.registered or asked.registered_at:
        until, since = facts.registered_until, facts.registered_on
        in_force = since is not None and until is not None and since < months_after(month, 1) and until > month
        mend = Sentence("Register the certificate, or renew its registration.")
        found.append(
            Finding("registered", True, Sentence("The registration is in force."))
            if in_force
            else Finding("registered", False, Sentence("The registration is not in force in this month."), mend)
        )
    if asked.registered_at:
        there = facts.place_code.startswith(region_prefix(asked.registered_at))
        found.append(
            Finding("place", True, Sentence("Registered at the place that the scheme asks for."))
            if there
            else Finding(
                "place",
                False,
                Sentence("Registered at another place than the scheme asks for."),
                Sentence("Register at the bureau that pays the award."),
            )
        )
    if asked.in_post:
        found.append(
            Finding("in-post", True, Sentence("In post."))
            if facts.in_post
            else Finding(
                "in-post", False, Sentence("Not in post."), Sentence("Note on the person's page that they work.")
            )
        )
    return found


def unmet(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if not one.met]


def first_month(version: Version, facts: Facts, applied_on: date) -> date:
    """The first month that a claim is paid: when its conditions were first met, and not before the application unless
    the scheme pays back."""
    asked = version.conditions
    days = [version.since, facts.issued_on]
    if (asked.registered or asked.registered_at) and facts.registered_on:
        days.append(facts.registered_on)
    if asked.service_months and facts.employed_since:
        days.append(months_after(facts.employed_since, asked.service_months))
    if not asked.back_pay:
        days.append(applied_on)
    return month_of(max(days))


def entitlement(kind: Kind, level: str, month: date) -> str:
    """What is paid once: a month of a scheme to a person, or a level of a one-off award."""
    return f"once:{level}" if kind == Kind.ONE_OFF else f"{month:%Y-%m}"


def amount(version: Version, level: str, *, paid_lower: int, paid_elsewhere: int) -> int:
    """Fen of one entitlement; 0 where nothing is left to pay.

    ``paid_lower``: net fen of lower levels of the same one-off scheme; ``paid_elsewhere``: net fen that other schemes
    of which only the highest is paid have paid for the same.
    """
    fen = version.fen_by_level.get(level, 0)
    if version.kind == Kind.ONE_OFF and paid_lower > 0:
        fen = {"full": fen, "difference": fen - paid_lower, "nothing": 0}[version.upgrade]
    if version.stacking == "highest":
        fen -= paid_elsewhere
    return max(0, fen)


def months_left(version: Version, paid: Mapping[str, int], level: str) -> int | None:
    """Months that may still be paid; ``paid``: net months by level. ``None``: without an end.

    Where the higher level is paid in full its months are counted from the start; else all months count together.
    """
    if version.cap_months is None:
        return None
    used = paid.get(level, 0) if version.upgrade == "full" else sum(paid.values())
    return max(0, version.cap_months - used)
