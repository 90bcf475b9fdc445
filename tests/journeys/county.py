"""The generated county as it is served, walked by its links."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from examprep.people.actions import add_person
from examprep.people.models import PersonRow
from tests.failing import WAYS
from tests.journeys import markup

ROLES = ("", "candidate", "trainer", "county", "province", "admin")  # the first is nobody
LANGUAGES = {"zh": "zh-CN", "en": "en"}  # as the account keeps it, and as the page says it
EXAMPLES = 2  # of each page with arguments, by role
VERDICTS = ("verdict-right", "verdict-wrong")


@dataclass(frozen=True)
class Visited:
    """One page as one role sees it in one language. ``told``: an answer to something sent, at no address of its own."""

    role: str
    language: str
    endpoint: str
    address: str
    status: int
    html: str
    policy: str
    told: bool = False

    @property
    def name(self) -> str:
        """What a fault found on the page is listed under."""
        return f"{self.role or 'nobody'} {self.language} {self.address}"


@dataclass
class Site:
    """Where the county is served, and the same application in this process."""

    base: str
    password: str
    app: Flask
    # Where a walk begins besides the home page: no link leads to the parts of the look, nor soon to a closed session.
    starts: dict[str, str] = field(default_factory=lambda: {"": "/styleguide", "trainer": "/training/sessions/1"})

    def client(self, role: str, language: str = "zh") -> FlaskClient:
        client = self.app.test_client()
        if role:
            answer = client.post("/sign-in", data={"sign_in_name": role, "password": self.password})
            assert answer.status_code == 303, answer.text
        client.post("/language", data={"language": language, "next": "/"})
        return client

    def endpoint(self, address: str, method: str = "GET") -> str | None:
        try:
            return self.app.url_map.bind("localhost").match(urlsplit(address).path, method=method)[0]
        except (HTTPException, RequestRedirect):
            return None

    def live(self) -> None:
        """What the county's story leaves out: an error reported in a question, a changed law, hours kept by hand."""
        question = _links(self.client("trainer").get("/bank/?subject=asw-comprehensive").text, "/bank/questions/")[0]
        number = question.rpartition("/")[2]
        told = {"kind": "key", "words": "答案与解析不一致。"}
        assert self.client("candidate").post(f"/practice/question/{number}/report", data=told).status_code == 200
        self.starts["admin"] = f"{question}/repair"
        change = {"name": "社会救助暂行办法", "changed_on": "2026-01-01", "note": "", "submit": "1"}
        assert self.client("admin").post("/bank/laws", data=change).status_code == 303
        officer = self.client("county")
        holder = self.starts["county"] = _links(officer.get("/ce/standing").text, "/ce/people/")[0]
        today = self.app.extensions["examprep"].clock.today()
        hours = {"earned_on": today, "amount": 2, "unit": "hours", "category": "general", "number": 1}
        kept = officer.post(holder, data={**hours, "activity": "专题讲座", "reason": "有结业证书。"})
        assert kept.status_code == 303, kept.text
        self._merge(officer, int(holder.rpartition("/")[2]))

    def _merge(self, officer: FlaskClient, person_id: int) -> None:
        """Three records of one person beside another: two of them are merged, the third is a likely duplicate."""
        runtime = self.app.extensions["examprep"]
        with runtime.database.write() as session:
            place = session.get_one(PersonRow, person_id).organisation_id
            about = {
                "name": "安重名",
                "born_on": date(1991, 5, 6),
                "organisation_id": place,
                "now": runtime.clock.now(),
            }
            kept, gone, _ = (add_person(session, runtime.vault, **about).id for _ in range(3))
        merged = officer.post(f"/people/{kept}/merge/{gone}", data={"reason": "同名同生日。"})
        assert merged.status_code == 303, merged.text

    def walk(self, role: str) -> Iterator[Visited]:
        """Every page that links lead to from the role's home; of each page a few examples, one of them filtered."""
        queue = ["/", *filter(None, [self.starts.get(role)])]
        client, seen, shown = self.client(role), set(queue), Counter[tuple[str, bool]]()
        while queue:
            address = queue.pop(0)
            endpoint = self.endpoint(address)
            kind = (address if endpoint == "imports.upload" else endpoint or "", "?" in address)
            if not endpoint or endpoint.endswith("static") or shown[kind] >= (1 if kind[1] else EXAMPLES):
                continue
            answer = client.get(address)
            if answer.status_code in {302, 303}:
                queue.insert(0, answer.location)
                continue
            if answer.mimetype != "text/html":
                continue
            shown[kind] += 1
            yield _visited(role, "zh", endpoint, address, answer)
            for found in _links(answer.text, "/"):
                if "export=" not in found and found not in seen:
                    seen.add(found)
                    queue.append(found)

    def again(self, walked: list[Visited], role: str, language: str) -> Iterator[Visited]:
        """The same pages in another language."""
        client = self.client(role, language)
        for visited in walked:
            if visited.role == role:
                yield _visited(role, language, visited.endpoint, visited.address, client.get(visited.address))

    def told(self, walked: list[Visited], language: str) -> Iterator[Visited]:
        """What stands at no address: each refusal, each form sent empty, a right answer and a wrong one."""
        for role, ways in (("", WAYS), ("candidate", [404])):  # whoever is signed in sees the same within the frame
            client = self.client(role, language)
            for status in ways:
                yield _told(role, language, f"refused {status}", client.get(f"/fail/{status}"))
        forms = {v.endpoint: v for v in reversed(walked) if self.endpoint(v.address, "POST") == v.endpoint}
        for role in ROLES:
            client = self.client(role, language)
            for visited in forms.values():
                if visited.role == role and (answer := client.post(visited.address)).status_code == 422:
                    yield _told(role, language, f"empty {visited.endpoint}", answer)
        yield from self._marked(language)

    def _marked(self, language: str) -> Iterator[Visited]:
        client, address, wanted = self.client("candidate", language), "/practice/asw-comprehensive/all", set(VERDICTS)
        for tick in range(40):
            asked = markup.tree(client.get(address).text)
            (form,) = (each for each in markup.elements(asked, "form") if each.get("data-ask") is not None)
            kept = {e.get("name"): e.get("value") for e in markup.elements(form, "input") if e.get("type") == "hidden"}
            answer = client.post(address, data={**kept, "tick": tick % 4})
            for verdict in [each for each in wanted if each in answer.text]:
                wanted.remove(verdict)
                yield _told("candidate", language, verdict, answer)
            if not wanted:
                return
        raise LookupError(f"no answer with {wanted}")


def _links(html: str, start: str) -> list[str]:
    """Where the page's links lead that start so."""
    links = (a.get("href", "").partition("#")[0] for a in markup.elements(markup.tree(html), "a"))
    return [link for link in links if link.startswith(start)]


def _visited(role: str, language: str, endpoint: str, address: str, answer: TestResponse) -> Visited:
    policy = answer.headers.get("Content-Security-Policy", "")
    return Visited(role, language, endpoint, address, answer.status_code, answer.text, policy)


def _told(role: str, language: str, what: str, answer: TestResponse) -> Visited:
    return replace(_visited(role, language, what, f"/told/{what.replace(' ', '/')}", answer), told=True)
