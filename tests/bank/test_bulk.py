"""Bulk acts: filtered, asked first, one transaction, logged, and reversed."""

import re

import pytest
from sqlalchemy import func, select

from examprep.bank import actions, browsing, bulk
from examprep.bank.models import QuestionRow, TagRow
from examprep.people.models import AuditEventRow
from examprep.plumbing.listing import Ask
from tests.conftest import NOW

SUBJECT, TODAY = "sw-law-policy", NOW.date()


@pytest.fixture
def write(database, world, draft):
    def go(stem, *, by="ann_trainer", publish=True, **more):
        with database.write() as session:
            who = world.actor(session, by)
            return actions.write(session, who, SUBJECT, draft(stem, **more), publish=publish, now=NOW)

    return go


@pytest.fixture
def run(database, world):
    def go(name, ids, value=""):
        with database.write() as session:
            ann = world.actor(session, "ann_trainer")
            return bulk.run(session, ann, name, ids, value=str(value), now=NOW, today=TODAY)

    return go


@pytest.fixture
def shown(database, world):
    def go(**filters):
        with database.read() as session:
            page = browsing.questions(session, world.actor(session, "ann_trainer"), Ask(filters=filters))
            return sorted(row["id"] for row in page.rows)

    return go


def test_retire_names_what_it_leaves_out_and_is_reversed(write, run, shown):
    one, two, foreign = write("一"), write("二"), write("三", by="bob_trainer")
    assert run("retire", [one]).done == (one,)
    outcome = run("retire", [one, two, foreign, 999_999])
    assert outcome.done == (two,)
    assert set(outcome.left_out) == {one, foreign, 999_999}
    assert shown(state="published") == [foreign]
    assert set(run("restore", [one, two]).done) == {one, two}
    assert shown(state="published") == sorted([one, two, foreign])


def test_restoring_two_alike_restores_one(write, run):
    first = write("同一题")
    run("retire", [first])
    second = write("同一题")
    run("retire", [second])
    outcome = run("restore", [first, second])
    assert (outcome.done, list(outcome.left_out)) == ((first,), [second])


def test_a_draft_is_restored_as_a_draft(write, run, shown):
    question_id = write("一", publish=False)
    run("retire", [question_id])
    run("restore", [question_id])
    assert shown(state="draft") == [question_id]


def test_tags_are_put_on_searched_and_taken_away(database, write, run, shown):
    one, two = write("一"), write("二", tags=frozenset({"易错"}))
    outcome = run("tag", [one, two], "易错、重点")
    assert outcome.done == (one, two)
    assert shown(tag="重点") == [one, two]
    assert set(run("tag", [one], "重点").left_out) == {one}
    assert run("untag", [one, two], "重点").done == (one, two)
    assert (shown(tag="重点"), shown(tag="易错")) == ([], [one, two])
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TagRow)) == 2


def test_move_keeps_chapters_of_other_versions_and_other_subjects_out(database, world, write, run, shown, tree):
    question_id = write("一", chapters=["03", "05"])
    assert run("move", [question_id], tree["01"]).done == (question_id,)
    assert shown(chapter=str(tree["01"])) == [question_id]
    assert shown(chapter=str(tree["03"])) == []


def test_assign_submit_and_their_reverse(database, world, write, run, shown):
    one, two = write("一", publish=False), write("二")
    keeper = world.people["ann_administrator"]
    run("assign", [one, two], keeper)
    assert shown(assigned=str(keeper)) == [one, two]
    run("unassign", [two])
    assert shown(assigned=str(keeper)) == [one]
    assert run("submit", [one, two]).done == (one,)
    assert shown(waiting="1") == [one]
    assert run("withdraw", [one]).done == (one,)
    assert shown(waiting="1") == []


def test_a_stranger_is_no_keeper(world, write, run):
    with pytest.raises(Exception, match=r"bank\.bulk"):
        run("assign", [write("一")], world.people["bob_trainer"])


def test_every_question_has_its_line_in_the_trail(database, write, run):
    ids = [write(str(n)) for n in range(3)]
    run("retire", ids)
    with database.read() as session:
        lines = session.scalars(select(AuditEventRow.object_id).where(AuditEventRow.act == "bank.bulk-retire")).all()
    assert sorted(lines) == ids


def test_every_act_has_its_reverse():
    assert {act.reverse for act in bulk.ACTS} <= set(bulk.ACTS.names)


def test_all_that_match_are_asked_then_done(sign_in, write, database):
    ids = [write(f"第{n}题", tags=frozenset({"旧"})) for n in range(30)]
    keep = write("别的题")
    client = sign_in("ann_trainer")
    page = client.get("/bank/?tag=旧").text
    filters = re.search(r'name="filters" value="([^"]*)"', page)[1].replace("&amp;", "&")
    sent = {"act": "retire", "all": "1", "filters": filters}
    asked = client.post("/bank/bulk", data=sent)
    assert asked.status_code == 200
    assert 'name="count" value="30"' in asked.text
    assert client.post("/bank/bulk/do", data={**sent, "count": "29"}).status_code == 409
    done = client.post("/bank/bulk/do", data={**sent, "count": "30"})
    assert done.status_code == 200
    with database.read() as session:
        left = session.scalars(select(QuestionRow.id).where(QuestionRow.state == "published")).all()
    assert left == [keep]
    back = re.search(r'name="id" value="([^"]*)"', done.text)[1]
    assert sorted(map(int, back.split(","))) == ids
    assert client.post("/bank/bulk/do", data={"act": "restore", "id": back, "count": "30"}).status_code == 200


def test_ticked_rows_are_asked_and_nothing_ticked_is_refused(sign_in, write):
    one, two = write("一"), write("二")
    client = sign_in("ann_trainer")
    for act in bulk.ACTS.names:
        asked = client.post("/bank/bulk", data={"act": act, "id": [str(one), str(two)]})
        assert (asked.status_code, f'value="{one},{two}"' in asked.text) == (200, True)
    assert client.post("/bank/bulk", data={"act": "retire"}).status_code == 422
    assert client.post("/bank/bulk", data={"act": "burn", "id": str(one)}).status_code == 422
    assert sign_in("ann_candidate").post("/bank/bulk", data={"act": "retire", "id": str(one)}).status_code == 403
