"""The generated county as it is served, walked by its links."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.journeys import markup

ROLES = ("", "candidate", "trainer", "county", "province", "admin")  # the first is nobody
EXAMPLES = 2  # of each page with arguments, by role


@dataclass(frozen=True)
class Visited:
    """One page as one role sees it."""

    role: str
    endpoint: str
    address: str
    status: int
    html: str
    policy: str


@dataclass
class Site:
    """Where the county is served, and the same application in this process."""

    base: str
    password: str
    app: Flask

    def client(self, role: str, language: str = "zh") -> FlaskClient:
        client = self.app.test_client()
        if role:
            answer = client.post("/sign-in", data={"sign_in_name": role, "password": self.password})
            assert answer.status_code == 303, answer.text
        client.post("/language", data={"language": language, "next": "/"})
        return client

    def endpoint(self, address: str) -> str | None:
        try:
            return self.app.url_map.bind("localhost").match(urlsplit(address).path, method="GET")[0]
        except (HTTPException, RequestRedirect):
            return None

    def walk(self, role: str) -> Iterator[Visited]:
        """Every page that links lead to from the role's home; of each page a few examples, one of them filtered."""
        client, queue, seen, shown = self.client(role), ["/"], {"/"}, Counter[tuple[str, bool]]()
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
            policy = answer.headers.get("Content-Security-Policy", "")
            yield Visited(role, endpoint, address, answer.status_code, answer.text, policy)
            for link in markup.elements(markup.tree(answer.text), "a"):
                found = (link.get("href") or "").partition("#")[0]
                if found.startswith("/") and "export=" not in found and found not in seen:
                    seen.add(found)
                    queue.append(found)
