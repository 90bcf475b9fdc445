"""Publishing: what leaves the bureau, what it hides, and that later tables tell no more than the earlier ones did."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import delete, insert, select, update

from examprep.bureau import publications, publishing
from examprep.bureau.models import PublicationRow
from examprep.bureau.rules import content as texts
from examprep.bureau.rules.judging import Why, judge
from examprep.bureau.rules.tables import Block, Unit, values_of
from examprep.exams.models import SittingRow, TallyRow
from examprep.imports import progress
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import actions as people
from examprep.people.models import AuditEventRow
from tests.reports.attack import check

# By agency: (registered, sat, passed) of assistants and of intermediates.
COUNTS = {
    "ann_agency": ((138, 117, 36), (42, 35, 11)),
    "ann_second": ((402, 345, 68), (119, 102, 4)),
    "ann_third": ((60, 50, 20), (30, 25, 12)),
    "bob_agency": ((210, 180, 40), (60, 51, 13)),
}


@pytest.fixture
def tallied(runtime, world):
    """The exam of 2023 in both counties, as the tally keeps it."""
    with runtime.database.write() as session:
        for name in ("ann_second", "ann_third"):
            world.organisations[name] = people.add_organisation(
                session, name=name, kind="agency", region_code="520526", parent_id=world.organisations["ann_county"]
            ).id
        session.add(SittingRow(year=2023, certainty="H"))
        session.flush()
        for name, levels in COUNTS.items():
            for level, (registered, sat, passed) in zip(("ASW", "SW"), levels, strict=True):
                session.execute(
                    insert(TallyRow).values(
                        year=2023, organisation_id=world.organisations[name], region_code="520526", level=level,
                        again=False, trained=False, registered=registered, approved=registered, sat=sat, passed=passed,
                    )
                )  # fmt: skip


@pytest.fixture
def draft(runtime, world, tallied):
    def go(who: str = "ann_officer", unit: str = "ann_county", depth: int = 1) -> publishing.Draft:
        with runtime.database.read() as session:
            asked = publishing.Asked(world.organisations[unit], depth, [2023])
            return publishing.draft(session, world.actor(session, who), asked, today=runtime.clock.today())

    return go


@pytest.fixture
def publish(runtime, world, draft):
    """Prepare and publish; gives the publication's id and the draft."""

    def go(who: str = "ann_officer", unit: str = "ann_county", depth: int = 1) -> tuple[int, publishing.Draft]:
        found = draft(who, unit, depth)
        runtime.clock.instant += timedelta(minutes=1)
        with runtime.database.write() as session:
            actor, now = world.actor(session, who), runtime.clock.now()
            publication_id = publishing.keep(session, actor, found, now=now)
            publishing.publish(session, actor, publication_id, now=now + timedelta(seconds=1))
        return publication_id, found

    return go


def change(runtime, world, name, level, **values):
    with runtime.database.write() as session:
        where = (TallyRow.organisation_id == world.organisations[name], TallyRow.level == level)
        session.execute(update(TallyRow).where(*where).values(**values))


def attacked(found: publishing.Draft, *earlier: publishing.Draft) -> int:
    """Let the attacker try every hidden count; what earlier tables said of counts that still hold is known."""
    tried = 0
    for judged in found.judged:
        truth = values_of(judged.block)
        remembered = [
            {key: count for key, count in old.shown.items() if truth.get(key) == count}
            for one in earlier
            for old in one.judged
            if old.block.period == judged.block.period
        ]
        tried += check(judged.block, judged.shown, truth, found.threshold, remembered)
    return tried


def why(found: publishing.Draft) -> dict[tuple[str, str, str], Why]:
    return {hidden.key: hidden.why for hidden in found.judged[0].hidden}


def test_a_draft_hides_the_small_and_what_gives_them_away(draft, world):
    found = draft()
    reasons, second = why(found), str(world.organisations["ann_second"])
    assert reasons[second, "SW", "passed"] is Why.SMALL
    assert Why.OTHERS in reasons.values()
    assert found.judged[0].shown[str(world.organisations["ann_county"]), "all", "registered"] == 791
    assert attacked(found) > 3


def test_another_bureaus_unit_is_not_there(draft):
    with pytest.raises(NotFound):
        draft("bob_officer", "ann_county")


