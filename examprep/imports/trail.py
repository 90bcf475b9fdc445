"""How the audit trail tells of imports."""

from examprep.imports.models import ImportBatchRow
from examprep.kernel.sentence import N_
from examprep.people.trail import Thing, Trail, names_from
from examprep.plumbing.listing import Column

DECISIONS = {"person": N_("This person"), "new": N_("A new person"), "refused": N_("Row refused")}

TRAIL = Trail(
    acts={
        "imports.applied": N_("Imported a file"),
        "imports.undone": N_("Took an import back"),
        "imports.row-decided": N_("Decided of whom a row speaks"),
        "imports.row-reopened": N_("Took the decision on a row back"),
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
                "exam-approvals": N_("Exam approvals"),
                "exam-results": N_("Exam results"),
                "register-holders": N_("Certificate holders"),
                "training-seats": N_("People to enrol in a class"),
            },
        ),
        Column("rows", N_("Rows"), "number"),
        Column("row", N_("Row"), "number"),
        Column("decision", N_("Decision"), "choice", choices=DECISIONS),
        Column("person", N_("Person")),
    ),
    refers={"person": "person"},
)
