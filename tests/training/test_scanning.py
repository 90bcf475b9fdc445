"""Scans that devices kept: what is believed, what is listed, and that order and repetition change nothing."""

import random
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from examprep.kernel.errors import RuleViolation
from examprep.people.models import AuditEventRow
from examprep.training import attending, board, enrolling, presence, scanning
from examprep.training.learner_views import own_picture
from examprep.training.models import SessionRow
from examprep.training.presence_models import AttendanceRow, PresenceRow
from examprep.training.rules.checking import IN, OUT, own_code
from examprep.training.rules.scanning import check_clock, instant
from examprep.training.scan_models import ScanRow
from tests.training.conftest import EVENING


class Undone(Exception):
    """Takes back what was tried."""


def ms(at):
    return round(at.timestamp() * 1000)


@pytest.mark.parametrize(
    ("at_s", "offset_s", "clock_s", "told"),
    [
        pytest.param(-3600, 0, 0, None, id="an-hour-ago"),
        pytest.param(-3600 - 900, 900, -900, None, id="a-clock-that-is-slow-by-a-quarter"),
        pytest.param(120, 0, 0, None, id="ahead-by-what-is-borne"),
        pytest.param(121, 0, 0, "training.scan-future", id="to-come"),
        pytest.param(0, 0, -120, None, id="turned-by-what-is-borne"),
        pytest.param(0, 0, -121, "training.scan-clock", id="turned-back"),
        pytest.param(0, 0, 121, "training.scan-clock", id="turned-ahead"),
    ],
)
def test_what_is_believed_of_a_clock(at_s, offset_s, clock_s, told):
    now = EVENING.starts_at
    at = instant(ms(now + timedelta(seconds=at_s)), offset_s * 1000)
    assert at == now + timedelta(seconds=at_s + offset_s)
    told_of = nullcontext() if told is None else pytest.raises(RuleViolation, match=told)
    with told_of:
        check_clock(at, offset_ms=offset_s * 1000, clock_ms=ms(now + timedelta(seconds=clock_s)), now=now)


@pytest.fixture
def evening(season):
    """A session that is over but not closed, of three learners: (session id, people, trainer)."""
    class_id, people = season.class_(), season.learners(3)
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    season.go_to(EVENING.ends_at)
    return season.sessions(class_id)[0], people, season.actor("ann_trainer")


@pytest.fixture
def scan(season, evening):
    """``scan(number, person id, kind, minutes after the start)``."""

    def made(number, person_id, kind=IN, after=0, **other):
        values = {
            "client_id": str(UUID(int=number)),
            "code": own_code(season.runtime.vault.fingerprint, evening[0], person_id),
            "kind": kind,
            "said_ms": ms(EVENING.starts_at + timedelta(minutes=after)),
            "offset_ms": 0,
        }
        return scanning.Scan(**{**values, **other})

    return made


def take(season, session, actor, session_id, scans):
    now = season.clock.now()
    return scanning.take(session, season.runtime.vault, actor, session_id, scans, clock_ms=ms(now), now=now)


def attendance(season, session, session_id, order, lot):
    """What follows from scans that come in an order, each by its device, in batches of a few."""
    waiting = list(order)
    while waiting:
        who = waiting[0][0]
        batch = [pair for pair in waiting[: lot.randrange(1, 5)] if pair[0] is who]
        take(season, session, who, session_id, [each for _, each in batch])
        for pair in batch:
            waiting.remove(pair)
    assert session.scalar(select(func.count()).select_from(PresenceRow)) == 8
    assert list(presence.differences(session, False)) == []
    kept = select(AttendanceRow.person_id, AttendanceRow.present, AttendanceRow.minutes)
    return sorted(map(tuple, session.execute(kept)))


