"""The trainers' page of what the checks find in their questions."""

from collections import Counter

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bank import checking
from examprep.bank.rules.checks import CHECKS, SEVERITIES
from examprep.bank.views import bp
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import in_language, say
from examprep.plumbing.listing import Ask, Column, download, page_of
from examprep.plumbing.runtime import reading
from examprep.syllabus import actions as syllabus


@bp.get("/checks")
@needs(Permission.BANK_QUESTION_EDIT)
def checks() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("rule", "subject"))
    rule, subject = ask.filters.get("rule", ""), ask.filters.get("subject", "")
    columns = (
        Column(
            "number",
            N_("No."),
            sortable=True,
            link=lambda row: url_for("bank.question", question_id=row["number"]) if row["number"] else None,
        ),
        Column("subject", N_("Subject"), sortable=True),
        Column("rule", N_("Check"), sortable=True),
        Column("sentence", N_("What was found")),
        Column("why", N_("Why it matters")),
        Column("severity", N_("Weight"), sortable=True),
    )
    with reading() as session:
        found = checking.findings_for(session, current_actor(), slow=rule == checking.SLOW)
        subjects = syllabus.subjects(session)
    named = {each.code: in_language(each.names) for each in subjects}
    rows = [
        {
            "number": finding.number or None,
            "subject": named.get(finding.subject, finding.subject),
            "rule": say(CHECKS[finding.rule].label),
            "sentence": say(finding.sentence),
            "why": say(CHECKS[finding.rule].why),
            "severity": say(SEVERITIES[CHECKS[finding.rule].severity]),
        }
        for finding in found
        if rule in ("", finding.rule) and subject in ("", finding.subject)
    ]
    page = page_of(rows, ask, columns=columns)
    if ask.export:
        return download(page, columns, "question-checks")
    return render_template(
        "bank/checks.html",
        page=page,
        columns=columns,
        subjects=subjects,
        rules=CHECKS,
        counts=Counter(finding.rule for finding in found if subject in ("", finding.subject)),
        slow=checking.SLOW,
    )
