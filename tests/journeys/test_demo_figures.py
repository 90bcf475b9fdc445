"""The demo's bureau pages show exactly the figures of the founding reports, and every figure opens its rows."""

import html
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from examprep.app.demo.command import READY
from examprep.app.factory import create_app, open_runtime
from examprep.bureau import publishing
from examprep.bureau.models import PublicationRow
from examprep.bureau.rules.tables import values_of
from examprep.config.settings import Settings
from examprep.people.actions import actor_named
from tests.journeys.conftest import environment, zh
from tests.reports.attack import check

pytest_plugins = ["tests.journeys.pages_conftest"]

HEAD = re.compile(r'<div class="figure-label">(?:<a href="([^"]*)">)?([^<]*)')
PART = r'<div class="figure-{}">(.*?)</div>'
BUREAUS = {
    "weining": "威宁县委社会工作部",
    "wuzhong": "吴忠市委社会工作部",
    "otog": "鄂托克旗委社会工作部",
    "otog-front": "鄂托克前旗委社会工作部",
}
OFFICERS = {"weining": "county"} | {place: f"officer-{place}" for place in ("wuzhong", "otog", "otog-front")}


def text(markup: str) -> str:
    """What a reader sees of some markup, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def part(box: str, name: str) -> str:
    """One part of a figure, without the boxes after it."""
    found = re.search(PART.format(name), box, re.DOTALL)
    return text(found[1]) if found else ""


@dataclass
class Figure:
    """A figure of a page: its text, what stands beneath, and where it leads."""

    value: str
    beneath: str
    href: str


@dataclass
class Bureau:
    """The home page as one officer sees it."""

    client: FlaskClient
    markup: str

    def __post_init__(self) -> None:
        self.figures = {}
        for box in self.markup.split('<div class="figure-box">')[1:]:
            href, label = HEAD.search(box).groups()
            self.figures[text(label)] = Figure(
                part(box, "value"), f"{part(box, 'change')} {part(box, 'base')}", html.unescape(href or "")
            )

    def table(self, caption: str) -> dict[str, list[tuple[str, str]]]:
        """The rows of a table by their head: text and address of each cell."""
        (found,) = (each for each in re.findall(r"<table.*?</table>", self.markup, re.DOTALL) if caption in each)
        rows = {}
        for row in re.findall(r"<tr>(.*?)</tr>", found.partition("<tbody>")[2], re.DOTALL):
            cells = re.findall(r'<td class="num">(.*?)</td>', row, re.DOTALL)
            head = re.search(r'<th scope="row">(.*?)</th>', row, re.DOTALL)
            rows[text(head[1])] = [(text(cell), address(cell)) for cell in cells]
        return rows

    def rows_behind(self, href: str) -> int:
        """How many rows the list at the address holds."""
        page = self.client.get(href)
        assert page.status_code == 200, href
        return int(re.search(r'<span class="count">[\d,]+–[\d,]+ of ([\d,]+)</span>', page.text)[1].replace(",", ""))

    def opens(self, label: str, count: int) -> None:
        """The figure leads to so many rows."""
        assert self.rows_behind(self.figures[label].href) == count, label


def address(cell: str) -> str:
    found = re.search(r'href="([^"]*)"', cell)
    return html.unescape(found[1]) if found else ""


@pytest.fixture(scope="module")
def demo(made, tmp_path_factory):
    """The demo as it is made: its application and the password of its accounts."""
    home = shutil.copytree(made, tmp_path_factory.mktemp("demo") / "demo")
    password = json.loads((home / READY).read_text())["password"]
    runtime = open_runtime(Settings.from_env({}, home=home))
    app = create_app(runtime)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app, password
    runtime.database.close()


@pytest.fixture(scope="module")
def signed_in(demo):
    app, password = demo
    clients: dict[str, FlaskClient] = {}

    def go(name: str) -> FlaskClient:
        if name not in clients:
            client = clients[name] = app.test_client()
            answer = client.post("/sign-in", data={"sign_in_name": name, "password": password})
            assert answer.status_code == 303, name
            client.post("/language", data={"language": "en"})
        return clients[name]

    return go


@pytest.fixture(params=["own", "province"])
def bureau(request, signed_in):
    """``bureau("weining")``: the home of the place's own officer, or the provincial one's with the place chosen."""

    def go(place: str) -> Bureau:
        if request.param == "own":
            client = signed_in(OFFICERS[place])
            return Bureau(client, client.get("/bureau/").text)
        client = signed_in("province")
        units = re.findall(r'<option value="(\d+)"[^>]*>([^<]*)</option>', client.get("/bureau/").text)
        (unit,) = (id_ for id_, name in units if text(name) == BUREAUS[place])
        return Bureau(client, client.get(f"/bureau/?unit={unit}").text)

    return go


def test_weining_more_passed_of_many_more(bureau):
    weining = bureau("weining")
    assert weining.figures["Registered"].value == "521 persons"
    assert weining.figures["Passed"].value == "90 persons"
    weining.opens("Registered", 521)
    weining.opens("Passed", 90)
    rate = weining.figures["Pass rate, of those registered"]
    assert rate.value == "17.3%"
    assert "−8.8 percentage points" in rate.beneath
    assert "90 of 521 registered" in rate.beneath
    years = weining.table("By exam year")
    assert [cell[0] for cell in years["2022"]] == ["180", "152", "47", "26.1%"]
    assert [cell[0] for cell in years["2023"]] == ["521", "447", "90", "17.3%"]
    assert [weining.rows_behind(href) for _, href in years["2022"][:3]] == [180, 152, 47]
    said = text(weining.markup)
    assert "In 2023 passes rose from 47 to 90 (+91.5%)" in said
    assert "but the rate (passed of registered) fell by 8.8 points: registrations grew faster" in said
    holders = weining.figures["Certificate holders"]
    assert holders.value == "125 persons"
    assert "94 assistant · 31 intermediate · 0 senior" in holders.beneath
    weining.opens("Certificate holders", 125)
    # The page of the rates says the same.
    rates = weining.client.get(rate.href).text
    assert "90/521" in text(rates)
    assert "47/180" in text(rates)
    assert "passes rose from 47 to 90" in text(rates)


def test_the_rate_fell_in_chinese_too(demo):
    app, password = demo
    client = app.test_client()
    client.post("/sign-in", data={"sign_in_name": "county", "password": password})
    client.post("/language", data={"language": "zh"})
    said = text(client.get("/bureau/").text)
    client.post("/language", data={"language": "en"})
    for figure in ("521", "180", "47", "90", "17.3%", "26.1%", "125"):
        assert figure in said
    assert (
        zh(
            "In %(year)s passes rose from %(before)s to %(now)s%(growth)s, "
            "but the rate (passed of %(denominator)s) fell by %(points)s points: %(why)s.",
            year=2023,
            before=47,
            now=90,
            growth=" (+91.5%)",
            denominator=zh("registered"),
            points="8.8",
            why=zh("registrations grew faster"),
        )
        in said
    )


def test_wuzhong_passes_holders_among_workers_and_mentors(bureau):
    wuzhong = bureau("wuzhong")
    assert wuzhong.figures["Passed"].value == "288 persons"
    wuzhong.opens("Passed", 288)
    years = wuzhong.table("By exam year")
    assert (years["2022"][2][0], years["2023"][2][0]) == ("165", "288")
    assert wuzhong.rows_behind(years["2022"][2][1]) == 165
    assert wuzhong.figures["Certificate holders"].value == "753 persons"
    wuzhong.opens("Certificate holders", 753)
    assert "753 of 3,134 in post" in wuzhong.figures["Certified share of those in post"].beneath
    wuzhong.opens("Certified share of those in post", 3134)
    assert wuzhong.figures["Mentors to mentees"].value == "83 : 136"
    wuzhong.opens("Mentors to mentees", 136)


def test_otog_holders_and_awards(bureau):
    otog = bureau("otog")
    holders = otog.figures["Certificate holders"]
    assert holders.value == "126 persons"
    assert "89 assistant · 37 intermediate · 0 senior" in holders.beneath
    otog.opens("Certificate holders", 126)
    awards = otog.figures["Awards paid"]
    assert awards.value.replace(".00", "") == "78,200 yuan"
    assert "to 14 persons" in awards.beneath
    otog.opens("Awards paid", 14)


def test_otog_front_holders_grew(bureau):
    front = bureau("otog-front")
    assert front.figures["Certificate holders"].value == "184 persons"
    front.opens("Certificate holders", 184)
    years = front.table("Certificate holders at the end of each year")
    total, href = years["2021"][-1]
    assert (total, front.rows_behind(href)) == ("30", 30)
    if "2024" in years:
        total, href = years["2024"][-1]
        assert (total, front.rows_behind(href)) == ("184", 184)


def test_nobody_sees_another_bureaus_figures(signed_in):
    said = text(signed_in("county").get("/bureau/").text)
    assert "吴忠" not in said
    assert "鄂托克" not in said


def test_what_is_published_says_the_same_and_tells_of_no_few(demo, signed_in):
    """Everybody reads the founding figures; an attacker with all the county's tables finds no small count."""
    app, _ = demo
    runtime, reader = app.extensions["examprep"], app.test_client()
    said = {}
    for row in re.findall(r'href="(/published/\d+)">([^<]+)<', reader.get("/published/").text):
        said.setdefault(text(row[1]).strip(), text(reader.get(row[0], headers={"Accept-Language": "en"}).text))
    assert "180 152 47 26.1%" in said[BUREAUS["weining"]]
    assert "521 447 90 17.3%" in said[BUREAUS["weining"]]
    assert "passes rose from 47 to 90 (+91.5%), but the rate" in said[BUREAUS["weining"]]
    assert "94 31 0 125" in said[BUREAUS["weining"]]
    assert "165" in said[BUREAUS["wuzhong"]]
    assert "288" in said[BUREAUS["wuzhong"]]
    assert "575 178 0 753" in said[BUREAUS["wuzhong"]]
    assert "89 37 0 126" in said[BUREAUS["otog"]]
    assert "137 47 0 184" in said[BUREAUS["otog-front"]]
    tried = 0
    with runtime.database.read() as session:
        officer = actor_named(session, "province", today=runtime.clock.today())
        for row in session.scalars(select(PublicationRow).where(PublicationRow.state == "published")):
            asked = publishing.Asked(row.organisation_id, 1, range(row.as_of.year - 5, row.as_of.year + 1))
            for judged in publishing.draft(session, officer, asked, today=row.as_of).judged:
                tried += check(judged.block, judged.shown, values_of(judged.block), 10)
    assert tried > 300


def test_the_demo_is_sound(demo):
    app, _ = demo
    settings = app.extensions["examprep"].settings
    found = subprocess.run(
        [sys.executable, "-m", "examprep", "verify"], env=environment(settings), capture_output=True, text=True
    )
    assert (found.returncode, found.stdout) == (0, ""), found.stderr
