"""The pages of merges: who may, what is refused and why, what the row that went is from then on, files, taking back."""

from datetime import date

import pytest
from sqlalchemy import func, select, update

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import accounts, actions, bulk, merge_lists, merging
from examprep.people.access import Role
from examprep.people.bounds import within
from examprep.people.merge_lists import likely
from examprep.people.models import AccountRow, AuditEventRow, MergeRow, PersonRow
from examprep.plumbing.listing import Ask
from tests.app.merged import NOW, PARTS
from tests.factories import PASSWORD, resident_id

BORN = date(1990, 3, 7)


@pytest.fixture
def double(runtime, world):
    """A second row of ann_candidate, without an ID number."""
    return add(runtime, world, "ann_candidate", phone="13800000000")


def add(runtime, world, name, **more):
    with runtime.database.write() as session:
        about = {"organisation_id": world.organisations["ann_agency"], "born_on": BORN, "now": NOW, **more}
        return actions.add_person(session, runtime.vault, name=name, **about).id


def merge(client, kept, gone, reason="同名同生日，电话一致"):
    return client.post(f"/people/{kept}/merge/{gone}", data={"reason": reason})


@pytest.fixture
def merged(sign_in, world, double):
    """ann_candidate and the double as one row, and the page of the merge."""
    answer = merge(sign_in("ann_officer"), world.people["ann_candidate"], double)
    assert answer.status_code == 303
    return answer.headers["Location"]


def person(runtime, person_id):
    with runtime.database.read() as session:
        return session.get_one(PersonRow, person_id)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        pytest.param("ann_officer", 200, id="own-county"),
        pytest.param("ann_administrator", 200, id="administrator"),
        pytest.param("province_officer", 200, id="above"),
        pytest.param("bob_officer", 404, id="another-county-sees-nothing"),
        pytest.param("ann_trainer", 403, id="role-may-not"),
    ],
)
def test_who_may_merge(sign_in, world, double, who, status):
    client, kept = sign_in(who), world.people["ann_candidate"]
    answer = client.get(f"/people/{kept}/merge/{double}")
    assert answer.status_code == status
    assert "one_number_wrong" not in answer.text
    assert client.get(f"/people/{kept}/double").status_code == status
    assert merge(client, kept, double).status_code == (303 if status == 200 else status)


def test_a_person_of_another_county_is_not_merged(sign_in, world, double):
    assert merge(sign_in("ann_officer"), double, world.people["bob_candidate"]).status_code == 404
    assert merge(sign_in("ann_officer"), double, double).status_code == 404


def test_forged_and_without_a_reason(app, sign_in, world, double):
    client, kept = sign_in("ann_officer"), world.people["ann_candidate"]
    assert merge(client, kept, double, reason=" ").status_code == 422
    app.config["WTF_CSRF_ENABLED"] = True
    assert merge(client, kept, double).status_code == 400


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        pytest.param("ann_officer", "您自己的档案", id="oneself"),
        pytest.param("staff", "工作人员角色", id="a-role-of-staff"),
    ],
)
def test_what_stands_in_the_way_is_said_and_refused(sign_in, runtime, world, gone, says):
    with runtime.database.write() as session:
        about = {"organisation_id": world.organisations["ann_agency"], "now": NOW}
        ids = {"ann_officer": world.people["ann_officer"]}
        ids["staff"] = actions.add_person(session, runtime.vault, name="老师", **about).id
        actions.grant_role(
            session, person_id=ids["staff"], organisation_id=about["organisation_id"], role=Role.TRAINER, since=BORN
        )
    client, kept = sign_in("ann_officer"), world.people["ann_candidate"]
    assert says in client.get(f"/people/{kept}/merge/{ids[gone]}").text
    answer = merge(client, kept, ids[gone])
    assert answer.status_code == 422
    assert says in answer.text
    assert person(runtime, ids[gone]).merged_into_id is None


