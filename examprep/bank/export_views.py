"""Exporting the questions that a list shows: the format is chosen, what it cannot carry is seen, then the file."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from examprep.bank import browsing, exporting
from examprep.bank.views import bp
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, file_response
from examprep.plumbing.runtime import reading

LEFT_OUT_SHOWN = 200


@bp.get("/export")
@needs(Permission.BANK_QUESTION_EDIT)
def export() -> ResponseReturnValue:
    ask, chosen = Ask.of(request.args, filters=browsing.FILTERS), exporting.FORMATS.get(request.args.get("format", ""))
    with reading() as session:
        total = exporting.count(session, current_actor(), ask)
        questions = exporting.gather(session, current_actor(), ask) if chosen else []
    written = chosen.write(questions) if chosen else None
    if chosen and written and "download" in request.args:
        return file_response(written.content, f"questions{chosen.suffix}", chosen.mimetype)
    return render_template(
        "bank/export.html",
        ask=ask,
        total=total,
        formats=list(exporting.FORMATS),
        chosen=chosen,
        left_out=written.left_out[:LEFT_OUT_SHOWN] if written else [],
        left_out_count=len(written.left_out) if written else 0,
    )
