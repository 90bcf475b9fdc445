"""Errors reported by candidates: who reads them, who answers, and what the candidate sees."""

import pytest

from examprep.bank import actions, reporting
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.plumbing.listing import Ask
from tests.conftest import NOW


@pytest.fixture
def version(database, world, draft):
    """A published question of Ann's county."""
    with database.write() as session:
        trainer = world.actor(session, "ann_trainer")
        question_id = actions.write(
            session, trainer, "sw-law-policy", draft(stem="会被指出错误的题"), publish=True, now=NOW
        )
        return actions.current_version(session, question_id)


@pytest.fixture
def tell(database, world, version):
    def go(by="ann_candidate", kind="key", words="第二项也对"):
        with database.write() as session:
            return actions.report(
                session, world.actor(session, by), version_id=version, kind=kind, words=words, now=NOW
            )

    return go


def mine(database, world, version, by="ann_candidate"):
    with database.read() as session:
        question = actions.question(session, version)
        return actions.reports_of(session, world.actor(session, by), question.question_id)


def test_a_report_is_answered_once_and_its_writer_reads_the_reply(database, world, version, tell):
    report = tell()
    with database.write() as session:
        keeper = world.actor(session, "ann_trainer")
        reporting.settle(session, keeper, report, state="mended", reply="已改正", now=NOW)
        with pytest.raises(Conflict):
            reporting.settle(session, keeper, report, state="kept", reply="再说一次", now=NOW)
    (told,) = mine(database, world, version)
    assert (told.state, told.reply, told.settled_at) == ("mended", "已改正", NOW)
    assert mine(database, world, version, "bob_candidate") == ()


def test_one_waits_for_the_reply_before_reporting_again(database, world, version, tell):
    report = tell()
    with pytest.raises(Conflict):
        tell()
    tell(by="bob_candidate")
    with database.write() as session:
        reporting.settle(session, world.actor(session, "ann_trainer"), report, state="kept", reply="无误", now=NOW)
    tell()
    assert [report.state for report in mine(database, world, version)] == ["open", "kept"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        pytest.param("nonsense", "字", id="unknown-kind"),
        pytest.param("other", "  ", id="other-without-words"),
        pytest.param("key", "长" * 2001, id="too-long"),
    ],
)
def test_what_cannot_be_read_is_refused(tell, kind, words):
    with pytest.raises(RuleViolation):
        tell(kind=kind, words=words)


def test_a_reply_needs_words(database, world, tell):
    report = tell()
    with database.write() as session:
        keeper = world.actor(session, "ann_trainer")
        for state, reply in (("mended", " "), ("open", "字"), ("kept", "长" * 2001)):
            with pytest.raises(RuleViolation):
                reporting.settle(session, keeper, report, state=state, reply=reply, now=NOW)


def test_keepers_and_the_writers_own_trainers_read_and_answer(database, world, tell):
    mine, theirs = tell(), tell(by="bob_candidate")
    with database.write() as session:
        keeper, other = world.actor(session, "ann_trainer"), world.actor(session, "bob_trainer")
        assert [row["id"] for row in reporting.reports(session, keeper, Ask()).rows] == [mine, theirs]
        assert [row["id"] for row in reporting.reports(session, other, Ask()).rows] == [theirs]
        with pytest.raises(NotFound):
            reporting.settle(session, other, mine, state="kept", reply="不归我管", now=NOW)
        assert reporting.one(session, keeper, mine).person
        assert reporting.one(session, keeper, theirs).person == "", "another county's candidate is not named"
        assert [reporting.one(session, who, theirs).editable for who in (keeper, other)] == [True, False]


def test_the_keepers_pages(sign_in, tell, database):
    report = tell()
    trainer = sign_in("ann_trainer")
    assert "会被指出错误的题" in trainer.get("/bank/reports").text
    assert "会被指出错误的题" in trainer.get("/bank/reports?export=csv").text
    page = trainer.get(f"/bank/reports/{report}").text
    assert "第二项也对" in page
    assert "会被指出错误的题" in page
    assert trainer.post(f"/bank/reports/{report}", data={"state": "mended", "reply": ""}).status_code == 422
    answer = trainer.post(f"/bank/reports/{report}", data={"state": "mended", "reply": "已改"})
    assert answer.status_code == 303
    assert "会被指出错误的题" not in trainer.get("/bank/reports").text
    assert "会被指出错误的题" in trainer.get("/bank/reports?state=mended").text
    assert "会被指出错误的题" in trainer.get("/bank/reports?state=all&q=第二项").text
    assert "已改" in trainer.get(f"/bank/reports/{report}").text
    assert trainer.post(f"/bank/reports/{report}", data={"state": "kept", "reply": "又改"}).status_code == 422


def test_others_do_not_see_the_keepers_pages(sign_in, client, tell):
    report = tell()
    stranger = sign_in("bob_trainer")
    assert "会被指出错误的题" not in stranger.get("/bank/reports").text
    assert stranger.get(f"/bank/reports/{report}").status_code == 404
    candidate = sign_in("ann_candidate")
    for address in ("/bank/reports", f"/bank/reports/{report}"):
        assert candidate.get(address).status_code == 403
        assert client.get(address).status_code == 303
