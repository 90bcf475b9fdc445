"""Who may ask for a seat in a class, each refusal in one sentence to whoever is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from examprep.kernel.errors import RuleViolation
from examprep.kernel.sentence import N_
from examprep.syllabus.rules.levels import LEVEL_NAMES, rank

NEEDS: Mapping[str, str] = {
    "nothing": N_("Anybody"),
    "registered": N_("Who is registered for the exam of the class"),
    "certificate": N_("Who holds a certificate"),
    "no-certificate": N_("Who holds no certificate yet"),
}
APPROVALS: Mapping[str, str] = {
    "none": N_("Nobody"),
    "employer": N_("The employer"),
    "trainer": N_("The trainer"),
    "both": N_("First the employer, then the trainer"),
}
MOST_OFFER_HOURS = 14 * 24


@dataclass(frozen=True)
class Share:
    """An organisation with everything below it, and how many seats are kept for it before ``released_on``."""

    organisation_id: int
    seats: int = 0
    released_on: date | None = None
    organisation: str = ""

    def kept_on(self, today: date) -> int:
        return self.seats if self.released_on is None or today < self.released_on else 0


@dataclass(frozen=True)
class SeatRules:
    """How the seats of a class are given. The defaults are those of a class that says nothing of it.

    ``offer_hours``: how long a freed seat is offered to whoever is first; ``None`` gives it at once.
    """

    needs: str = "nothing"
    level: str | None = None
    approval: str = "none"
    offer_hours: int | None = None
    members_only: bool = False
    shares: Sequence[Share] = ()

    @property
    def plain(self) -> bool:
        """Whether nothing is asked and nothing kept."""
        return self == SeatRules(offer_hours=self.offer_hours)


@dataclass(frozen=True)
class Entrant:
    """What is known of somebody who asks: the rank of their highest certificate (1: ASW, 0: none), the levels at which
    they are registered for the exam of the class, and whether they belong to a share.
    """

    rank: int = 0
    registered: frozenset[str] = field(default_factory=frozenset)
    of_share: bool = False


def check_rules(rules: SeatRules, exam_year: int | None) -> None:
    """Raises RuleViolation: ``training.needs-year``, ``training.members``, ``training.shares-twice``."""
    if rules.needs == "registered" and exam_year is None:
        raise RuleViolation("training.needs-year", "Say for the exam of which year the class is.")
    if rules.members_only and not rules.shares:
        raise RuleViolation("training.members", "Name the organisations whose people may enrol.")
    named = [share.organisation_id for share in rules.shares]
    if len(named) != len(set(named)):
        raise RuleViolation("training.shares-twice", "An organisation is named twice.")


def check_entry(rules: SeatRules, who: Entrant, exam_year: int | None) -> None:
    """Raises RuleViolation: ``training.not-member``, ``training.not-registered``, ``training.no-certificate``,
    ``training.has-certificate``.
    """
    if rules.members_only and not who.of_share:
        names = "、".join(share.organisation for share in rules.shares)
        raise RuleViolation("training.not-member", "This class is for people of %(names)s.", names=names)
    if rules.needs == "registered":
        _check_registered(rules, who, exam_year)
    elif rules.needs != "nothing":
        _check_certificate(rules, who)


def _check_registered(rules: SeatRules, who: Entrant, exam_year: int | None) -> None:
    if rules.level is not None and rules.level not in who.registered:
        raise RuleViolation(
            "training.not-registered",
            "This class is for people registered for the exam of %(year)s, %(level)s.",
            year=str(exam_year),
            level=LEVEL_NAMES[rules.level],
        )
    if not who.registered:
        raise RuleViolation(
            "training.not-registered",
            "This class is for people registered for the exam of %(year)s.",
            year=str(exam_year),
        )


def _check_certificate(rules: SeatRules, who: Entrant) -> None:
    """A level means that level or a higher one; no level means any."""
    holds = who.rank >= (rank(rules.level) if rules.level else 1)
    if rules.needs == "certificate" and not holds:
        if rules.level is None:
            raise RuleViolation("training.no-certificate", "This class is for holders of a certificate.")
        raise RuleViolation(
            "training.no-certificate",
            "This class is for holders of a certificate, %(level)s or higher.",
            level=LEVEL_NAMES[rules.level],
        )
    if rules.needs == "no-certificate" and holds:
        if rules.level is None:
            raise RuleViolation("training.has-certificate", "This class is for people who hold no certificate yet.")
        raise RuleViolation(
            "training.has-certificate",
            "This class is for people who do not hold a certificate yet, %(level)s or higher.",
            level=LEVEL_NAMES[rules.level],
        )
