"""The people pages, as owner, as colleague elsewhere, in the wrong role."""

import pytest

from examprep.people import directory
from tests.factories import PASSWORD, resident_id


def fill(world, **changes):
    return {
        "name": "新来的人",
        "organisation_id": world.organisations["ann_agency"],
        "id_number": resident_id(77).number,
        "phone": "",
        "email": "",
        "education": "bachelor",
        "in_post": "y",
        **changes,
    }


def test_an_officer_adds_a_person_and_sees_the_number_masked(sign_in, world):
    answer = sign_in("ann_officer").post("/people/new", data=fill(world))
    assert answer.status_code == 303
    page = sign_in("ann_officer").get(answer.headers["Location"]).text
    assert resident_id(77).masked in page
    assert resident_id(77).number not in page


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"id_number": "1.52E+17"}, "Excel", id="spoilt-by-excel"),
        pytest.param({"id_number": resident_id(5).number[:-1] + "?"}, "17 位数字", id="shape"),
        pytest.param({"id_number": resident_id(1).number}, "已有人", id="duplicate"),
        pytest.param({"name": ""}, "必填", id="no-name"),
        pytest.param({"email": "nonsense"}, "电子邮箱", id="bad-mail"),
        pytest.param({"organisation_id": 999999}, "有效的选项", id="unknown-organisation"),
    ],
)
def test_bad_entries_say_why_and_keep_what_was_typed(sign_in, world, changes, says):
    answer = sign_in("ann_officer").post("/people/new", data=fill(world, **changes))
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="新来的人"' in answer.text or "name" in changes


def test_nobody_adds_a_person_to_another_county(sign_in, world):
    answer = sign_in("ann_officer").post(
        "/people/new", data=fill(world, organisation_id=world.organisations["bob_agency"])
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [
        pytest.param("ann_officer", 200, id="own-county"),
        pytest.param("province_officer", 200, id="above"),
        pytest.param("bob_officer", 404, id="another-county-sees-nothing"),
        pytest.param("ann_candidate", 403, id="role-may-not"),
    ],
)
def test_who_sees_a_person(sign_in, world, who, status):
    assert sign_in(who).get(f"/people/{world.people['ann_candidate']}").status_code == status


def test_the_list_holds_only_the_own_county(sign_in, world):
    page = sign_in("ann_trainer").get("/people").text
    assert "ann_candidate" in page
    assert "bob_candidate" not in page


@pytest.mark.parametrize("asked", ["csv", "xlsx"])
def test_the_export_keeps_bounds_and_filter(sign_in, world, asked):
    answer = sign_in("ann_officer").get(f"/people?export={asked}&role=trainer")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    if asked == "csv":
        assert "ann_trainer" in answer.text
        assert "ann_candidate" not in answer.text


def test_an_administrator_opens_an_account_that_signs_in(sign_in, world, app):
    admin = sign_in("ann_administrator")
    person = admin.post("/people/new", data=fill(world)).headers["Location"]
    page = admin.post(f"{person}/account", data={"sign_in_name": "newcomer"}).text
    password = page.split('class="password">')[1].split("<")[0]
    client = app.test_client()
    assert client.post("/sign-in", data={"sign_in_name": "newcomer", "password": password}).status_code == 303
    assert admin.post(f"{person}/account/close").status_code == 303
    assert client.get("/account").status_code == 303


def test_a_role_reaches_from_the_day_it_is_given_until_it_ends(sign_in, world, runtime):
    admin, candidate = sign_in("ann_administrator"), world.people["ann_candidate"]
    given = {"role": "trainer", "organisation_id": world.organisations["ann_county"]}
    assert sign_in("ann_candidate").get("/people").status_code == 403
    assert admin.post(f"/people/{candidate}/roles", data=given).status_code == 303
    assert admin.post(f"/people/{candidate}/roles", data=given).status_code == 422
    assert sign_in("ann_candidate").get("/people").status_code == 200
    with runtime.database.read() as session:
        detail = directory.person_detail(session, runtime.vault, world.actor(session, "ann_administrator"), candidate)
    membership = next(m["id"] for m in detail["memberships"] if m["role"] == "trainer")
    assert sign_in("bob_administrator").post(f"/roles/{membership}/end").status_code == 404
    assert admin.post(f"/roles/{membership}/end").status_code == 303
    assert sign_in("ann_candidate").get("/people").status_code == 403


def test_administrators_do_not_lock_themselves_out(sign_in, world):
    admin, own = sign_in("ann_administrator"), world.people["ann_administrator"]
    assert admin.post(f"/people/{own}/account/close").status_code == 422


