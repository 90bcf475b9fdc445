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
from examprep.register.rules.process import STEPS
from examprep.register.senior import OUTCOMES
from examprep.syllabus.rules.levels import LEVEL_NAMES

TRAIL = Trail(
    acts={
        "register.award-paid": N_("Paid an award"),
        "register.award-taken-back": N_("Took an award back"),
        "register.certified": N_("Entered a certificate"),
        "register.registered": N_("Registered a certificate"),
        "register.step": N_("Took a step of a registration"),
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
        Column("step", N_("Step"), "choice", choices={act: step.label for act, step in STEPS.items()}),
        Column("reason", N_("Reason")),
        Column("source", N_("Source")),
        Column("count", N_("Rows"), "number"),
        Column("shows", N_("The public check shows"), "choice", choices=SHOWS),
        Column("outcome", N_("Review"), "choice", choices={code: word.text for code, word in OUTCOMES.items()}),
        Column("level", N_("Level"), "choice", choices={code: name.text for code, name in LEVEL_NAMES.items()}),
    ),
)
