"""A finished marking is changed by a further entry: who may, what follows, what is kept, and who reads it."""

from datetime import timedelta

import pytest

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.mocks import marking
from examprep.mocks.models import AttemptRow, RemarkingRow
from examprep.people.models import AuditEventRow
from examprep.practice.models import AnswerRow as LogRow
from examprep.practice.models import CorrectionRow, DayRow, MemoryRow
from tests.mocks.conftest import WRITTEN
from tests.mocks.test_sitting import rows, verified


@pytest.fixture
def marked(database, world, clock, cases, assign, begin, keep, hand_in):
    """A set paper of which the first case was answered and its first point found; ``(paper, attempt)``."""
    paper = assign(subject_code=WRITTEN, keys="at-once", closes_at=clock.now() + timedelta(hours=3))
    attempt = begin(paper)
    keep(attempt, 1, written=("答",))
    hand_in(attempt)
    with database.write() as session:
        trainer = world.actor(session, "ann_trainer")
        marking.mark_set(session, trainer, paper, attempt, {1: frozenset({0})}, done=True, now=clock.now())
    return paper, attempt


@pytest.fixture
def anew(database, world, clock, marked):
    def go(points, reason="漏看一点", by="ann_trainer"):
        with database.write() as session:
            actor = world.actor(session, by)
            marking.mark_set_anew(session, actor, *marked, {1: frozenset(points)}, reason, now=clock.now())

    return go


def test_it_changes_total_log_and_memory_and_keeps_what_stood(database, world, clock, marked, anew, report):
    clock.advance(timedelta(days=2))
    anew({0, 1, 2})
    assert report(marked[1]).total.earned == 40
    (line,) = rows(database, LogRow)
    assert (line.half_points, line.ticked) == (20, [0]), "the log's line is never edited"
    (correction,) = rows(database, CorrectionRow)
    assert (correction.answer_id, correction.half_points, correction.ticked) == (line.id, 40, [0, 1, 2])
    (memory,), (day,) = rows(database, MemoryRow), rows(database, DayRow)
    assert (memory.rights, memory.reps, memory.mistaken_at, day.rights, day.answered) == (1, 1, None, 1, 1)
    (entry,) = rows(database, RemarkingRow)
    assert entry.before == [{"position": 1, "ticked": [0], "half_points": 20}]
    assert (entry.half_points_before, entry.half_points_after, entry.reason) == (20, 40, "漏看一点")
    found = [row for row in rows(database, AuditEventRow) if row.act == "mocks.marked-anew"]
    assert [row.after["reason"] for row in found] == ["漏看一点"]
    assert verified(database) == []


def test_it_is_itself_reversed_by_a_further_one(database, marked, anew, report):
    anew({0, 1, 2})
    anew({0}, "复核：第二点未答到")
    assert (report(marked[1]).total.earned, len(rows(database, CorrectionRow))) == (20, 2)
    assert [(each.before, each.after) for each in report(marked[1]).anew] == [(40, 20), (20, 40)]
    (memory,) = rows(database, MemoryRow)
    assert (memory.rights, memory.mistaken_at is None) == (0, False)
    assert verified(database) == []


@pytest.mark.parametrize(
    ("points", "reason", "by", "wrong"),
    [
        pytest.param({0}, "没有变化", "ann_trainer", r"mocks\.same", id="nothing-changes"),
        pytest.param({0, 1}, " ", "ann_trainer", r"mocks\.reason", id="no-reason"),
        pytest.param({0, 1}, "长" * 201, "ann_trainer", r"mocks\.reason", id="too-long"),
        pytest.param({3}, "没有这一点", "ann_trainer", r"mocks\.points", id="no-such-point"),
        pytest.param({0, 1}, "外县", "bob_trainer", r"mocks\.attempt", id="another-county"),
    ],
)
def test_what_is_refused_changes_nothing(database, marked, anew, report, points, reason, by, wrong):
    with pytest.raises((RuleViolation, NotFound), match=wrong):
        anew(points, reason, by)
    assert (report(marked[1]).total.earned, rows(database, RemarkingRow), rows(database, CorrectionRow)) == (20, [], [])


