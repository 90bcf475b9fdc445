"""What of the outbox goes over when two rows of a person are merged."""

from examprep.kernel.sentence import N_
from examprep.people.moving import Moves, Moving
from examprep.reminders.models import MuteRow, OutboxRow

MOVING = Moving(moves=(Moves(OutboxRow, N_("Mails")), Moves(MuteRow, N_("Kinds of mail switched off"))))
