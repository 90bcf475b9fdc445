"""What a list shows goes out in every format, and comes back the same."""

import pytest

from examprep.bank import actions, exporting
from examprep.bank.importer import IMPORTER, read_file
from examprep.imports.importer import Upload
from examprep.kernel.errors import RuleViolation
from examprep.people.actor import Actor
from examprep.plumbing.listing import Ask
from examprep.plumbing.vault import Vault
from tests.conftest import KEYS, NOW

LAW = Ask(filters={"subject": "sw-law-policy"})


@pytest.fixture
def starter(database, world, tree):
    with database.write() as session:
        actions.load_starter(session, Vault(KEYS["data_key"]), world.actor(session, "ann_trainer"), now=NOW)


@pytest.fixture
def gathered(database, world, starter):
    def go(ask=LAW):
        with database.read() as session:
            actor: Actor = world.actor(session, "ann_trainer")
            return exporting.gather(session, actor, ask)

    return go


@pytest.mark.parametrize("form", list(exporting.FORMATS), ids=exporting.FORMATS.names)
def test_every_format_can_be_imported_again(gathered, form):
    questions = gathered()
    assert len(questions) == 80
    written = form.write(questions)
    whole = {number for number, sentence in written.left_out if "Left out" in str(sentence) or form.name == "aiken"}
    file = read_file(Upload(f"a{form.suffix}", written.content))
    assert len(file.questions) >= 80 - len(whole)
    assert f".{form.suffix.rpartition('.')[2]}" in IMPORTER.accepts


def test_the_filters_hold_and_chapters_go_along(gathered):
    cases = gathered(Ask(filters={"subject": "sw-practice"}))
    assert len(cases) == 10
    assert all(set(one.chapters) == {"2018", "2025"} for one in cases)


def test_too_many_are_refused(gathered, monkeypatch):
    monkeypatch.setattr(exporting, "MOST", 79)
    with pytest.raises(RuleViolation, match=r"bank\.export"):
        gathered()


def test_the_page_says_what_is_lost_before_the_file(starter, sign_in):
    trainer = sign_in("ann_trainer")
    address = "/bank/export?subject=sw-practice&format="
    assert "10" in trainer.get(address).text
    assert "Aiken" in trainer.get(address + "aiken").text
    answer = trainer.get(address + "moodle&download=1")
    assert answer.mimetype == "application/xml"
    assert b"<quiz" in answer.data
    assert sign_in("ann_officer").get(address).status_code == 403
