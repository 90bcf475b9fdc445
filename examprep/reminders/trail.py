"""How the audit trail tells of reminders."""

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.trail import Thing, Trail, names_of_persons
from examprep.plumbing.listing import Column
from examprep.reminders.models import OutboxRow

TRAIL = Trail(
    acts={"reminders.retried": N_("Had a failed reminder sent again")},
    things={
        "reminders_outbox": Thing(
            N_("Reminder"),
            names_of_persons(OutboxRow.id, OutboxRow.person_id),
            "reminders.reminder",
            "reminder_id",
            Permission.REMINDERS_OUTBOX_SEE,
        )
    },
    fields=(Column("tries", N_("Tries"), "number"), Column("error", N_("Reason"), "sentence")),
)
