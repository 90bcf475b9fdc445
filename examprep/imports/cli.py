"""``examprep import``: any importer's file from the command line, checked first, written only when asked."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from examprep.imports import engine, progress
from examprep.imports.importer import Importer, Plan, Upload
from examprep.kernel.errors import Forbidden, NotFound
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import Sentence
from examprep.people.actions import actor_named
from examprep.plumbing.i18n import say
from examprep.plumbing.runtime import reading, runtime, writing

QUIET_SECONDS = 2  # shorter work says nothing of itself


@click.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--option", "options", multiple=True, metavar="KEY=VALUE", help="What the file does not say.")
@click.option("--subject", help="Short for -o subject=…")
@click.option("--as", "sign_in_name", required=True, metavar="NAME", help="Whose import it is: a sign-in name.")
@click.option("--apply", "apply_it", is_flag=True, help="Write the rows; without it the file is only checked.")
@click.option("--leave-out", is_flag=True, help="With --apply: write the rows that are right, leave the others out.")
@with_appcontext
def import_file(
    name: str,
    file: Path,
    options: tuple[str, ...],
    subject: str | None,
    sign_in_name: str,
    apply_it: bool,
    leave_out: bool,
) -> None:
    """Check FILE as the import NAME, and with --apply write it: all or nothing, unless --leave-out is given too.

    Problems go to standard error, one a line: row, column, sentence; then the exit code is 1 and nothing is written.
    """
    importers: Registry[Importer] = current_app.extensions["examprep.importers"]
    importer = importers.get(name)
    if importer is None:
        raise NotFound(
            "imports.kind", "There is no import “%(name)s”. There are: %(names)s.", **_names(name, importers)
        )
    given = dict(_pair(option) for option in options)
    if subject:
        given["subject"] = subject
    tell = progress.seldom(_tell, after_seconds=QUIET_SECONDS, every_seconds=1)
    upload, now = Upload(file.name, file.read_bytes(), given), runtime().clock.now()
    with progress.told_to(tell), writing() if apply_it else reading() as session:
        actor = actor_named(session, sign_in_name, today=runtime().clock.today())
        if not actor.may(importer.permission):
            raise Forbidden("access.role", "Your role does not include this.")
        plan = importer.plan(session, actor, upload, now=now)
        _report(plan)
        if plan.problems and not (leave_out and plan.lines is not None):
            raise SystemExit(1)
        if not apply_it:
            click.echo(say("Nothing is written yet."))
            return
        written = engine.import_now(
            session, runtime().vault, importer, actor, upload, plan, now=now, leave_out=leave_out
        )
    click.echo(say(Sentence("%(count)s rows were written.", count=written)))


def _tell(sentence: Sentence) -> None:
    click.echo(say(sentence), err=True)


def _names(name: str, importers: Registry[Importer]) -> dict[str, str]:
    return {"name": name, "names": "、".join(importers.names)}


def _pair(option: str) -> tuple[str, str]:
    key, equals, value = option.partition("=")
    if not equals or not key:
        raise click.BadParameter("write it as KEY=VALUE", param_hint="-o")
    return key, value


def _report(plan: Plan) -> None:
    for label, count in plan.counts:
        click.echo(f"{say(label)}\t{count}")
    for note in plan.notes:
        click.echo(say(note))
    for problem in plan.problems:
        click.echo(f"{problem.row}\t{problem.column}\t{say(problem.sentence)}", err=True)
