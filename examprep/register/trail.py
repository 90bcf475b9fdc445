"""How the audit trail tells of the register and the awards."""

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_from, names_of_persons
from examprep.plumbing.listing import Column
from examprep.register.disclosing import SHOWS
from examprep.register.models import (
    AwardClaimRow,
    AwardLineRow,
    AwardSchemeRow,
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
        "register.award-reinstated": N_("Let an award count again"),
        "register.claim-applied": N_("Applied for an award"),
        "register.claim-checked": N_("Checked a claim on an award"),
        "register.claim-approved": N_("Approved a claim on an award"),
        "register.claim-refused": N_("Refused a claim on an award"),
        "register.claim-reopened": N_("Took up a refused claim again"),
        "register.claim-retracted": N_("Withdrew a claim on an award"),
        "register.claim-stopped": N_("Stopped a claim on an award"),
        "register.merged": N_("Moved what the register has of a merged row"),
        "register.run-made": N_("Made a payment run"),
        "register.run-exported": N_("Exported a payment run with ID numbers"),
        "register.run-closed": N_("Closed a payment run"),
        "register.run-cancelled": N_("Cancelled a payment run"),
        "register.scheme-added": N_("Added a scheme of awards"),
        "register.scheme-version": N_("Added a version of a scheme"),
        "register.award-taken-back": N_("Took an award back"),
        "register.certified": N_("Entered a certificate"),
        "register.registered": N_("Registered a certificate"),
        "register.step": N_("Took a step of a registration"),
        "register.platform": N_("Entered what the national platform says"),
        "register.region-named": N_("Named the region in which alone a certificate is valid"),
        "register.taken-back": N_("Took back an entry of the register"),
        "register.withdrawn": N_("Took a certificate out of the register"),
        "register.brought-back": N_("Put a certificate back into the register"),
        "register.exported": N_("Exported the register with ID numbers"),
        "register.limits-added": N_("Added limits of registration"),
        "register.disclosed": N_("Changed what the public check shows"),
        "register.scan-added": N_("Added a scan"),
        "register.scan-removed": N_("Removed a scan"),
        "register.proof-added": N_("Entered a proof of passing"),
        "register.proof-decided": N_("Entered the outcome of a review"),
        "register.proof-removed": N_("Took out a proof of passing"),
    },
    things={
        "award_line": Thing(N_("Payment to"), names_of_persons(AwardLineRow.id, AwardLineRow.person_id)),
        "award_claim": Thing(
            N_("Claim of"),
            names_of_persons(AwardClaimRow.id, AwardClaimRow.person_id),
            "register.claim",
            "claim_id",
            Permission.REGISTER_HOLDER_SEE,
        ),
        "award_scheme": Thing(
            N_("Scheme"),
            names_from(AwardSchemeRow.id, AwardSchemeRow.name),
            "register.scheme",
            "scheme_id",
            Permission.REGISTER_HOLDER_SEE,
        ),
        "award_run": Thing(N_("Payment run"), None, "register.run", "run_id", Permission.REGISTER_HOLDER_SEE),
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
        Column("since", N_("Holds since"), "day"),
        Column("lines", N_("Lines"), "number"),
        Column("fen", N_("Yuan"), "yuan"),
        Column("count", N_("Rows"), "number"),
        Column("shows", N_("The public check shows"), "choice", choices=SHOWS),
        Column("outcome", N_("Review"), "choice", choices={code: word.text for code, word in OUTCOMES.items()}),
        Column("level", N_("Level"), "choice", choices={code: name.text for code, name in LEVEL_NAMES.items()}),
    ),
)
