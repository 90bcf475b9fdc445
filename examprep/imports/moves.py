"""Files are of the bureau; who sent them, and who decided of a row, stays as it was."""

from examprep.people.moving import Moving

MOVING = Moving(acts=("import_batch.actor_id", "import_row.decided_by"))
