"""Questions and answers of a class: who asks, replies, settles and hides; who sees it; what is told by mail."""

import json
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import func, select

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import AuditEventRow
from examprep.plumbing.listing import Ask
from examprep.practice import wording
from examprep.reminders.models import OutboxRow
from examprep.syllabus import actions as syllabus
from examprep.syllabus.loading import load_data
from examprep.training import asking, asking_lists, enrolling


@pytest.fixture
def tree(season):
    """A chapter of the shipped syllabus."""
    with season.database.write() as session:
        load_data(session, season.clock.today())
        return syllabus.chapters(session, "sw-law-policy", "2025")[0]


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


def listed(season, who, class_id=None, *, words="", **filters):
    return season.ask(lambda s: asking_lists.seated(s, who, Ask(words=words, filters=filters), class_id)).rows


def mails(season, template):
    return season.ask(lambda s: s.scalar(select(func.count()).where(OutboxRow.template == template)))


def test_asked_replied_settled_and_taken_back(season, room):
    class_id, (one, two, three), trainer = room
    question = ask(season, one, class_id)
    first = reply(season, two, question, "我猜在县里。")
    assert [row["state"] for row in listed(season, three, class_id)] == ["open"]
    assert season.ask(lambda s: asking_lists.waiting(s, trainer)) == 1
    reply(season, trainer, question, staff=True)
    assert [(row["state"], row["replies"]) for row in listed(season, three, class_id)] == [("answered", 2)]
    assert season.ask(lambda s: asking_lists.waiting(s, trainer)) == 0
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


def test_what_one_asked_is_reworded_until_somebody_replies(season, room):
    class_id, (one, two, three), trainer = room
    question = ask(season, one, class_id, "低保在哪一级审合？")
    reword = lambda who, reply_id, words, **more: season.do(  # noqa: E731
        asking.reword, who, question, reply_id, words, **{"staff": False, **more}
    )
    reword(one, None, "低保在哪一级审核？")
    reword(one, None, "低保在哪一级审核？")
    assert [row["words"] for row in listed(season, two, words="审核")] == ["低保在哪一级审核？"]
    assert listed(season, two, words="审合") == []
    first = reply(season, two, question, "在县里")
    with pytest.raises(RuleViolation, match="words-settled"):
        reword(one, None, "别的")
    for who, reply_id in ((one, first), (three, first), (two, None), (two, first + 1)):
        with pytest.raises(NotFound):
            reword(who, reply_id, "别的")
    with pytest.raises(NotFound):
        reword(trainer, first, "别的", staff=True)
    with pytest.raises(RuleViolation, match="question-words"):
        reword(two, first, " ")
    reword(two, first, "在乡镇")
    seen = season.ask(lambda s: asking.thread(s, trainer, question, staff=True))
    assert [each.words for each in seen.earlier[0]] == ["低保在哪一级审合？"]
    assert [(each.words, each.name) for each in seen.earlier[first]] == [("在县里", two.name)]
    assert [row["words"] for row in listed(season, three, words="在乡镇")] == ["低保在哪一级审核？"]
    season.go_to(season.clock.now(), wording.MENDABLE)
    with pytest.raises(RuleViolation, match="words-late"):
        reword(two, first, "又一次")
    season.do(asking.moderate, trainer, question, first, hide=True, reason="不对")
    with pytest.raises(RuleViolation, match="words-hidden"):
        reword(two, first, "又一次")
    assert listed(season, three, words="在乡镇") == []


def test_one_list_over_all_ones_classes_finds_words_as_people_type_them(season, room):
    class_id, (one, two, three), trainer = room
    second, third = (season.class_(name=name, slots=()) for name in ("二班", "三班"))
    season.do(enrolling.enrol, one, second)
    season.do(enrolling.enrol, three, third)
    first = ask(season, one, class_id, "ＡＢＣ  理论是什么？")
    other = ask(season, one, second, "学时怎么算？")
    ask(season, three, third, "三班的问题")
    reply(season, two, first, "见教材。")
    reply(season, trainer, other, "每次两学时。", staff=True)
    found = lambda who, **asked: [row["id"] for row in listed(season, who, **asked)]  # noqa: E731
    assert found(one) == [first, other]  # what is open comes first
    assert found(one, words="abc 理论") == found(one, words="见 教材".replace(" ", "")) == [first]
    assert found(one, state="answered") == [other]
    assert found(one, **{"class": str(second)}) == [other]
    assert found(two) == found(two, show="mine") == [first]
    assert found(three, show="mine") != []
    all_of = season.ask(lambda s: asking_lists.managed(s, trainer, Ask(filters={"show": "mine"})))
    assert [row["id"] for row in all_of.rows] == [other]
    ids = {each for each, _ in season.ask(lambda s: asking_lists.classes(s, one, staff=False))}
    assert ids == {class_id, second}


