"""The ``examprep`` command."""

import sys

import click
from sqlalchemy.exc import OperationalError

from examprep.app import operations
from examprep.app.wiring import FEATURES
from examprep.config.settings import SettingsError
from examprep.kernel.errors import Refusal


@click.group()
@click.version_option(package_name="examprep")
def cli() -> None:
    """Exam preparation, pass rates and continuing education for China's social workers."""


for command in (*operations.COMMANDS, *(command for feature in FEATURES for command in feature.commands)):
    cli.add_command(command)


def main() -> None:
    """Run a command; a refusal is a sentence on standard error and exit code 1, never a traceback."""
    try:
        cli()
    except Refusal as refusal:
        sys.exit(f"examprep: {refusal.sentence}")
    except SettingsError as error:
        sys.exit(f"examprep: {error}")
    except OperationalError as error:
        sys.exit(f"examprep: the database cannot be reached: {error.orig}")