def test_an_administrator_merges_a_row_with_a_role_of_staff_within_bounds(sign_in, runtime, world, double):
    def role(where):
        with runtime.database.write() as session:
            place = world.organisations[where]
            actions.grant_role(session, person_id=double, organisation_id=place, role=Role.OFFICER, since=BORN)

    client, kept = sign_in("ann_administrator"), world.people["ann_candidate"]
    role("bob_county")
    assert merge(client, kept, double).status_code == 422, "nobody hands on a role that they could not give"
    with runtime.database.write() as session:
        session.execute(
            update(merging.MembershipRow).where(merging.MembershipRow.person_id == double).values(until=BORN)
        )
    role("ann_county")
    assert merge(client, kept, double).status_code == 303


def test_the_row_that_went_is_in_no_list_and_leads_to_the_other(sign_in, world, double, merged):
    client, kept = sign_in("ann_officer"), world.people["ann_candidate"]
    assert f"/people/{double}" not in client.get("/people?q=ann_candidate").text
    page = client.get(f"/people/{double}")
    assert page.status_code == 200
    assert f"/people/{kept}" in page.text
    assert client.get(f"/people/{double}/edit").status_code == 404
    assert sign_in("bob_officer").get(f"/people/{double}").status_code == 404
    assert "13800000000" in client.get(f"/people/{kept}").text
    assert merged in client.get(f"/people/{kept}").text


def test_acts_of_the_row_that_went_stay_in_the_trail(sign_in, runtime, world, double):
    with runtime.database.write() as session:
        actor = world.actor(session, "ann_candidate")
        actions.record(session, actor, "people.password-changed", "account", actor.account_id, now=NOW)
    kept = double
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        gone = world.people["ann_candidate"]
        merging.merge(session, officer, PARTS, gone_id=gone, kept_id=kept, reason="x", now=NOW)
    page = sign_in("ann_administrator").get("/audit?act=people.password-changed").text
    assert "ann_candidate" in page
    page = sign_in("ann_administrator").get("/audit?act=people.rows-merged").text
    assert "合并了同一人的两份档案" in page


@pytest.mark.parametrize("kept_has", [False, True])
def test_accounts(client, sign_in, runtime, world, double, kept_has):
    """Only one has an account: it goes over. Both have: that of the row that stays is used; the other is closed."""
    signed_in, ids = sign_in("ann_candidate"), {"gone_id": world.people["ann_candidate"], "kept_id": double}
    with runtime.database.write() as session:
        if kept_has:
            actions.open_account(session, person_id=double, sign_in_name="kept", password=PASSWORD, now=NOW)
        officer = world.actor(session, "ann_officer")
        merge_id = merging.merge(session, officer, PARTS, reason="x", now=NOW, **ids)

    def signs_in(name):
        return client.post("/sign-in", data={"sign_in_name": name, "password": PASSWORD}).status_code == 303

    assert signed_in.get("/account").status_code == 303, "who was signed in signs in again"
    assert signs_in("ann_candidate") is not kept_has
    if kept_has:
        told = {"sign_in_name": "ann_candidate", "password": PASSWORD}
        assert "两个账户已合并" in client.post("/sign-in", data=told).text
        assert "两个账户已合并" not in client.post("/sign-in", data={**told, "password": "wrong"}).text
        assert signs_in("kept")
        with runtime.database.write() as session, pytest.raises(RuleViolation, match="merged"):
            accounts.reset_password(session, "ann_candidate", PASSWORD, now=NOW)
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        merging.take_back(session, officer, PARTS, merge_id, reason="x", now=NOW)
        owner = select(AccountRow.person_id, AccountRow.closed_at).where(AccountRow.sign_in_name == "ann_candidate")
        assert session.execute(owner).one() == (world.people["ann_candidate"], None)


def test_a_number_goes_over_and_returns(runtime, world, double):
    gone, kept = world.people["ann_candidate"], double
    before = person(runtime, gone).id_number_hash
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        merge_id = merging.merge(session, officer, PARTS, gone_id=gone, kept_id=kept, reason="x", now=NOW)
    assert (person(runtime, gone).id_number_hash, person(runtime, kept).id_number_hash) == (None, before)
    with runtime.database.read() as session:
        assert bulk.find_by_fingerprint(session, [before])[before].person_id == kept
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        merging.take_back(session, officer, PARTS, merge_id, reason="x", now=NOW)
    assert (person(runtime, gone).id_number_hash, person(runtime, kept).id_number_hash) == (before, None)


