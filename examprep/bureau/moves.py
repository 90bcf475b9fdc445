"""Publications, targets and yearly figures are of the bureau; who made them stays as it was."""

from examprep.people.moving import Moving

MOVING = Moving(
    acts=(
        "bureau_publication.prepared_by",
        "bureau_publication.published_by",
        "bureau_publication.withdrawn_by",
        "bureau_statement.stated_by",
        "bureau_threshold.set_by",
    )
)
