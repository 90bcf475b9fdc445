"""What the generated county's classes learn beside their sessions, made by the product's own verbs."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from docx import Document
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.kernel.clock import office_day
from examprep.people.actor import Actor
from examprep.plumbing.office_files import accept_office
from examprep.plumbing.pdf import font
from examprep.plumbing.uploads import accept
from examprep.plumbing.vault import Vault
from examprep.practice.shelf import governing, shelf_of
from examprep.syllabus import actions as syllabus
from examprep.training import materials, overview, unit_learning, units
from examprep.training.materials import MaterialEntry
from examprep.training.units import UnitEntry

LAW = "https://www.gov.cn/zhengce/content/2014-02/27/content_8670.htm"


def sheet(title: str, lines: Sequence[str]) -> bytes:
    """A page of a handout as a PDF."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    canvas.setFont(font(), 18)
    canvas.drawString(72, 760, title)
    canvas.setFont(font(), 12)
    for number, line in enumerate(lines):
        canvas.drawString(72, 720 - 22 * number, line)
    canvas.save()
    return buffer.getvalue()


def form(title: str, lines: Sequence[str]) -> bytes:
    """The same as a Word file, to be filled in."""
    document, buffer = Document(), io.BytesIO()
    for text in (title, *lines):
        document.add_paragraph(text)
    document.save(buffer)
    return buffer.getvalue()


def hand_out(
    session: Session, vault: Vault, trainer: Actor, class_id: int, learners: Sequence[int], now: datetime
) -> None:
    """A handout and a law for all classes of the course, a sheet of one class; most of its learners open the first."""
    given = now - timedelta(days=12)
    process = sheet("社会工作通用过程", ("接案—预估—计划—介入—评估—结案", "每一步的任务、方法和常见失误"))
    visit = form("入户探访记录表", ("探访对象：", "探访时间：", "需要与资源：", "下一步安排："))
    entries = (
        MaterialEntry("讲义：社会工作通用过程", True, file=accept("通用过程讲义.pdf", process)),
        MaterialEntry("社会救助暂行办法（国务院令第649号）", True, LAW),
        MaterialEntry("入户探访记录表", False, file=accept_office("探访记录表.docx", visit)),
    )
    ids = [materials.add(session, vault, trainer, class_id, entry, now=given) for entry in entries]
    for order, person_id in enumerate(learners):
        for place, material_id in enumerate(ids):
            if order and order % (place + 2):
                at = given + timedelta(days=order % 11, minutes=7 * order + place)
                actor = candidate_actor(session, person_id)
                materials.open_(session, vault, actor, class_id, material_id, now=min(at, now))
    last = materials.add(
        session,
        vault,
        trainer,
        class_id,
        MaterialEntry("旧版题型说明", False, "https://example.org/old/format"),
        now=given,
    )
    materials.take_away(session, trainer, class_id, last, reason="已按新大纲重写。", now=given + timedelta(days=1))


PROCESS = """# 学习目标

- 说出通用过程的六个阶段；
- 能为一个案例写出**预估**和**计划**的要点。

## 六个阶段

| 阶段 | 主要任务 |
|---|---|
| 接案 | 了解求助原因，建立专业关系 |
| 预估 | 收集资料，认定问题和需要 |
| 计划 | 与服务对象一起定目标和步骤 |
| 介入 | 直接介入与间接介入 |
| 评估 | 过程评估与结果评估 |
| 结案 | 巩固改变，处理离别情绪 |

> 预估不是一次完成的，介入中发现新情况要回头补充。
"""
ETHICS = """观看时请记下三件事：

1. 保密有哪些例外情形；
2. 遇到双重关系怎样处理；
3. 伦理两难时按什么顺序权衡。
"""


def go_through_units(
    session: Session, vault: Vault, trainer: Actor, class_id: int, learners: Sequence[int], now: datetime
) -> None:
    """A unit of the class with a test, and one for the whole county that is confirmed; learners stand everywhere."""
    written = now - timedelta(days=15)
    course_id = overview.class_card(session, trainer, class_id, now=now).course_id
    edition = governing(session, syllabus.next_exam(session, office_day(now)))
    shelf = shelf_of(session, "asw-comprehensive", edition)
    chapter_id = next(chapter for chapter, found in sorted(shelf.chapters.items()) if len(found) >= 5)
    tested = UnitEntry(
        course_id,
        "社会工作通用过程",
        "text",
        class_id=class_id,
        body=PROCESS,
        minutes=45,
        chapter_id=chapter_id,
        question_count=3,
        pass_half_points=4,
    )
    film = UnitEntry(
        course_id,
        "社会工作伦理与保密",
        "video",
        organisation_id=trainer.organisation_id,
        body=ETHICS,
        link="https://example.org/films/ethics",
        minutes=90,
        least_minutes=40,
    )
    first, second = (units.add(session, vault, trainer, each, now=written) for each in (tested, film))
    for order, person_id in enumerate(learners):
        actor, at = candidate_actor(session, person_id), written + timedelta(days=1 + order % 12, minutes=order)
        if order % 4 != 3:
            unit_learning.open_(session, actor, first, now=at)
        if order % 4 in (1, 2):
            _sit(session, actor, first, right=order % 3, at=at + timedelta(minutes=25))
        if order % 4 == 2:
            _sit(session, actor, first, right=3, at=at + timedelta(minutes=50))
        if order % 3:
            unit_learning.open_(session, actor, second, now=at)
        if order % 3 == 2:
            unit_learning.confirm(session, actor, second, now=at + timedelta(minutes=55))
    last = learners[2]
    found = unit_learning.open_(session, candidate_actor(session, last), second, now=now - timedelta(days=2))
    if found.done:
        why = "学习期间同时在线下值班，请重新学习。"
        unit_learning.void(session, trainer, second, found.done.id, reason=why, now=now - timedelta(days=1))


def _sit(session: Session, actor: Actor, unit_id: int, *, right: int, at: datetime) -> None:
    """A try of the test with so many right answers; none where the unit is completed."""
    unit_learning.begin_test(session, actor, unit_id, now=at)
    _, waiting, questions = unit_learning.asked(session, actor, unit_id)
    if waiting is not None:
        ticks = [each.answer if place < right else frozenset() for place, each in enumerate(questions)]
        unit_learning.send_test(session, actor, unit_id, waiting.number, ticks, now=at + timedelta(minutes=9))
