"""The policy page: which role may do which kind of act. Which rows an act may touch is bounded by organisation.

An auditor reads this page and nothing else to know who may do what. `tests/people/test_access.py` walks every route.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a membership makes of a person, within its organisation and everything below."""

    ADMINISTRATOR = "administrator"
    CANDIDATE = "candidate"  # practises, enrols; also a holder who owes hours
    OFFICER = "officer"
    TRAINER = "trainer"


class Permission(StrEnum):
    """A kind of act: ``<feature>:<thing>:<act>``. Alphabetical."""

    BANK_QUESTION_EDIT = "bank:question:edit"
    BANK_QUESTION_SEE = "bank:question:see"
    BUREAU_FIGURES_PUBLISH = "bureau:figures:publish"
    BUREAU_HOME_SEE = "bureau:home:see"
    BUREAU_STATEMENT_MAKE = "bureau:statement:make"
    CAMPAIGN_ANNOUNCEMENT_WRITE = "campaign:announcement:write"
    CAMPAIGN_FUNNEL_SEE = "campaign:funnel:see"
    CAMPAIGN_OWN_USE = "campaign:own:use"
    CAMPAIGN_PLAN_EDIT = "campaign:plan:edit"
    CE_CLAIM_FILE = "ce:claim:file"
    CE_CLAIM_REVIEW = "ce:claim:review"
    CE_CASE_DECIDE = "ce:case:decide"
    CE_LEDGER_CORRECT = "ce:ledger:correct"
    CE_OWN_SEE = "ce:own:see"
    CE_PROVIDER_MANAGE = "ce:provider:manage"
    CE_REQUIREMENT_EDIT = "ce:requirement:edit"
    CE_STANDING_SEE = "ce:standing:see"
    CE_TRANSCRIPT_ISSUE = "ce:transcript:issue"
    EXAMS_LINE_ADD = "exams:line:add"
    EXAMS_OWN_SEE = "exams:own:see"
    EXAMS_RATE_SEE = "exams:rate:see"
    EXAMS_RESULT_IMPORT = "exams:result:import"
    PEOPLE_ACCOUNT_MANAGE = "people:account:manage"
    PEOPLE_AUDIT_SEE = "people:audit:see"
    PEOPLE_ORGANISATION_MANAGE = "people:organisation:manage"
    PEOPLE_PERSON_EDIT = "people:person:edit"
    PEOPLE_PERSON_MERGE = "people:person:merge"
    PEOPLE_PERSON_SEE = "people:person:see"
    PRACTICE_ASSIGNMENT_MANAGE = "practice:assignment:manage"
    PRACTICE_OWN_USE = "practice:own:use"
    REGISTER_AWARD_PAY = "register:award:pay"
    REGISTER_HOLDER_EDIT = "register:holder:edit"
    REGISTER_HOLDER_SEE = "register:holder:see"
    REGISTER_LIMITS_SET = "register:limits:set"
    REGISTER_OWN_USE = "register:own:use"
    REGISTER_SCHEME_EDIT = "register:scheme:edit"
    REMINDERS_OUTBOX_SEE = "reminders:outbox:see"
    SYLLABUS_EDIT = "syllabus:edit"
    TRAINING_CLASS_ENROL = "training:class:enrol"
    TRAINING_CLASS_MANAGE = "training:class:manage"
    TRAINING_STAFF_APPROVE = "training:staff:approve"
    TRAINING_STAFF_ENROL = "training:staff:enrol"


P = Permission

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CANDIDATE: frozenset(
        {
            P.CAMPAIGN_OWN_USE,
            P.CE_CLAIM_FILE,
            P.CE_OWN_SEE,
            P.EXAMS_OWN_SEE,
            P.PRACTICE_OWN_USE,
            P.REGISTER_OWN_USE,
            P.TRAINING_CLASS_ENROL,
        }
    ),
    Role.TRAINER: frozenset(
        {
            P.BANK_QUESTION_EDIT,
            P.BANK_QUESTION_SEE,
            P.CAMPAIGN_FUNNEL_SEE,
            P.PEOPLE_PERSON_SEE,
            P.PRACTICE_ASSIGNMENT_MANAGE,
            P.TRAINING_CLASS_MANAGE,
            P.TRAINING_STAFF_ENROL,
        }
    ),
    Role.OFFICER: frozenset(
        {
            P.BUREAU_FIGURES_PUBLISH,
            P.BUREAU_HOME_SEE,
            P.BUREAU_STATEMENT_MAKE,
            P.CAMPAIGN_ANNOUNCEMENT_WRITE,
            P.CAMPAIGN_FUNNEL_SEE,
            P.CE_CLAIM_REVIEW,
            P.CE_CASE_DECIDE,
            P.CE_LEDGER_CORRECT,
            P.CE_PROVIDER_MANAGE,
            P.CE_STANDING_SEE,
            P.CE_TRANSCRIPT_ISSUE,
            P.EXAMS_LINE_ADD,
            P.EXAMS_RATE_SEE,
            P.EXAMS_RESULT_IMPORT,
            P.PEOPLE_PERSON_EDIT,
            P.PEOPLE_PERSON_MERGE,
            P.PEOPLE_PERSON_SEE,
            P.REGISTER_AWARD_PAY,
            P.REGISTER_HOLDER_EDIT,
            P.REGISTER_HOLDER_SEE,
            P.REGISTER_LIMITS_SET,
            P.REGISTER_SCHEME_EDIT,
            P.TRAINING_CLASS_MANAGE,
            P.TRAINING_STAFF_APPROVE,
            P.TRAINING_STAFF_ENROL,
        }
    ),
    # Runs the installation; sees persons to give them accounts, but not their answers.
    Role.ADMINISTRATOR: frozenset(
        {
            P.BANK_QUESTION_EDIT,
            P.BANK_QUESTION_SEE,
            P.CAMPAIGN_PLAN_EDIT,
            P.CE_REQUIREMENT_EDIT,
            P.EXAMS_LINE_ADD,
            P.PEOPLE_ACCOUNT_MANAGE,
            P.PEOPLE_AUDIT_SEE,
            P.PEOPLE_ORGANISATION_MANAGE,
            P.PEOPLE_PERSON_EDIT,
            P.PEOPLE_PERSON_MERGE,
            P.PEOPLE_PERSON_SEE,
            P.REMINDERS_OUTBOX_SEE,
            P.SYLLABUS_EDIT,
        }
    ),
}


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that hold a permission."""
    return frozenset(role for role, held in GRANTS.items() if permission in held)
