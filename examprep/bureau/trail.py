"""How the audit trail tells of what bureaus publish and state."""

from sqlalchemy import select

from examprep.bureau.models import PublicationRow, StatementRow
from examprep.bureau.rules.statements import KINDS
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.models import OrganisationRow
from examprep.people.trail import Thing, Trail, names_by
from examprep.plumbing.listing import Column

_NAMES = select(PublicationRow.id, OrganisationRow.name).join(
    OrganisationRow, OrganisationRow.id == PublicationRow.organisation_id
)
_STATED = select(StatementRow.id, OrganisationRow.name).join(
    OrganisationRow, OrganisationRow.id == StatementRow.organisation_id
)

TRAIL = Trail(
    acts={
        "bureau.draft-discarded": N_("Discarded a draft of tables"),
        "bureau.figure-stated": N_("Stated a figure"),
        "bureau.figure-taken-back": N_("Took a stated figure back"),
        "bureau.figures-published": N_("Published tables"),
        "bureau.figures-withdrawn": N_("Withdrew published tables"),
        "bureau.threshold-set": N_("Set the threshold of publishing"),
    },
    things={
        "bureau_publication": Thing(
            N_("Tables of"),
            names_by(_NAMES, PublicationRow.id),
            "bureau.publication",
            "publication_id",
            Permission.BUREAU_FIGURES_PUBLISH,
        ),
        "bureau_statement": Thing(N_("Figure of"), names_by(_STATED, StatementRow.id)),
    },
    fields=(
        Column("persons", N_("Hide counts of fewer persons than"), "number"),
        Column("reason", N_("Reason")),
        Column("kind", N_("Figure"), "choice", choices={code: word.text for code, word in KINDS.items()}),
        Column("value", N_("Value"), "number"),
    ),
)
