"""Preparing, publishing and withdrawing tables.

A draft is judged once and shown as it would be; what is published is exactly the draft that was looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from examprep.bureau import store
from examprep.bureau.models import PublicationRow, ThresholdRow
from examprep.bureau.rules import content as texts
from examprep.bureau.rules.content import Content
from examprep.bureau.rules.judging import Before, Judged, judge
from examprep.bureau.rules.tables import HOLDERS, SAT, Block, Key, Unit
from examprep.imports.progress import say_step
from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.kernel.sentence import Sentence
from examprep.people.access import Permission
from examprep.people.actions import record
from examprep.people.actor import Actor
from examprep.people.bounds import organisation_seen, within
from examprep.people.models import OrganisationRow

THRESHOLD = 10  # where no bureau has set its own
DRAFT_HOLDS = timedelta(days=1)
MOST_COUNTS = 12_000  # judged in one request: about a minute of one core, in the worst of shapes


@dataclass(frozen=True)
class Asked:
    """What is to be published: a unit and so many steps below it, exam years, and holders at the ends of years."""

    unit: int
    depth: int
    years: Sequence[int]


@dataclass(frozen=True)
class Draft:
    """Tables as they would be published, not yet kept; ``beside`` are the publications they were judged by."""

    asked: Asked
    as_of: date
    threshold: int
    text: str
    judged: Sequence[Judged]
    beside: Sequence[int]


def draft(session: Session, actor: Actor, asked: Asked, *, today: date) -> Draft:
    """Judge the tables of a unit by all that was published before; writes nothing.

    Raises:
        NotFound: the unit lies outside the actor's bounds.
        RuleViolation: ``bureau.nothing`` -- there is nobody to count in these years; ``bureau.too-many`` -- whoever
            asked would wait too long.
    """
    organisation_seen(session, actor, Permission.BUREAU_FIGURES_PUBLISH, asked.unit)
    tree = _Tree.of(session, asked)
    threshold = threshold_of(session, asked.unit)
    exams = _exam_blocks(session, tree, asked.years)
    holders = _holder_blocks(session, tree, _days(asked.years, today))
    if not exams and not holders:
        raise RuleViolation("bureau.nothing", "There is nobody to count in these years. Choose others.")
    _bounded(asked, [*exams, *holders])
    judged = _judged(tree, threshold, exams, holders)
    last = store.last_public(session, asked.unit)
    root = Unit(str(asked.unit), tree.nodes[asked.unit].name, 0)
    text = texts.canonical(root, today, threshold, last.sha256 if last else None, judged)
    return Draft(asked, today, threshold, text, judged, tree.beside)


@dataclass(frozen=True)
class _Tree:
    """The units that add up with the asked ones: those of earlier publications, above and below, are laid beside."""

    nodes: Mapping[int, store.Node]
    top: int
    opened: set[int]
    printed: set[int]
    earlier: Sequence[tuple[Content, Sequence[Sequence[object]]]]
    beside: Sequence[int]  # the ids of the earlier

    @classmethod
    def of(cls, session: Session, asked: Asked) -> "_Tree":
        top, rows = _public_with(session, asked.unit)
        nodes = store.nodes(session, top)
        earlier = [(texts.read(row.content), row.withheld) for row in rows]
        opened = store.depth_below(session, asked.unit, asked.depth)
        for found, _ in earlier:
            opened |= {int(unit.id) for table in found.tables for unit in table.units if unit.parts} & set(nodes)
        # What lies between the top and the asked unit is opened too, so that all hangs together.
        opened |= {id_ for id_ in store.above(session, asked.unit) if id_ in nodes and id_ != asked.unit}
        printed = store.depth_below(session, asked.unit, asked.depth + 1)
        return cls(nodes, top, opened, printed, earlier, [row.id for row in rows])

    @property
    def whole(self) -> list[int]:
        """The organisations whose counts are needed with all below them."""
        return sorted({self.top, *self.opened, *(child for id_ in self.opened for child in self.nodes[id_].below)})

    def units(self, counts: Mapping[Key, int]) -> list[Unit]:
        filled = {unit for (unit, _, _), count in counts.items() if count}
        return store.units_of(dict(self.nodes), self.top, self.opened, self.printed, filled)

    def before(self, block: Block) -> list[Before]:
        found = (texts.before(content, withheld, block.kind, block.period) for content, withheld in self.earlier)
        return [one for one in found if one is not None]

    def days_before(self, day: str) -> list[Mapping[Key, int]]:
        """What is public of the holders of other days."""
        return [
            table.counts
            for content, _ in self.earlier
            for table in content.tables
            if table.kind == "holders" and table.period != day
        ]


def _public_with(session: Session, organisation_id: int) -> tuple[int, list[PublicationRow]]:
    """The highest unit whose publications hold this one's counts, and all that was public of it and below it."""
    rows = store.public_before(session, organisation_id)
    roots = {row.organisation_id for row in rows}
    top = next((id_ for id_ in store.above(session, organisation_id) if id_ in roots), organisation_id)
    return top, rows if top == organisation_id else store.public_before(session, top)


