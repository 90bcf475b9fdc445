"""The field task of a topic: evidence handed in, returned, accepted and let wait again; the step follows."""

import io
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import func, select

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.plumbing.listing import Ask
from examprep.training import enrolling, field_tasks, path_store, paths
from examprep.training.models import ClassRow
from examprep.training.path_models import EvidenceRow
from tests.practice.conftest import chapters, tree  # noqa: F401 -- fixtures

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TASK = "走访一户，写下三点观察。"


@pytest.fixture
def class_id(season):
    made = season.class_(name="周五晚班")
    season.do(enrolling.enrol, season.actor("ann_candidate"), made)
    return made


@pytest.fixture
def entry(chapters):  # noqa: F811 -- fixtures
    return paths.TopicEntry("通用过程", chapters[0], None, 1, rights=2, comments=1, task=TASK)


@pytest.fixture
def topic_id(season, class_id, entry):
    return season.do(paths.add_topic, season.actor("ann_trainer"), class_id, entry)


def hand_in(season, class_id, topic_id, words="去了两次。", file=None, who="ann_candidate"):
    with season.database.write() as session:
        return field_tasks.hand_in(
            session, season.runtime.vault, season.actor(who), class_id, topic_id, words, file, now=season.clock.now()
        )


def settle(season, class_id, evidence_id, state, reason="", who="ann_trainer", seen=None):
    seen = seen or stamp(season, evidence_id)
    season.do(field_tasks.settle, season.actor(who), class_id, evidence_id, state=state, reason=reason, seen=seen)


def stamp(season, evidence_id):
    return season.ask(lambda s: field_tasks.stamp(s.get_one(EvidenceRow, evidence_id)))


def practised(season, class_id, topic_id):
    person = season.actor("ann_candidate").person_id
    with season.database.read() as session:
        course_id = session.get_one(ClassRow, class_id).course_id
        topic = path_store.topic(session, course_id, topic_id)
        return path_store.facts(session, class_id, [topic], [person])[topic_id, person]["practise"]


def test_accepted_evidence_is_the_step(season, class_id, topic_id):
    first = hand_in(season, class_id, topic_id)
    assert hand_in(season, class_id, topic_id, "改写过。") == first  # while it waits it is replaced
    assert practised(season, class_id, topic_id) is None
    with pytest.raises(RuleViolation):
        settle(season, class_id, first, "returned", " ")
    settle(season, class_id, first, "returned", "请写明时间")
    second = hand_in(season, class_id, topic_id, "周三下午去的。")
    assert second != first
    settle(season, class_id, second, "accepted")
    assert practised(season, class_id, topic_id) == season.clock.now()
    with pytest.raises(RuleViolation):
        hand_in(season, class_id, topic_id, "又一次")
    settle(season, class_id, second, "waiting")
    assert practised(season, class_id, topic_id) is None
    page = season.ask(lambda s: field_tasks.handed_in(s, season.actor("ann_trainer"), class_id, Ask()))
    assert [row["state"] for row in page.rows] == ["waiting", "returned"]


def test_what_changed_since_it_was_read_is_not_settled(season, class_id, topic_id, sign_in):
    trainer = sign_in("ann_trainer")
    kept = hand_in(season, class_id, topic_id)
    at = f"/training/all/{class_id}/path/evidence/{kept}"
    seen = stamp(season, kept)
    season.go_to(season.clock.now(), timedelta(minutes=1))
    hand_in(season, class_id, topic_id, "换了一份。")
    refused = trainer.post(at, query_string={"to": "returned", "seen": seen}, data={"reason": "请写明时间"})
    assert refused.status_code == 422
    assert "换了一份。" in refused.text
    assert 'value="请写明时间"' in refused.text
    assert trainer.post(at, query_string={"to": "accepted", "seen": seen}).status_code == 422
    settle(season, class_id, kept, "returned", "请写明时间")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("states", "possible"),
    [
        pytest.param(["accepted", "waiting", "returned"], True, id="accepted-taken-back-and-returned"),
        pytest.param(["returned", "waiting", "accepted"], True, id="returned-taken-back-and-accepted"),
        pytest.param(["waiting"], False, id="waits-already"),
        pytest.param(["accepted", "accepted"], False, id="accepted-twice"),
        pytest.param(["accepted", "returned"], False, id="accepted-then-returned"),
        pytest.param(["returned", "accepted"], False, id="returned-then-accepted"),
    ],
)
def test_what_evidence_may_become(season, class_id, topic_id, states, possible):
    kept = hand_in(season, class_id, topic_id)
    *before, last = states
    for state in before:
        settle(season, class_id, kept, state, "理由")
    if possible:
        settle(season, class_id, kept, last, "理由")
    else:
        with pytest.raises(Conflict):
            settle(season, class_id, kept, last, "理由")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_evidence_is_replaced_only_after_it_is_settled(season, class_id, topic_id):
    kept, seen = hand_in(season, class_id, topic_id), []
    trainer, begun = season.actor("ann_trainer"), Event()

    def replace():
        begun.wait()
        seen.append(hand_in(season, class_id, topic_id, "后来的"))

    with ThreadPoolExecutor(1) as pool:
        with season.database.write() as session:
            read = field_tasks.stamp(session.get_one(EvidenceRow, kept))
            field_tasks.settle(
                session, trainer, class_id, kept, state="returned", seen=read, reason="x", now=season.clock.now()
            )
            waits = pool.submit(replace)
            begun.set()
            assert not wait([waits], timeout=0.3).done
        waits.result(timeout=10)
    assert season.ask(lambda s: s.scalars(select(EvidenceRow.words).order_by(EvidenceRow.id)).all())[0] == "去了两次。"
    assert seen != [kept]