def test_years_without_anybody_are_refused(runtime, world, tallied):
    asked, today = publishing.Asked(world.organisations["bob_county"], 0, [2019]), runtime.clock.today()
    with runtime.database.read() as session:
        officer = world.actor(session, "bob_officer")
        with pytest.raises(RuleViolation):
            publishing.draft(session, officer, asked, today=today)


def counts(found: publishing.Draft, **more: bool) -> int:
    return publishing.counts_in([judged.block for judged in found.judged], **more)


def test_counts_of_nobody_are_not_counted():
    units = [Unit("1", "a", 0, ("2", "3")), Unit("2", "b", 1), Unit("3", "c", 1, printed=False)]
    block = Block(
        "exams", "2023", units, {("1", "SW", "registered"): 9, ("3", "SW", "registered"): 9, ("2", "SW", "sat"): 0}
    )
    assert publishing.counts_in([block]) == 2 * 4 * 3
    assert publishing.counts_in([block, block], printed_only=True) == 2 * 4 * 3


def test_more_than_can_be_awaited_is_refused_before_it_is_judged(runtime, world, draft, monkeypatch):
    most = counts(draft())
    monkeypatch.setattr(publishing, "MOST_COUNTS", most)
    draft()
    monkeypatch.setattr(publishing, "MOST_COUNTS", most - 1)
    monkeypatch.setattr(publishing, "judge", None)
    with pytest.raises(RuleViolation) as refused:
        draft()
    assert refused.value.code == "bureau.too-many"


def test_one_year_is_judged_beside_whatever_is_public_already(runtime, world, publish, draft, monkeypatch):
    """The county's table of a year is small; that of the prefecture, judged with it, is no reason to refuse it."""
    publish("province_officer", "prefecture", 2)
    own = counts(draft(), printed_only=True)
    assert own < counts(draft())
    monkeypatch.setattr(publishing, "MOST_COUNTS", own)
    draft()
    asked, today = publishing.Asked(world.organisations["ann_county"], 1, [2022, 2023]), runtime.clock.today()
    with runtime.database.read() as session, pytest.raises(RuleViolation) as refused:
        publishing.draft(session, world.actor(session, "ann_officer"), asked, today=today)
    assert refused.value.code == "bureau.too-many"


def test_the_same_data_say_the_same_again(publish, draft, runtime):
    _, first = publish()
    again = draft()
    assert again.judged[0].shown == first.judged[0].shown
    assert not again.judged[0].exposed
    assert attacked(again, first)


def test_a_count_that_moved_by_a_few_is_hidden(publish, draft, runtime, world):
    _, first = publish()
    third = str(world.organisations["ann_third"])
    assert first.judged[0].shown[third, "ASW", "registered"] == 60
    change(runtime, world, "ann_third", "ASW", registered=63, approved=63)
    second = draft()
    assert why(second)[third, "ASW", "registered"] is Why.REVISED
    assert attacked(second, first)


def test_a_count_that_moved_by_many_is_told_anew(publish, draft, runtime, world):
    publish()
    change(runtime, world, "ann_third", "ASW", registered=160, approved=160, sat=150)
    assert draft().judged[0].shown[str(world.organisations["ann_third"]), "ASW", "registered"] == 160


def test_what_was_hidden_stays_hidden_while_it_hardly_moves(publish, draft, runtime, world):
    _, first = publish()
    other = next(key for key, reason in why(first).items() if reason is Why.OTHERS)
    change(runtime, world, "ann_agency", "ASW", registered=300, approved=300, sat=280, passed=90)
    second = draft()
    then, now = (values_of(found.judged[0].block) for found in (first, second))
    unmoved = [key for key in why(first) if then[key] == now[key]]
    assert unmoved
    assert set(unmoved) <= set(why(second)), other


def test_the_county_and_the_prefecture_are_judged_together(publish, draft, world):
    _, county = publish()
    prefecture = draft("province_officer", "prefecture", 1)
    ann = str(world.organisations["ann_county"])
    for key, count in county.judged[0].shown.items():
        if key[0] == ann:
            assert prefecture.judged[0].shown[key] == count  # it is public already
    assert {unit.id for unit in prefecture.judged[0].block.units if not unit.printed} >= {
        str(world.organisations["ann_third"])
    }
    assert attacked(prefecture, county)