def _exam_blocks(session: Session, tree: _Tree, years: Sequence[int]) -> list[Block]:
    blocks = []
    counts = store.exam_counts(session, tree.whole, sorted(tree.opened), years)
    for year in sorted(years):
        found = counts[str(year)]
        if not any(found.values()):
            continue
        results = any(count for (_, _, figure), count in found.items() if figure == SAT)
        blocks.append(Block("exams" if results else "registrations", str(year), tree.units(found), found))
    return blocks


def _days(years: Sequence[int], today: date) -> list[date]:
    """The last days of the years, and today instead of a day to come."""
    return sorted({min(date(year, 12, 31), today) for year in years if date(year, 1, 1) <= today} | {today})


def _holder_blocks(session: Session, tree: _Tree, days: Sequence[date]) -> list[Block]:
    blocks = []
    for day in days:
        if counts := store.holder_counts(session, tree.whole, sorted(tree.opened), day):
            blocks.append(Block(HOLDERS, day.isoformat(), tree.units(counts), counts))
    return blocks


def _bounded(asked: Asked, blocks: Sequence[Block]) -> None:
    """That nobody waits too long where they can ask for less: what is public already is judged with it, however much.

    Raises:
        RuleViolation: ``bureau.too-many``.
    """
    counts = counts_in(blocks, printed_only=len(asked.years) == 1)
    if counts > MOST_COUNTS:
        raise RuleViolation(
            "bureau.too-many",
            "That is %(count)s counts to judge together; at most %(most)s are judged at once. Choose fewer years or "
            "fewer steps below the unit, and publish the rest as further tables.",
            count=counts,
            most=MOST_COUNTS,
        )


def counts_in(blocks: Iterable[Block], *, printed_only: bool = False) -> int:
    """How many counts there are to judge; a unit without anybody costs nothing, since all its counts are 0."""
    total = 0
    for block in blocks:
        filled = {unit for (unit, _, _), count in block.counts.items() if count}
        units = [unit for unit in block.units if unit.id in filled and (unit.printed or not printed_only)]
        total += len(units) * len(texts.SHOWN_LEVELS) * len(block.figures)
    return total


def _judged(tree: _Tree, threshold: int, exams: Sequence[Block], holders: Sequence[Block]) -> list[Judged]:
    """Each block judged by its past, and told of while somebody waits.

    Of the holders the newest day is first: it is the one that is wanted, and the others must not tell who came since.
    """
    done: list[Judged] = []
    total = len(exams) + len(holders)
    for block in (*exams, *reversed(holders)):
        say_step(Sentence("%(done)s of %(total)s tables are judged.", done=len(done), total=total))
        beside: list[Mapping[Key, int]] = []
        if block.kind == HOLDERS:
            beside = [*tree.days_before(block.period), *(one.shown for one in done[len(exams) :])]
        done.append(judge(block, threshold=threshold, before=tree.before(block), beside=beside))
    return [*done[: len(exams)], *reversed(done[len(exams) :])]


def threshold_of(session: Session, organisation_id: int) -> int:
    """Under how many persons a count is hidden: what the unit or the nearest above it set, else 10."""
    return store.threshold(session, organisation_id) or THRESHOLD


