"""What was asked beside a question and is withdrawn: who still sees it, what meets it meanwhile, asking it again."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import AuditEventRow
from examprep.plumbing.listing import Ask
from examprep.practice import discussing
from examprep.practice.models import PostRow
from tests.practice.conftest import contents, right

WORDS, TYPED = "为什么不选丙？", "写了很久的回答\n<第二行>"


@pytest.fixture
def post(database, world, clock, questions):
    """Do one of `discussing`'s acts of an asker: ``post("ask", words=…)``, ``post("withdraw", post_id=…)``."""

    def go(act, by="ann_candidate", **entry):
        if act == "ask":
            entry = {"words": WORDS, "today": clock.today()} | entry
        with database.write() as session:
            question_id = questions[0].question_id
            actor = world.actor(session, by)
            return getattr(discussing, act)(session, actor, question_id=question_id, now=clock.now(), **entry)

    return go


@pytest.fixture
def settle(database, world, clock):
    def go(act, post_id, *words):
        with database.write() as session:
            getattr(discussing, act)(session, world.actor(session, "ann_trainer"), post_id, *words, now=clock.now())

    return go


@pytest.fixture
def figures(database, world):
    """What the trainer is told: rows of the list, of a search, how many wait, since when."""

    def go():
        with database.read() as session:
            actor = world.actor(session, "ann_trainer")
            lists = [Ask(), Ask(words="选丙"), Ask(filters={"state": "waiting"})]
            totals = [discussing.asked(session, actor, one).total for one in lists]
            return *totals, discussing.waiting(session, actor), discussing.oldest_waiting(session, actor)

    return go


@pytest.fixture
def ann(sign_in, give, questions):
    """The asker, who has answered the question; with the address of its aside and of what is done there."""
    give(questions[0], right(questions[0]))
    client, at = sign_in("ann_candidate"), f"/practice/question/{questions[0].question_id}"
    client.beside = lambda: client.get(f"{at}/aside").text
    client.does = lambda number, act, **more: client.post(f"{at}/asked/{number}/{act}", **more)
    return client


def row(database):
    with database.read() as session:
        return session.scalars(select(PostRow)).one()


def acts(database):
    with database.read() as session:
        told = session.scalars(select(AuditEventRow).order_by(AuditEventRow.id))
        return [one.act for one in told if one.act.startswith("practice.post")]


def test_withdrawn_it_leaves_everything_that_others_see_and_comes_back_as_it_stood(database, clock, post, figures):
    number = post("ask")
    before, asked_at = figures(), clock.now()
    assert before == (1, 1, 1, 1, asked_at)
    clock.instant += timedelta(days=2)
    for _ in range(2):
        post("withdraw", post_id=number)
    assert figures() == (0, 0, 0, 0, None)
    for _ in range(2):
        post("ask_again", post_id=number)
    assert figures() == before
    assert acts(database) == ["practice.post-withdrawn", "practice.post-asked-again"]


def test_the_pages(database, post, settle, ann, sign_in, give, questions):
    number, trainer = post("ask"), sign_in("ann_trainer")
    assert "撤回提问" in ann.beside()
    for _ in range(2):
        sent = ann.does(number, "withdraw", headers={"X-Fragment": "yes"})
        assert sent.status_code == 200
        assert "已撤回，只有您自己还能看到这个问题" in sent.text
    page = ann.beside()
    assert WORDS in page
    assert "已撤回，仅自己可见" in page
    assert "重新提问" in page
    assert "撤回提问" not in page
    assert "/words" not in page  # it is reworded once it is asked again
    give(questions[0], right(questions[0]), by="bob_candidate")
    others = sign_in("bob_candidate")
    assert WORDS not in others.get(f"/practice/question/{questions[0].question_id}/aside").text
    for address in ("/practice/discussion", "/practice/discussion?export=csv", f"/practice/discussion/{number}"):
        assert WORDS not in trainer.get(address).text
    assert "提问人已撤回这个问题" in trainer.get(f"/practice/discussion/{number}").text
    refused = ann.does(number, "words", data={"words": "别的"})
    assert refused.status_code == 422
    assert "提问人已撤回这个问题" in refused.text
    assert ann.does(number, "again").status_code == 200
    assert WORDS in trainer.get("/practice/discussion").text
    settle("answer", number, "看第二句")
    answered = ann.does(number, "withdraw")
    assert answered.status_code == 422
    assert "已有人回复" in answered.text
    assert "看第二句" in answered.text
    assert "撤回提问" not in answered.text


