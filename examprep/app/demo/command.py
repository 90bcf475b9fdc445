"""``examprep demo``: make the generated county once, and serve it."""

import json
import shutil
import time
from pathlib import Path

import click

from examprep.app.factory import create_app, open_runtime
from examprep.app.schema import load_data, upgrade
from examprep.app.serving import default_processes, serve_installation
from examprep.config.settings import Settings
from examprep.plumbing.runtime import Runtime

READY = "demo.json"  # written last: without it a filling was cut short and is made anew


@click.command()
@click.option("--fresh", is_flag=True, help="Throw the present demo away and make a new one.")
@click.option("--no-serve", is_flag=True, help="Only make the database.")
@click.option("--home", default="examprep-demo", show_default=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(fresh: bool, no_serve: bool, home: Path, host: str, port: int) -> None:
    """Make a county of people who do not exist, and serve it with the worker embedded."""
    kept = home / READY
    if fresh or not kept.exists():
        password = make(home)
        kept.write_text(json.dumps({"password": password}), encoding="utf-8")
        kept.chmod(0o600)
    else:
        renew(home)
        password = json.loads(kept.read_text(encoding="utf-8"))["password"]
        click.echo(f"The demo in {home} is kept; --fresh makes a new one.")
    _introduce(password, None if no_serve else f"http://{host}:{port}")
    if not no_serve:
        # Read only now: making the demo anew makes new keys.
        settings = Settings.from_env({}, home=home).with_(development=True, base_url=f"http://{host}:{port}")
        serve_installation(settings, host=host, port=port, processes=default_processes(), threads=4, with_worker=True)


def renew(home: Path) -> None:
    """Bring the tables of a kept demo up to date: it may have been made by an earlier version."""
    runtime = open_runtime(Settings.from_env({}, home=home))
    upgrade(runtime.settings.database_url)
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    runtime.database.close()


def make(home: Path) -> str:
    """Build the demo in ``home``, which is emptied first; returns the password of its accounts."""
    started = time.monotonic()
    if home.exists():
        if any(home.iterdir()) and not (home / "secrets.json").exists():
            raise click.ClickException(f"{home} holds other files; choose an empty folder with --home.")
        shutil.rmtree(home)
    runtime = open_runtime(Settings.from_env({}, home=home))
    step = _Steps()
    step("数据库")
    upgrade(runtime.settings.database_url)
    with runtime.database.write() as session:
        load_data(session, runtime.clock.today())
    password = _fill(runtime, step)
    runtime.database.close()
    click.echo(f"Ready after {time.monotonic() - started:.0f} s.")
    return password


def _fill(runtime: Runtime, step: "_Steps") -> str:
    from examprep.app.demo.build import Builder  # only here: it draws on all that writes files

    return Builder(runtime, create_app(runtime), step).build()


class _Steps:
    """Says what is being made, with the seconds since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, what: str) -> None:
        click.echo(f"{time.monotonic() - self._started:5.1f} s  {what}")


def _introduce(password: str, address: str | None) -> None:
    from examprep.app.demo.build import PRINTED

    click.echo("")
    if address:
        click.echo(f"  {address}")
    click.echo(f"  password of every account: {password}")
    for account in PRINTED:
        click.echo(f"    {account.sign_in_name:<10} {account.who}：{account.shows}")
    click.echo("  All people and figures are generated; nobody here exists.\n")
