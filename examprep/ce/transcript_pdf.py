"""A transcript on paper: A4, in one language, with a code that leads to the public check."""

import io
from datetime import date
from typing import Any

import segno
from flask_babel import force_locale
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Image, LongTable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from examprep.ce.forms import CATEGORY_NAMES
from examprep.ce.transcript_words import check_address, days, facts
from examprep.ce.transcripts import Transcript
from examprep.kernel.sentence import N_, Sentence
from examprep.plumbing.i18n import day, hours, say
from examprep.plumbing.pdf import font, markup, printable

_WIDTHS = (12 * mm, 52 * mm, 26 * mm, 34 * mm, 29 * mm, 21 * mm)


def write(one: Transcript, language: str, base_url: str) -> bytes:
    """The PDF; the same transcript makes the same bytes."""
    with force_locale(language):
        return _written(one, language, base_url)


def _written(one: Transcript, language: str, base_url: str) -> bytes:
    told = one.content
    body = ParagraphStyle("body", fontName=font(), fontSize=9.5, leading=13.5, wordWrap="CJK")
    small = ParagraphStyle("small", body, fontSize=8, leading=11, textColor="#444444")
    number = ParagraphStyle("number", body, alignment=TA_RIGHT)
    title = ParagraphStyle("title", body, fontSize=18, leading=26, alignment=1, spaceAfter=6)

    def cell(text: str, style: ParagraphStyle = body) -> Paragraph:
        return Paragraph(markup(printable(text)), style)

    address = check_address(base_url, one)
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=6, border=2)
    picture.seek(0)
    head = Table(
        [
            [
                [cell(f"{label}  {value}") for label, value in facts(one)],
                [Image(picture, 28 * mm, 28 * mm), cell(say(N_("Scan to check")), small)],
            ]
        ],
        colWidths=(sum(_WIDTHS) - 34 * mm, 34 * mm),
        style=[("VALIGN", (0, 0), (-1, -1), "TOP")],
    )
    heads = (N_("No."), N_("Content"), N_("Category"), N_("Time"), N_("Credit hours"), N_("Test result"))
    rows = [[cell(say(text)) for text in heads]]
    for place, line in enumerate(told["lines"], 1):
        content = f"{line['activity']}（{line['organiser']}）" if line["organiser"] else line["activity"]
        minutes = say(Sentence("%(hours)s (%(minutes)s min)", hours=hours(line["minutes"]), minutes=line["minutes"]))
        rows.append(
            [
                cell(str(place)),
                cell(content),
                cell(say(CATEGORY_NAMES[line["category"]])),
                cell(days(line)),
                cell(minutes, number),
                cell(line["result"] or "—"),
            ]
        )
    total = sum(told["minutes"].values())
    parts = "　".join(f"{say(CATEGORY_NAMES[c])} {hours(m)}" for c, m in told["minutes"].items())
    summed = Sentence("Together %(hours)s credit hours (%(minutes)s minutes):", hours=hours(total), minutes=total)
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.HexColor("#777777")),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eeeeee")),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    authority = told["authority"].get(language) or told["authority"]["zh"]
    story: list[Any] = [
        Paragraph(markup(say(N_("Transcript of continuing education"))), title),
        head,
        Spacer(1, 4 * mm),
        LongTable(rows, colWidths=_WIDTHS, repeatRows=1, style=style),
        Spacer(1, 3 * mm),
        cell(f"{say(summed)}　{parts}"),
        cell(say(N_("One credit hour is 45 minutes.")), small),
        Spacer(1, 8 * mm),
        cell(authority, number),
        cell(day(date.fromisoformat(told["issued_on"])), number),
        Spacer(1, 6 * mm),
        cell(say(Sentence("Number %(number)s · check code %(code)s", number=one.number, code=one.code))),
        cell(say(Sentence("Check it at %(address)s", address=f"{base_url}/ce/check")), small),
        cell(say(Sentence("Signature (Ed25519) %(signature)s", signature=one.signature)), small),
    ]
    buffer = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 18 * mm)
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        title=f"{say(N_('Transcript of continuing education'))} {one.number}",
        author=authority,
        invariant=1,
        lang={"zh": "zh-CN"}.get(language, language),
        **margins,
    )
    foot = f"{one.number} · {one.code}"
    document.build(
        story,
        onFirstPage=lambda canvas, doc: _foot(canvas, doc, foot),
        onLaterPages=lambda canvas, doc: _foot(canvas, doc, foot),
    )
    return buffer.getvalue()


def _foot(canvas: Any, document: Any, text: str) -> None:
    canvas.setFont(font(), 8)
    canvas.drawString(18 * mm, 10 * mm, text)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(document.page))
