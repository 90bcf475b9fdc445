"""The registration (登记) of a certificate: three years, renewed in the three months before they end.

A certificate does not expire when its registration does, so no word here says that it does.

Source: 《社会工作者职业水平证书登记办法》 民发〔2009〕44号 第四条. Provinces vary windows and grace.
"""

from calendar import monthrange
from datetime import date
from enum import StrEnum

from examprep.kernel.sentence import N_, Sentence

TERM_MONTHS = 36
RENEWAL_MONTHS = 3


class RegistrationState(StrEnum):
    """Where a certificate's registration stands on a day."""

    NONE = "registration-none"
    VALID = "registration-valid"
    RENEWABLE = "registration-renewable"  # still valid, and the window to renew is open
    LAPSED = "registration-lapsed"


WORDS = {
    RegistrationState.NONE: Sentence("Not yet registered"),
    RegistrationState.VALID: Sentence("Registration in force"),
    RegistrationState.RENEWABLE: Sentence("Renewal window open"),
    RegistrationState.LAPSED: Sentence("Registration lapsed"),
}

# Where a certificate is valid: a regional pass line makes a local one.
VALIDITY = {"national": N_("the whole country"), "local": N_("its region only")}


def valid_in(validity: str, region: str | None) -> Sentence:
    """Where a certificate is valid. Of a local one the region is named, unless a list brought it that names none."""
    return Sentence("%(region)s only", region=region) if region else Sentence(VALIDITY[validity])


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def term_end(registered_on: date) -> date:
    """The first day on which a registration of ``registered_on`` no longer holds.

    Registered on 1 September 2023 it holds through 31 August 2026, so the end is 1 September 2026.
    """
    return months_after(registered_on, TERM_MONTHS)


def state(registered_until: date | None, today: date, renew_from_months: int = -RENEWAL_MONTHS) -> RegistrationState:
    """Where a registration stands; ``registered_until`` is the first day on which it no longer holds, and its renewal
    opens ``renew_from_months`` from it: of the region's limits, as lists have it (`due_store.state_on`).
    """
    if registered_until is None:
        return RegistrationState.NONE
    if registered_until <= today:
        return RegistrationState.LAPSED
    if months_after(registered_until, renew_from_months) <= today:
        return RegistrationState.RENEWABLE
    return RegistrationState.VALID
