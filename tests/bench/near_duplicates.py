"""Looking for near-duplicates in banks of two sizes, against reading the same questions from the database.

The questions are made of the clauses and options of the shipped ones, so that they share words as real ones do; one in
twenty is another's copy, a little shortened and with its options in another order, and must be found.
"""

import argparse
import json
import os
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path

from examprep.app.factory import open_runtime
from examprep.app.schema import load_data, upgrade
from examprep.bank import actions as bank
from examprep.bank import store
from examprep.bank.rules.checks import CHECKS
from examprep.bank.rules.item import item
from examprep.bank.rules.twins import pairs
from examprep.bank.shipped import starter_files
from examprep.bank.types.choices import Choices
from examprep.bank.values import Draft
from examprep.config.settings import Settings
from examprep.people import actions as people
from examprep.people.access import Role
from examprep.people.store import load_actor
from tests.bench.installation import KEYS, PASSWORD, SUBJECT
from tests.bench.timing import Taken, timed

SIZES, COPIED = (3_000, 12_000), 20
BUDGET_SECONDS = 60.0


@dataclass(frozen=True)
class Measured:
    size: int
    planted: int
    found: int
    reading: Taken
    others: Taken
    joining: Taken


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, metavar="N", help="questions of the two banks")


def run(asked: argparse.Namespace) -> int:
    """Run the bench; 0 when every copy is found and the larger bank stays within its budget."""
    measured = [measure(size) for size in sorted(asked.sizes)]
    print(" questions  copies   found   reading  other checks  duplicates  ratio")
    for each in measured:
        ratio = each.joining.processor / each.reading.processor
        print(
            f"{each.size:>10} {each.planted:>7} {each.found:>7} {each.reading.wall:>8.2f}s {each.others.wall:>12.2f}s"
            f" {each.joining.wall:>10.2f}s {ratio:>6.1f}"
        )
    small, large = measured
    growth = log(large.joining.processor / small.joining.processor) / log(large.size / small.size)
    print(
        f"duplicates: {large.joining.processor:.2f}s of processor, exponent {growth:.2f}; budget {BUDGET_SECONDS:.0f}s"
    )
    complete = all(each.found >= each.planted for each in measured)
    return 0 if complete and large.joining.wall <= BUDGET_SECONDS else 1


def measure(size: int) -> Measured:
    reading, others, joining = Taken(), Taken(), Taken()
    drafts = list(made(size))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'bank.db')}"
        os.environ.update({**KEYS, "EXAMPREP_HOME": folder, "EXAMPREP_DATABASE_URL": url})
        upgrade(url)
        fill(drafts)
        runtime = open_runtime(Settings.from_env())
        with runtime.database.read() as session, timed(reading):
            items = [item(draft, number=number, subject=subject) for number, subject, draft in store.texts(session)]
        runtime.database.close()
    with timed(others):
        for check in CHECKS:
            if check.name != "near-duplicate":
                list(check.judge(items))
    with timed(joining):
        found = sum(1 for _ in pairs(items))
    return Measured(size, size // COPIED, found, reading, others, joining)


def made(size: int) -> Iterator[Draft]:
    """Questions of the shipped ones' clauses and options; one in twenty is another's copy, shortened and reordered."""
    entries = [json.loads(line) for _, content in starter_files() for line in content.decode().splitlines()]
    clauses = [clause for entry in entries for clause in re.split("[，。？]", entry["stem"]) if len(clause) > 3]
    options = sorted({option for entry in entries for option in entry.get("options", ())})
    rng, originals = random.Random(1), []
    for number in range(size):
        if number % COPIED == COPIED - 1:
            stem, own = rng.choice(originals)
            yield _draft(stem[:-2], rng.sample(own, len(own)))
        else:
            originals.append(("，".join(rng.sample(clauses, 6)), rng.sample(options, 4)))
            yield _draft(*originals[-1])


def _draft(stem: str, options: list[str]) -> Draft:
    return Draft("single-choice", stem, Choices(tuple(options), frozenset({0})), "见法条。")


def fill(drafts: list[Draft]) -> None:
    runtime = open_runtime(Settings.from_env())
    now, today, since = runtime.clock.now(), runtime.clock.today(), date(2020, 1, 1)
    with runtime.database.write() as session:
        load_data(session, today)
        office = people.add_organisation(session, name="社会工作部", kind="bureau", region_code="520526")
        person = people.add_person(session, runtime.vault, name="教员", organisation_id=office.id, now=now)
        people.grant_role(session, person_id=person.id, organisation_id=office.id, role=Role.TRAINER, since=since)
        account = people.open_account(
            session, person_id=person.id, sign_in_name="trainer", password=PASSWORD, password_hash="", now=now
        )
        author = load_actor(session, account.id, 0, today)
        assert author is not None
        bank.insert_many(session, author, drafts, subject_code=SUBJECT, state="published", now=now)
    runtime.database.close()