def test_two_numbers_are_two_persons_unless_somebody_says_that_one_is_wrong(sign_in, runtime, world):
    """Each row keeps its number; a file that has the wrong one means the row that stays."""
    gone = add(runtime, world, "ann_candidate", id_number=resident_id(55))
    client, kept = sign_in("ann_officer"), world.people["ann_candidate"]
    numbers = [person(runtime, one).id_number_hash for one in (gone, kept)]
    asked = client.get(f"/people/{kept}/merge/{gone}").text
    assert "one_number_wrong" in asked
    assert "身份证号不同" in asked
    assert merge(client, kept, gone).status_code == 422
    said = {"reason": "登记表上写错一位", "one_number_wrong": "y"}
    answer = client.post(f"/people/{kept}/merge/{gone}", data=said)
    assert answer.status_code == 303
    with runtime.database.read() as session:
        assert [found.person_id for found in bulk.find_by_fingerprint(session, numbers).values()] == [kept, kept]
    assert client.post(answer.headers["Location"], data={"reason": "x"}).status_code == 303
    assert [person(runtime, one).id_number_hash for one in (gone, kept)] == numbers


def test_a_file_that_names_the_row_that_went_means_the_other(runtime, world):
    """By its number, by its name and birth date, and by a decision that an officer took before."""
    gone = add(runtime, world, "王  芳")
    kept = world.people["ann_candidate"]
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        merging.merge(session, officer, PARTS, gone_id=gone, kept_id=kept, reason="x", now=NOW)
    with runtime.database.read() as session:
        inside = within(PersonRow.organisation_id, world.actor(session, "ann_officer"), "people:person:see")
        by_birth = bulk.find_by_birth(session, [("王  芳", BORN), ("ann_candidate", BORN)], inside)
        assert {key: [one.person_id for one in found] for key, found in by_birth.items() if found} == {
            ("王  芳", BORN): [kept],
            ("ann_candidate", BORN): [kept],
        }
        assert [one.person_id for one in bulk.find_by_name(session, ["王  芳"], inside)["王  芳"]] == [kept]
        assert bulk.find_by_id(session, [gone])[gone].person_id == kept


def test_merges_are_taken_back_from_the_last(runtime, world, double):
    """A chain: all rows lead to the last one; and each is taken back in turn."""
    other, kept = add(runtime, world, "第三行"), world.people["ann_candidate"]
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        first = merging.merge(session, officer, PARTS, gone_id=other, kept_id=double, reason="x", now=NOW)
        second = merging.merge(session, officer, PARTS, gone_id=double, kept_id=kept, reason="x", now=NOW)
    assert {person(runtime, one).merged_into_id for one in (other, double)} == {kept}
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        with pytest.raises(NotFound):
            merging.merge(session, officer, PARTS, gone_id=double, kept_id=kept, reason="x", now=NOW)
        with pytest.raises(Conflict, match="later"):
            merging.take_back(session, officer, PARTS, first, reason="x", now=NOW)
        merging.take_back(session, officer, PARTS, second, reason="x", now=NOW)
        with pytest.raises(Conflict, match="already"):
            merging.take_back(session, officer, PARTS, second, reason="x", now=NOW)
    assert (person(runtime, other).merged_into_id, person(runtime, double).merged_into_id) == (double, None)
    with runtime.database.write() as session:
        merging.take_back(session, world.actor(session, "ann_officer"), PARTS, first, reason="x", now=NOW)
    assert person(runtime, other).organisation_id == world.organisations["ann_agency"]


def test_whoever_holds_only_one_of_the_rows_sees_the_merge_and_cannot_take_it_back(sign_in, runtime, world, merged):
    with runtime.database.write() as session:
        moved = update(PersonRow).where(PersonRow.id == world.people["ann_candidate"])
        session.execute(moved.values(organisation_id=world.organisations["bob_agency"]))
    for who in ("ann_officer", "bob_officer"):
        client = sign_in(who)
        assert "两个单位" in client.get(merged).text
        assert client.post(merged, data={"reason": "x"}).status_code == 404
    client = sign_in("province_officer")
    assert "两个单位" not in client.get(merged).text
    assert client.post(merged, data={"reason": "x"}).status_code == 303


