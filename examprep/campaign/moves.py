"""What of the campaign goes over when two rows of a person are merged."""

from examprep.campaign.models import ProfileRow, ReadRow, StatementRow
from examprep.kernel.sentence import N_
from examprep.people.moving import Moves, Moving

MOVING = Moving(
    moves=(
        Moves(StatementRow, N_("Statements about registering")),
        Moves(ProfileRow, N_("Education and employment for the eligibility helper")),
        Moves(ReadRow, N_("Announcements read")),
    ),
    acts=("campaign_announcement.by_id", "campaign_round.by_id", "campaign_statement.by_id"),
)
