"""Checking in and out by codes: what is taken, what is refused, once each, and who sees what of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from examprep.ce.models import LineRow
from examprep.kernel.errors import RuleViolation
from examprep.people.models import AuditEventRow
from examprep.training import attending, board, checking, enrolling, presence
from examprep.training.models import ClassRow, SessionRow
from examprep.training.presence_models import AttendanceRow, PresenceRow, RefusedCodeRow
from examprep.training.rules.checking import IN, OUT, WINDOW_SECONDS, code_of, judged, own_code, typed, window_of
from tests.training.conftest import EVENING

HALF_PAST_SEVEN = EVENING.starts_at + timedelta(minutes=30)


@pytest.fixture
def evening(season):
    """A session of three learners and of Ann's candidate that is going on: (session id, people, trainer)."""
    class_id, people = season.class_(), [season.actor("ann_candidate"), *season.learners(3)]
    for who in people:
        season.do(enrolling.enrol, who, class_id)
    season.go_to(HALF_PAST_SEVEN)
    return season.sessions(class_id)[0], people, season.actor("ann_trainer")


def code(season, session_id, act=IN, windows=0):
    """What the screen shows now, or showed some windows ago."""
    return code_of(season.runtime.vault.fingerprint, session_id, act, window_of(season.clock.now()) + windows)


def class_of(season, session_id):
    return season.ask(lambda session: session.get_one(SessionRow, session_id).class_id)


def check(season, who, session_id, given, **more):
    """As the page does it: what is refused is noted."""
    now, vault = season.clock.now(), season.runtime.vault
    try:
        with season.database.write() as session:
            checking.check(session, vault, who, session_id, given, now=now, **more)
    except RuleViolation as refusal:
        with season.database.write() as session:
            checking.note_refusal(session, who, session_id, given, refusal, now=now)
        return refusal.code
    return "taken"


def kept(season, row=PresenceRow):
    return season.ask(lambda session: session.scalar(select(func.count()).select_from(row)))


@pytest.mark.parametrize(
    ("windows", "later", "told"),
    [
        pytest.param(0, 0, "taken", id="now"),
        pytest.param(-1, 0, "taken", id="the-window-before"),
        pytest.param(0, 2 * WINDOW_SECONDS - 1, "taken", id="at-the-end-of-the-grace"),
        pytest.param(0, 2 * WINDOW_SECONDS, "training.code-old", id="forwarded"),
        pytest.param(-300, 0, "training.code-old", id="long-ago"),
        pytest.param(1, 0, "training.code-future", id="the-next-window"),
        pytest.param(20, 0, "training.code-future", id="one-to-come"),
    ],
)
def test_a_code_holds_in_its_window_and_the_next(season, evening, windows, later, told):
    session_id, people, _ = evening
    given = code(season, session_id, windows=windows)
    season.clock.advance(timedelta(seconds=later))
    assert check(season, people[0], session_id, given) == told
    assert kept(season) == (told == "taken")
    assert kept(season, RefusedCodeRow) == (told != "taken")


def test_codes_are_bound_to_session_act_and_installation(season, evening):
    session_id, people, _ = evening
    sign = season.runtime.vault.fingerprint
    other = season.sessions(class_of(season, session_id))[1]
    for given in (
        code(season, other),
        own_code(sign, session_id, people[0].person_id),
        code_of(lambda text: sign(text + "x"), session_id, IN, window_of(season.clock.now())),
        "",
        "0" * 4000,
        "一二三\0",
    ):
        assert check(season, people[0], session_id, given) == "training.code-wrong"
    assert kept(season) == 0
    assert check(season, people[0], session_id, code(season, session_id, OUT)) == "training.not-in"


def test_a_code_serves_each_person_once(season, evening):
    session_id, people, _ = evening
    given = code(season, session_id)
    assert check(season, people[0], session_id, given) == "taken"
    assert [check(season, people[0], session_id, given) for _ in range(3)] == ["training.code-used"] * 3
    assert check(season, people[1], session_id, given) == "taken"
    assert check(season, people[0], session_id, code(season, session_id, OUT)) == "taken"
    assert check(season, people[0], session_id, given) == "training.code-used"
    assert check(season, people[0], session_id, code(season, session_id, OUT)) == "training.code-used"
    assert kept(season) == 3
    # One line of the trail for each code of a person, however often it was tried.
    tried = season.ask(
        lambda s: s.scalar(select(func.count(AuditEventRow.id)).where(AuditEventRow.act == "training.code-refused"))
    )
    assert tried == kept(season, RefusedCodeRow) == 2


def test_ten_at_once_with_one_code_are_checked_in_once(season, evening):
    session_id, people, _ = evening
    given = code(season, session_id)
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda _: check(season, people[0], session_id, given), range(10)))
    assert sorted(told) == ["taken"] + ["training.code-used"] * 9
    assert (kept(season), kept(season, RefusedCodeRow)) == (1, 1)