def test_order_and_repetition_change_nothing(season, evening, scan):
    """Two devices' scans in any order, cut into any batches, each sent once or more."""
    session_id, people, trainer = evening
    one, two, three = (who.person_id for who in people)
    colleague = replace(trainer, person_id=season.actor("ann_officer").person_id)
    first = [scan(1, one, IN, -5), scan(2, two, IN, 10), scan(3, one, OUT, 60), scan(4, three, OUT, 70)]
    second = [scan(5, one, IN, 3), scan(6, one, IN, 75), scan(7, two, OUT, 100), scan(8, three, IN, 20)]
    lot = random.Random(8)
    sent = [(who, each) for who, some in ((trainer, first), (colleague, second)) for each in some]
    found = []
    for _ in range(25):
        order = sent + lot.choices(sent, k=lot.randrange(8))
        lot.shuffle(order)
        with suppress(Undone), season.database.write() as session:
            found.append(attendance(season, session, session_id, order, lot))
            raise Undone
    assert found == [[(one, True, 105), (two, True, 90), (three, True, 50)]] * 25


def test_each_scan_is_answered_and_repeats_are_told_the_same(season, evening, scan):
    session_id, people, trainer = evening
    who, gone = people[0].person_id, people[1]
    season.do(enrolling.leave, gone, season.ask(lambda s: s.get_one(SessionRow, session_id).class_id))
    batch = [
        scan(1, who),
        scan(2, who, IN, 5),
        scan(3, who, code="ZZZZ-ZZZZ"),
        scan(4, who, IN, 125),
        scan(5, who, OUT, -1),
        scan(6, who, IN, 300),
        scan(7, gone.person_id),
        scan(8, who, offset_ms=600_000),
    ]
    told = []
    for _ in range(2):
        with season.database.write() as session:
            told.append([(each.state, each.why) for each in take(season, session, trainer, session_id, batch)])
    assert told[0] == told[1]
    assert told[0] == [
        ("accepted", ""),
        ("present", ""),
        ("refused", "training.own-code"),
        ("refused", "training.scan-future"),
        ("refused", "training.check-early"),
        ("refused", "training.scan-future"),
        ("refused", "training.no-seat"),
        ("refused", "training.scan-clock"),
    ]
    found = season.ask(lambda s: board.board(s, trainer, session_id))
    assert len(found.scans) == 6
    assert [each.on_list for each in found.scans if each.name == gone.name] == [False]
    assert [line.scanned for line in found.lines if line.learner.person_id == who] == [True]
    acts = select(AuditEventRow.after).where(AuditEventRow.act == "training.scans-taken")
    assert season.ask(lambda s: s.scalars(acts).all()) == [{"accepted": 1, "present": 1, "refused": 6}]


def test_what_comes_after_closing_is_listed_and_changes_nothing(season, evening, scan):
    session_id, people, trainer = evening
    with season.database.write() as session:
        take(season, session, trainer, session_id, [scan(1, people[0].person_id)])
    season.do(attending.close_session, trainer, session_id)
    with season.database.write() as session:
        (told,) = take(season, session, trainer, session_id, [scan(2, people[1].person_id)])
    assert (told.state, told.why, told.name) == ("refused", "training.session-closed", people[1].name)
    assert season.ask(lambda s: s.get_one(AttendanceRow, (session_id, people[1].person_id))).present is False


def test_a_judged_scan_leaves_the_list_and_a_later_one_waits_anew(season, evening, scan):
    session_id, people, trainer = evening
    one, two = (who.person_id for who in people[:2])
    with season.database.write() as session:
        take(season, session, trainer, session_id, [scan(1, one, OUT, -1), scan(2, two, OUT, -1)])
    before = season.ask(lambda s: board.tag(s, trainer, session_id))
    season.do(attending.judge, trainer, session_id, one, present=True, minutes=None, why=attending.Why("no-phone"))
    found = season.ask(lambda s: board.board(s, trainer, session_id))
    assert [each.person_id for each in found.to_judge] == [two]
    assert [(each.person_id, each.settled_by) for each in found.judged] == [(one, trainer.name)]
    assert season.ask(lambda s: board.tag(s, trainer, session_id)) != before
    season.do(attending.take_attendance, trainer, session_id, {two: True})
    assert season.ask(lambda s: board.board(s, trainer, session_id)).to_judge == []
    with season.database.write() as session:
        take(season, session, trainer, session_id, [scan(3, one, IN, 300)])
    assert [each.person_id for each in season.ask(lambda s: board.board(s, trainer, session_id)).to_judge] == [one]