def test_the_other_way_round(publish, draft):
    _, prefecture = publish("province_officer", "prefecture", 1)
    county = draft()
    assert county.judged[0].block.units[0].depth == 0
    assert attacked(county, prefecture)


def test_the_threshold_comes_from_the_nearest_above(runtime, world, draft):
    now = runtime.clock.now()
    with runtime.database.write() as session:
        officer = world.actor(session, "province_officer")
        publishing.set_threshold(session, officer, world.organisations["prefecture"], 5, now=now)
    assert draft().threshold == 5
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        publishing.set_threshold(session, officer, world.organisations["ann_county"], 20, now=now)
        with pytest.raises(NotFound):
            publishing.set_threshold(session, officer, world.organisations["prefecture"], 3, now=now)
    assert draft().threshold == 20
    assert draft("bob_officer", "bob_county").threshold == 5


def test_a_draft_is_published_once_and_within_a_day(runtime, world, draft):
    found, now = draft(), runtime.clock.now()
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        first, second, third = (publishing.keep(session, officer, found, now=now) for _ in range(3))
        with pytest.raises(Conflict) as stale:
            publishing.publish(session, officer, third, now=now + timedelta(days=1, seconds=1))
        assert stale.value.code == "bureau.stale"
        publishing.publish(session, officer, first, now=now + timedelta(minutes=1))
        with pytest.raises(Conflict) as twice:
            publishing.publish(session, officer, first, now=now + timedelta(minutes=2))
        assert twice.value.code == "bureau.published"
        with pytest.raises(Conflict) as outrun:
            publishing.publish(session, officer, second, now=now + timedelta(minutes=2))
        assert outrun.value.code == "bureau.outrun"
        publishing.discard(session, officer, second, now=now)
        with pytest.raises(NotFound):
            publishing.publish(session, world.actor(session, "bob_officer"), third, now=now)
    with runtime.database.read() as session:
        acts = session.scalars(select(AuditEventRow.act).where(AuditEventRow.act.like("bureau.%"))).all()
    assert sorted(acts) == ["bureau.draft-discarded", "bureau.figures-published"]


@pytest.fixture
def two(runtime, world, draft):
    """Drafts of the county and of the prefecture above it, neither judged by the other: (id, who publishes it)."""

    def keep(who, unit, depth):
        found = draft(who, unit, depth)
        with runtime.database.write() as session:
            return publishing.keep(session, world.actor(session, who), found, now=runtime.clock.now()), who

    return keep("ann_officer", "ann_county", 1), keep("province_officer", "prefecture", 2)


@pytest.fixture
def make_public(runtime, world):
    """Publish in a transaction of one's own; ``before_leaving`` is called before it is committed."""

    def go(publication_id, who, before_leaving=lambda: None):
        try:
            with runtime.database.write() as session:
                now = runtime.clock.now() + timedelta(seconds=1)
                publishing.publish(session, world.actor(session, who), publication_id, now=now)
                before_leaving()
        except Conflict as refusal:
            return refusal.code
        return "published"

    return go


@pytest.mark.parametrize("first", [pytest.param(0, id="county-first"), pytest.param(1, id="prefecture-first")])
def test_of_two_that_add_up_and_are_published_at_once_one_waits_and_is_refused(two, make_public, first):
    """The second starts while the first is written and not committed, so that it cannot see it."""
    written, leave = Event(), Event()

    def stay():
        written.set()
        assert leave.wait(20)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(make_public, *two[first], stay)
        assert written.wait(20)
        other = pool.submit(make_public, *two[1 - first])
        waited = not wait([other], timeout=0.5).done
        leave.set()
        assert (one.result(20), other.result(20)) == ("published", "bureau.outrun")
    assert waited


def test_two_at_once_are_never_both_public(two, make_public):
    barrier = Barrier(2)

    def at_once(publication_id, who):
        barrier.wait(20)
        return make_public(publication_id, who)

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(lambda one: at_once(*one), two))
    assert said == ["bureau.outrun", "published"]


