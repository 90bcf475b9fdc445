"""Commands of the bank."""

import click
from flask.cli import with_appcontext

from examprep.bank import actions
from examprep.kernel.sentence import Sentence
from examprep.people.actions import actor_named
from examprep.plumbing.i18n import say
from examprep.plumbing.runtime import runtime, writing


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
        written = actions.load_starter(session, actor, now=runtime().clock.now())
    click.echo(say(Sentence("%(count)s rows were written.", count=written)))