def test_the_list_and_taking_back_on_the_page(sign_in, runtime, world, double, merged):
    client = sign_in("ann_officer")
    assert merged in client.get("/people/merges?q=电话一致").text
    assert "同名同生日" in client.get("/people/merges?export=csv").text
    assert client.post(merged, data={"reason": ""}).status_code == 422
    assert sign_in("bob_officer").get(merged).status_code == 404
    assert sign_in("bob_officer").post(merged, data={"reason": "x"}).status_code == 404
    assert client.post(merged, data={"reason": "是两个人"}).status_code == 303
    assert person(runtime, double).organisation_id == world.organisations["ann_agency"]
    assert person(runtime, world.people["ann_candidate"]).phone is None
    assert "是两个人" in client.get(merged).text
    assert merged not in client.get("/people/merges?state=merge-standing").text
    with runtime.database.read() as session:
        acts = session.scalars(
            select(AuditEventRow.act).where(AuditEventRow.act.like("people.%merge%")).order_by(AuditEventRow.id)
        )
        assert list(acts) == ["people.rows-merged", "people.merge-taken-back"]
        assert session.scalar(select(func.count()).select_from(MergeRow)) == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({"name": "第二"}, True, id="part-of-the-name"),
        pytest.param({"born_on": "1990-03-07"}, True, id="birth-date"),
        pytest.param({"id_number": resident_id(66).number}, True, id="whole-number"),
        pytest.param({"id_number": resident_id(66).masked, "name": "第二"}, True, id="masked"),
        pytest.param({"id_number": resident_id(66).masked[:-1] + "X", "name": "第二"}, False, id="another-mask"),
        pytest.param({"id_number": resident_id(66).masked}, None, id="only-a-mask"),
        pytest.param({}, None, id="nothing"),
        pytest.param({"name": "bob_candidate"}, False, id="another-county"),
    ],
)
def test_looking_for_the_other_row(sign_in, runtime, world, asked, found):
    other = add(runtime, world, "第二行", id_number=resident_id(66))
    kept = world.people["ann_candidate"]
    answer = sign_in("ann_officer").post(f"/people/{kept}/double", data=asked)
    assert answer.status_code == (422 if found is None else 200)
    assert (f"/people/{kept}/merge/{other}" in answer.text) is bool(found)
    assert resident_id(66).number not in answer.text.replace(asked.get("id_number", "-"), "")


def test_likely_pairs(sign_in, runtime, world, double):
    add(runtime, world, "ann_trainer", born_on=None)
    page = sign_in("ann_officer").get("/people/doubles").text
    assert f"/people/{world.people['ann_candidate']}/merge/{double}" in page
    assert page.count("/merge/") == 1
    assert "/merge/" not in sign_in("bob_officer").get("/people/doubles").text


def test_likely_pairs_of_rows_without_numbers_come_once(runtime, world):
    first, second = add(runtime, world, "无号"), add(runtime, world, "无号")
    with runtime.database.read() as session:
        rows = likely(session, world.actor(session, "ann_officer"), Ask()).rows
    assert [(row["kept_id"], row["gone_id"]) for row in rows] == [(first, second)]


def test_that_not_all_who_were_found_are_shown_is_said(sign_in, runtime, world, monkeypatch):
    for _ in range(3):
        add(runtime, world, "ann_candidate")
    client, kept = sign_in("ann_officer"), world.people["ann_candidate"]
    found = {most: find(client, kept, most, monkeypatch) for most in (2, 5)}
    assert ("最多显示 2 条" in found[2], found[2].count("/merge/")) == (True, 2)
    assert ("最多显示" in found[5], found[5].count("/merge/")) == (False, 3)


def find(client, kept, most, monkeypatch):
    monkeypatch.setattr(merge_lists, "SHOWN", most)
    return client.post(f"/people/{kept}/double", data={"name": "ann_candidate"}).text