def test_the_pages_show_it_to_both(marked, sign_in):
    paper, attempt = marked
    trainer, candidate = sign_in("ann_trainer"), sign_in("ann_candidate")
    address = f"/mocks/papers/{paper}/sat/{attempt}/marking"
    assert 'value="anew"' in trainer.get(address).text
    refused = trainer.post(address, data={"point-1": ["0", "1"], "done": "anew", "reason": ""})
    assert refused.status_code == 422
    assert trainer.post(address, data={"point-1": ["x"], "done": "anew", "reason": "r"}).status_code == 422
    sent = {"point-1": ["0", "1"], "done": "anew", "reason": "漏<看>一点"}
    assert candidate.post(address, data=sent).status_code == 403
    assert candidate.post(f"/mocks/{attempt}/marking", data=sent).status_code == 404, "it is not their own paper"
    assert trainer.post(address, data=sent).status_code == 303
    for page in (candidate.get(f"/mocks/{attempt}"), trainer.get(f"/mocks/papers/{paper}/sat/{attempt}")):
        assert "漏&lt;看&gt;一点" in page.text
        assert "原 10 分，现 15 分" in page.text


def test_ones_own_marking_needs_no_reason(database, world, clock, cases, start, keep, hand_in, report, sign_in):
    attempt = start(subject=WRITTEN)
    keep(attempt, 1, written=("答",))
    hand_in(attempt)
    candidate, address = sign_in("ann_candidate"), f"/mocks/{attempt}/marking"
    early = candidate.post(address, data={"point-1": ["0"], "done": "anew"})
    assert early.status_code == 409, "it is not finished yet"
    assert candidate.post(address, data={"point-1": ["0"], "done": "yes"}).status_code == 303
    assert candidate.post(address, data={"point-1": ["0", "2"], "done": "anew"}).status_code == 303
    assert report(attempt).total.earned == 30
    assert sign_in("bob_candidate").post(address, data={"point-1": ["0"], "done": "anew"}).status_code == 404
    assert verified(database) == []


def test_nobody_marks_before_the_end(database, world, clock, cases, start, assign, begin, keep, hand_in, sign_in):
    paper = assign(subject_code=WRITTEN, keys="at-once", closes_at=clock.now() + timedelta(hours=3))
    given = begin(paper)
    keep(given, 1, written=("答",))
    trainer, sent = sign_in("ann_trainer"), {"point-1": ["0"], "done": "yes"}
    for page in (f"/mocks/papers/{paper}/sat/{given}/marking", f"/mocks/papers/{paper}/sat/{given}"):
        assert trainer.get(page).status_code == 404, "what is being written is its writer's alone"
    assert trainer.post(f"/mocks/papers/{paper}/sat/{given}/marking", data=sent).status_code == 404
    hand_in(given)
    own = start(subject=WRITTEN)
    keep(own, 1, written=("答",))
    candidate = sign_in("ann_candidate")
    assert candidate.get(f"/mocks/{own}/marking").status_code == 404, "its points would tell the answers"
    assert candidate.post(f"/mocks/{own}/marking", data=sent).status_code == 404
    assert [(row.marked_at, row.half_points) for row in rows(database, AttemptRow)] == [(None, None)] * 2


def test_of_a_paper_taken_back_nothing_is_marked_anew(marked, anew, take_back, sign_in):
    paper, attempt = marked
    take_back(paper)
    with pytest.raises(Conflict, match=r"mocks\.taken-back"):
        anew({0, 1})
    assert 'value="anew"' not in sign_in("ann_trainer").get(f"/mocks/papers/{paper}/sat/{attempt}/marking").text
