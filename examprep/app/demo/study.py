"""What the generated county's classes learn beside their sessions, made by the product's own verbs."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from examprep.app.demo.current import candidate_actor
from examprep.people.actor import Actor
from examprep.plumbing.pdf import font
from examprep.plumbing.uploads import accept
from examprep.plumbing.vault import Vault
from examprep.training import materials
from examprep.training.materials import MaterialEntry

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


def hand_out(
    session: Session, vault: Vault, trainer: Actor, class_id: int, learners: Sequence[int], now: datetime
) -> None:
    """A handout and a law for all classes of the course, a sheet of one class; most of its learners open the first."""
    given = now - timedelta(days=12)
    process = sheet("社会工作通用过程", ("接案—预估—计划—介入—评估—结案", "每一步的任务、方法和常见失误"))
    visit = sheet("入户探访记录表", ("探访对象：", "探访时间：", "需要与资源：", "下一步安排："))
    entries = (
        MaterialEntry("讲义：社会工作通用过程", True, file=accept("通用过程讲义.pdf", process)),
        MaterialEntry("社会救助暂行办法（国务院令第649号）", True, LAW),
        MaterialEntry("入户探访记录表", False, file=accept("探访记录表.pdf", visit)),
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