def test_a_question_names_a_topic_or_chapter_and_is_found_by_it(season, room, tree):
    class_id, (one, *_), _ = room
    name = tree.names["zh"]
    question = season.do(asking.ask, one, class_id, "怎么记？", about=f"chapter-{tree.id}")
    assert season.ask(lambda s: asking.thread(s, one, question, staff=False)).about["zh"].endswith(name)
    assert [row["id"] for row in listed(season, one, words=name)] == [question]
    for wrong in ("chapter-999999", "topic-1", "chapter-x", "x"):
        with pytest.raises(NotFound):
            season.do(asking.ask, one, class_id, "怎么记？", about=wrong)


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
    assert season.ask(lambda s: asking_lists.managed(s, bob, Ask())).total == 0
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
    assert trainer.post(f"{page}/forget", data={"reason": "x"}).status_code == 404
    assert "多少学时" in learner.get("/training/questions?q=多少").text
    assert learner.get("/training/questions?export=csv").status_code == 200


def test_words_are_mended_on_the_pages_and_strangers_mend_nothing(season, room, sign_in, client):
    class_id, (one, *_), _ = room
    question = ask(season, one, class_id, "原来的话")
    page, staff = f"/training/classes/{class_id}/questions/{question}", f"/training/all/questions/{question}"
    for who, at, status in (("bob_candidate", page, 404), ("bob_trainer", staff, 404), ("ann_candidate", staff, 403)):
        assert sign_in(who).post(f"{at}/words", data={"words": "改"}).status_code == status
    assert client.post(f"{page}/words", data={"words": "改"}).status_code == 303
    assert "sign-in" in client.get("/training/questions").location
    learner = sign_in("ann_candidate")
    assert learner.post(f"{page}/words", data={"words": ""}).status_code == 422
    assert learner.post(f"{page}/words", data={"words": "后来的话"}).status_code == 303
    text = learner.get(page).text
    assert "后来的话" in text
    assert "原来的话" not in text
    trainer = sign_in("ann_trainer")
    assert "原来的话" in trainer.get(staff).text
    trainer.post(f"{staff}/reply", data={"words": "答"})
    assert learner.post(f"{page}/words", data={"words": "又改"}).status_code == 422


def test_a_shown_reply_is_searched_too(season, room):
    class_id, (one, two, three), trainer = room
    question = ask(season, one, class_id)
    answer = reply(season, two, question, "在三楼窗口。")

    def found(words):
        return season.ask(lambda session: asking_lists.seated(session, three, Ask(words=words), class_id).total)

    assert [found("三楼窗口"), found("四楼")] == [1, 0]
    season.do(asking.moderate, trainer, question, answer, hide=True, reason="不对")
    assert found("三楼窗口") == 0


def waits_for(season, trainer):
    """What the trainer is told: rows of the list, of a search, how many wait, classes to choose from."""

    def go(session):
        lists = [asking_lists.managed(session, trainer, Ask(words=words)).total for words in ("", "低保")]
        return *lists, asking_lists.waiting(session, trainer), len(asking_lists.classes(session, trainer, staff=True))

    return season.ask(go)


def acts(season):
    query = select(AuditEventRow.act).where(AuditEventRow.object_kind == "training_question").order_by(AuditEventRow.id)
    return season.ask(lambda s: list(s.scalars(query)))


def test_withdrawn_it_leaves_everything_that_others_see_and_comes_back_as_it_stood(season, room):
    class_id, (one, two, _), trainer = room
    question = ask(season, one, class_id)
    before, rows = waits_for(season, trainer), listed(season, two, class_id)
    assert before == (1, 1, 1, 1)
    for _ in range(2):
        season.do(asking.withdraw, one, question)
    assert waits_for(season, trainer) == (0, 0, 0, 0)
    assert listed(season, two, class_id) == []
    assert season.ask(lambda s: asking_lists.classes(s, two, staff=False)) == []
    assert not season.ask(lambda s: asking.still_open(s, trainer.person_id, {"class_id": class_id}, None))
    assert [row["state"] for row in listed(season, one, state="withdrawn")] == ["withdrawn"]
    assert listed(season, one, state="open") == []
    assert season.ask(lambda s: asking.thread(s, one, question, staff=False)).question.withdrawn_at is not None
    for staff, who in ((False, two), (True, trainer)):
        with pytest.raises(Conflict, match="words-withdrawn"):
            season.ask(lambda s, who=who, staff=staff: asking.thread(s, who, question, staff=staff))
    for _ in range(2):
        season.do(asking.ask_again, one, question)
    assert waits_for(season, trainer) == before
    assert listed(season, two, class_id) == rows
    assert acts(season) == [
        "training.question-asked",
        "training.question-withdrawn",
        "training.question-asked-again",
    ]


