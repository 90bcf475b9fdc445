"""Commands over accounts, for whoever has the machine; the first administrator among them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from examprep.app.factory import open_runtime
from examprep.config.settings import Settings
from examprep.kernel.errors import Conflict
from examprep.people.access import Role
from examprep.people.accounts import (
    check_region,
    close_account,
    has_administrator,
    organisation_called,
    reset_password,
)
from examprep.people.actions import add_organisation, add_person, grant_role, open_account, record
from examprep.plumbing.runtime import Runtime


@dataclass(frozen=True)
class Password:
    """A password and whether we made it, so that it must be told."""

    text: str
    made: bool

    def tell(self, sign_in_name: str) -> None:
        click.echo(f"Sign-in name: {sign_in_name}")
        if self.made:
            click.echo(f"Password: {self.text}")
            click.echo("It is shown only now. Change it under your name after signing in.", err=True)


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The ways to give a password; none of them leaves it in the shell's history."""

    @click.option("--ask-password", is_flag=True, help="Ask for the password.")
    @click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read it here.")
    @wraps(command)
    def with_password(*args: Any, ask_password: bool, password_file: Path | None, **options: Any) -> Any:
        if password_file is not None:
            password = Password(password_file.read_text(encoding="utf-8").strip(), made=False)
        elif ask_password:
            password = Password(click.prompt("Password", hide_input=True, confirmation_prompt=True), made=False)
        else:
            password = Password(secrets.token_urlsafe(12), made=True)
        return command(*args, password=password, **options)

    return with_password


def first_administrator(
    session: Session,
    runtime: Runtime,
    *,
    organisation: str,
    region_code: str,
    name: str,
    sign_in_name: str,
    password: str,
    email: str | None,
) -> None:
    """Make the root organisation and whoever administers it.

    Raises:
        Conflict: ``app.initialised`` -- there is an administrator already.
        NotFound: ``people.region``.
    """
    if has_administrator(session):
        raise Conflict("app.initialised", "There is an administrator already; use: examprep account create")
    check_region(session, region_code)
    root = add_organisation(session, name=organisation, kind="bureau", region_code=region_code)
    _open(session, runtime, root.id, Role.ADMINISTRATOR, name, sign_in_name, password, email)


def _open(
    session: Session,
    runtime: Runtime,
    organisation_id: int,
    role: Role,
    name: str,
    sign_in_name: str,
    password: str,
    email: str | None,
) -> None:
    now = runtime.clock.now()
    person = add_person(session, runtime.vault, name=name, organisation_id=organisation_id, email=email, now=now)
    today = runtime.clock.today()
    grant_role(session, person_id=person.id, organisation_id=organisation_id, role=role, since=today)
    row = open_account(session, person_id=person.id, sign_in_name=sign_in_name, password=password, now=now)
    record(session, None, "people.account-opened", "account", row.id, now=now, after={"role": role})


@click.group()
def account() -> None:
    """Open, reset and close accounts."""


@account.command()
@click.argument("sign_in_name")
@click.option("--name", required=True, help="The person's name.")
@click.option("--organisation", required=True, help="Name or number of the person's organisation.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--email", default=None)
@password_options
def create(sign_in_name: str, name: str, organisation: str, role: str, email: str | None, password: Password) -> None:
    """Make a new person with an account and a role in an organisation."""
    runtime = open_runtime(Settings.from_env())
    with runtime.database.write() as session:
        organisation_id = organisation_called(session, organisation)
        _open(session, runtime, organisation_id, Role(role), name, sign_in_name, password.text, email)
    password.tell(sign_in_name)


@account.command("password")
@click.argument("sign_in_name")
@password_options
def set_password(sign_in_name: str, password: Password) -> None:
    """Set a new password, end the account's sessions, and open it again if it was closed."""
    runtime = open_runtime(Settings.from_env())
    with runtime.database.write() as session:
        reset_password(session, sign_in_name, password.text, now=runtime.clock.now())
    password.tell(sign_in_name)


@account.command()
@click.argument("sign_in_name")
def close(sign_in_name: str) -> None:
    """Close an account: its sessions end and nobody signs in to it. What the person did stays."""
    runtime = open_runtime(Settings.from_env())
    with runtime.database.write() as session:
        close_account(session, sign_in_name, now=runtime.clock.now())
    click.echo(f"{sign_in_name} is closed.")
