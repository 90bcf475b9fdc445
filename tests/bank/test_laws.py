"""Statutes cited, their changes, and the questions to be read again after each."""

from datetime import date

import pytest

from examprep.bank import actions, laws
from examprep.kernel.errors import Conflict, RuleViolation
from tests.conftest import NOW

SUBJECT = "sw-law-policy"


@pytest.fixture
def write(database, world, draft):
    def go(stem, *cites, by="ann_trainer", law_as_of=date(2020, 1, 1)):
        with database.write() as session:
            made = draft(stem, cites=cites, law_as_of=law_as_of)
            return actions.write(session, world.actor(session, by), SUBJECT, made, publish=True, now=NOW)

    return go


@pytest.fixture
def do(database, world):
    def go(verb, *args, by="ann_trainer", **more):
        with database.write() as session:
            return verb(session, world.actor(session, by), *args, **more)

    return go


@pytest.mark.parametrize(
    ("cites", "found"),
    [
        (["《社区矫正法》第九条"], {"社区矫正法"}),
        (["《中华人民共和国民法典》第十七条、《未成年人保护法》"], {"民法典", "未成年人保护法"}),
        (["民法典第十七条", ""], set()),
    ],
)
def test_statutes_are_read_from_citations(cites, found):
    assert laws.statutes(cites) == found


def test_the_statutes_cited_with_count_and_oldest_day(write, do):
    write("一", "《甲法》第一条", "《甲法》第二条", law_as_of=date(2019, 1, 1))
    write("二", "《中华人民共和国甲法》第三条", "《乙法》", law_as_of=None)
    assert [(s.name, s.questions, s.oldest, s.undated) for s in do(laws.cited)] == [
        ("甲法", 2, date(2019, 1, 1), 1),
        ("乙法", 1, None, 1),
    ]


def test_a_change_lists_what_is_older_until_revised_or_read(write, do, draft):
    old, undated = write("旧", "《甲法》第一条"), write("无日期", "《甲法》", law_as_of=None)
    write("新", "《甲法》", law_as_of=date(2026, 1, 1))
    write("别的法", "《甲法实施条例》")
    write("别人的", "《甲法》", by="bob_trainer")
    change = do(laws.record_change, name="《中华人民共和国甲法》", changed_on=date(2026, 1, 1), note="修订", now=NOW)
    assert do(laws.waiting, change) == [old, undated]
    do(laws.mark_read, change, undated, now=NOW)
    with pytest.raises(Conflict):
        do(laws.mark_read, change, undated, now=NOW)
    do(actions.revise, old, draft("旧", cites=("《甲法》第一条",), law_as_of=date(2026, 1, 1)), now=NOW)
    assert do(laws.waiting, change) == []


def test_the_list_of_changes_asks_no_more_the_longer_it_is(write, do, heard):
    old, other = write("旧", "《甲法》第一条"), write("又", "《乙法》", law_as_of=None)

    def listed():
        with heard() as said:
            found = do(laws.changes)
        return [(change.statute, change.changed_on.year, change.waiting) for change in found], len(said)

    first = do(laws.record_change, name="甲法", changed_on=date(2021, 1, 1), note="", now=NOW)
    changes, few = listed()
    assert changes == [("甲法", 2021, 1)]
    do(laws.record_change, name="甲法", changed_on=date(2019, 1, 1), note="", now=NOW)
    do(laws.record_change, name="乙法", changed_on=date(2022, 1, 1), note="", now=NOW)
    do(laws.record_change, name="丙法", changed_on=date(2023, 1, 1), note="", now=NOW)
    assert listed() == ([("丙法", 2023, 0), ("乙法", 2022, 1), ("甲法", 2021, 1), ("甲法", 2019, 0)], few)
    do(laws.mark_read, first, old, now=NOW)
    assert [waiting for *_, waiting in listed()[0]] == [0, 1, 0, 0]
    assert other in do(laws.waiting, first + 2)


def test_a_change_is_recorded_once_and_needs_a_name(do):
    day = date(2026, 1, 1)
    do(laws.record_change, name="甲法", changed_on=day, note="", now=NOW)
    with pytest.raises(Conflict):
        do(laws.record_change, name="《甲法》", changed_on=day, note="", now=NOW)
    with pytest.raises(RuleViolation):
        do(laws.record_change, name="《》", changed_on=day, note="", now=NOW)


def test_the_pages(sign_in, write, database):
    question_id = write("旧题干", "《甲法》第一条")
    write("无关", "《乙法》")
    client = sign_in("ann_trainer")
    assert "甲法" in client.get("/bank/laws").text
    sent = client.post("/bank/laws", data={"name": "甲法", "changed_on": "2026-01-01", "note": "新修订"})
    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert "旧题干" in page
    assert "新修订" in page
    again = {"name": "甲法", "changed_on": "2026-01-01", "note": ""}
    assert client.post("/bank/laws", data=again).status_code == 422
    assert client.post(f"{sent.location}/read/{question_id}").status_code == 303
    assert client.post(f"{sent.location}/read/{question_id}").status_code == 409
    assert "旧题干" not in client.get(sent.location).text
    listed = client.get("/bank/?statute=甲法").text
    assert "旧题干" in listed
    assert "无关" not in listed
    assert sign_in("ann_candidate").get("/bank/laws").status_code == 403
