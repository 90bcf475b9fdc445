"""How the audit trail tells of the register and the awards."""

from examprep.kernel.sentence import N_
from examprep.people.trail import Thing, Trail, names_of_persons
from examprep.plumbing.listing import Column
from examprep.register.models import AwardLineRow, RegisterCertificateRow
from examprep.syllabus.rules.levels import LEVEL_NAMES

TRAIL = Trail(
    acts={
        "register.award-paid": N_("Paid an award"),
        "register.award-taken-back": N_("Took an award back"),
        "register.certified": N_("Entered a certificate"),
        "register.registered": N_("Registered a certificate"),
    },
    things={
        "award_line": Thing(N_("Payment to"), names_of_persons(AwardLineRow.id, AwardLineRow.person_id)),
        "register_certificate": Thing(
            N_("Certificate of"), names_of_persons(RegisterCertificateRow.id, RegisterCertificateRow.person_id)
        ),
    },
    fields=(Column("level", N_("Level"), "choice", choices={code: name.text for code, name in LEVEL_NAMES.items()}),),
)