def test_who_has_no_seat_is_refused_and_told_nothing(season, evening):
    session_id, _, trainer = evening
    stranger = season.actor("bob_candidate")
    assert check(season, stranger, session_id, code(season, session_id)) == "training.no-seat"
    assert check(season, stranger, 999, code(season, 999)) == "training.no-seat"
    assert kept(season) == 0
    found = season.ask(lambda s: board.board(s, trainer, session_id))
    assert [each.why for each in found.refused] == [board.REFUSED["training.no-seat"]]


@pytest.mark.parametrize(
    ("act", "after_start", "told"),
    [
        (IN, timedelta(hours=-2, seconds=-1), "training.check-early"),
        (IN, timedelta(hours=-2), "taken"),
        (IN, timedelta(hours=2), "training.check-late"),
        (OUT, timedelta(seconds=-1), "training.check-early"),
        (OUT, timedelta(hours=4), "training.check-late"),
    ],
)
def test_the_hours_of_checking(season, evening, act, after_start, told):
    session_id, people, _ = evening
    season.go_to(EVENING.starts_at, after_start)
    assert check(season, people[0], session_id, code(season, session_id, act)) == told


def test_a_code_that_was_opened_in_time_waits_for_its_person(season, evening):
    session_id, people, _ = evening
    given, opened_at = code(season, session_id), season.clock.now()
    season.clock.advance(timedelta(minutes=5))
    assert check(season, people[0], session_id, given, opened_at=opened_at) == "taken"
    line = season.ask(lambda s: s.scalars(select(PresenceRow)).one())
    assert (line.at, line.noted_at) == (opened_at, season.clock.now())
    season.clock.advance(timedelta(seconds=1))
    assert check(season, people[1], session_id, given, opened_at=opened_at) == "training.code-old"
    ahead = season.clock.now() + timedelta(minutes=1)
    assert check(season, people[1], session_id, given, opened_at=ahead) == "training.code-old"


def test_codes_are_read_as_people_type_them(season, evening):
    session_id, _, _ = evening
    given = code(season, session_id)
    valid = judged(season.runtime.vault.fingerprint, session_id, given, season.clock.now())
    for shape in (given.lower(), f" {given[:3]} - {given[3:]} ", given.translate({48: "o", 49: "l"})):
        assert judged(season.runtime.vault.fingerprint, session_id, typed(shape), season.clock.now()) == valid


def test_the_minutes_decide_the_hours(season, evening):
    session_id, people, trainer = evening
    with season.database.write() as session:
        session.get_one(ClassRow, class_of(season, session_id)).hours_rule = "proportional"
    assert check(season, people[0], session_id, code(season, session_id)) == "taken"  # at 19:30
    assert check(season, people[1], session_id, code(season, session_id)) == "taken"
    season.clock.advance(timedelta(minutes=30))
    assert check(season, people[1], session_id, code(season, session_id, OUT)) == "taken"
    season.go_to(EVENING.ends_at)
    why = attending.Why("late-or-early", "有事先走")
    part = {"present": True, "minutes": 15, "why": why}
    season.do(attending.judge, trainer, session_id, people[2].person_id, **part)
    with pytest.raises(RuleViolation, match=r"training\.minutes"):
        season.do(attending.judge, trainer, session_id, people[2].person_id, **{**part, "minutes": 121})
    assert season.do(attending.close_session, trainer, session_id) == 3
    found = season.ask(lambda s: dict(s.execute(select(LineRow.person_id, LineRow.minutes)).all()))
    assert [found.get(who.person_id) for who in people] == [90, 30, 15, None]
    with season.database.read() as session:
        assert list(presence.differences(session, False)) == []
        assert session.get_one(AttendanceRow, (session_id, people[3].person_id)).present is False


def test_a_check_in_is_overruled_only_with_a_reason(season, evening):
    session_id, people, trainer = evening
    who = people[0].person_id
    assert check(season, people[0], session_id, code(season, session_id)) == "taken"
    season.clock.advance(timedelta(minutes=1))
    with pytest.raises(RuleViolation, match=r"training\.why"):
        season.do(attending.take_attendance, trainer, session_id, {who: False})
    season.do(attending.take_attendance, trainer, session_id, {who: False}, attending.Why("other-phone"))
    assert season.ask(lambda s: s.get_one(AttendanceRow, (session_id, who))).minutes == 0


def test_a_shared_device_is_flagged_and_both_are_checked_in(season, evening):
    session_id, people, trainer = evening
    for who, device in ((people[0], "d1"), (people[1], "d1"), (people[2], "d2"), (people[3], None)):
        assert check(season, who, session_id, code(season, session_id), device=device) == "taken"
    found = season.ask(lambda s: board.board(s, trainer, session_id))
    assert {line.learner.name for line in found.flagged} == {people[0].name, people[1].name}
    assert len(found.here) == 4
    devices = season.ask(lambda s: set(s.scalars(select(PresenceRow.device))))
    assert len(devices) == 3
    assert "d1" not in devices