def test_a_draft_judged_while_another_is_being_published_is_outrun_whatever_clocks_say(
    runtime, world, two, draft, make_public
):
    """Machines' clocks differ, and who waits for a lock has looked at the clock before."""
    (county, officer), _ = two
    found = []
    assert make_public(county, officer, lambda: found.append(draft("province_officer", "prefecture", 2))) == "published"
    later = runtime.clock.now() + timedelta(hours=1)
    with runtime.database.write() as session:
        above = world.actor(session, "province_officer")
        publication_id = publishing.keep(session, above, found[0], now=later)
        with pytest.raises(Conflict) as outrun:
            publishing.publish(session, above, publication_id, now=later)
    assert outrun.value.code == "bureau.outrun"


def differences(runtime) -> list[str]:
    with runtime.database.read() as session:
        return list(publications.differences(session, False))


def test_a_change_to_what_was_published_is_found(runtime, publish):
    first, _ = publish()
    second, _ = publish()
    assert differences(runtime) == []
    with runtime.database.write() as session:
        row = session.get_one(PublicationRow, first)
        assert texts.read(session.get_one(PublicationRow, second).content).previous == row.sha256
        row.content = row.content.replace("791", "792")
    assert len(differences(runtime)) == 1
    assert f"publication {first}" in differences(runtime)[0]


def test_a_publication_that_vanished_is_found(runtime, publish):
    ids = [publish()[0] for _ in range(3)]
    with runtime.database.write() as session:
        session.execute(delete(PublicationRow).where(PublicationRow.id == ids[1]))
    assert len(differences(runtime)) == 1
    assert f"publication {ids[2]}" in differences(runtime)[0]


def test_anybody_reads_what_is_published_and_nothing_else(client, runtime, world, publish, draft):
    publication_id, found = publish()
    with runtime.database.write() as session:
        waiting = publishing.keep(session, world.actor(session, "ann_officer"), draft(), now=runtime.clock.now())
    assert client.get(f"/published/{waiting}").status_code == 404
    assert client.get(f"/published/{waiting}/exams").status_code == 404
    assert client.get(f"/published/{waiting}/content.json").status_code == 404
    assert f"/published/{waiting}" not in client.get("/published/").text
    page = client.get(f"/published/{publication_id}")
    assert page.status_code == 200
    assert "791" in page.text
    text = client.get(f"/published/{publication_id}/content.json").get_data(as_text=True)
    assert texts.sha256(text) in page.text
    raw = json.loads(text)
    for hidden in found.judged[0].hidden:
        unit, level, figure = hidden.key
        assert raw["tables"][0]["counts"][unit][level][figure] is None
    assert "withheld" not in text
    table = client.get(f"/published/{publication_id}/exams?export=csv&level=SW").get_data(as_text=True)
    (row,) = (line.split(",") for line in table.splitlines() if "ann_second" in line)
    assert row[5] == ""  # 4 passed


def test_a_withdrawn_publication_leaves_its_reason_and_hash(client, runtime, world, publish):
    publication_id, _ = publish()
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        publishing.withdraw(session, officer, publication_id, "漏报一个单位", now=runtime.clock.now())
        with pytest.raises(Conflict):
            publishing.withdraw(session, officer, publication_id, "再次", now=runtime.clock.now())
    page = client.get(f"/published/{publication_id}")
    assert page.status_code == 200
    assert "漏报一个单位" in page.text
    assert "791" not in page.text
    for part in ("exams", "holders", "content.json"):
        assert client.get(f"/published/{publication_id}/{part}").status_code == 404
    assert differences(runtime) == []


def test_what_a_withdrawn_table_hid_stays_hidden(publish, draft, runtime, world):
    publication_id, first = publish()
    with runtime.database.write() as session:
        officer = world.actor(session, "ann_officer")
        publishing.withdraw(session, officer, publication_id, "更正", now=runtime.clock.now())
    again = draft()
    assert again.judged[0].shown == first.judged[0].shown


