"""What `examprep doctor` looks at: each check says what it found and whether that is good."""

import os
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from examprep.app.factory import open_runtime
from examprep.app.schema import newest, present
from examprep.config.settings import Settings
from examprep.kernel.clock import OFFICE_ZONE
from examprep.plumbing.jobs import JobTurnRow
from examprep.plumbing.runtime import Runtime
from examprep.reminders.actions import waiting

SKEW_ALLOWED = timedelta(seconds=5)
WORKER_SILENT = timedelta(minutes=10)


class Verdict(Enum):
    """Good; worth knowing; or to be mended."""

    GOOD = 1
    NOTE = 2
    WRONG = 3


@dataclass(frozen=True)
class Check:
    """One line of the doctor's."""

    subject: str
    verdict: Verdict
    finding: str

    GOOD = Verdict.GOOD
    NOTE = Verdict.NOTE
    WRONG = Verdict.WRONG


def examine(settings: Settings) -> Iterator[Check]:
    """Look at everything; a database that is away ends what needs it."""
    runtime = open_runtime(settings)
    yield _home(settings)
    yield _secrets(settings)
    yield _addresses(settings)
    yield _time_zone()
    reached = _reached(runtime)
    yield reached
    if reached.verdict is Verdict.GOOD:
        for look in (_tables, _writing, _clock, _worker):
            yield _safely(look, runtime)
    yield _relay(settings)


def _safely(look: Callable[[Runtime], Check], runtime: Runtime) -> Check:
    try:
        return look(runtime)
    except SQLAlchemyError as error:
        return Check("database", Verdict.WRONG, str(getattr(error, "orig", error)))


def _home(settings: Settings) -> Check:
    home = settings.home.resolve()
    if not os.access(home, os.W_OK):
        return Check("home", Verdict.WRONG, f"{home} cannot be written; set EXAMPREP_HOME")
    return Check("home", Verdict.GOOD, str(home))


def _secrets(settings: Settings) -> Check:
    kept = settings.home / "secrets.json"
    if not kept.exists():
        return Check("secrets", Verdict.GOOD, "from the environment")
    if stat.S_IMODE(kept.stat().st_mode) & 0o077:
        return Check("secrets", Verdict.WRONG, f"{kept} can be read by others; chmod 600")
    return Check("secrets", Verdict.GOOD, f"{kept}; keep a copy, ID numbers cannot be read without it")


def _addresses(settings: Settings) -> Check:
    if settings.base_url.startswith("https://") and not settings.secure_cookies:
        return Check("cookies", Verdict.NOTE, "pages are https; set EXAMPREP_SECURE_COOKIES=yes")
    return Check("address", Verdict.GOOD, f"links in mails begin with {settings.base_url}")


def _time_zone() -> Check:
    noon = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    if noon.utcoffset() != timedelta(hours=8):
        return Check("time zone", Verdict.WRONG, "Asia/Shanghai is not eight hours ahead; reinstall tzdata")
    return Check("time zone", Verdict.GOOD, f"{OFFICE_ZONE.key}, UTC+8")


def _reached(runtime: Runtime) -> Check:
    address = runtime.database.url.render_as_string(hide_password=True)
    try:
        with runtime.database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return Check("database", Verdict.WRONG, f"{address}: {getattr(error, 'orig', error)}")
    return Check("database", Verdict.GOOD, address)


def _tables(runtime: Runtime) -> Check:
    found, wanted = present(runtime.database), newest()
    if found == wanted:
        return Check("tables", Verdict.GOOD, f"at {found}")
    return Check("tables", Verdict.WRONG, f"at {found}, this version needs {wanted}; run: examprep migrate")


def _writing(runtime: Runtime) -> Check:
    """Write a row and take it back."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        session.execute(insert(JobTurnRow).values(job="doctor", scheduled_at=now, claimed_at=now, claimed_by="doctor"))
        session.rollback()
    return Check("writing", Verdict.GOOD, "the database takes rows")


def _clock(runtime: Runtime) -> Check:
    now = runtime.clock.now()
    if runtime.database.on_sqlite:
        return Check("clock", Verdict.GOOD, f"{now:%Y-%m-%d %H:%M:%S} UTC, {now.astimezone(OFFICE_ZONE):%H:%M} office")
    with runtime.database.read() as session:
        theirs = session.scalar(select(func.now()))
    skew = abs((theirs or now) - now)
    if skew > SKEW_ALLOWED:
        return Check("clock", Verdict.WRONG, f"{skew.total_seconds():.0f} s apart from the database's")
    return Check("clock", Verdict.GOOD, f"{now:%Y-%m-%d %H:%M:%S} UTC, as the database's")


def _worker(runtime: Runtime) -> Check:
    now = runtime.clock.now()
    with runtime.database.read() as session:
        last = session.scalar(select(func.max(JobTurnRow.claimed_at)))
        mails = waiting(session, now=now)
    if last is None or now - last > WORKER_SILENT:
        when = "never" if last is None else f"{last:%Y-%m-%d %H:%M} UTC"
        return Check("worker", Verdict.NOTE, f"last seen {when}, {mails} mails wait; run: examprep work")
    return Check("worker", Verdict.GOOD, f"last turn {last:%Y-%m-%d %H:%M} UTC, {mails} mails wait")


def _relay(settings: Settings) -> Check:
    host, port = settings.smtp_host, settings.smtp_port
    if host is None:
        return Check("mail", Verdict.NOTE, "no EXAMPREP_SMTP_HOST: mails stay in the outbox and are not sent")
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            greeting = connection.recv(200).decode("ascii", "replace").strip()
    except OSError as error:
        return Check("mail", Verdict.WRONG, f"{host}:{port}: {error}")
    verdict = Verdict.GOOD if greeting.startswith("220") else Verdict.WRONG
    return Check("mail", verdict, f"{host}:{port} answers {greeting or 'nothing'}")
