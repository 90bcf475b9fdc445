"""Two processes on one database: what one of them changes, the other shows at its next request."""

from datetime import date

import pytest

from examprep.app.factory import create_app
from examprep.bank import actions as bank
from examprep.plumbing.db import Database
from examprep.plumbing.kept import revision
from examprep.plumbing.runtime import Runtime
from examprep.syllabus import actions as syllabus
from examprep.syllabus import editing
from tests.practice.conftest import SUBJECT, SYLLABUS


@pytest.fixture
def second(runtime, world):
    """Somebody's browser that the other process answers."""
    database = Database(runtime.database.url.render_as_string(hide_password=False))
    app = create_app(Runtime(runtime.settings, database, runtime.clock, runtime.vault))
    app.config["WTF_CSRF_ENABLED"] = False

    def go(name):
        client = app.test_client()
        assert client.post("/sign-in", data={"sign_in_name": name, "password": world.password}).status_code == 303
        return client

    yield go
    database.close()


def test_the_syllabus(sign_in, second, questions, tree):
    candidate, administrator = second("ann_candidate"), sign_in("ann_administrator")
    home = f"/practice/?subject={SUBJECT}"
    assert "改过的名字" not in candidate.get(home).text
    chapter = {"zh": "改过的名字", "en": "Renamed", "low": "5", "high": "7.5", "certainty": "M"}
    assert administrator.post(f"/syllabus/chapters/{min(tree.values())}", data=chapter).status_code == 303
    assert "改过的名字" in candidate.get(home).text
    assert "改过的名字" in sign_in("bob_candidate").get(home).text


def test_a_day(database, clock, sign_in, second, questions):
    candidate, administrator = second("ann_candidate"), sign_in("ann_administrator")
    home = f"/practice/?subject={SUBJECT}"
    with database.read() as session:
        year, held_on = syllabus.next_exam(session, clock.today())
        entry = next(e for e in syllabus.key_dates(session, year, None) if e.kind == "exam")
    days = (held_on - clock.today()).days
    assert f'<div class="figure-value">{days}</div>' in candidate.get(home).text
    moved = held_on.replace(day=held_on.day - 1)
    sent = {"exam_year": year, "kind": "exam", "starts_on": moved.isoformat(), "certainty": "H", "source": "公告"}
    sent["precision"] = "day"
    assert administrator.post(f"/syllabus/dates/{entry.id}", data=sent).status_code == 303
    assert f'<div class="figure-value">{days - 1}</div>' in candidate.get(home).text


def test_a_retired_question(database, world, clock, second, questions):
    candidate, asked = second("ann_candidate"), questions[0]
    address = f"/practice/{SUBJECT}/all"
    assert f'data-version="{asked.version_id}"' in candidate.get(address).text
    with database.write() as session:
        bank.retire(session, world.actor(session, "ann_trainer"), asked.question_id, now=clock.now())
    fields = {"answer": "a" * 36, "version": asked.version_id, "syllabus": SYLLABUS, "tick": "1"}
    assert candidate.post(address, data=fields).status_code == 422
    assert f'data-version="{asked.version_id}"' not in candidate.get(address).text


def acts(session, actor, chapter_id, now):
    """Every way to change the syllabus, each done when it is asked for."""
    part = syllabus.paper_parts(session, SUBJECT)[0]
    names = {"zh": "名", "en": "Name"}
    yield editing.edit_chapter(session, actor, chapter_id, names=names, weights=None, certainty="M", now=now)
    yield editing.add_chapter(
        session,
        actor,
        SUBJECT,
        SYLLABUS,
        number="77",
        names=names,
        weights=None,
        certainty="M",
        source="",
        now=now,
    )
    yield editing.retire_chapter(session, actor, chapter_id, now=now)
    yield editing.restore_chapter(session, actor, chapter_id, now=now)
    yield editing.edit_part(session, actor, part.id, count=3, half_points_each=2, certainty="M", now=now)
    day_id = editing.set_key_date(
        session,
        actor,
        None,
        exam_year=2031,
        kind="exam",
        region_code=None,
        starts_on=date(2031, 5, 1),
        ends_on=None,
        certainty="L",
        source="",
        now=now,
    )
    yield day_id
    yield editing.withdraw_key_date(session, actor, day_id, now=now)


def test_every_act_on_the_syllabus_changes_the_revision(database, world, clock, chapters):
    with database.write() as session:
        actor = world.actor(session, "ann_administrator")
        tokens = [revision(session)]
        tokens += [revision(session) for _ in acts(session, actor, chapters[0], clock.now())]
    assert len(set(tokens)) == 8