def test_organisations_are_founded_below_own_ones_only(sign_in, world):
    admin = sign_in("ann_administrator")
    new = {"name": "新社工站", "kind": "station", "region_code": "520526"}
    own = {**new, "parent_id": world.organisations["ann_county"]}
    assert admin.post("/organisations", data=own).status_code == 303
    assert admin.post("/organisations", data=own).status_code == 422
    foreign = {**new, "parent_id": world.organisations["bob_county"]}
    assert admin.post("/organisations", data=foreign).status_code == 422


def test_a_new_organisation_lies_within_the_bounds_of_those_above(sign_in, world):
    new = {
        "name": "新社工站",
        "kind": "station",
        "region_code": "520526",
        "parent_id": world.organisations["ann_county"],
    }
    sign_in("ann_administrator").post("/organisations", data=new)
    assert "新社工站" in sign_in("province_officer").get("/people/new").text
    assert "新社工站" not in sign_in("bob_officer").get("/people/new").text


def test_the_audit_trail_says_who_did_what_to_whom_and_no_secret(sign_in, world):
    admin = sign_in("ann_administrator")
    admin.post("/people/new", data=fill(world))
    trail = admin.get("/audit?export=csv").text
    assert "添加人员" in trail
    assert "people.person-added" not in trail
    assert resident_id(77).number not in trail
    assert PASSWORD not in trail
    assert "添加人员" not in sign_in("bob_administrator").get("/audit?export=csv").text


def test_the_audit_trail_tells_of_sign_ins_within_bounds_and_says_changes(sign_in, world):
    admin = sign_in("ann_administrator")
    person = world.people["ann_candidate"]
    admin.post(
        f"/people/{person}/roles", data={"role": "trainer", "organisation_id": world.organisations["ann_county"]}
    )
    trail = admin.get("/audit").text
    assert "角色：培训教师" in trail
    assert "单位" in trail
    assert f'href="/people/{person}"' in trail
    signed_in = admin.get("/audit?act=people.signed-in").text
    assert "登录" in signed_in
    assert "授予角色</td>" not in signed_in
    assert "账户" in signed_in
    assert "Bob" not in sign_in("ann_administrator").get("/audit?act=people.signed-in&export=csv").text


def test_the_audit_trail_is_cut_by_days(sign_in, runtime):
    admin = sign_in("ann_administrator")
    today = runtime.clock.today()
    assert "登录" in admin.get(f"/audit?since={today}&until={today}&export=csv").text
    assert "登录" not in admin.get("/audit?until=2001-01-01&export=csv").text


class TestOneOrganisation:
    def test_is_corrected_and_the_trail_says_how(self, sign_in, world):
        admin, agency = sign_in("ann_administrator"), world.organisations["ann_agency"]
        right = {"name": "更名后的机构", "kind": "station", "region_code": "520526"}
        assert admin.post(f"/organisations/{agency}", data=right).status_code == 303
        assert "更名后的机构" in admin.get(f"/organisations/{agency}").text
        assert "→ 更名后的机构" in admin.get("/audit").text

    def test_does_not_take_the_name_of_another_beside_it(self, sign_in, world):
        admin, agency = sign_in("ann_administrator"), world.organisations["ann_agency"]
        beside = {
            "name": "隔壁社区", "kind": "community", "region_code": "520526",
            "parent_id": world.organisations["ann_county"],
        }  # fmt: skip
        admin.post("/organisations", data=beside)
        taken = admin.post(
            f"/organisations/{agency}", data={"name": "隔壁社区", "kind": "agency", "region_code": "520526"}
        )
        assert taken.status_code == 422
        assert "隔壁社区" in taken.text

    def test_closed_it_leaves_the_choices_and_returns(self, sign_in, world):
        admin, agency = sign_in("ann_administrator"), world.organisations["ann_agency"]
        choice = f'<option value="{agency}">'
        assert choice in admin.get("/people/new").text.replace(" selected", "")
        assert admin.post(f"/organisations/{agency}/close").status_code == 303
        assert choice not in admin.get("/people/new").text
        assert "重新开启" in admin.get(f"/organisations/{agency}").text
        admin.post(f"/organisations/{agency}/close", data={"reopen": "yes"})
        assert choice in admin.get("/people/new").text

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            pytest.param("bob_administrator", 404, id="another-county"),
            pytest.param("ann_officer", 403, id="wrong-role"),
            pytest.param("ann_candidate", 403, id="candidate"),
        ],
    )
    def test_is_for_its_administrators(self, sign_in, world, who, status):
        agency = world.organisations["ann_agency"]
        client = sign_in(who)
        assert client.get(f"/organisations/{agency}").status_code == status
        assert client.post(f"/organisations/{agency}/close").status_code == status
