"""The whole database as one portable file: a zip of JSON Lines, the same from SQLite and PostgreSQL.

What a backup holds is read from the database's own tables, and restoring first makes the tables as they were when
it was made, then brings them up to date. So an old backup restores into a new version, and one from SQLite into
PostgreSQL. ID numbers stay sealed: they can be read only with the EXAMPREP_DATA_KEY they were sealed with.
"""

import base64
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click
from sqlalchemy import JSON, Connection, MetaData, Table, func, insert, inspect, select, text

from examprep.app.factory import open_runtime
from examprep.app.schema import alembic_config, bring_up_to_date, present
from examprep.app.setup import BACKUP_MADE
from examprep.config.settings import Settings
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.actions import record
from examprep.plumbing.runtime import Runtime

FORMAT = 1
BOOKKEEPING = "alembic_version"
CHUNK = 2000
Progress = Callable[[str, int], None]


def save(runtime: Runtime, path: Path, *, progress: Progress = lambda table, rows: None) -> int:
    """Write everything as it stands at one instant to ``path``; returns how many rows.

    Raises:
        Conflict: ``app.backup-exists`` -- a file of that name is there; ``app.tables`` -- nothing to save.
    """
    if path.exists():
        raise Conflict("app.backup-exists", "%(path)s is there already.", path=path)
    revision = present(runtime.database)
    if revision is None:
        raise Conflict("app.tables", "The database has no tables yet. Run: examprep init")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    # It holds what persons are: only its owner may read it, from its first byte.
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive, _snapshot(runtime) as connection:
            tables = _tables(connection)
            counts = {table.name: _save_table(archive, connection, table, progress) for table in tables}
            about = {
                "format": FORMAT,
                "version": _version(),
                "migration": revision,
                "made_at": runtime.clock.now().isoformat(),
                "data_key": runtime.vault.fingerprint("backup"),
                "tables": counts,
            }
            archive.writestr("about.json", json.dumps(about, indent=1))
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return sum(counts.values())


def load(runtime: Runtime, path: Path, *, progress: Progress = lambda table, rows: None) -> int:
    """Fill an empty database from a backup, all or nothing, and bring it up to date; returns how many rows.

    Raises:
        Conflict: ``app.not-empty``.
        RuleViolation: ``app.not-a-backup``, ``app.other-key``, ``app.newer``.
    """
    with _opened(path) as (archive, about):
        _check(runtime, about)
        from alembic import command

        config = alembic_config(runtime.settings.database_url)
        command.upgrade(config, about["migration"])
        try:
            with runtime.database.write() as session:
                rows = _load_tables(archive, session.connection(), about["tables"], progress)
        except BaseException:
            command.downgrade(config, "base")  # leave the database as empty as it was found
            raise
        bring_up_to_date(runtime)
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read("about.json"))
            if about["format"] != FORMAT:
                raise KeyError("format")
            yield archive, about
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise RuleViolation("app.not-a-backup", "%(path)s is no backup of examprep.", path=path) from error


def _check(runtime: Runtime, about: dict[str, Any]) -> None:
    with runtime.database.read() as session:
        if set(inspect(session.connection()).get_table_names()) - {BOOKKEEPING}:
            raise Conflict("app.not-empty", "The database is not empty. Restore into a new one.")
    if about["data_key"] != runtime.vault.fingerprint("backup"):
        raise RuleViolation(
            "app.other-key",
            "The backup was made with another EXAMPREP_DATA_KEY; ID numbers could not be read. Give that key.",
        )
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        scripts = ScriptDirectory.from_config(alembic_config(runtime.settings.database_url))
        scripts.get_revision(about["migration"])
    except CommandError as error:
        raise RuleViolation(
            "app.newer", "The backup is from version %(version)s, newer than this one.", version=about["version"]
        ) from error


@contextmanager
def _snapshot(runtime: Runtime) -> Iterator[Connection]:
    """One consistent view of all tables: SQLite's readers have it, PostgreSQL is asked for it."""
    engine = runtime.database.engine
    if not runtime.database.on_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        yield connection


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    for column in (column for table in found.tables.values() for column in table.columns):
        if isinstance(column.type, JSON) and column.nullable:
            column.type = JSON(none_as_null=True)  # nothing stays nothing, and does not become JSON's null
    return [found.tables[name] for name in sorted(found.tables) if name != BOOKKEEPING]


