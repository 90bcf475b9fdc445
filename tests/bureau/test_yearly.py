"""Community workers who registered, and who came to classes: each figure from rows that open, with its base."""

import html
import re
from datetime import date, time

import pytest
from sqlalchemy import select

from examprep.bureau import workers
from examprep.bureau.rules.statements import COMMUNITY_WORKERS
from examprep.kernel.errors import NotFound
from examprep.people.access import Permission
from examprep.people.models import PersonRow
from examprep.register.actions import add_certificate
from examprep.training import attending, enrolling, turnout
from examprep.training.rules.schedule import slot
from tests.bureau.test_coverage import TODAY, county, state  # noqa: F401 -- fixtures are found by their names
from tests.exams.files import REGISTRATION, Office, upload
from tests.factories import resident_id
from tests.training.conftest import season  # noqa: F401

ON_LINE = tuple(slot(date(2026, 4, day), time(19), time(21), "", "https://example.org/1") for day in (11, 18))
SEE = Permission.BUREAU_HOME_SEE
TOTAL = re.compile(r'<span class="count">[\d,]+–[\d,]+ of ([\d,]+)</span>')


@pytest.fixture
def registered(runtime, world, county):  # noqa: F811
    """Of ann's county two registered for 2025 at the community, one of them left since, and one at the agency."""
    office = Office(runtime, world)
    who = (("张三", "community"), ("李四", "community"), ("王五", "ann 社工机构"))
    rows = [(name, resident_id(400 + at).number, "初级", unit, "审核通过") for at, (name, unit) in enumerate(who)]
    office.bring(office.registrations, upload(REGISTRATION, rows))
    with runtime.database.write() as session:
        session.scalar(select(PersonRow).where(PersonRow.name == "李四")).in_post = False
        elsewhere = session.scalar(select(PersonRow.id).where(PersonRow.name == "王五"))
        add_certificate(
            session, None, person_id=elsewhere, level="ASW", number="1005", qualified_year=2025,
            issued_on=date(2025, 9, 1), now=runtime.clock.now(),
        )  # fmt: skip


@pytest.fixture
def told(runtime, world, registered):
    def go(unit="ann_county", who="ann_officer", year=2025):
        with runtime.database.read() as session:
            return workers.workers(session, world.actor(session, who), world.organisations[unit], year, TODAY)

    return go


def test_who_of_the_community_workers_registered_and_who_is_certified(told):
    own, *below = told()
    assert (own.counted, own.base, own.registered, own.certified) == (2, 2, 2, 1)
    assert (own.registered_percent, own.certified_percent) == (100.0, 50.0)
    street = next(each for each in below if each.name == "street")
    assert (street.base, street.registered) == (2, 2)
    bare = next(each for each in below if each.name == "bare_street")
    assert (bare.base, bare.registered, bare.registered_percent) == (0, 0, None)
    assert told(year=2024)[0].registered == 0


@pytest.mark.parametrize(("stated", "base"), [(8, 8), (1, 2)])
def test_as_many_as_the_bureau_states_where_that_is_more(told, state, stated, base):  # noqa: F811
    state(COMMUNITY_WORKERS, stated)
    assert (told()[0].base, told()[0].registered_percent) == (base, 200 / base)


def test_another_bureaus_are_not_told(told):
    with pytest.raises(NotFound):
        told("bob_county")


def test_the_page_of_community_workers_opens_its_rows(sign_in, world, registered, state):  # noqa: F811
    officer = sign_in("ann_officer")
    officer.post("/language", data={"language": "en"})
    at = f"/bureau/community-workers?unit={world.organisations['ann_county']}"

    def opened():
        page = officer.get(at).text
        found = re.findall(r'figure-label"><a href="([^"]*)">([^<]*)</a>.*?figure-value">([\d.]+)', page, re.DOTALL)
        return {
            label: (value, TOTAL.search(officer.get(html.unescape(address)).text)[1]) for address, label, value in found
        }

    assert opened() == {
        "Community workers": ("2", "2"),
        "Registered, of community workers": ("100.0", "2"),
        "Certified, of community workers": ("50.0", "1"),
    }
    state(COMMUNITY_WORKERS, 8)
    assert opened()["Community workers"] == ("8", "1")  # the one statement
    assert officer.get(f"{at}&export=csv").text.count("street") == 2
    for query in ("?unit=x", "?year=-1", "?year=99999999999"):
        assert officer.get(f"/bureau/community-workers{query}").status_code == 200
    assert officer.get(f"/bureau/community-workers?unit={world.organisations['bob_county']}").status_code == 404
    assert sign_in("ann_trainer").get("/bureau/community-workers").status_code == 403


