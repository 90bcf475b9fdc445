"""The bank we ship: original questions of our own, brought in by the importer as any file is."""

from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files

from sqlalchemy.orm import Session

from examprep.bank.importer import IMPORTER
from examprep.imports import engine
from examprep.imports.importer import Upload
from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault


def starter_files() -> Iterator[tuple[str, bytes]]:
    """Subject and content of each shipped file, by name."""
    folder = files("examprep.bank").joinpath("starter")
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.name.endswith(".jsonl"):
            yield entry.name.removesuffix(".jsonl"), entry.read_bytes()


def load_starter(session: Session, vault: Vault, actor: Actor, *, now: datetime) -> int:
    """Import the shipped questions that are not in yet, one batch a subject; returns how many were written.

    Raises:
        RuleViolation: ``imports.problems`` -- a shipped file does not fit the syllabus or the bank as they are now.
    """
    written = 0
    for subject, content in starter_files():
        if engine.imported_before(session, IMPORTER, content):
            continue
        upload = Upload(f"{subject}.jsonl", content, {"subject": subject})
        plan = IMPORTER.plan(session, actor, upload, now=now)
        if plan.problems:
            first = plan.problems[0]
            raise RuleViolation(
                "bank.starter",
                "%(file)s, line %(row)s: %(sentence)s",
                file=upload.filename,
                row=first.row,
                sentence=first.sentence,
            )
        written += engine.import_now(session, vault, IMPORTER, actor, upload, plan, now=now)
    return written
