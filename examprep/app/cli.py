"""The ``examprep`` command."""

import sys

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError

from examprep.app import operations
from examprep.app.factory import create_app, open_runtime
from examprep.app.wiring import FEATURES
from examprep.config.settings import Settings, SettingsError
from examprep.imports.cli import import_file
from examprep.kernel.errors import Refusal


@click.group()
@click.version_option(package_name="examprep")
def cli() -> None:
    """Exam preparation, pass rates and continuing education for China's social workers."""


for command in (*operations.COMMANDS, import_file, *(command for feature in FEATURES for command in feature.commands)):
    cli.add_command(command)


def _application() -> Flask:
    """The application for commands marked ``@with_appcontext``; made only when one of them runs."""
    return create_app(open_runtime(Settings.from_env()))


def main() -> None:
    """Run a command; a refusal is a sentence on standard error and exit code 1, never a traceback."""
    try:
        cli(obj=ScriptInfo(create_app=_application, set_debug_flag=False))
    except Refusal as refusal:
        sys.exit(f"examprep: {refusal.sentence}")
    except SettingsError as error:
        sys.exit(f"examprep: {error}")
    except OperationalError as error:
        sys.exit(f"examprep: the database cannot be reached: {error.orig}")
