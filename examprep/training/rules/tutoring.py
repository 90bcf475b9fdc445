"""Who of a class for an exam needs a word: nothing practised lately, or many mistakes.

Source: a choice of ours, to be read as a hint. 60 of 100 is the usual national pass line (DOMAIN.md 1).
"""

from examprep.kernel.rate import Rate
from examprep.kernel.sentence import Sentence

DAYS = 14
LEAST_ANSWERS = 20
LEAST_PERCENT = 60


def concern(lately: Rate | None) -> Sentence | None:
    """What stands out in the last 14 days' answers (``None``: there are none), if anything does."""
    if lately is None or not lately.base:
        return Sentence("has not practised for %(days)s days", days=DAYS)
    if lately.base >= LEAST_ANSWERS and 100 * lately.part < LEAST_PERCENT * lately.base:
        return Sentence("%(part)s of %(base)s right in %(days)s days", part=lately.part, base=lately.base, days=DAYS)
    return None
