"""Small, invented worlds for tests."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from examprep.people import actions, passwords
from examprep.people.access import Role
from examprep.people.actor import Actor
from examprep.people.models import RegionRow
from examprep.people.rules.resident_id import ResidentId
from examprep.people.store import load_actor
from examprep.plumbing.runtime import Runtime

REGIONS = (
    ("520000", "贵州省", None, 1),
    ("520500", "毕节市", "520000", 2),
    ("520526", "威宁彝族回族苗族自治县", "520500", 3),
    ("520502", "七星关区", "520500", 3),
)
PASSWORD = "a long enough password"
_HASH = passwords.hash_password(PASSWORD)


@dataclass
class World:
    """Ids by name. ``prefecture`` holds ``ann_county`` and ``bob_county``; each county has an agency below it.

    People: ``<county>_<role>`` in the county (``ann_candidate``, ``ann_trainer``, ``ann_officer``,
    ``ann_administrator``, the same for bob), and ``province_officer`` above both.
    """

    organisations: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    password: str = PASSWORD

    def actor(self, session: Session, name: str, today: date = date(2026, 4, 1)) -> Actor:
        found = load_actor(session, self.accounts[name], 0, today)
        assert found is not None
        return found


def resident_id(order: int = 1, *, born: str = "19900307", region: str = "520526") -> ResidentId:
    """A valid number that belongs to nobody we know: its check digit is computed."""
    body = f"{region}{born}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return ResidentId(body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11])


def build_world(runtime: Runtime) -> World:
    world, now, since = World(), runtime.clock.now(), date(2020, 1, 1)
    with runtime.database.write() as session:
        for code, name, parent, level in REGIONS:
            session.add(RegionRow(code=code, name=name, parent_code=parent, level=level))
            session.flush()

        def organisation(key: str, name: str, region: str, parent: str | None, kind: str = "bureau") -> None:
            row = actions.add_organisation(
                session,
                name=name,
                kind=kind,
                region_code=region,
                parent_id=world.organisations[parent] if parent else None,
            )
            world.organisations[key] = row.id

        organisation("prefecture", "毕节市社会工作部", "520500", None)
        for order, (county, region) in enumerate((("ann", "520526"), ("bob", "520502"))):
            organisation(f"{county}_county", f"{county} 县社会工作部", region, "prefecture")
            organisation(f"{county}_agency", f"{county} 社工机构", region, f"{county}_county", "agency")
            for number, role in enumerate(Role):
                where = f"{county}_agency" if role == Role.CANDIDATE else f"{county}_county"
                enlist(session, runtime, world, f"{county}_{role}", where, role, since, 10 * order + number + 1, now)
        enlist(session, runtime, world, "province_officer", "prefecture", Role.OFFICER, since, 99, now)
    return world


def enlist(session, runtime, world, key, organisation, role, since, order, now) -> None:
    """One more person of the world with an account, named ``key``; ``order`` makes the ID number."""
    person = actions.add_person(
        session,
        runtime.vault,
        name=key,
        organisation_id=world.organisations[organisation],
        id_number=resident_id(order),
        email=f"{key}@example.org",
        now=now,
    )
    actions.grant_role(
        session, person_id=person.id, organisation_id=world.organisations[organisation], role=role, since=since
    )
    account = actions.open_account(
        session, person_id=person.id, sign_in_name=key, password=PASSWORD, password_hash=_HASH, now=now
    )
    world.people[key], world.accounts[key] = person.id, account.id