def test_a_topic_is_changed_and_what_it_asks_with_it(season, class_id, topic_id, entry):
    trainer = season.actor("ann_trainer")
    settle(season, class_id, hand_in(season, class_id, topic_id), "accepted")
    changed = paths.TopicEntry(**{**vars(entry), "title": "改名", "task": ""})
    season.do(paths.change_topic, trainer, class_id, topic_id, changed)
    assert practised(season, class_id, topic_id) is None
    with pytest.raises(NotFound):
        hand_in(season, class_id, topic_id)
    season.do(paths.change_topic, trainer, class_id, topic_id, entry)
    assert practised(season, class_id, topic_id) is not None
    with pytest.raises(RuleViolation):
        season.do(paths.change_topic, trainer, class_id, topic_id, paths.TopicEntry(**{**vars(entry), "unit_id": 1}))
    with pytest.raises(NotFound):
        season.do(paths.change_topic, season.actor("bob_trainer"), class_id, topic_id, entry)


def test_pages_files_and_strangers(season, class_id, topic_id, sign_in, client):
    at = f"/training/classes/{class_id}/path/{topic_id}/task"
    learner, trainer = sign_in("ann_candidate"), sign_in("ann_trainer")
    assert TASK in learner.get(at).text
    for sent in (
        {"words": " "},
        {"words": "长" * (field_tasks.LONGEST + 1)},
        {"words": "好", "file": (io.BytesIO(b"<script>"), "a.pdf")},
    ):
        assert learner.post(at, data=sent, content_type="multipart/form-data").status_code == 422
    sent = {"words": "去了两次。", "file": (io.BytesIO(PDF), "走访520526199003070017.pdf")}
    assert learner.post(at, data=sent, content_type="multipart/form-data").status_code == 303
    kept = season.ask(lambda s: s.execute(select(EvidenceRow.id, EvidenceRow.content, EvidenceRow.file_name)).one())
    assert PDF not in kept.content
    assert "199003070017" not in kept.file_name
    assert learner.get(f"{at}/{kept.id}").data == PDF
    listed, shown = f"/training/all/{class_id}/path/evidence", f"/training/all/{class_id}/path/evidence/{kept.id}"
    assert trainer.get(f"{shown}/file").headers["Content-Disposition"].startswith("attachment")
    assert "去了两次。" in trainer.get(shown).text
    assert trainer.get(f"{listed}?state=waiting&q=通用&export=csv").status_code == 200
    seen = stamp(season, kept.id)
    assert trainer.post(shown, query_string={"to": "returned", "seen": seen}, data={"reason": ""}).status_code == 422
    assert trainer.post(f"{shown}?to=elsewhere").status_code == 404
    assert trainer.post(f"{shown}?to=accepted").status_code == 422
    assert trainer.post(shown, query_string={"to": "accepted", "seen": seen}).status_code == 303
    for who, page, status in (
        ("bob_candidate", at, 404),
        ("bob_candidate", f"{at}/{kept.id}", 404),
        ("bob_trainer", shown, 404),
        ("bob_trainer", f"{shown}/file", 404),
        ("ann_candidate", shown, 403),
    ):
        assert sign_in(who).get(page).status_code == status, page
    assert client.get(shown).status_code == 303
    assert season.ask(lambda s: s.scalar(select(func.count()).select_from(EvidenceRow))) == 1
