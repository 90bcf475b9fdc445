"""Questions and answers of a class: who asks, replies, settles and hides; who sees it; what is told by mail."""

import pytest
from sqlalchemy import func, select

from examprep.kernel.errors import NotFound, RuleViolation
from examprep.plumbing.listing import Ask
from examprep.reminders.models import OutboxRow
from examprep.training import asking, enrolling


@pytest.fixture
def room(season):
    """A class of three learners, and its trainer."""
    class_id = season.class_()
    learners = [season.actor("ann_candidate"), *season.learners(2)]
    for learner in learners:
        season.do(enrolling.enrol, learner, class_id)
    return class_id, learners, season.actor("ann_trainer")


def ask(season, who, class_id, words="低保的审核权在哪一级？"):
    return season.do(asking.ask, who, class_id, words)


def reply(season, who, question_id, words="在乡镇。", *, staff=False):
    return season.do(asking.reply, who, question_id, words, staff=staff)


def listed(season, who, class_id, **filters):
    return season.ask(lambda s: asking.of_class(s, who, class_id, Ask(filters=filters))).rows


def mails(season, template):
    return season.ask(lambda s: s.scalar(select(func.count()).where(OutboxRow.template == template)))


def test_asked_replied_settled_and_taken_back(season, room):
    class_id, (one, two, three), trainer = room
    question = ask(season, one, class_id)
    first = reply(season, two, question, "我猜在县里。")
    assert [row["state"] for row in listed(season, three, class_id)] == ["open"]
    assert season.ask(lambda s: asking.waiting(s, trainer)) == 1
    reply(season, trainer, question, staff=True)
    assert [(row["state"], row["replies"]) for row in listed(season, three, class_id)] == [("answered", 2)]
    assert season.ask(lambda s: asking.waiting(s, trainer)) == 0
    with pytest.raises(NotFound):
        season.do(asking.settle, two, question, first, staff=False)
    season.do(asking.settle, one, question, first, staff=False)
    season.do(asking.settle, trainer, question, None, staff=True)
    assert [row["state"] for row in listed(season, one, class_id)] == ["open"]


def test_mails_are_one_a_day(season, room):
    class_id, (one, two, _), trainer = room
    question, other = ask(season, one, class_id), ask(season, two, class_id, "另一个问题")
    assert mails(season, asking.ASKED) == 1
    for _ in range(2):
        reply(season, trainer, question, staff=True)
    reply(season, two, other)  # one's own question
    assert mails(season, asking.ANSWERED) == 1
    context = {"class_id": class_id, "question_id": question}
    assert season.ask(lambda s: asking.still_open(s, trainer.person_id, context, None))
    reply(season, trainer, other, staff=True)
    assert not season.ask(lambda s: asking.still_open(s, trainer.person_id, context, None))
    assert season.ask(lambda s: asking.still_shown(s, one.person_id, context, None))
    season.do(enrolling.leave, one, class_id)
    assert not season.ask(lambda s: asking.still_shown(s, one.person_id, context, None))


def test_what_is_hidden_its_writer_reads_with_the_reason(season, room):
    class_id, (one, two, _), trainer = room
    question = ask(season, one, class_id)
    answer = reply(season, two, question)
    season.do(asking.settle, one, question, answer, staff=False)
    with pytest.raises(RuleViolation):
        season.do(asking.moderate, trainer, question, answer, hide=True, reason=" ")
    season.do(asking.moderate, trainer, question, answer, hide=True, reason="不对")
    see = lambda who: season.ask(lambda s: asking.thread(s, who, question, staff=False)).replies  # noqa: E731
    assert see(one) == []
    assert [row.reason for row, _ in see(two)] == ["不对"]
    assert [row["state"] for row in listed(season, one, class_id)] == ["open"]
    season.do(asking.moderate, trainer, question, answer, hide=False)
    assert len(see(one)) == 1
    season.do(asking.moderate, trainer, question, None, hide=True, reason="与课程无关")
    assert listed(season, two, class_id) == []
    assert [row["state"] for row in listed(season, one, class_id)] == ["hidden"]
    with pytest.raises(NotFound):
        season.ask(lambda s: asking.thread(s, two, question, staff=False))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_limits(season, room):
    class_id, (one, *_), _ = room
    for words in ("", " \n", "长" * (asking.LONGEST + 1)):
        with pytest.raises(RuleViolation):
            ask(season, one, class_id, words)
    for number in range(asking.MOST_OPEN):
        ask(season, one, class_id, f"问题{number}")
    with pytest.raises(RuleViolation):
        ask(season, one, class_id, "又一个")


