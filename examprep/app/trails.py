"""How the acts read that are written below the floor of features, by people, imports, reminders and the commands."""

from examprep.imports.trail import TRAIL as IMPORTS
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.forms import EDUCATION, KIND_LABELS, ROLES
from examprep.people.models import AccountRow, OrganisationRow, PersonRow
from examprep.people.trail import Thing, Trail, names_from, names_of_persons
from examprep.plumbing.listing import Column
from examprep.reminders.trail import TRAIL as REMINDERS

__all__ = ["APP", "IMPORTS", "PEOPLE", "REMINDERS"]

APP = Trail(
    acts={"app.backup-made": N_("Backed the installation up")},
    things={"backup": Thing(N_("Backup, rows:"))},
)
PEOPLE = Trail(
    acts={
        "people.account-closed": N_("Closed an account"),
        "people.account-issued": N_("Opened an account or gave it a new password"),
        "people.account-opened": N_("Opened an account on the server"),
        "people.merge-taken-back": N_("Took a merge of two records back"),
        "people.organisation-added": N_("Added an organisation"),
        "people.organisation-changed": N_("Corrected an organisation"),
        "people.organisation-closed": N_("Closed an organisation"),
        "people.organisation-reopened": N_("Opened an organisation again"),
        "people.password-changed": N_("Changed the own password"),
        "people.password-reset": N_("Reset a password on the server"),
        "people.person-added": N_("Added a person"),
        "people.person-changed": N_("Changed a person's details"),
        "people.role-ended": N_("Ended a role"),
        "people.role-given": N_("Gave a role"),
        "people.rows-merged": N_("Merged two records of one person"),
        "people.signed-in": N_("Signed in"),
    },
    things={
        "account": Thing(N_("Account"), names_of_persons(AccountRow.id, AccountRow.person_id)),
        "organisation": Thing(
            N_("Organisation"),
            names_from(OrganisationRow.id, OrganisationRow.name),
            "people.organisation",
            "organisation_id",
            Permission.PEOPLE_ORGANISATION_MANAGE,
        ),
        "person": Thing(
            N_("Person"),
            names_from(PersonRow.id, PersonRow.name),
            "people.person",
            "person_id",
            Permission.PEOPLE_PERSON_SEE,
        ),
    },
    fields=(
        Column("name", N_("Name")),
        Column("role", N_("Role"), "choice", choices=ROLES),
        Column("organisation_id", N_("Organisation")),
        Column("kind", N_("Kind"), "choice", choices=KIND_LABELS),
        Column("region_code", N_("Region")),
        Column("id_number", N_("ID number"), "choice", choices={"changed": N_("changed")}),
        Column("phone", N_("Phone")),
        Column("email", N_("E-mail")),
        Column("education", N_("Education"), "choice", choices=EDUCATION),
        Column("in_post", N_("In post")),
        Column("gone_id", N_("The other record")),
        Column("reason", N_("Reason")),
    ),
    refers={"organisation_id": "organisation", "gone_id": "person"},
)
