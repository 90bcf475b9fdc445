"""Organisations and regions that a file of exams names."""

from collections.abc import Iterable

from sqlalchemy import select

from examprep.exams.reading import YearSource
from examprep.kernel.errors import RuleViolation
from examprep.people.bounds import within
from examprep.people.bulk import chunks
from examprep.people.models import OrganisationRow, RegionRow
from examprep.plumbing.bulk import among


class Places:
    """Organisations that a file names, within the actor's bounds, and their regions."""

    def __init__(self, source: YearSource) -> None:
        session, actor, row = source.session, source.actor, OrganisationRow
        self._by_name: dict[str, set[int]] = {"": set()}  # the organisations of each name that was looked up
        self._inside = inside = within(row.id, actor, source.permission)
        # A few thousand short rows at most: organisations of the actor's bounds, and the country's divisions.
        mine = inside | (row.id == actor.organisation_id)
        found = session.execute(select(row.id, row.name, row.region_code).where(mine)).all()
        self._called = {id_: name for id_, name, _ in found}
        self._region_of = {id_: region for id_, _, region in found}
        self._regions = set(session.scalars(select(RegionRow.code)))
        self._session = session

    def look_up(self, names: set[str]) -> None:
        """Find the organisations of these names, before rows that name them are read."""
        row = OrganisationRow
        for chunk in chunks(sorted(names - self._by_name.keys())):
            self._by_name.update((name, set()) for name in chunk)
            for found_id, name in self._session.execute(
                select(row.id, row.name).where(row.name.in_(chunk), self._inside)
            ):
                self._by_name[name].add(found_id)

    def learn(self, filed: Iterable[int]) -> None:
        """Find the names of those too, wherever they lie, that registrations on file bear."""
        if unknown := sorted(set(filed) - self._called.keys()):
            row = OrganisationRow
            found = self._session.execute(select(row.id, row.name).where(among(self._session, row.id, unknown)))
            self._called.update(found.all())

    def knows(self, name: str) -> bool:
        return bool(self._by_name[name])

    def called(self, organisation_id: int) -> str:
        """The name of an organisation of the file, or of the registrations on file."""
        return self._called[organisation_id]

    def organisation(self, name: str) -> int | None:
        """The organisation of that name; ``None`` when there is none within bounds.

        Raises:
            RuleViolation: ``exams.organisation`` -- several bear the name.
        """
        found = self._by_name[name]
        if len(found) > 1:
            raise RuleViolation(
                "exams.organisation",
                "%(count)s organisations are called “%(name)s”. Import their rows from within each of them.",
                count=len(found),
                name=name,
            )
        return next(iter(found), None)

    def region_of(self, organisation_id: int) -> str:
        """The region of an organisation of the file, or of those within bounds."""
        return self._region_of[organisation_id]

    def region(self, code: str) -> str:
        """The region a row names.

        Raises:
            RuleViolation: ``exams.region`` -- no such division.
        """
        if code not in self._regions:
            raise RuleViolation(
                "exams.region",
                "“%(written)s” is no division of GB/T 2260. Write six digits such as 520526.",
                written=code,
            )
        return code
