"""Questions are written, revised, retired and restored; published versions never change."""

import pytest
from sqlalchemy import select

from examprep.bank import actions
from examprep.bank.models import VersionRow
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import AuditEventRow
from tests.conftest import NOW

SUBJECT = "sw-law-policy"


@pytest.fixture
def write(database, world, draft):
    def go(*, by="ann_trainer", publish=True, **more):
        with database.write() as session:
            return actions.write(session, world.actor(session, by), SUBJECT, draft(**more), publish=publish, now=NOW)

    return go


@pytest.fixture
def do(database, world):
    """``do(actions.retire, question_id)`` as ann's trainer, in one transaction."""

    def go(verb, *args, by="ann_trainer", **more):
        with database.write() as session:
            return verb(session, world.actor(session, by), *args, now=NOW, **more)

    return go


@pytest.fixture
def listed(database):
    def go(version="2025"):
        with database.read() as session:
            return actions.catalogue(session, SUBJECT, version)

    return go


def test_what_is_published_is_listed_and_a_draft_is_not(write, listed, tree):
    question_id = write()
    write(stem="草稿", publish=False)
    assert [(one.question_id, one.type, one.chapter_ids) for one in listed()] == [
        (question_id, "multiple-choice", (tree["03"],))
    ]
    assert listed("2018") == ()


def test_a_question_is_given_whole(database, write, listed):
    write(explanation="见第九条", author="王老师", source="原创")
    with database.read() as session:
        found = actions.question(session, listed()[0].version_id)
    assert (found.options[0], found.answer, found.half_points, found.subject) == ("甲", frozenset({0, 1}), 4, SUBJECT)
    assert (found.explanation, found.author, found.source, found.number) == ("见第九条", "王老师", "原创", 1)
    assert actions.grade(found, frozenset({0})) == 1


def test_the_catalogue_is_kept_and_follows_every_change(database, write, do, listed):
    first = write()
    assert listed() is listed()
    second = write(stem="另一题")
    assert [one.question_id for one in listed()] == [first, second]
    do(actions.retire, first)
    assert [one.question_id for one in listed()] == [second]
    do(actions.restore, first)
    assert [one.question_id for one in listed()] == [first, second]


def test_editing_what_was_published_makes_a_new_version(database, write, do, draft, listed):
    question_id = write()
    before = listed()[0].version_id
    assert do(actions.revise, question_id, draft("改过的题干", chapters=["05"])) == 2
    assert listed()[0].version_id != before
    with database.read() as session:
        assert actions.question(session, before).stem == "哪些属于社会救助？"
        assert actions.question(session, actions.current_version(session, question_id)).stem == "改过的题干"


def test_editing_a_draft_rewrites_it(database, write, do, draft):
    question_id = write(publish=False)
    assert do(actions.revise, question_id, draft("改过的草稿")) == 1
    do(actions.publish, question_id)
    assert do(actions.revise, question_id, draft("发布后又改")) == 2
    with database.read() as session:
        assert len(session.scalars(select(VersionRow.id)).all()) == 2


def test_acts_leave_a_trail(database, write, do):
    question_id = write()
    do(actions.retire, question_id)
    with database.read() as session:
        query = select(AuditEventRow.act).where(AuditEventRow.object_kind == "bank_question")
        acts = session.scalars(query.order_by(AuditEventRow.id)).all()
    assert acts == ["bank.question-written", "bank.question-retired"]


def test_the_same_question_is_kept_once(write, do):
    first = write(source="原创")
    with pytest.raises(Conflict, match=f"no. {first}"):
        write(stem="哪些 属于社会救助？ ", source="原创")
    assert write(source="别处") > first  # the same words in another paper are another question
    do(actions.retire, first)
    again = write(source="原创")
    with pytest.raises(Conflict, match=f"no. {again}"):
        do(actions.restore, first)


def test_a_question_may_keep_its_own_words(write, do, draft):
    assert do(actions.revise, write(), draft(explanation="补上解析")) == 2


@pytest.mark.parametrize("verb", [actions.retire, actions.restore, actions.publish])
def test_another_countys_question_is_not_found(write, do, verb):
    with pytest.raises(NotFound):
        do(verb, write(), by="bob_trainer")


def test_states_refuse_what_does_not_follow(write, do, draft):
    question_id = write()
    for verb in (actions.restore, actions.publish):
        with pytest.raises(Conflict):
            do(verb, question_id)
    do(actions.retire, question_id)
    with pytest.raises(Conflict):
        do(actions.retire, question_id)
    with pytest.raises(RuleViolation, match=r"bank\.retired"):
        do(actions.revise, question_id, draft("改"))


def test_a_chapter_is_needed_and_must_be_the_subjects_own(database, world, write, draft, do):
    with pytest.raises(RuleViolation, match=r"bank\.chapter"):
        write(chapters=[])
    with pytest.raises(RuleViolation, match=r"bank\.chapter"):
        do(actions.write, "sw-comprehensive", draft(), publish=True)


def test_a_missing_version_is_not_found(database, tree):
    with database.read() as session, pytest.raises(NotFound):
        actions.question(session, 999_999)
    with database.read() as session, pytest.raises(NotFound):
        actions.current_version(session, 999_999)