def test_strangers_see_and_do_nothing(season, room, sign_in, client):
    class_id, (one, *_), _ = room
    question = ask(season, one, class_id)
    other = season.class_(name="另一个班", trainer="bob_trainer")
    stranger, bob = season.learners(1)[0], season.actor("bob_trainer")
    for act in (
        lambda: ask(season, stranger, class_id),
        lambda: reply(season, stranger, question),
        lambda: reply(season, bob, question, staff=True),
        lambda: season.do(asking.moderate, bob, question, None, hide=True, reason="x"),
    ):
        with pytest.raises(NotFound):
            act()
    assert season.ask(lambda s: asking.managed(s, bob, Ask())).total == 0
    for who, page, status in (
        ("bob_candidate", f"/training/classes/{class_id}/questions", 404),
        ("bob_candidate", f"/training/classes/{class_id}/questions/{question}", 404),
        ("bob_trainer", f"/training/all/questions/{question}", 404),
        ("ann_candidate", f"/training/all/questions/{question}", 403),
        ("ann_candidate", f"/training/classes/{other}/questions", 404),
    ):
        assert sign_in(who).get(page).status_code == status, page
    assert client.get(f"/training/classes/{class_id}/questions").status_code == 303


def test_the_pages(season, room, sign_in):
    class_id, *_ = room
    learner, at = sign_in("ann_candidate"), f"/training/classes/{class_id}/questions"
    assert learner.post(at, data={"words": " "}).status_code == 422
    made = learner.post(at, data={"words": "<b>多少学时</b>？"})
    assert made.status_code == 303
    assert "&lt;b&gt;多少学时" in learner.get(made.location).text
    assert "多少学时" in learner.get(f"{at}?q=学时&show=mine&state=open").text
    assert "多少学时" not in learner.get(f"{at}?q=没有").text
    assert learner.get(f"{at}?export=csv").status_code == 200
    trainer, question = sign_in("ann_trainer"), made.location.rsplit("/", 1)[1]
    page = f"/training/all/questions/{question}"
    assert "多少学时" in trainer.get(f"/training/all/questions?state=open&class={class_id}").text
    assert trainer.post(f"{page}/reply", data={"words": ""}).status_code == 422
    assert trainer.post(f"{page}/reply", data={"words": "九十。"}).status_code == 303
    assert "九十。" in learner.get(made.location).text
    assert trainer.post(f"{page}/settle", data={}).status_code == 303
    assert trainer.post(f"{page}/hide", data={"reason": "重复"}).status_code == 303
    assert "重复" in learner.get(made.location).text
    assert trainer.post(f"{page}/show", data={}).status_code == 303
    assert trainer.get("/training/all/questions?export=xlsx").status_code == 200


def test_a_shown_reply_is_searched_too(season, room):
    class_id, (one, two, three), trainer = room
    question = ask(season, one, class_id)
    answer = reply(season, two, question, "在三楼\x00窗口。")

    def found(words):
        return season.ask(lambda session: asking.of_class(session, three, class_id, Ask(words=words)).total)

    assert [found("三楼窗口"), found("四楼")] == [1, 0]
    season.do(asking.moderate, trainer, question, answer, hide=True, reason="不对")
    assert found("三楼窗口") == 0
