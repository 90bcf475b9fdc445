"""How the audit trail tells of the register and the awards."""

from examprep.kernel.sentence import N_
from examprep.people.trail import Thing, Trail, names_from, names_of_persons
from examprep.plumbing.listing import Column
from examprep.register.disclosing import SHOWS
from examprep.register.models import (
    AwardLineRow,
    RegisterCertificateRow,
    RegistrationLimitsRow,
    SeniorProofRow,
)
from examprep.register.senior import OUTCOMES
from examprep.syllabus.rules.levels import LEVEL_NAMES

TRAIL = Trail(
    acts={
        "register.award-paid": N_("Paid an award"),
        "register.award-taken-back": N_("Took an award back"),
        "register.certified": N_("Entered a certificate"),
        "register.registered": N_("Registered a certificate"),
        "register.applied": N_("Applied for the registration of a certificate"),
        "register.amended": N_("Amended an application for registration"),
        "register.retracted": N_("Withdrew an application for registration"),
        "register.accepted": N_("Accepted an application for registration"),
        "register.returned": N_("Returned an application for registration"),
        "register.first-passed": N_("Passed an application in the first review"),
        "register.first-failed": N_("Did not pass an application in the first review"),
        "register.final-passed": N_("Approved an application in the final review"),
        "register.final-failed": N_("Did not approve an application"),
        "register.completed": N_("Registered a certificate for a term"),
        "register.issued": N_("Noted that a registration certificate was issued"),
        "register.platform": N_("Entered what the national platform says"),
        "register.taken-back": N_("Took back an entry of the register"),
        "register.withdrawn": N_("Took a certificate out of the register"),
        "register.exported": N_("Exported the register with ID numbers"),
        "register.limits-added": N_("Added limits of registration"),
        "register.disclosed": N_("Changed what the public check shows"),
        "register.scan-added": N_("Added a scan"),
        "register.scan-removed": N_("Removed a scan"),
        "register.proof-added": N_("Entered a proof of passing"),
        "register.proof-decided": N_("Entered the outcome of a review"),
    },
    things={
        "award_line": Thing(N_("Payment to"), names_of_persons(AwardLineRow.id, AwardLineRow.person_id)),
        "register_limits": Thing(
            N_("Limits of registration"), names_from(RegistrationLimitsRow.id, RegistrationLimitsRow.source)
        ),
        "register_senior_proof": Thing(
            N_("Proof of passing of"), names_of_persons(SeniorProofRow.id, SeniorProofRow.person_id)
        ),
        "register_certificate": Thing(
            N_("Certificate of"), names_of_persons(RegisterCertificateRow.id, RegisterCertificateRow.person_id)
        ),
    },
    fields=(
        Column("reason", N_("Reason")),
        Column("source", N_("Source")),
        Column("count", N_("Rows"), "number"),
        Column("shows", N_("The public check shows"), "choice", choices=SHOWS),
        Column("outcome", N_("Review"), "choice", choices={code: word.text for code, word in OUTCOMES.items()}),
        Column("level", N_("Level"), "choice", choices={code: name.text for code, name in LEVEL_NAMES.items()}),
    ),
)