def test_moving_the_session_counts_the_minutes_anew(season, evening, sign_in):
    session_id, people, _ = evening
    check(season, people[0], session_id, code(season, session_id))
    day = {"day": "2026-04-10", "start": "19:00", "end": "20:00", "place": "三楼会议室", "link": ""}
    assert sign_in("ann_trainer").post(f"/training/sessions/{session_id}/edit", data=day).status_code == 303
    assert season.ask(lambda s: s.get_one(AttendanceRow, (session_id, people[0].person_id))).minutes == 30
    with season.database.read() as session:
        assert list(presence.differences(session, False)) == []


def test_scanning_signed_out_leads_through_signing_in_to_being_checked_in(season, evening, client, world):
    session_id, _, _ = evening
    scanned = client.get(f"/training/check/{session_id}/{code(season, session_id)}", follow_redirects=True)
    assert scanned.request.path == "/sign-in"
    season.clock.advance(timedelta(minutes=2))
    signed = client.post(
        scanned.request.full_path,
        data={"sign_in_name": "ann_candidate", "password": world.password},
        follow_redirects=True,
    )
    assert signed.request.path == f"/training/check/{session_id}"
    given = re.search(r'name="code" value="(\w+)"', signed.text)[1]
    told = client.post(signed.request.path, data={"code": given}, follow_redirects=True)
    assert "19:30" in told.text  # when it was scanned, not when the sign-in was done
    again = client.post(signed.request.path, data={"code": given})
    assert again.status_code == 422


def test_a_typed_code_finds_its_session(season, evening, sign_in):
    session_id, _, _ = evening
    client = sign_in("ann_candidate")
    told = client.post("/training/check", data={"code": code(season, session_id).lower()}, follow_redirects=True)
    assert told.request.path == f"/training/check/{session_id}"
    assert client.post("/training/check", data={"code": "ZZZZZZ"}).status_code == 422
    season.go_to(EVENING.ends_at, timedelta(hours=3))
    assert client.post("/training/check", data={"code": "ZZZZZZ"}).status_code == 422


PAGES = ("projector", "projector?act=out", "projector/code", "board", "board/now", "people/{person}")


def test_the_pages_of_a_session_are_its_trainers(season, evening, sign_in):
    session_id, people, _ = evening
    for page in PAGES:
        address = f"/training/sessions/{session_id}/{page.format(person=people[0].person_id)}"
        told = {
            name: sign_in(name).get(address).status_code for name in ("ann_trainer", "bob_trainer", "ann_candidate")
        }
        assert told == {"ann_trainer": 200, "bob_trainer": 404, "ann_candidate": 403}, page
    assert sign_in("ann_trainer").get(f"/training/sessions/{session_id}/people/9999").status_code == 404


def test_the_screen_shows_the_code_that_is_taken(season, evening, sign_in):
    session_id, people, _ = evening
    client = sign_in("ann_trainer")
    page = client.get(f"/training/sessions/{session_id}/projector/code")
    shown = re.search(r'class="screen-letters">([\w-]+)<', page.text)[1]
    assert check(season, people[0], session_id, shown) == "taken"
    season.clock.advance(timedelta(seconds=WINDOW_SECONDS))
    known = {"If-None-Match": page.headers["ETag"]}
    later = client.get(f"/training/sessions/{session_id}/projector/code", headers=known)
    assert later.status_code == 200
    assert shown not in later.text


def test_looking_at_the_board_again_reads_nothing_of_it(season, evening, sign_in, heard):
    session_id, people, _ = evening
    client, address = sign_in("ann_trainer"), f"/training/sessions/{session_id}/board/now"
    known = {"If-None-Match": client.get(address).headers["ETag"]}
    with heard() as words:
        assert client.get(address, headers=known).status_code == 304
    assert words == ["SELECT", "SELECT"]  # who asks, and the one of the board
    check(season, people[0], session_id, code(season, session_id))
    assert client.get(address, headers=known).status_code == 200


def test_staff_check_in_whom_they_are_shown_the_code_of(season, evening, sign_in, world):
    session_id, people, trainer = evening
    page, vault = f"/training/sessions/{session_id}/board", season.runtime.vault
    ann = people[0]
    mine = season.ask(
        lambda session: checking.own(session, vault, ann, class_of(season, session_id), season.clock.now())
    )
    staff = sign_in("ann_trainer")
    refused = staff.post(page, data={"code": own_code(vault.fingerprint, session_id + 1, ann.person_id)})
    assert (refused.status_code, kept(season)) == (422, 0)
    assert staff.post(page, data={"code": mine[1].lower()}).status_code == 303
    assert staff.post(page, data={"code": mine[1]}).status_code == 422
    for who in ("ann_candidate", "bob_trainer"):
        assert sign_in(who).post(page, data={"code": mine[1]}).status_code in {403, 404}
    [line] = season.ask(lambda session: presence.lines_of(session, session_id))
    assert (line.kind, line.how, line.person_id, line.by_id) == ("in", "own-code", ann.person_id, trainer.person_id)
