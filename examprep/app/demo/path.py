"""The four steps of a learning path in the generated county: learners stand at each of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.kernel.clock import office_day
from examprep.people.actor import Actor
from examprep.plumbing.vault import Vault
from examprep.practice.shelf import governing
from examprep.syllabus import actions as syllabus
from examprep.training import field_tasks, overview, path_overview, paths
from examprep.training.paths import TopicEntry

NOTES = (
    "走访一位独居老人，前两次只谈家常，第三次他主动说起腿脚不便。预估要给信任留时间。",
    "小组第四节有组员退出，复盘发现契约没有写清。下次先把规则念给大家听。",
    "帮一户申请临时救助，材料退回两次。以后先和民政窗口核对清单。",
    "学校个案：孩子沉默是因为转学。以后先向班主任了解，再约谈家长。",
)
SAID = ("第三次才谈到需要，这一点很有启发。", "建议把下一次的目标写得再具体一些。")
AGREED = "一起看了错题，价值观与方法容易混淆；约定每天练十题，两周后再谈。"


TASK = "走访一户困难家庭，按接案、预估两步各写一段，附一张（不露面的）现场照片或走访表。"
EVIDENCE = (
    ("周三下午走访一位独居老人，谈了四十分钟；她最担心的是冬天的煤。预估：生理与居住两项需要。", "accepted"),
    ("去了一户，人不在。", "returned"),
    ("陪同社区走访两户，填了走访表，预估写在第二页。", ""),
)


def _do_task(session: Session, vault: Vault, trainer: Actor, class_id: int, topic_id: int, now: datetime) -> None:
    """Some hand in evidence of the field task: accepted, returned, waiting."""
    card = overview.class_card(session, trainer, class_id, now=now)
    rows = path_overview.table(session, class_id, card.course_id, now=now)
    ready = [row["id"] for row in rows if row["topic_id"] == topic_id and row["step"] == "practise"]
    for order, (person_id, (words, state)) in enumerate(zip(ready, EVIDENCE, strict=False)):
        at, actor = now - timedelta(days=3 - order), candidate_actor(session, person_id)
        made = field_tasks.hand_in(session, vault, actor, class_id, topic_id, words, None, now=at)
        if state:
            why = "请换一户重新走访，写明预估。" if state == "returned" else ""
            read = field_tasks.stamp(field_tasks.found(session, trainer, class_id, made)[0])
            later = at + timedelta(hours=3)
            field_tasks.settle(session, trainer, class_id, made, state=state, seen=read, reason=why, now=later)


def walk(session: Session, vault: Vault, trainer: Actor, class_id: int, now: datetime) -> None:
    """Two topics; of those who have practised enough some write a note, some notes have comments, one is tutored."""
    card = overview.class_card(session, trainer, class_id, now=now)
    edition = governing(session, syllabus.next_exam(session, office_day(now)))
    chapters = [chapter.id for chapter in syllabus.chapters(session, "sw-comprehensive", edition)]
    begun = now - timedelta(days=10)
    entries = (
        TopicEntry("社会工作的内涵与原则", chapters[0], None, 1, rights=1, comments=2),
        TopicEntry("通用过程的运用", chapters[1], None, 2, rights=5, comments=2, task=TASK),
    )
    first, second = (paths.add_topic(session, trainer, class_id, entry, now=begun) for entry in entries)
    _do_task(session, vault, trainer, class_id, second, now)
    rows = path_overview.table(session, class_id, card.course_id, now=now)
    ready = [row["id"] for row in rows if row["topic_id"] == first and row["step"] == "share"]
    for order, (person_id, words) in enumerate(zip(ready, NOTES, strict=False)):
        at = now - timedelta(days=4 - order, hours=3)
        note = paths.write_note(session, candidate_actor(session, person_id), class_id, first, words, now=at)
        if order < len(NOTES) - 1:
            paths.settle(session, trainer, class_id, "note", note, show=True, reason="", now=at + timedelta(hours=1))
            peers = [each for each in ready if each != person_id][:2]
            _comment(session, trainer, class_id, note, peers[: 2 - order // 2], at + timedelta(hours=2))
    if ready:
        paths.record_tutoring(
            session,
            trainer,
            class_id,
            first,
            ready[0],
            held_on=office_day(now - timedelta(days=1)),
            chapter_id=chapters[0],
            words=AGREED,
            now=now - timedelta(hours=5),
            today=office_day(now),
        )


def _comment(session: Session, trainer: Actor, class_id: int, note_id: int, peers: Sequence[int], at: datetime) -> None:
    """What peers say about a note, shown by the trainer."""
    for person_id, words in zip(peers, SAID, strict=False):
        said = paths.comment(session, candidate_actor(session, person_id), class_id, note_id, words, now=at)
        paths.settle(session, trainer, class_id, "comment", said, show=True, reason="", now=at + timedelta(hours=1))
