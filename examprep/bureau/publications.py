"""Publications as lists: the bureau's own, and those that everybody may read. And whether they are still whole."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from examprep.bureau.models import PublicationRow
from examprep.bureau.rules import content as texts
from examprep.bureau.store import PUBLIC
from examprep.kernel.errors import NotFound
from examprep.people.access import Permission
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.models import OrganisationRow
from examprep.plumbing.listing import Ask, Page, fetch

ROW = PublicationRow


def page(session: Session, actor: Actor, ask: Ask) -> Page:
    """Drafts and publications within the actor's bounds; filter ``state``."""
    return _listed(session, ask, within(ROW.organisation_id, actor, Permission.BUREAU_FIGURES_PUBLISH))


def public_page(session: Session, ask: Ask) -> Page:
    """What everybody may see: published and withdrawn ones, never a draft."""
    return _listed(session, ask, ROW.state.in_(PUBLIC))


def _listed(session: Session, ask: Ask, bounds: ColumnElement[bool]) -> Page:
    query = (
        select(ROW.id, OrganisationRow.name.label("unit"), ROW.state, ROW.as_of, ROW.published_at, ROW.sha256)
        .join(OrganisationRow, OrganisationRow.id == ROW.organisation_id)
        .where(bounds)
    )
    if state := ask.filters.get("state"):
        query = query.where(ROW.state == state)
    return fetch(
        session,
        query,
        ask,
        sortable={"unit": OrganisationRow.name, "as_of": ROW.as_of, "published_at": ROW.published_at},
        searchable=[OrganisationRow.name, ROW.sha256],
        default=[ROW.id.desc()],
    )


def public(session: Session, publication_id: int) -> PublicationRow:
    """One that is or was public; who asks for its tables must look at its state.

    Raises:
        NotFound: ``bureau.publication`` -- a draft looks the same as nothing.
    """
    row = session.scalar(select(ROW).where(ROW.id == publication_id, ROW.state.in_(PUBLIC)))
    if row is None:
        raise NotFound("bureau.publication", "There is no such publication.")
    return row


def standing(session: Session, organisation_id: int) -> PublicationRow | None:
    """The unit's newest publication that is public now."""
    query = select(ROW).where(ROW.organisation_id == organisation_id, ROW.state == "published")
    return session.scalar(query.order_by(ROW.id.desc()).limit(1))


def differences(session: Session, repair: bool) -> Iterator[str]:
    """What shows that a publication was changed or taken away: its hash, and that of the one before.

    A publication is no derived row, so nothing can repair it.
    """
    last: dict[int, str] = {}
    for row in session.scalars(select(ROW).where(ROW.state.in_(PUBLIC)).order_by(ROW.published_at, ROW.id)):
        found = texts.sha256(row.content)
        if found != row.sha256:
            yield f"publication {row.id}: its content has the hash {found}, published was {row.sha256}"
        elif texts.read(row.content).previous != (there := last.get(row.organisation_id)):
            yield f"publication {row.id}: the one before it has another hash than it says ({there})"
        last[row.organisation_id] = row.sha256
