"""How the audit trail tells of imports."""

from examprep.imports.models import ImportBatchRow
from examprep.kernel.sentence import N_
from examprep.people.trail import Thing, Trail, names_from
from examprep.plumbing.listing import Column

TRAIL = Trail(
    acts={
        "imports.applied": N_("Imported a file"),
        "imports.undone": N_("Took an import back"),
    },
    things={"import_batch": Thing(N_("File"), names_from(ImportBatchRow.id, ImportBatchRow.filename))},
    fields=(
        Column(
            "importer",
            N_("Kind"),
            "choice",
            choices={
                "bureau-figures": N_("Residents and targets"),
                "bank-questions": N_("Questions"),
                "exam-registrations": N_("Exam registrations"),
                "exam-results": N_("Exam results"),
                "register-holders": N_("Certificate holders"),
            },
        ),
        Column("rows", N_("Rows"), "number"),
    ),
)