def test_closing_judges_no_scan(season, evening, scan):
    """Whoever nobody recorded did not come, says closing; nobody has looked at their scan yet."""
    session_id, people, trainer = evening
    one, two = (who.person_id for who in people[:2])
    with season.database.write() as session:
        take(season, session, trainer, session_id, [scan(1, one), scan(2, two, OUT, -1)])
    season.do(attending.close_session, trainer, session_id)
    assert [each.person_id for each in season.ask(lambda s: board.board(s, trainer, session_id)).to_judge] == [two]


def test_nobodys_scan_is_set_aside_and_put_back(season, evening, scan, sign_in):
    session_id, people, trainer = evening
    with season.database.write() as session:
        take(season, session, trainer, session_id, [scan(1, people[0].person_id), scan(2, 0, code="ZZZZ-ZZZZ")])
    taken, refused = season.ask(lambda s: s.scalars(select(ScanRow.id).order_by(ScanRow.id)).all())
    address = f"/training/sessions/{session_id}/scans"
    for name, status in {"bob_trainer": 404, "ann_candidate": 403}.items():
        assert sign_in(name).post(f"{address}/{refused}/settle").status_code == status
    client = sign_in("ann_trainer")
    assert client.post(f"{address}/{taken}/settle").status_code == 404
    assert client.post(f"{address}/{refused}/forget").status_code == 404
    tags = []
    for act, waiting in (("settle", 0), ("settle", 0), ("unsettle", 1)):
        assert client.post(f"{address}/{refused}/{act}").status_code == 303
        assert len(season.ask(lambda s: board.board(s, trainer, session_id)).to_judge) == waiting
        tags.append(season.ask(lambda s: board.tag(s, trainer, session_id)))
    assert tags[0] == tags[1] != tags[2]
    acts = select(AuditEventRow.act).where(AuditEventRow.act.like("training.scan-%")).order_by(AuditEventRow.id)
    assert season.ask(lambda s: s.scalars(acts).all()) == ["training.scan-settled", "training.scan-unsettled"]


@pytest.fixture
def sent(season, evening, scan):
    """The body of a batch of one scan, by its trainer."""
    made = scan(1, evening[1][0].person_id)
    one = {"id": made.client_id, "code": made.code, "kind": "in", "at": made.said_ms, "offset": 0}
    return {"person": evening[2].person_id, "clock": ms(season.clock.now()), "scans": [one]}


def test_the_scanner_is_staffs_of_the_session(season, evening, sent, sign_in):
    address = f"/training/sessions/{evening[0]}"
    for name, status in {"bob_trainer": 404, "ann_candidate": 403}.items():
        client = sign_in(name)
        assert client.get(f"{address}/scanner").status_code == status
        body = {**sent, "person": season.actor(name).person_id}
        assert client.post(f"{address}/scans", json=body).status_code == status
    client = sign_in("ann_trainer")
    pack = client.get(f"{address}/scanner").json
    assert set(pack) == {"person", "token", "now", "title", "starts", "open"}
    assert client.post(f"{address}/scans", json={**sent, "person": 1}).status_code in {403, 422}
    assert client.post(f"{address}/scans", json=sent).json["scans"][0]["state"] == "accepted"
    assert f"/training/scanner?session={evening[0]}" in client.get(f"{address}/board").text


@pytest.mark.parametrize(
    "change",
    [
        {"scans": []},
        {"scans": [None]},
        {"scans": "abc"},
        {"clock": True},
        {"clock": 10**30},
        {"person": None},
        {"one": {"id": "1"}},
        {"one": {"kind": "present"}},
        {"one": {"kind": []}},
        {"one": {"at": -1}},
        {"one": {"at": 1e12}},
        {"one": {"offset": 10**18}},
        {"one": {"code": None}},
        {"many": 101},
    ],
    ids=str,
)
def test_what_is_no_batch_is_refused_whole(season, evening, sent, sign_in, change):
    one = {**sent["scans"][0], **change["one"]} if "one" in change else sent["scans"][0]
    body = {**sent, "scans": [one] * change.get("many", 1), **change}
    answer = sign_in("ann_trainer").post(f"/training/sessions/{evening[0]}/scans", json=body)
    assert answer.status_code == 422
    assert season.ask(lambda s: s.scalar(select(func.count()).select_from(ScanRow))) == 0


def test_own_codes_are_drawn_as_cameras_read_them():
    assert not own_picture("7KQ2M8XA").is_micro