def test_an_answer_to_what_was_withdrawn_is_refused_with_all_that_was_typed(database, post, sign_in):
    number, trainer = post("ask"), sign_in("ann_trainer")
    post("withdraw", post_id=number)
    before = contents(database)
    for act in ("answer", "hide", "unhide"):
        refused = trainer.post(f"/practice/discussion/{number}/{act}", data={"words": TYPED})
        assert refused.status_code == 409
        assert "提问人已撤回这个问题，重新提问后才能回答。" in refused.text
        assert "写了很久的回答\n&lt;第二行&gt;</textarea>" in refused.text
        assert WORDS not in refused.text
    assert contents(database) == before
    post("ask_again", post_id=number)
    assert trainer.post(f"/practice/discussion/{number}/answer", data={"words": TYPED}).status_code == 303


@pytest.mark.parametrize(
    ("settled", "code"),
    [
        pytest.param([("answer", "答")], "practice.withdraw-answered", id="answered"),
        pytest.param([("hide", "重复")], "practice.withdraw-hidden", id="hidden"),
        pytest.param([("answer", "答"), ("hide", "重复")], "practice.withdraw-hidden", id="answered-and-hidden"),
    ],
)
def test_what_a_trainer_has_settled_stays(database, post, settle, settled, code):
    number = post("ask")
    for act, words in settled:
        settle(act, number, words)
    before = contents(database)
    with pytest.raises(RuleViolation, match=code):
        post("withdraw", post_id=number)
    assert contents(database) == before


def test_shown_again_unanswered_it_can_be_withdrawn(database, post, settle):
    number = post("ask")
    settle("hide", number, "重复")
    settle("unhide", number)
    post("withdraw", post_id=number)
    assert row(database).withdrawn_at is not None


def test_only_the_asker_withdraws_and_asks_again(database, post, ann, sign_in, app, questions):
    number = post("ask")
    other = f"/practice/question/{questions[1].question_id}/asked/{number}"
    at = f"/practice/question/{questions[0].question_id}/asked/{number}"
    for act in ("withdraw", "ask_again"):
        with pytest.raises(NotFound, match=r"practice\.post"):
            post(act, by="bob_candidate", post_id=number)
    for act in ("withdraw", "again"):
        assert sign_in("bob_candidate").post(f"{at}/{act}").status_code == 404
        assert sign_in("ann_trainer").post(f"{at}/{act}").status_code == 403
        assert app.test_client().post(f"{at}/{act}").status_code == 303
        assert ann.post(f"{other}/{act}").status_code == 404
    assert row(database).withdrawn_at is None


def test_withdrawing_makes_room_and_asking_again_needs_it(post, ann):
    first, *_ = [post("ask", words=f"第 {n} 问") for n in range(discussing.MOST_WAITING)]
    post("withdraw", post_id=first)
    post("ask", words="再问")
    with pytest.raises(Conflict, match=r"practice\.posts"):
        post("ask_again", post_id=first)
    assert ann.does(first, "again").status_code == 422


def test_the_database_keeps_no_answer_to_what_is_withdrawn(database, post, clock):
    post("ask")
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(PostRow).values(state="shown", answer="答", withdrawn_at=clock.now()))


@pytest.mark.parametrize("first", ["withdraw", "answer"])
def test_of_withdrawing_and_answering_at_once_one_waits_and_is_refused(database, world, clock, post, settle, first):
    """The second starts while the first is written and not committed."""
    number = post("ask")
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            if first == "withdraw":
                asker, question_id = world.actor(session, "ann_candidate"), row(database).question_id
                discussing.withdraw(session, asker, question_id=question_id, post_id=number, now=clock.now())
                other = pool.submit(settle, "answer", number, "答")
            else:
                discussing.answer(session, world.actor(session, "ann_trainer"), number, "答", now=clock.now())
                other = pool.submit(post, "withdraw", post_id=number)
            waited = not wait([other], timeout=0.5).done
        refusal = other.exception(20)
    assert waited
    assert refusal.code == ("practice.words-withdrawn" if first == "withdraw" else "practice.withdraw-answered")
    assert (row(database).withdrawn_at is None, row(database).state) == (
        (False, "waiting") if first == "withdraw" else (True, "shown")
    )
