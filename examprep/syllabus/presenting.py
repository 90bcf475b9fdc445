"""Key dates as people read them."""

from flask_babel import gettext

from examprep.plumbing.i18n import day, month
from examprep.syllabus.values import KeyDate


def days_of(entry: KeyDate) -> str:
    """9 Mar 2026 – 30 Mar 2026; Jul 2026; about 21 Jul 2025 – 31 Jul 2025; and the remark, if there is one."""
    if entry.precision == "month":
        same = (entry.starts_on.year, entry.starts_on.month) == (entry.last_on.year, entry.last_on.month)
        shown = month(entry.starts_on) if same else f"{month(entry.starts_on)} – {month(entry.last_on)}"
    else:
        shown = day(entry.starts_on)
        if entry.last_on != entry.starts_on:
            shown = f"{shown} – {day(entry.last_on)}"
    if entry.precision == "about":
        shown = gettext("about %(days)s", days=shown)
    return f"{shown}, {entry.note}" if entry.note else shown
