"""Commands that set an installation up and keep it sound. Serving, backups and accounts have modules of their own."""

import click

from examprep.app import accounts, backups, serving
from examprep.app.checks import Check, examine
from examprep.app.demo.command import demo
from examprep.app.factory import open_runtime
from examprep.app.schema import bring_up_to_date
from examprep.app.wiring import FEATURES
from examprep.config.settings import Settings
from examprep.plumbing.db import Database

__all__ = ["COMMANDS", "bring_up_to_date", "differences"]


def differences(database: Database, *, repair: bool = False) -> list[str]:
    """Rebuild every derived table from its log and say what differs, one sentence a row."""
    found = []
    for derived in (derived for feature in FEATURES for derived in feature.derived):
        with database.write() if repair else database.read() as session:
            found += [f"{derived.name}: {difference}" for difference in derived.differences(session, repair)]
    return found


@click.command()
def migrate() -> None:
    """Bring the database to this version's tables, load the shipped data, seal what older ones kept."""
    bring_up_to_date(open_runtime(Settings.from_env()))
    click.echo("The database is up to date.")


@click.command()
@click.option(
    "--organisation", prompt="Your organisation", help="The root of the organisation tree, e.g. 威宁县社会工作部."
)
@click.option("--region", prompt="Its region code (GB/T 2260, six digits)", help="E.g. 520526.")
@click.option("--name", prompt="The administrator's name")
@click.option("--sign-in-name", default="admin", show_default=True)
@click.option("--email", default=None, help="The administrator's e-mail address.")
@accounts.password_options
def init(
    organisation: str, region: str, name: str, sign_in_name: str, email: str | None, password: accounts.Password
) -> None:
    """Set up a new installation: tables, shipped data, the root organisation and the first administrator.

    Without a password option one is made and printed, once.
    """
    runtime = open_runtime(Settings.from_env())
    click.echo("Making the tables and loading the shipped data …", err=True)
    bring_up_to_date(runtime)
    with runtime.database.write() as session:
        accounts.first_administrator(
            session,
            runtime,
            organisation=organisation,
            region_code=region,
            name=name,
            sign_in_name=sign_in_name,
            password=password.text,
            email=email,
        )
    password.tell(sign_in_name)
    click.echo("Next: examprep serve --with-worker")


@click.command()
@click.option("--repair", is_flag=True, help="Write what was rebuilt.")
def verify(repair: bool) -> None:
    """Rebuild every derived table from its log and print each difference.

    Exit code 0 when there is none (or all were repaired), 1 otherwise.
    """
    database = open_runtime(Settings.from_env()).database
    names = [derived.name for feature in FEATURES for derived in feature.derived]
    click.echo(f"Rebuilding {', '.join(names)} …", err=True)
    found = differences(database, repair=repair)
    for difference in found:
        click.echo(difference)
    left = differences(database) if repair and found else found
    said = f"{len(found)} differences{f', {len(left)} left' if repair else ''}." if found else "Everything is sound."
    click.echo(said, err=True)
    raise SystemExit(1 if left else 0)


@click.command()
def doctor() -> None:
    """Check settings, database, mail relay and clock; exit code 1 when something is wrong."""
    wrong = False
    for check in examine(Settings.from_env()):
        mark = {Check.GOOD: "ok   ", Check.NOTE: "note ", Check.WRONG: "WRONG"}[check.verdict]
        click.echo(f"{mark}  {check.subject}: {check.finding}")
        wrong = wrong or check.verdict == Check.WRONG
    raise SystemExit(1 if wrong else 0)


COMMANDS = (
    demo,
    init,
    migrate,
    serving.serve,
    serving.work,
    verify,
    doctor,
    backups.backup,
    backups.restore,
    accounts.account,
)