def test_nothing_happens_to_what_is_withdrawn_until_it_is_asked_again(season, room):
    class_id, (one, two, _), trainer = room
    question = ask(season, one, class_id)
    season.do(asking.withdraw, one, question)
    for act in (
        lambda: reply(season, trainer, question, staff=True),
        lambda: reply(season, two, question),
        lambda: reply(season, one, question),
        lambda: season.do(asking.reword, one, question, None, "别的", staff=False),
        lambda: season.do(asking.settle, trainer, question, None, staff=True),
        lambda: season.do(asking.moderate, trainer, question, None, hide=True, reason="重复"),
    ):
        with pytest.raises(Conflict, match="words-withdrawn"):
            act()
    season.do(asking.ask_again, one, question)
    reply(season, two, question)
    with pytest.raises(RuleViolation, match="withdraw-answered"):
        season.do(asking.withdraw, one, question)
    hidden = ask(season, one, class_id)
    season.do(asking.moderate, trainer, hidden, None, hide=True, reason="重复")
    with pytest.raises(RuleViolation, match="withdraw-hidden"):
        season.do(asking.withdraw, one, hidden)


def test_only_the_asker_withdraws_and_asks_again_and_keeps_to_the_limit(season, room):
    class_id, (one, two, _), trainer = room
    question = ask(season, one, class_id)
    for act in (asking.withdraw, asking.ask_again):
        for who in (two, trainer, season.learners(1)[0]):
            with pytest.raises(NotFound):
                season.do(act, who, question)
    season.do(asking.withdraw, one, question)
    with pytest.raises(Conflict):
        season.do(asking.ask_again, two, question)
    for number in range(asking.MOST_OPEN):
        ask(season, one, class_id, f"问题{number}")
    with pytest.raises(RuleViolation, match=r"training\.questions"):
        season.do(asking.ask_again, one, question)


def test_withdrawing_on_the_pages_loses_no_words_of_others(season, room, sign_in, client, signed_in_learner):
    class_id, (one, two, _), _ = room
    question = ask(season, one, class_id)
    page, staff = f"/training/classes/{class_id}/questions/{question}", f"/training/all/questions/{question}"
    asker, trainer = sign_in("ann_candidate"), sign_in("ann_trainer")
    for act in ("withdraw", "again"):
        for who, status in ((sign_in("bob_candidate"), 404), (trainer, 403), (client, 303)):
            assert who.post(f"{page}/{act}").status_code == status
    assert "撤回提问" in asker.get(page).text
    for _ in range(2):
        assert asker.post(f"{page}/withdraw").status_code == 303
    text = asker.get(page).text
    assert "重新提问" in text
    assert "已撤回，仅自己可见" in text
    assert "撤回提问" not in text
    assert "<textarea" not in text  # neither replied to nor reworded
    assert "已撤回" in asker.get(f"/training/classes/{class_id}/questions?state=withdrawn").text
    neighbour, typed = signed_in_learner(two), "写了很久的回答\n<第二行>"
    for who, at in ((trainer, staff), (neighbour, page)):
        refused = who.post(f"{at}/reply", data={"words": typed})
        assert refused.status_code == 409
        assert "提问人已撤回这个问题，重新提问后才能回答。" in refused.text
        assert "写了很久的回答\n&lt;第二行&gt;</textarea>" in refused.text
        assert "低保" not in refused.text
        assert "低保" not in who.get(at).text
    for address in ("/training/all/questions", "/training/all/questions?export=csv", "/training/"):
        assert "低保" not in trainer.get(address).text
    assert "低保" not in neighbour.get("/training/questions?export=csv").text
    assert asker.post(f"{page}/again").status_code == 303
    assert trainer.post(f"{staff}/reply", data={"words": typed}).status_code == 303
    refused = asker.post(f"{page}/withdraw")
    assert refused.status_code == 422
    assert "已有人回复" in refused.text
    assert "撤回提问" not in refused.text


def test_the_mail_to_the_trainer_tells_no_words_that_may_be_withdrawn(season, room):
    class_id, (one, two, _), _ = room
    question = ask(season, one, class_id)
    ask(season, two, class_id, "另一个问题")
    season.do(asking.withdraw, one, question)
    told = season.ask(lambda s: s.scalars(select(OutboxRow).where(OutboxRow.template == asking.ASKED)).one())
    assert "低保" not in json.dumps(told.context, ensure_ascii=False)


@pytest.mark.parametrize("first", ["withdraw", "reply"])
def test_of_withdrawing_and_replying_at_once_one_waits_and_is_refused(season, room, first):
    """The second starts while the first is written and not committed."""
    class_id, (one, *_), trainer = room
    question = ask(season, one, class_id)
    withdraw, answer = (
        (asking.withdraw, one, (question,), {}),
        (asking.reply, trainer, (question, "答"), {"staff": True}),
    )
    (act, who, words, more), (other_act, other_who, other_words, other_more) = (
        (withdraw, answer) if first == "withdraw" else (answer, withdraw)
    )
    with ThreadPoolExecutor(1) as pool:
        with season.database.write() as session:
            act(session, who, *words, now=season.clock.now(), **more)
            other = pool.submit(season.do, other_act, other_who, *other_words, **other_more)
            waited = not wait([other], timeout=0.5).done
        refusal = other.exception(20)
    assert waited
    assert refusal.code == ("practice.words-withdrawn" if first == "withdraw" else "practice.withdraw-answered")
