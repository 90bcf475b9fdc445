"""Who acts: a signed-in person, their roles, and where each role reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from examprep.people.access import Role, roles_with


@dataclass(frozen=True)
class Grant:
    """A role held in one organisation; it reaches that organisation and everything below."""

    role: Role
    organisation_id: int


@dataclass(frozen=True)
class Actor:
    """The signed-in person as every action takes it.

    ``organisation_id`` is where the person belongs; new rows an actor makes belong there too.
    """

    account_id: int
    person_id: int
    name: str
    organisation_id: int
    language: str
    grants: Sequence[Grant]

    def may(self, permission: str) -> bool:
        """Whether some role of the actor's includes the act, somewhere."""
        roles = roles_with(permission)
        return any(grant.role in roles for grant in self.grants)

    def roots(self, permission: str) -> tuple[int, ...]:
        """The organisations in and below which the actor may do the act; none when the actor may not at all.

        `people.store.within` turns this into a condition on rows.
        """
        roles = roles_with(permission)
        return tuple(sorted({grant.organisation_id for grant in self.grants if grant.role in roles}))

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        held = {grant.role for grant in self.grants}
        return tuple(role for role in Role if role in held)
