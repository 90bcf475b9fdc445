"""`python -m examprep` is the same as the `examprep` command."""

from examprep.app.cli import main

main()
