"""Mails about mocks: who gets which, once, and not when it is no longer worth saying."""

from datetime import timedelta

import pytest

from examprep.kernel.clock import office_day
from examprep.mocks import setting, telling
from examprep.plumbing.texts import render_text
from examprep.reminders.models import OutboxRow
from examprep.reminders.rules.context import unpacked
from tests.mocks.conftest import WRITTEN
from tests.mocks.test_sitting import rows


@pytest.fixture
def due(database, clock):
    """The kinds of mail in the outbox that would still be sent, and when the first may be."""

    def go():
        found = []
        with database.read() as session:
            for row in session.query(OutboxRow).order_by(OutboxRow.id):
                ask = {telling.STILL_TO_SIT: telling.still_to_sit, telling.STILL_COUNTS: telling.still_counts}
                if ask[row.condition](session, row.person_id, unpacked(row.context), clock.today()):
                    found.append(row.context.get("kind", row.template))
        return sorted(found)

    return go


def test_whoever_it_is_set_to_is_told_now_and_the_day_before(database, world, clock, fill, assign, begin, due):
    fill(8, 3)
    opens = clock.now() + timedelta(days=5)
    paper = assign(opens_at=opens, closes_at=opens + timedelta(days=1))
    found = rows(database, OutboxRow)
    assert {row.person_id for row in found} == {world.people["ann_candidate"]}
    assert sorted((row.context["kind"], row.not_before) for row in found) == [
        ("set", clock.now()),
        ("soon", opens - timedelta(days=1)),
    ]
    assert due() == ["set", "soon"]
    clock.advance(timedelta(days=5))
    begin(paper)
    assert due() == [], "nobody is called to what they have begun"


def test_of_what_opens_soon_one_hears_once(database, clock, fill, assign, due):
    fill(8, 3)
    assign()
    assert [row.context["kind"] for row in rows(database, OutboxRow)] == ["set"]
    clock.advance(timedelta(days=1))
    assert due() == [], "nor to what is over"


def test_taking_back_and_putting_back_are_told_with_the_reason(
    database, world, clock, fill, assign, begin, take_back, look, due, sign_in
):
    fill(8, 3)
    paper = assign()
    attempt = begin(paper)
    take_back(paper, "试题<有误>")
    assert due() == ["back"]
    page = sign_in("ann_candidate").get(f"/mocks/set/{paper}")
    assert (page.status_code, "试题&lt;有误&gt;" in page.text) == (200, True)
    clock.advance(timedelta(minutes=5))
    trainer = sign_in("ann_trainer")
    assert "放回" in trainer.get(f"/mocks/papers/{paper}").text
    assert sign_in("bob_trainer").post(f"/mocks/papers/{paper}/put-back").status_code == 404
    assert trainer.post(f"/mocks/papers/{paper}/put-back").status_code == 303
    assert trainer.post(f"/mocks/papers/{paper}/put-back").status_code == 409
    assert look(attempt).under_way, "whoever was stopped goes on"
    assert due() == ["again"]


def test_put_back_stops_nobody_who_sits_another(database, fill, assign, begin, take_back, start, look, world, clock):
    fill(8, 3)
    paper = assign()
    attempt = begin(paper)
    take_back(paper)
    other = start(shorter=True)
    with database.write() as session:
        setting.put_back(session, world.actor(session, "ann_trainer"), paper, now=clock.now())
    assert (look(attempt).discarded, look(other).under_way) == (True, True)


def test_put_back_calls_back_only_whom_its_own_taking_back_stopped(
    database, fill, assign, begin, take_back, start, hand_in, look, world, clock
):
    fill(8, 3)
    paper = assign()
    attempt = begin(paper)

    def put_back():
        with database.write() as session:
            setting.put_back(session, world.actor(session, "ann_trainer"), paper, now=clock.now())

    take_back(paper)
    other = start(shorter=True)
    put_back()
    hand_in(other)
    clock.advance(timedelta(minutes=1))
    take_back(paper)
    put_back()
    assert look(attempt).discarded, "they had left it for another before it was taken back again"


def test_the_mails_lead_to_it(database, world, clock, cases, assign, begin, keep, hand_in, app, sign_in):
    paper = assign(subject_code=WRITTEN, keys="at-once", closes_at=clock.now() + timedelta(hours=3))
    attempt = begin(paper)
    keep(attempt, 1, written=("答",))
    hand_in(attempt)
    address = f"/mocks/papers/{paper}/sat/{attempt}/marking"
    trainer = sign_in("ann_trainer")
    trainer.post(address, data={"point-1": ["0"], "done": "yes"})
    trainer.post(address, data={"point-1": ["0", "1"], "done": "anew", "reason": "漏看一点"})
    wanted = {
        "set": ("有新的模拟考试：全班模考", f"/mocks/set/{paper}"),
        "mocks.marked": ("模拟考试已评阅：全班模考", "总分 10 分"),
        "anew": ("重新评阅：全班模考", "总分 15 分"),
    }
    with app.app_context():
        for row in rows(database, OutboxRow):
            kind = row.context.get("kind") or ("anew" if row.context["again"] else "mocks.marked")
            for language in ("zh", "en"):
                subject, body = render_text(
                    row.template, language, **unpacked(row.context), person_name="安", base_url="https://example.org"
                )
                assert "{" not in subject + body
                if language == "zh":
                    start, part = wanted.pop(kind)
                    assert (subject, part in body) == (start, True), body
    assert not wanted
    assert office_day(clock.now()) == clock.today()
