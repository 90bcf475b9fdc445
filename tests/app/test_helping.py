"""Help: each page in each language for every role, linked from what it explains; and an administrator's checklist."""

import re
from datetime import timedelta

import pytest

from examprep.app.helping import TOPICS
from examprep.app.setup import BACKUP_MADE, steps
from examprep.people.access import Role
from examprep.people.actions import record
from examprep.plumbing.runtime import Runtime


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_page_of_help_opens_for_everybody(app, sign_in, language):
    clients = [sign_in(f"ann_{role}") for role in Role]
    for client in clients:
        client.post("/language", data={"language": language, "next": "/"})
        assert client.get("/help").status_code == 200
        for topic in TOPICS:
            page = client.get(f"/help/{topic.name}")
            assert page.status_code == 200, topic
            assert page.text.count("<h1") == 1
            # What stands in a file is quoted as it stands there.
            told = re.sub("<code>.*?</code>", "", re.search("<article.*</article>", page.text, re.S)[0], flags=re.S)
            assert bool(re.search("[一-鿿]", told)) == (language == "zh")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_help_leads_only_where_the_reader_may_go(sign_in):
    assert 'href="/exams/"' in sign_in("ann_officer").get("/help/pass-rate").text
    assert 'href="/exams/"' not in sign_in("ann_candidate").get("/help/pass-rate").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_unknown_help_is_not_found(sign_in):
    assert sign_in("ann_officer").get("/help/nothing").status_code == 404


@pytest.mark.parametrize(
    ("name", "address", "topic"),
    [
        ("ann_officer", "/exams/", "pass-rate"),
        ("ann_officer", "/exams/import", "import-results"),
        ("ann_officer", "/register/awards", "awards"),
        ("ann_trainer", "/training/", "attendance"),
        ("ann_trainer", "/bank/", "bank-life"),
        ("ann_candidate", "/training/classes", "join-class"),
        ("ann_administrator", "/setup", "first-run"),
        ("ann_administrator", "/reminders/outbox", "outbox"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pages_lead_to_their_help(sign_in, name, address, topic):
    assert f'href="/help/{topic}"' in sign_in(name).get(address).text


@pytest.mark.parametrize("name", ["ann_officer", "ann_trainer", "ann_candidate"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_checklist_is_an_administrators(sign_in, name):
    assert sign_in(name).get("/setup").status_code == 403


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_checklist_is_an_administrators_home(sign_in):
    assert sign_in("ann_administrator").get("/").headers["Location"] == "/setup"


def test_the_checklist_is_read_from_rows(app, runtime, database, world, sign_in):
    def done() -> dict[str, bool]:
        with database.read() as session, app.test_request_context():
            actor = world.actor(session, "ann_administrator")
            return {step.title: step.done for step in steps(session, actor, installation)}

    installation = runtime
    before = done()
    assert before == {
        "Organisations": True,
        "People and accounts": True,
        "Question bank": False,
        "Mail relay": False,
        "Key dates": False,
        "Backup": False,
    }
    now = runtime.clock.now()
    with database.write() as session:
        record(session, None, BACKUP_MADE, "backup", 10, now=now - timedelta(days=8))
    assert not done()["Backup"]
    with database.write() as session:
        record(session, None, BACKUP_MADE, "backup", 10, now=now)
    relayed = runtime.settings.with_(smtp_host="mail.example.org")
    installation = Runtime(relayed, database, runtime.clock, runtime.vault)
    assert {title for title, is_done in done().items() if not is_done} == {"Question bank", "Key dates"}


def test_the_checklist_counts_within_bounds_only(app, runtime, database, world):
    with database.read() as session, app.test_request_context():
        ann = steps(session, world.actor(session, "ann_administrator"), runtime)[0]
    assert ann.state.values == {"count": "2"}