@pytest.mark.parametrize(
    "query",
    [
        "?page=-1", "?page=9" + "9" * 40, "?sort=%00", "?sort=-sha256;drop", "?q=%25%00%27%22%3C", "?size=x",
        "?export=exe", "?period=2023%27--", "?level=%F0%9F%92%A9", "?period=" + "9" * 5000, "?q=%ff%fe",
    ],
)  # fmt: skip
def test_a_hostile_query_string_breaks_nothing(client, publish, query):
    publication_id, _ = publish()
    for address in ("", f"{publication_id}", f"{publication_id}/exams", f"{publication_id}/holders"):
        assert client.get(f"/published/{address}{query}").status_code in {200, 400, 404}, address


@pytest.mark.parametrize("address", ["0", "-1", "9" * 25, "x", "1/secret", "1/exams", "1/content.json", "%00"])
def test_what_is_not_there_is_not_found(client, world, address):
    assert client.get(f"/published/{address}").status_code == 404


def test_the_officer_prepares_looks_and_publishes(sign_in, client, world, tallied):
    officer = sign_in("ann_officer")
    officer.post("/language", data={"language": "en"})
    form = {"unit": world.organisations["ann_county"], "depth": 1, "first_year": 2023, "last_year": 2023}
    answer = officer.post("/bureau/publications/new", data=form)
    assert answer.status_code == 303
    draft = officer.get(answer.headers["Location"])
    assert "Not public yet" in draft.text
    assert "Fewer than the threshold" in draft.text
    number = answer.headers["Location"].rpartition("/")[2]
    assert officer.get(f"/bureau/publications/{number}/exams").status_code == 200
    assert sign_in("bob_officer").get(f"/bureau/publications/{number}").status_code == 404
    assert officer.post(f"/bureau/publications/{number}/publish").status_code == 303
    assert client.get(f"/published/{number}").status_code == 200
    assert officer.post(f"/bureau/publications/{number}/withdraw", data={"reason": " "}).status_code == 422
    assert officer.post(f"/bureau/publications/{number}/withdraw", data={"reason": "更正"}).status_code == 303


def test_whoever_waits_is_told_how_far_it_is(sign_in, world, tallied, runtime, monkeypatch):
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    token, said, officer = "0" * 32, [], sign_in("ann_officer")

    def judged(*args, **more):
        said.append(str(progress.asked(runtime.settings.home, world.people["ann_officer"], token)))
        return judge(*args, **more)

    monkeypatch.setattr(publishing, "judge", judged)
    assert 'id="progress"' in officer.get("/bureau/publications/new").text
    form = {"unit": world.organisations["ann_county"], "depth": 1, "first_year": 2023, "last_year": 2023}
    assert officer.post("/bureau/publications/new", data={**form, "progress": token}).status_code == 303
    assert said == ["0 of 1 tables are judged."]


def test_forms_say_what_is_wrong(sign_in, world, tallied):
    officer = sign_in("ann_officer")
    form = {"unit": world.organisations["ann_county"], "depth": 1, "first_year": 2024, "last_year": 2023}
    assert officer.post("/bureau/publications/new", data=form).status_code == 422
    form["unit"] = world.organisations["bob_county"]
    assert officer.post("/bureau/publications/new", data=form | {"last_year": 2024}).status_code == 422
    assert officer.post("/bureau/publications/threshold", data={"unit": 1, "persons": 2}).status_code == 422


def test_a_forged_request_publishes_nothing(app, sign_in, runtime, world, draft):
    with runtime.database.write() as session:
        number = publishing.keep(session, world.actor(session, "ann_officer"), draft(), now=runtime.clock.now())
    officer = sign_in("ann_officer")
    app.config["WTF_CSRF_ENABLED"] = True
    assert officer.post(f"/bureau/publications/{number}/publish").status_code == 400
    with runtime.database.read() as session:
        assert session.get_one(PublicationRow, number).state == "draft"


def test_holders_of_two_days_do_not_tell_who_came_between():
    units = [Unit("1", "a", 0)]
    counts = {("1", level, "holders"): count for level, count in zip(("ASW", "SW", "SSW"), (94, 31, 0), strict=True)}
    block = Block("holders", date(2025, 12, 31).isoformat(), units, counts)
    newer = {("1", "ASW", "holders"): 97, ("1", "SW", "holders"): 31, ("1", "all", "holders"): 128}
    found = judge(block, threshold=10, beside=[newer])
    assert {hidden.key[1]: hidden.why for hidden in found.hidden} == {"ASW": Why.REVISED, "all": Why.REVISED}
