"""Commands of practice."""

import click
from flask.cli import with_appcontext

from examprep.kernel.sentence import Sentence
from examprep.plumbing.i18n import say
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.practice import fitting
from examprep.practice.rules.refit import LEAST_FORECASTS


@click.group()
def practice() -> None:
    """Practice and its memory."""


@practice.command("refit")
@click.option("--apply", "put_in_force", is_flag=True, help="Use the weights from now on; without it nothing changes.")
@with_appcontext
def refit(put_in_force: bool) -> None:
    """Fit the weights of FSRS to the log of answers; exit 1 when they would foretell no better."""
    with reading() as session:
        found = fitting.refit(session, lambda loss: click.echo(f"{loss:.1f} …", err=True))
    if found is None:
        click.echo(say(Sentence("There are fewer than %(least)s answers to fit to.", least=LEAST_FORECASTS)))
        raise SystemExit(1)
    click.echo(
        say(
            Sentence(
                "%(count)s answers; log-loss on a fifth kept aside: %(before)s before, %(after)s after.",
                count=found.forecasts,
                before=round(found.loss_before, 4),
                after=round(found.loss_after, 4),
            )
        )
    )
    click.echo(" ".join(f"{weight:.4f}" for weight in found.weights))
    if not found.better:
        click.echo(say(Sentence("That is no better than chance could make it: the present weights stay.")))
        raise SystemExit(1)
    if not put_in_force:
        click.echo(say(Sentence("Nothing was changed. With --apply, every answer from now on uses these weights.")))
        return
    with writing() as session:
        fitting.put_in_force(session, found, now=runtime().clock.now())
    click.echo(say(Sentence("Every answer from now on uses these weights.")))