@pytest.fixture
def held(season):  # noqa: F811
    """Two classes of ann's county: three came to both evenings of the first, one of them and a fourth to the second's.

    A session was not closed yet; a class of bob's is nobody's here.
    """
    people = season.learners(4)
    first, second = season.class_(), season.class_(name="网络班", mode="on-line", slots=ON_LINE)
    for class_id, who in ((first, people[:3]), (second, (people[0], people[3]))):
        for one in who:
            season.do(enrolling.enrol, one, class_id)
    season.go_to(ON_LINE[1].ends_at)
    trainer = season.actor("ann_trainer")
    for session_id, who in (
        *((each, people[:3]) for each in season.sessions(first)),
        (season.sessions(second)[0], (people[0], people[3])),
    ):
        season.do(attending.take_attendance, trainer, session_id, {one.person_id: True for one in who})
        season.do(attending.close_session, trainer, session_id)
    season.do(attending.take_attendance, trainer, season.sessions(second)[1], {people[3].person_id: True})
    return first, second


@pytest.fixture
def came(runtime, world):
    def go(since=date(2026, 1, 1), until=date(2027, 1, 1), unit="ann_county", who="ann_officer"):
        with runtime.database.read() as session:
            return turnout.turnout(session, world.actor(session, who), SEE, world.organisations[unit], since, until)

    return go


def test_person_times_count_each_once_for_each_class_and_persons_once(held, came):
    found = came()
    assert (len(found.classes), found.person_times, found.persons) == (2, 5, 4)
    rows = {each.class_id: (each.sessions, each.persons, each.presences) for each in found.classes}
    assert rows == {held[0]: (2, 3, 6), held[1]: (1, 2, 2)}


@pytest.mark.parametrize(
    ("asked", "person_times"),
    [
        pytest.param({"since": date(2026, 4, 10), "until": date(2026, 4, 11)}, 3, id="one-evening"),
        pytest.param({"since": date(2026, 4, 11), "until": date(2026, 4, 12)}, 2, id="the-next"),
        pytest.param({"until": date(2026, 4, 10)}, 0, id="before"),
        pytest.param({"unit": "ann_agency"}, 0, id="who-holds-them-not-who-came"),
        pytest.param({"unit": "prefecture", "who": "province_officer"}, 5, id="from-above"),
    ],
)
def test_of_which_time_and_unit(held, came, asked, person_times):
    assert came(**asked).person_times == person_times


def test_anothers_classes_are_not_told(held, came):
    with pytest.raises(NotFound):
        came(who="bob_officer")


def test_the_page_of_classes_opens_each(held, sign_in, world):
    officer = sign_in("ann_officer")
    officer.post("/language", data={"language": "en"})
    at = f"/bureau/classes?unit={world.organisations['ann_county']}&year=2026"
    page = officer.get(at).text
    assert re.findall(r'figure-value">(\d+)', page) == ["2", "5", "4"]
    figures = re.findall(r'figure-label"><a href="([^"]*)">', page)
    of_classes = [html.unescape(each) for each in re.findall(r'href="(/bureau/classes/people[^"]*class=[^"]*)"', page)]
    opened = [officer.get(html.unescape(each)).text for each in (*figures, *of_classes)]
    assert sorted(TOTAL.search(each)[1] for each in opened) == ["2", "3", "4", "5"]
    once = officer.get(html.unescape(figures[1]) + "&export=csv&sort=-classes").text.splitlines()
    assert [row.split(",")[2:] for row in once[1:]] == [["2", "3"], ["1", "2"], ["1", "2"], ["1", "1"]]
    assert "2 of them in classes on line" in page
    assert "No class was held in 2025" in officer.get(at.replace("2026", "2025")).text
    assert officer.get(f"{at}&export=csv").text.count("周五晚班") == 1
    for address in ("/bureau/classes", "/bureau/classes/people"):
        assert officer.get(f"{address}?unit={world.organisations['bob_county']}").status_code == 404
        assert officer.get(f"{address}?unit=x&year=-1&class=x&each=%00").status_code == 200
        assert sign_in("ann_trainer").get(address).status_code == 403


def test_the_brief_tells_both_with_their_bases(held, registered, sign_in, world, runtime):
    officer = sign_in("ann_officer")
    officer.post("/language", data={"language": "en"})
    at = f"/bureau/brief?unit={world.organisations['ann_county']}&year="
    now = officer.get(f"{at}2026").text
    assert "Everybody who came to one of the 2 classes held in 2026, once for each class; 4 persons." in now
    before = officer.get(f"{at}2025").text
    assert "2 registered for the exam of 2025, over 2: those in post now" in before
    assert "Everybody who came" not in before
