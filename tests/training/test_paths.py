"""Learning paths: where a person stands is computed from what happened; notes are moderated; meetings are voided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from examprep.kernel.errors import NotFound
from examprep.practice import progress
from examprep.training import attending, enrolling, path_overview, path_store, paths, units
from examprep.training.models import ClassRow
from examprep.training.path_models import CommentRow, NoteRow, TopicRow, TutoringRow
from examprep.training.rules.path import LEARN, PRACTISE, SHARE, TUTOR, reached, standing
from tests.practice.conftest import chapters, give, questions, tree  # noqa: F401 -- fixtures

AT = datetime(2026, 4, 1, tzinfo=UTC)


def day(number):
    return AT + timedelta(days=number)


@pytest.mark.parametrize(
    ("done", "step", "since"),
    [
        pytest.param({}, LEARN, 0, id="nothing-yet"),
        pytest.param({LEARN: 2}, PRACTISE, 2, id="learnt"),
        pytest.param({PRACTISE: 5}, LEARN, 0, id="practised-first-still-to-learn"),
        pytest.param({LEARN: 7, PRACTISE: 5}, SHARE, 7, id="since-the-later-of-the-two"),
        pytest.param({LEARN: 1, PRACTISE: 2, SHARE: 3}, TUTOR, 3, id="to-be-tutored"),
        pytest.param({LEARN: 1, PRACTISE: 2, SHARE: 3, TUTOR: 9}, None, 9, id="all-done"),
        pytest.param({LEARN: -5}, PRACTISE, 0, id="learnt-before-the-seat"),
    ],
)
def test_where_somebody_stands(done, step, since):
    found = standing({name: day(number) for name, number in done.items()}, begins=AT)
    assert (found.step, found.since) == (step, day(since))


@pytest.mark.parametrize(
    ("days", "needed", "at"),
    [
        pytest.param([3, 1, 2], 2, 2, id="the-second-in-time"),
        pytest.param([1], 2, None, id="one-short"),
        pytest.param([], 0, None, id="nothing-needed"),
    ],
)
def test_when_enough_has_happened(days, needed, at):
    assert reached([day(each) for each in days], needed) == (None if at is None else day(at))


@pytest.fixture
def class_id(season):
    return season.class_(name="周五晚班")


@pytest.fixture
def topic_id(season, class_id, chapters):  # noqa: F811 -- fixtures
    entry = paths.TopicEntry("通用过程", chapters[0], None, 1, rights=2, comments=1)
    season.do(enrolling.enrol, season.actor("ann_candidate"), class_id)
    return season.do(paths.add_topic, season.actor("ann_trainer"), class_id, entry)


def stands_at(season, class_id, name="ann_candidate"):
    with season.database.read() as session:
        course_id = session.get_one(ClassRow, class_id).course_id
        rows = path_overview.table(session, class_id, course_id, now=season.clock.now())
    return next(each["step"] for each in rows if each["name"] == name)


def test_the_four_steps_one_after_the_other(season, sign_in, class_id, topic_id, give, questions):  # noqa: F811
    ann, trainer = season.actor("ann_candidate"), season.actor("ann_trainer")
    (peer,) = season.learners(1)
    season.do(enrolling.enrol, peer, class_id)
    assert stands_at(season, class_id) == "learn"
    held = season.sessions(class_id)[0]
    season.go_to(datetime(2026, 4, 10, 13, tzinfo=UTC))
    season.do(attending.take_attendance, trainer, held, {ann.person_id: True})
    assert stands_at(season, class_id) == "practise"
    assert stands_at(season, class_id, peer.name) == "learn"
    give(questions[2], {0})  # wrong
    for _ in range(2):  # the same question right twice
        give(questions[0], {1})
    assert stands_at(season, class_id) == "practise"
    give(questions[1], {1})
    assert stands_at(season, class_id) == "share"
    season.do(paths.write_note, ann, class_id, topic_id, "入户三次后建立了信任。")
    note = season.ask(lambda s: s.scalar(select(NoteRow.id)))
    with pytest.raises(Exception, match="no such note"):
        season.do(paths.comment, peer, class_id, note, "很有启发。")  # nobody has shown it yet
    season.do(paths.settle, trainer, class_id, "note", note, show=True, reason="")
    season.do(paths.comment, peer, class_id, note, "很有启发。")
    assert stands_at(season, class_id) == "share"
    said = season.ask(lambda s: s.scalar(select(CommentRow.id)))
    season.do(paths.settle, trainer, class_id, "comment", said, show=False, reason="与案例无关")
    assert stands_at(season, class_id) == "share"
    season.do(paths.settle, trainer, class_id, "comment", said, show=True, reason="")
    assert stands_at(season, class_id) == "tutor"
    page = f"/training/all/{class_id}/path/{topic_id}/persons/{ann.person_id}"
    client, meeting = sign_in("ann_trainer"), {"held_on": "2026-04-10", "chapter_id": "0", "words": "复习预估。"}
    assert client.post(page, data={**meeting, "held_on": "2026-04-11", "submit": "1"}).status_code == 422
    assert client.post(page, data={**meeting, "submit": "1"}).status_code == 303
    assert stands_at(season, class_id) == "done"
    kept = season.ask(lambda s: s.scalar(select(TutoringRow.id)))
    assert client.post(f"{page}/meetings/{kept}/void", data={"reason": ""}).status_code == 422
    assert client.post(f"{page}/meetings/{kept}/void", data={"reason": "记错人"}).status_code == 303
    assert stands_at(season, class_id) == "tutor"
    listed = client.get(f"/training/all/{class_id}/path?step=tutor&sort=-days").text
    assert "ann_candidate" in listed
    assert peer.name in client.get(f"/training/all/{class_id}/path?step=learn&export=csv").text


def test_who_reads_and_settles_what(season, sign_in, client, class_id, topic_id):
    ann, page = sign_in("ann_candidate"), f"/training/classes/{class_id}/path"
    assert ann.post(f"{page}/{topic_id}/note", data={"words": " "}).status_code == 422
    assert ann.post(f"{page}/{topic_id}/note", data={"words": "第一稿"}).status_code == 303
    (peer,) = season.learners(1)
    season.do(enrolling.enrol, peer, class_id)
    note = season.ask(lambda s: s.scalar(select(NoteRow.id)))
    trainer, act = sign_in("ann_trainer"), f"/training/all/{class_id}/path/notes/note/{note}"
    assert "第一稿" in trainer.get(f"/training/all/{class_id}/path/notes").text
    assert season.ask(lambda s: path_store.shown_notes(s, topic_id, peer.person_id)) == []
    assert trainer.post(act, data={"to": "hide", "reason": ""}).status_code == 422
    assert trainer.post(act, data={"to": "hide", "reason": "写了真名"}).status_code == 303
    assert "写了真名" in ann.get(f"{page}/{topic_id}").text
    ann.post(f"{page}/{topic_id}/note", data={"words": "第二稿"})
    assert trainer.post(act, data={"to": "show"}).status_code == 303
    assert len(season.ask(lambda s: path_store.shown_notes(s, topic_id, peer.person_id))) == 1
    assert ann.post(f"{page}/{topic_id}/note", data={"words": "第三稿"}).status_code == 422  # peers have read it
    assert ann.post(f"{page}/{topic_id}/notes/{note}/comment", data={"words": "自评"}).status_code == 422
    bob = sign_in("bob_trainer")
    for address in ("", "/notes", f"/{topic_id}/persons/{season.actor('ann_candidate').person_id}"):
        assert bob.get(f"/training/all/{class_id}/path{address}").status_code == 404
        assert ann.get(f"/training/all/{class_id}/path{address}").status_code == 403
    assert bob.post(act, data={"to": "show"}).status_code == 404
    outside = sign_in("bob_candidate")
    assert [outside.get(page).status_code, outside.get(f"{page}/{topic_id}").status_code] == [404, 404]
    assert client.get(page).status_code == 303


def test_a_topic_is_taken_away_and_put_back(season, sign_in, class_id, topic_id):
    trainer, page = sign_in("ann_trainer"), f"/training/all/{class_id}/path"
    learner = sign_in("ann_candidate")
    assert "通用过程" in learner.get(f"/training/classes/{class_id}/path").text
    assert trainer.post(f"{page}/{topic_id}/withdraw", data={"reason": "合并"}).status_code == 303
    assert "通用过程" not in learner.get(f"/training/classes/{class_id}/path").text
    assert trainer.post(f"{page}/{topic_id}/restore").status_code == 303
    assert "通用过程" in learner.get(f"/training/classes/{class_id}/path").text
    assert trainer.get(f"{page}/new").status_code == 200
    assert trainer.post(f"{page}/new", data={"title": "", "submit": "1"}).status_code == 422


def test_only_units_of_the_organisation_make_a_path(season, sign_in, class_id, topic_id):
    trainer, page = season.actor("ann_trainer"), sign_in("ann_trainer")
    course_id, chapter_id = season.ask(
        lambda s: (s.get_one(ClassRow, class_id).course_id, s.get_one(TopicRow, topic_id).chapter_id)
    )

    def unit(title, **whose):
        entry = units.UnitEntry(course_id=course_id, title=title, kind="text", body="甲", minutes=45, **whose)
        with season.database.write() as session:
            return units.add(session, season.runtime.vault, trainer, entry, now=season.clock.now())

    own, shared = unit("本班单元", class_id=class_id), unit("机构单元", organisation_id=trainer.organisation_id)
    offered = page.get(f"/training/all/{class_id}/path/new").text
    assert f'value="unit-{shared}"' in offered
    assert f'value="unit-{own}"' not in offered
    entry = paths.TopicEntry("伦理", chapter_id, own, None, rights=1, comments=1)
    with pytest.raises(NotFound):
        season.do(paths.add_topic, trainer, class_id, entry)
    with season.database.write() as session:  # as it could be chosen once
        session.execute(update(TopicRow).values(unit_id=own, session_number=None))
    assert f'value="unit-{own}"' in page.get(f"/training/all/{class_id}/path/{topic_id}/edit").text
    season.do(paths.change_topic, trainer, class_id, topic_id, entry)
    season.do(paths.change_topic, trainer, class_id, topic_id, replace(entry, unit_id=shared))
    with pytest.raises(NotFound):
        season.do(paths.change_topic, trainer, class_id, topic_id, entry)


def test_the_weakest_chapter_is_one_of_those_asked_for(season, class_id, chapters, give, questions):  # noqa: F811
    ann, since = season.actor("ann_candidate"), season.clock.today() - timedelta(days=1)
    for _ in range(5):
        give(questions[0], {0})  # wrong

    def weakest(**among):
        found = season.ask(lambda s: progress.weakest(s, [ann.person_id], since, **among))
        return [chapter.id for chapter, _ in found.values()]

    (chapter_id,) = weakest()
    assert weakest(of=[chapter_id]) == [chapter_id]
    assert weakest(of=[each for each in chapters if each != chapter_id]) == []