def _save_table(archive: zipfile.ZipFile, connection: Connection, table: Table, progress: Progress) -> int:
    count = 0
    query = select(table).order_by(*table.primary_key.columns)
    with (
        archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as lines,
        connection.execution_options(yield_per=CHUNK).execute(query) as rows,
    ):
        for row in rows:
            lines.write(json.dumps([_said(value) for value in row], ensure_ascii=False).encode() + b"\n")
            count += 1
    progress(table.name, count)
    # The heads stand apart, so that rows may be short.
    archive.writestr(f"{table.name}.json", json.dumps([column.name for column in table.columns]))
    return count


def _said(value: Any) -> Any:
    """A value as JSON; what JSON lacks is an object with one member that names it."""
    match value:
        case datetime():
            return {"at": (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()}
        case date():
            return {"on": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
        case bytes() | memoryview():
            return {"bytes": base64.b64encode(value).decode()}
        case dict() | list():
            return {"json": value}
    return value


def _meant(value: Any, *, naive: bool) -> Any:
    """What ``_said`` was given; ``naive`` where instants are kept without their zone."""
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    match kind:
        case "at":
            instant = datetime.fromisoformat(inner)
            return instant.replace(tzinfo=None) if naive else instant
        case "on":
            return date.fromisoformat(inner)
        case "time":
            return time.fromisoformat(inner)
        case "decimal":
            return Decimal(inner)
        case "bytes":
            return base64.b64decode(inner)
    return inner


def _load_tables(archive: zipfile.ZipFile, connection: Connection, counts: dict[str, int], progress: Progress) -> int:
    tables = {table.name: table for table in _tables(connection)}
    with _references_last(connection):
        for name, count in counts.items():
            heads = json.loads(archive.read(f"{name}.json"))
            with archive.open(f"{name}.jsonl") as lines:
                _load_table(connection, tables[name], heads, lines)
            progress(name, count)
    if connection.dialect.name == "postgresql":
        for table in tables.values():
            _number_on(connection, table)
    return sum(counts.values())


def _load_table(connection: Connection, table: Table, heads: list[str], lines: Any) -> None:
    naive = connection.dialect.name == "sqlite"
    chunk: list[dict[str, Any]] = []
    for line in lines:
        chunk.append({head: _meant(v, naive=naive) for head, v in zip(heads, json.loads(line), strict=True)})
        if len(chunk) == CHUNK:
            connection.execute(insert(table), chunk)
            chunk = []
    if chunk:
        connection.execute(insert(table), chunk)


@contextmanager
def _references_last(connection: Connection) -> Iterator[None]:
    """Check foreign keys when all rows are in: tables refer to each other, and to themselves, in circles."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        yield
        return
    keys = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    ).all()
    for table, key in keys:
        connection.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED"))
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, key in keys:
        connection.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {key} NOT DEFERRABLE"))


def _number_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL's counter go on after the restored ids."""
    for column in table.primary_key.columns:
        counter = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        highest = connection.scalar(select(func.max(column))) if counter else None
        if highest is not None:
            connection.execute(select(func.setval(counter, highest)))


def _version() -> str:
    try:
        return version("examprep")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"  {table}: {rows:,}", err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Save the whole database to FILE while it is in use.

    The file holds personal data; keep it, and apart from it the EXAMPREP_DATA_KEY, safe.
    """
    runtime = open_runtime(Settings.from_env())
    rows = save(runtime, file, progress=_tell)
    with runtime.database.write() as session:
        record(session, None, BACKUP_MADE, "backup", rows, now=runtime.clock.now())
    click.echo(f"{rows:,} rows saved to {file}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from FILE, and bring it up to this version."""
    rows = load(open_runtime(Settings.from_env()), file, progress=_tell)
    click.echo(f"{rows:,} rows restored.")
    sys.stdout.flush()
