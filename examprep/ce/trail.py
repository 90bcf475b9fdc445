"""How the audit trail tells of credit hours."""

from examprep.ce.forms import CATEGORY_NAMES
from examprep.ce.models import LineRow
from examprep.kernel.sentence import N_
from examprep.people.trail import Thing, Trail, names_of_persons
from examprep.plumbing.listing import Column

TRAIL = Trail(
    acts={
        "ce.recorded-by-hand": N_("Recorded hours by hand"),
        "ce.reversed": N_("Took hours back"),
    },
    things={"ce_line": Thing(N_("Hours of"), names_of_persons(LineRow.id, LineRow.person_id))},
    fields=(
        Column("minutes", N_("Credit hours"), "hours"),
        Column("category", N_("Category"), "choice", choices=CATEGORY_NAMES),
        Column("by", N_("By line number")),
        Column("reason", N_("Reason")),
    ),
)