def set_threshold(session: Session, actor: Actor, organisation_id: int, persons: int, *, now: datetime) -> None:
    """Set it from now on; tables already published stay as they are.

    Raises:
        NotFound: the unit lies outside the actor's bounds.
    """
    organisation_seen(session, actor, Permission.BUREAU_FIGURES_PUBLISH, organisation_id)
    old = threshold_of(session, organisation_id)
    session.add(ThresholdRow(organisation_id=organisation_id, persons=persons, set_at=now, set_by=actor.person_id))
    record(
        session, actor, "bureau.threshold-set", "organisation", organisation_id, now=now,
        before={"persons": old}, after={"persons": persons},
    )  # fmt: skip


def keep(session: Session, actor: Actor, found: Draft, *, now: datetime) -> int:
    """Keep a draft to be looked at; returns its id."""
    row = PublicationRow(
        organisation_id=found.asked.unit,
        state="draft",
        as_of=found.as_of,
        content=found.text,
        sha256=texts.sha256(found.text),
        withheld=texts.withheld_of(found.judged),
        beside=list(found.beside),
        prepared_at=now,
        prepared_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    return row.id


def seen(session: Session, actor: Actor, publication_id: int, *, lock: bool = False) -> PublicationRow:
    """A publication or draft within the actor's bounds.

    Raises:
        NotFound: ``bureau.publication``.
    """
    inside = within(PublicationRow.organisation_id, actor, Permission.BUREAU_FIGURES_PUBLISH)
    query = select(PublicationRow).where(PublicationRow.id == publication_id, inside)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("bureau.publication", "There is no such publication.")
    return row


def publish(session: Session, actor: Actor, publication_id: int, *, now: datetime) -> PublicationRow:
    """Make a draft public.

    Raises:
        NotFound: ``bureau.publication``.
        Conflict: ``bureau.published`` -- it is no draft any more; ``bureau.outrun`` -- something that adds up with it
            was published meanwhile; ``bureau.stale`` -- it was prepared more than a day ago.
    """
    row = seen(session, actor, publication_id)
    # Tables that add up share their highest organisation: of two that are published at once the second waits there.
    highest = store.above(session, row.organisation_id)[0]
    session.execute(select(OrganisationRow.id).where(OrganisationRow.id == highest).with_for_update())
    row = seen(session, actor, publication_id, lock=True)
    if row.state != "draft":
        raise Conflict("bureau.published", "This is no draft any more.")
    if now - row.prepared_at > DRAFT_HOLDS:
        raise Conflict("bureau.stale", "The draft is more than a day old. Prepare it again.")
    # By their ids, not by their instants: machines' clocks differ, and who waits above has looked at the clock before.
    if [other.id for other in _public_with(session, row.organisation_id)[1]] != row.beside:
        raise Conflict("bureau.outrun", "Tables that add up with these were published meanwhile. Prepare it again.")
    row.state, row.published_at, row.published_by = "published", now, actor.person_id
    record(session, actor, "bureau.figures-published", "bureau_publication", row.id, now=now)
    return row


def withdraw(session: Session, actor: Actor, publication_id: int, reason: str, *, now: datetime) -> None:
    """Take a publication off the public page, for a reason that stands there instead. Nothing of it is edited.

    Raises:
        NotFound: ``bureau.publication``.
        Conflict: ``bureau.not-public``.
    """
    row = seen(session, actor, publication_id, lock=True)
    if row.state != "published":
        raise Conflict("bureau.not-public", "Only what is public can be withdrawn.")
    row.state, row.withdrawn_at, row.withdrawn_by = "withdrawn", now, actor.person_id
    row.withdrawn_reason = reason.strip()
    record(
        session, actor, "bureau.figures-withdrawn", "bureau_publication", row.id, now=now,
        after={"reason": row.withdrawn_reason},
    )  # fmt: skip


def discard(session: Session, actor: Actor, publication_id: int, *, now: datetime) -> None:
    """Give a draft up.

    Raises:
        NotFound: ``bureau.publication``.
        Conflict: ``bureau.published``.
    """
    row = seen(session, actor, publication_id, lock=True)
    if row.state != "draft":
        raise Conflict("bureau.published", "This is no draft any more.")
    row.state = "discarded"
    record(session, actor, "bureau.draft-discarded", "bureau_publication", row.id, now=now)
