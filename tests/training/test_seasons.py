"""A season copied as a whole: looked at, made and taken back in one act; nobody in two places at once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people.models import MembershipRow
from examprep.plumbing.listing import Ask
from examprep.training import copying, enrolling, reinstating, seasons
from examprep.training.models import ClassRow, SessionRow
from examprep.training.rules.schedule import Slot, slot
from examprep.training.rules.season import together
from examprep.training.season_models import SeasonClassRow
from examprep.training.seasons import Whole, Wish

START = datetime(2026, 9, 1, tzinfo=UTC)
FIRST = date(2026, 9, 4)  # a Friday, as that on which the first class began


def at(begins, ends):
    return Slot(START + timedelta(hours=begins), START + timedelta(hours=ends))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(1, 5)), max_size=14))
def test_what_falls_together_is_found_as_by_looking_at_all(drawn):
    planned = [(number, at(begins, begins + hours)) for number, begins, hours in drawn]
    found = sorted(tuple(sorted(((a, s), (b, t)))) for a, s, b, t in together(planned))
    every = sorted(
        tuple(sorted((one, two)))
        for order, one in enumerate(planned)
        for two in planned[:order]
        if one[0] != two[0] and one[1].starts_at < two[1].ends_at and two[1].starts_at < one[1].ends_at
    )
    assert found == every


@pytest.fixture
def two(season):
    """Two classes of the trainer: Friday evenings, and Saturday mornings in another room."""
    mornings = tuple(slot(date(2026, 4, day), time(9), time(11), "四楼") for day in (11, 18))
    return season.class_(name="周五晚班"), season.class_(name="周六班", slots=mornings)


def planned(season, wishes, first_on=FIRST):
    trainer = season.actor("ann_trainer")
    whole = Whole(first_on, skip_days_off=False)
    return season.ask(lambda s: seasons.plan(s, trainer, wishes, whole, today=season.clock.today()))


def copied(season, wishes, first_on=FIRST):
    whole = Whole(first_on, skip_days_off=False)
    return season.do(seasons.copy, season.actor("ann_trainer"), wishes, whole, today=season.clock.today())


def classes(season):
    return season.ask(lambda s: s.scalar(select(func.count()).select_from(ClassRow)))


def test_all_are_made_in_one_act_and_keep_their_distance(season, two):
    wishes = [Wish(each) for each in two]
    found = planned(season, wishes)
    assert [each.look.possible for each in found] == [True, True]
    copy_id = copied(season, wishes)
    made = season.ask(lambda s: seasons.made(s, season.actor("ann_trainer"), copy_id))
    assert [row["first_at"].astimezone(UTC).date() for row in made] == [date(2026, 9, 4), date(2026, 9, 5)]
    assert [row["source_id"] for row in made] == list(two)
    again = planned(season, wishes, FIRST + timedelta(weeks=8))
    assert [each.offer.entry.name for each in again] == ["周五晚班 3", "周六班 3"]  # the second are there


def test_what_they_would_meet_is_told_of_the_whole_and_refuses_the_whole(season, two):
    (learner,) = season.learners(1)
    season.do(enrolling.enrol, learner, two[0])
    season.do(enrolling.enrol, learner, two[1])
    before, room = classes(season), copying.Place("三楼会议室")
    fridays = Wish(two[0], name="同一时间")  # the very hours of the first, by the same trainer
    wishes = [Wish(two[0]), fridays]
    found = planned(season, wishes)
    assert [each.look.possible for each in found] == [False, False]
    said = str(found[0].look.lines[0].clashes[0])
    assert "trainer" in said
    assert "同一时间" in said
    with pytest.raises(Conflict, match=r"training\.trainer-busy"):
        copied(season, wishes)
    other = season.world.people["ann_officer"]
    by_room = planned(season, [Wish(two[0]), Wish(two[0], "同一教室", other, room)])
    assert "is taken by" in str(by_room[0].look.lines[0].clashes[0])
    (alone,) = planned(season, [Wish(two[0])], date(2026, 4, 10))  # where the class itself is
    assert not alone.look.possible
    assert classes(season) == before
    assert season.ask(lambda s: s.scalar(select(func.count()).select_from(SeasonClassRow))) == 0


def test_learners_of_two_classes_that_would_fall_together_are_told(season):
    one = season.class_(name="甲")
    later = tuple(slot(date(2026, 4, day), time(19), time(21), "四楼") for day in (11, 18))
    two = season.class_(name="乙", slots=later)
    for learner in season.learners(2):
        season.do(enrolling.enrol, learner, one)
        season.do(enrolling.enrol, learner, two)
    with season.database.write() as session:  # moved since onto the evening of the other, by another trainer
        for row in session.scalars(select(SessionRow).where(SessionRow.class_id == two)):
            row.starts_at, row.ends_at = row.starts_at - timedelta(days=1), row.ends_at - timedelta(days=1)
    found = planned(season, [Wish(one), Wish(two, "", season.world.people["ann_officer"])])
    assert all(each.look.possible for each in found)
    assert "2 learners" in str(found[0].look.lines[0].remarks[-1])


def test_the_whole_is_taken_back_while_nobody_has_joined(season, two):
    trainer, wishes = season.actor("ann_trainer"), [Wish(each) for each in two]
    copy_id = copied(season, wishes)
    with pytest.raises(RuleViolation):
        season.do(seasons.undo, trainer, copy_id, reason=" ")
    assert season.do(seasons.undo, trainer, copy_id, reason="日期定错了") == 2
    made = season.ask(lambda s: seasons.made(s, trainer, copy_id))
    assert {row["state"] for row in made} == {"cancelled"}
    with pytest.raises(Conflict, match=r"training\.season-undone"):
        season.do(seasons.undo, trainer, copy_id, reason="x")
    anew = copied(season, wishes)  # room, trainer and names are free again
    made = season.ask(lambda s: seasons.made(s, trainer, anew))
    assert [row["name"] for row in made] == ["周五晚班 2", "周六班 2"]
    (learner,) = season.learners(1)
    with season.database.write() as session:
        session.get_one(ClassRow, made[1]["id"]).closes_on = date(2026, 9, 1)
    season.do(enrolling.enrol, learner, made[1]["id"])
    with pytest.raises(Conflict, match=r"training\.season-joined"):
        season.do(seasons.undo, trainer, anew, reason="x")
    states = season.ask(lambda s: [row["state"] for row in seasons.made(s, trainer, anew)])
    assert states == ["open", "open"]


def test_of_one_taken_back_it_is_told_which_classes_were_restored_since(season, two, sign_in):
    trainer = season.actor("ann_trainer")
    copy_id, other = copied(season, [Wish(two[0])]), copied(season, [Wish(two[1])])
    season.do(seasons.undo, trainer, copy_id, reason="定错了")

    def found(state):
        page = season.ask(lambda s: seasons.copies(s, trainer, Ask(filters={"state": state})))
        return [(row["id"], row["classes"], row["standing"]) for row in page.rows]

    assert (found("stands"), found("undone"), found("restored")) == ([(other, 1, 1)], [(copy_id, 1, 0)], [])
    page = f"/training/all/seasons/{copy_id}"
    assert "可重新复制" in sign_in("ann_trainer").get(page).text
    (made,) = season.ask(lambda s: seasons.made(s, trainer, copy_id))
    season.do(reinstating.reinstate_class, trainer, made["id"])
    assert (found("stands"), found("undone"), found("restored")) == ([(other, 1, 1)], [], [(copy_id, 1, 1)])
    shown = sign_in("ann_trainer").get(page).text
    assert "共 1 个班次，其后恢复 1 个" in shown
    assert "可重新复制" not in shown


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_pages(season, two, sign_in, client):
    trainer, at = sign_in("ann_trainer"), "/training/all/season"
    listed = trainer.get("/training/all").text
    assert f'form="season" name="id" value="{two[0]}"' in listed
    assert trainer.get(at).status_code == 200
    chosen = {"id": list(two)}
    looked = trainer.get(at, query_string=chosen).text
    assert 'value="周五晚班 2"' in looked
    typed = {**chosen, "first_on": "2026-09-04", f"class-{two[0]}-name": "秋季晚班"}
    typed |= {f"class-{two[1]}-trainer_id": "0", f"class-{two[0]}-trainer_id": "0"}
    assert "2026年9月4日" in trainer.post(at, data={**typed, "look": "1"}).text
    assert trainer.post(at, data={**typed, "first_on": ""}).status_code == 422
    everything = {**typed, **{f"class-{each}-leave_out": "y" for each in two}}
    assert trainer.post(at, data=everything).status_code == 422
    assert trainer.post(at, data={**typed, "first_on": "2026-04-10"}).status_code == 422
    made = trainer.post(at, data={**typed, "submit": "1"})
    assert made.status_code == 303
    assert "秋季晚班" in trainer.get(made.location).text
    assert trainer.get("/training/all/seasons?state=stands&export=csv").status_code == 200
    bob = sign_in("bob_trainer")
    assert bob.get(made.location).status_code == 404
    assert bob.post(f"{made.location}/undo", data={"reason": "x"}).status_code == 404
    assert "周五晚班" not in bob.get(at, query_string=chosen).text
    assert sign_in("ann_candidate").get(at).status_code == 403
    assert client.get(at).status_code == 303
    assert trainer.post(f"{made.location}/undo", data={"reason": ""}).status_code == 422
    assert trainer.post(f"{made.location}/undo", data={"reason": "定错了"}).status_code == 303
    assert "已撤销" not in trainer.get("/training/all").text  # they are called as before, and said to be cancelled


def test_others_copy_nothing(season, two):
    with pytest.raises(NotFound):
        season.do(seasons.copy, season.actor("bob_trainer"), [Wish(two[0])], Whole(FIRST), today=season.clock.today())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_in_place_of_a_trainer_who_left_another_is_asked_for(season, two, second_trainer, sign_in):
    with season.database.write() as session:
        session.get_one(ClassRow, two[0]).trainer_id = second_trainer
        for row in session.scalars(select(MembershipRow).where(MembershipRow.person_id == second_trainer)):
            row.until = season.clock.today()
    trainer, chosen = sign_in("ann_trainer"), {"id": list(two), "first_on": "2026-09-04"}
    typed = {**chosen, **{f"class-{each}-trainer_id": "0" for each in two}}
    refused = trainer.post("/training/all/season", data=typed)
    assert refused.status_code == 422
    assert "周五晚班 2" in refused.text
    typed[f"class-{two[0]}-trainer_id"] = str(season.world.people["ann_trainer"])
    assert trainer.post("/training/all/season", data=typed).status_code == 303
    page = f"/training/all/{two[0]}/copy"
    assert "学员00" in trainer.get(page).text
    last = {"name": "再来", "capacity": 3, "mode": "on-site", "opens_on": "2026-04-01", "last_day": "2026-10-01"}
    course = season.ask(lambda s: s.get_one(ClassRow, two[0]).course_id)
    sent = {**last, "course_id": course, "trainer_id": second_trainer, "first_on": "2027-01-08", "hours_rule": "all"}
    assert trainer.post(page, data=sent).status_code == 422
