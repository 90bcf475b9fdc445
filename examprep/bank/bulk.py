"""One act on many questions: what it can be done to is done in one transaction, the rest is named with its reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from examprep.bank import browsing, searching, store
from examprep.bank.models import QuestionChapterRow, QuestionRow, TagRow, VersionRow
from examprep.bank.tags import read_tags
from examprep.kernel.errors import RuleViolation
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.actions import record_many
from examprep.people.actor import Actor
from examprep.people.bounds import within
from examprep.people.bulk import chunks
from examprep.plumbing.kept import touch
from examprep.plumbing.listing import Ask
from examprep.syllabus import actions as syllabus

AT_ONCE = 20_000


@dataclass(frozen=True)
class Chosen:
    """A question as bulk acts judge it."""

    question_id: int
    subject: str
    state: str
    fingerprint: str
    published: bool  # its current version was


@dataclass
class Doing:
    """What an act works with: the session, who acts, what was chosen for it, and what it leaves out with the reason."""

    session: Session
    actor: Actor
    value: str
    now: datetime
    today: date
    left_out: dict[int, Sentence] = field(default_factory=dict)

    def only(self, chosen: Sequence[Chosen], states: set[str], reason: Sentence) -> list[Chosen]:
        """Those in one of the states; the others are left out."""
        self.left_out |= {one.question_id: reason for one in chosen if one.state not in states}
        return [one for one in chosen if one.state in states]

    def update(self, ids: Sequence[int], **values: Any) -> None:
        for some in chunks(ids):
            self.session.execute(update(QuestionRow).where(QuestionRow.id.in_(some)).values(**values))


@dataclass(frozen=True)
class BulkAct:
    """``asks``: what it needs besides the questions: chapter, tag, person or nothing. ``reverse`` undoes it."""

    name: str
    label: str
    consequence: str  # a message id
    asks: str
    reverse: str
    do: Callable[[Doing, Sequence[Chosen]], Sequence[int]]


@dataclass(frozen=True)
class Outcome:
    """What was done to which questions, and what was left out why."""

    done: tuple[int, ...]
    left_out: Mapping[int, Sentence]


def matching(session: Session, actor: Actor, ask: Ask) -> list[int]:
    """Every question the filter shows the actor, not only those of the page."""
    query = store.questions_list(actor, conditions=browsing.conditions(session, ask)).order_by(QuestionRow.id)
    ids = list(session.scalars(query))
    if len(ids) > AT_ONCE:
        raise RuleViolation(
            "bank.too-many", "%(count)s questions match; filter to at most %(most)s.", count=len(ids), most=AT_ONCE
        )
    return ids


def run(
    session: Session, actor: Actor, name: str, ids: Sequence[int], *, value: str, now: datetime, today: date
) -> Outcome:
    """Do an act to every one of the questions that it can be done to, all or nothing.

    Raises:
        RuleViolation: ``bank.bulk`` -- no such act; what it needs is missing.
    """
    act = ACTS.get(name)
    if act is None:
        raise RuleViolation("bank.bulk", "Choose what to do with the questions.")
    doing = Doing(session, actor, value.strip(), now, today)
    wanted = list(dict.fromkeys(ids))
    mine = _mine(session, actor, wanted)
    known = {one.question_id for one in mine}
    foreign = Sentence("It is kept by another organisation, or is not there any more.")
    doing.left_out |= {question_id: foreign for question_id in wanted if question_id not in known}
    done = tuple(act.do(doing, mine))
    if done:
        touch(session)
        after = {"value": doing.value} if doing.value else None
        record_many(session, actor, f"bank.bulk-{name}", "bank_question", done, now=now, after=after)
    return Outcome(done, doing.left_out)


def _mine(session: Session, actor: Actor, ids: Sequence[int]) -> list[Chosen]:
    own = within(QuestionRow.organisation_id, actor, Permission.BANK_QUESTION_EDIT)
    query = (
        select(
            QuestionRow.id, QuestionRow.subject_code, QuestionRow.state, VersionRow.fingerprint, VersionRow.published_at
        )
        .join(VersionRow, store.CURRENT)
        .where(own)
        .order_by(QuestionRow.id)
    )
    return [
        Chosen(question_id, subject, state, fingerprint, published_at is not None)
        for some in chunks(ids)
        for question_id, subject, state, fingerprint, published_at in session.execute(
            query.where(QuestionRow.id.in_(some))
        )
    ]


def _move(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    """Into one chapter of one syllabus version; the chapters of other versions stay."""
    chapter_id = int(doing.value) if doing.value.isdecimal() else 0
    chapter = syllabus.chapters_by_id(doing.session, frozenset({chapter_id})).get(chapter_id)
    if chapter is None:
        raise RuleViolation("bank.bulk", "Choose the chapter to move the questions to.")
    reason = Sentence("It belongs to another subject than the chapter.")
    doing.left_out |= {one.question_id: reason for one in chosen if one.subject != chapter.subject}
    ids = [one.question_id for one in chosen if one.subject == chapter.subject]
    siblings = [c.id for c in syllabus.chapters(doing.session, chapter.subject, chapter.version, retired=True)]
    link = QuestionChapterRow
    for some in chunks(ids):
        doing.session.execute(delete(link).where(link.question_id.in_(some), link.chapter_id.in_(siblings)))
        doing.session.execute(insert(link), [{"question_id": one, "chapter_id": chapter_id} for one in some])
    return ids


def _retire(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    able = doing.only(chosen, {"draft", "review", "published"}, Sentence("It is retired already."))
    ids = [one.question_id for one in able]
    doing.update(ids, state="retired", retired_at=doing.now)
    return ids


def _restore(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    able = doing.only(chosen, {"retired"}, Sentence("It is not retired."))
    there = {subject: set(store.fingerprints(doing.session, subject)) for subject in {one.subject for one in able}}
    ids: dict[str, list[int]] = {"published": [], "draft": []}
    for one in able:
        if one.fingerprint in there[one.subject]:
            doing.left_out[one.question_id] = Sentence("The bank has the same question again since.")
        else:
            there[one.subject].add(one.fingerprint)
            ids["published" if one.published else "draft"].append(one.question_id)
    for state, some in ids.items():
        doing.update(some, state=state, retired_at=None)
    return sorted(ids["published"] + ids["draft"])


def _submit(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    ids = [one.question_id for one in doing.only(chosen, {"draft"}, Sentence("It is no draft."))]
    doing.update(ids, state="review")
    return ids


def _withdraw(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    ids = [one.question_id for one in doing.only(chosen, {"review"}, Sentence("It is not in review."))]
    doing.update(ids, state="draft")
    return ids


def _tag(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    tags, done = _asked_tags(doing), []
    tagged = _tagged(doing, chosen, tags)
    rows = []
    for one in chosen:
        missing = tags - tagged.get(one.question_id, frozenset())
        if missing:
            done.append(one.question_id)
            rows += [{"question_id": one.question_id, "tag": tag} for tag in sorted(missing)]
        else:
            doing.left_out[one.question_id] = Sentence("It has the tag already.")
    if rows:
        doing.session.execute(insert(TagRow), rows)
        searching.refresh(doing.session, done)
    return done


def _untag(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    tags = _asked_tags(doing)
    tagged = _tagged(doing, chosen, tags)
    doing.left_out |= {
        one.question_id: Sentence("It does not have the tag.") for one in chosen if one.question_id not in tagged
    }
    done = sorted(tagged)
    for some in chunks(done):
        doing.session.execute(delete(TagRow).where(TagRow.question_id.in_(some), TagRow.tag.in_(tags)))
    searching.refresh(doing.session, done)
    return done


def _asked_tags(doing: Doing) -> frozenset[str]:
    tags = read_tags(doing.value)
    if not tags:
        raise RuleViolation("bank.bulk", "Write the tag.")
    return tags


def _tagged(doing: Doing, chosen: Sequence[Chosen], tags: frozenset[str]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for some in chunks([one.question_id for one in chosen]):
        for question_id, tag in doing.session.execute(
            select(TagRow.question_id, TagRow.tag).where(TagRow.question_id.in_(some), TagRow.tag.in_(tags))
        ):
            found[question_id] = found.get(question_id, frozenset()) | {tag}
    return found


def _assign(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    people = dict(store.keepers(doing.session, doing.actor, doing.today))
    person_id = int(doing.value) if doing.value.isdecimal() else 0
    if person_id not in people:
        raise RuleViolation("bank.bulk", "Choose a person of your organisations who may edit questions.")
    ids = [one.question_id for one in chosen]
    doing.update(ids, assigned_to=person_id)
    return ids


def _unassign(doing: Doing, chosen: Sequence[Chosen]) -> Sequence[int]:
    ids = [one.question_id for one in chosen]
    doing.update(ids, assigned_to=None)
    return ids


ACTS: Registry[BulkAct] = Registry(
    BulkAct(
        "move",
        N_("Move to a chapter"),
        N_("They leave their chapters of that syllabus version and stand in the chosen one alone."),
        "chapter",
        "move",
        _move,
    ),
    BulkAct("tag", N_("Tag"), N_("Each gets the tags. Candidates do not see tags."), "tag", "untag", _tag),
    BulkAct("untag", N_("Take a tag away"), N_("The tags are taken from each."), "tag", "tag", _untag),
    BulkAct(
        "assign", N_("Assign to a person"), N_("The person is named as their keeper."), "person", "unassign", _assign
    ),
    BulkAct("unassign", N_("Assign to nobody"), N_("Nobody is named as their keeper."), "", "assign", _unassign),
    BulkAct(
        "submit", N_("Submit for review"), N_("Drafts wait for a colleague to publish them."), "", "withdraw", _submit
    ),
    BulkAct("withdraw", N_("Take back from review"), N_("Questions in review become drafts."), "", "submit", _withdraw),
    BulkAct(
        "retire",
        N_("Retire"),
        N_("Nobody practises them any more. Answers to them stay; you can restore them."),
        "",
        "restore",
        _retire,
    ),
    BulkAct(
        "restore",
        N_("Restore"),
        N_("Those that were published are practised again; the others become drafts."),
        "",
        "retire",
        _restore,
    ),
)
