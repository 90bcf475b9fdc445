"""Commands of the bank."""

import time
from itertools import islice

import click
from flask.cli import with_appcontext

from examprep.bank import actions, checking
from examprep.bank.rules.checks import CHECKS, Check
from examprep.kernel.sentence import Sentence
from examprep.people.actions import actor_named
from examprep.plumbing.i18n import say
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.syllabus import actions as syllabus

TOLD_AFTER_SECONDS = 2


@click.group()
def bank() -> None:
    """The question bank."""


@bank.command("load-starter")
@click.option("--as", "sign_in_name", required=True, metavar="NAME", help="Whose import it is: a sign-in name.")
@with_appcontext
def load_starter(sign_in_name: str) -> None:
    """Import the questions that ship with examprep; those already in are left alone."""
    with writing() as session:
        actor = actor_named(session, sign_in_name, today=runtime().clock.today())
        written = actions.load_starter(session, runtime().vault, actor, now=runtime().clock.now())
    click.echo(say(Sentence("%(count)s rows were written.", count=written)))


@bank.command("check")
@click.option("--subject", metavar="CODE", help="Only findings in this subject.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many lines.")
@with_appcontext
def check(subject: str | None, limit: int | None) -> None:
    """Print question, check and finding, tab-separated; exit 1 when there are any."""
    begun = time.monotonic()

    def told(begins: Check) -> None:
        if time.monotonic() - begun > TOLD_AFTER_SECONDS:
            click.echo(f"{say(begins.label)} …", err=True)

    with reading() as session:
        if subject:
            syllabus.subject(session, subject)
        found = [each for each in checking.findings(session, told=told) if subject in (None, each.subject)]
    for finding in islice(found, limit):
        where = str(finding.number) if finding.number else finding.subject
        click.echo(f"{where}\t{say(CHECKS[finding.rule].label)}\t{say(finding.sentence)}")
    if limit and len(found) > limit:
        click.echo(say(Sentence("%(count)s more findings.", count=len(found) - limit)), err=True)
    raise SystemExit(1 if found else 0)
