"""How the audit trail tells of credit hours."""

from examprep.ce.activities import REASONS
from examprep.ce.case_models import CaseRow, PolicyRow
from examprep.ce.claim_models import ClaimAuditRow, ClaimRow, ProviderRow
from examprep.ce.exempting import KINDS
from examprep.ce.forms import CATEGORY_NAMES
from examprep.ce.models import ExemptionRow, LineRow, RequirementRow
from examprep.ce.transcript_models import TranscriptRow
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_from, names_of_persons
from examprep.plumbing.listing import Column

# Reasons are data in both languages; the trail shows the first, as it shows what people typed.
REASON_NAMES = {code: names["zh"] for reasons in REASONS.values() for code, names in reasons.items()}

DECISIONS = {
    "make-up": N_("Time was granted to make up"),
    "waived": N_("Final decision: nothing follows"),
    "upheld": N_("Final decision: what follows stands"),
    "taken-back": N_("The decision was taken back"),
}

TRAIL = Trail(
    acts={
        "ce.recorded-by-hand": N_("Recorded hours by hand"),
        "ce.reversed": N_("Took hours back"),
        "ce.claim-handed-in": N_("Handed a claim in"),
        "ce.claim-withdrawn": N_("Withdrew a claim"),
        "ce.claim-approved": N_("Approved a claim"),
        "ce.claim-returned": N_("Returned a claim for correction"),
        "ce.claim-rejected": N_("Rejected a claim"),
        "ce.claim-reversed": N_("Reversed the approval of a claim"),
        "ce.provider-added": N_("Recognised a provider"),
        "ce.provider-closed": N_("Closed a provider"),
        "ce.provider-opened": N_("Opened a provider again"),
        "ce.key-made": N_("Made a key for a provider"),
        "ce.key-revoked": N_("Revoked a provider's key"),
        "ce.transcript-issued": N_("Issued a transcript"),
        "ce.audit-drawn": N_("Drew a random audit"),
        "ce.audit-settled": N_("Recorded the result of an audit"),
        "ce.exempted": N_("Exempted or postponed"),
        "ce.exemption-withdrawn": N_("Withdrew an exemption"),
        "ce.case-decided": N_("Decided a case of missing hours"),
        "ce.policy-set": N_("Changed what follows of missing hours"),
        "ce.requirement-saved": N_("Changed a requirement"),
        "ce.requirement-ended": N_("Ended a requirement"),
    },
    things={
        "ce_line": Thing(N_("Hours of"), names_of_persons(LineRow.id, LineRow.person_id)),
        "ce_claim": Thing(N_("Claim of"), names_of_persons(ClaimRow.id, ClaimRow.person_id)),
        "ce_provider": Thing(
            N_("Provider"),
            names_from(ProviderRow.id, ProviderRow.name),
            "ce.provider",
            "provider_id",
            Permission.CE_PROVIDER_MANAGE,
        ),
        "ce_transcript": Thing(N_("Transcript of"), names_of_persons(TranscriptRow.id, TranscriptRow.person_id)),
        "ce_claim_audit": Thing(N_("Audit with seed"), names_from(ClaimAuditRow.id, ClaimAuditRow.seed)),
        "ce_case": Thing(
            N_("Case of"),
            names_of_persons(CaseRow.id, CaseRow.person_id),
            "ce.case",
            "case_id",
            Permission.CE_STANDING_SEE,
        ),
        "ce_policy": Thing(N_("What follows of"), names_from(PolicyRow.id, PolicyRow.code)),
        "ce_exemption": Thing(N_("Decision about"), names_of_persons(ExemptionRow.id, ExemptionRow.person_id)),
        "ce_requirement": Thing(N_("Requirement"), names_from(RequirementRow.id, RequirementRow.names)),
    },
    fields=(
        Column("minutes", N_("Credit hours"), "hours"),
        Column("category", N_("Category"), "choice", choices=CATEGORY_NAMES),
        Column("by", N_("By line number")),
        Column("reason", N_("Reason")),
        Column("why", N_("Kind of reason"), "choice", choices=REASON_NAMES),
        Column("name", N_("Name")),
        Column("number", N_("Number")),
        Column("since", N_("From"), "day"),
        Column("until", N_("Up to, not on"), "day"),
        Column("label", N_("What the key is for")),
        Column("begins", N_("Begins with")),
        Column("doubts", N_("Doubts")),
        Column("claim", N_("Claim")),
        Column("result", N_("Result")),
        Column("seed", N_("Seed")),
        Column("percent", N_("Per cent")),
        Column("frame", N_("Out of")),
        Column("sample", N_("Drawn")),
        Column("kind", N_("Decision"), "choice", choices=KINDS),
        Column("name", N_("Name")),
        Column("since", N_("Since")),
        Column("decision", N_("Decision"), "choice", choices=DECISIONS),
        Column("renewal", N_("The registration is not renewed")),
        Column("allowance", N_("Months of allowance are not paid")),
        Column("public_check", N_("The public check of a certificate says that hours are missing")),
        Column("until", N_("Until")),
        Column("hours", N_("Hours by level")),
    ),
    refers={"claim": "ce_claim"},
)
