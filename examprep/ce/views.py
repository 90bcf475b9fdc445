"""The holder's own hours, one person's ledger for officers, and its corrections."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.ce import actions, enforcing, exempting, presenting, standings
from examprep.ce.blueprint import bp
from examprep.ce.forms import CATEGORY_NAMES, HandForm, ReverseForm
from examprep.ce.standings import Ledger
from examprep.feature import Offer, offers
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing

FILTERS = ("year", "clock", "as_of")


def year_asked(today: date) -> int:
    """The asked year, within the years there are; this year by default."""
    asked = request.args.get("year", type=int) or today.year
    return min(max(asked, standings.FIRST_YEAR), today.year)


@bp.get("/")
@needs(Permission.CE_OWN_SEE)
def own() -> ResponseReturnValue:
    actor, now, today = current_actor(), runtime().clock.now(), runtime().clock.today()
    ask, year = Ask.of(request.args, filters=FILTERS), year_asked(today)
    found: Sequence[Offer] = ()
    with reading() as session:
        ledger = standings.own_ledger(session, actor, year, today=today, clock=ask.filters.get("clock", ""))
        lacking = presenting.lacking(ledger, today)
        if lacking and actor.may(Permission.TRAINING_CLASS_ENROL) and year == today.year:
            found = offers(session, actor, lacking, now)
        cases = enforcing.of_person(session, actor.person_id)
    page, columns = presenting.lines(ledger, request.args, FILTERS)
    if page.ask.export:
        return download(page, columns, f"credit-hours-{year}")
    shown = _shown(ledger, today, "ce.own", {})
    return render_template(
        "ce/own.html", **shown, page=page, columns=columns, this_year=today.year, offers=found, cases=cases
    )


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@needs(Permission.CE_STANDING_SEE)
def person(person_id: int) -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    ask, year = Ask.of(request.args, filters=FILTERS), year_asked(today)
    may_correct = actor.may(Permission.CE_LEDGER_CORRECT)
    form = HandForm(number=str(secrets.randbelow(10**15))) if may_correct else None
    if form is not None and form.sent():
        entry = form.hours()
        try:
            with writing() as session:
                actions.record_by_hand(session, actor, person_id, entry, now=runtime().clock.now(), today=today)
            shown_year = (entry.counts_on or entry.earned_on).year
            return redirect(url_for("ce.person", person_id=person_id, year=shown_year), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    clock, as_of = ask.filters.get("clock", ""), ask.day("as_of")
    with reading() as session:
        ledger = standings.ledger_of(session, actor, person_id, year, today=today, clock=clock, as_of=as_of)
        decided = exempting.listed(session, person_id)
        cases = enforcing.of_person(session, person_id)
    page, columns = presenting.lines(ledger, request.args, FILTERS)
    if page.ask.export:
        return download(page, columns, f"credit-hours-{year}-{person_id}")
    return render_template(
        "ce/person.html",
        **_shown(ledger, today, "ce.person", {"person_id": person_id}),
        page=page,
        columns=_correctable(ledger, columns) if may_correct else columns,
        form=form,
        decided=decided,
        cases=cases,
        today=today,
    ), form.status if form else 200


@bp.route("/people/<int:person_id>/lines/<int:line_id>/reverse", methods=["GET", "POST"])
@needs(Permission.CE_LEDGER_CORRECT)
def reverse(person_id: int, line_id: int) -> ResponseReturnValue:
    actor, form = current_actor(), ReverseForm()
    with reading() as session:
        line = actions.line_of(session, actor, person_id, line_id)
    back = url_for("ce.person", person_id=person_id, year=line.counts_on.year)
    if form.sent():
        try:
            with writing() as session:
                actions.correct(session, actor, person_id, line_id, reason=form.reason.data, now=runtime().clock.now())
            return redirect(back, 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    return render_template(
        "ce/reverse.html", form=form, line=line, category=CATEGORY_NAMES[line.category], back=back
    ), form.status


def _correctable(ledger: Ledger, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with a last one that leads to taking the line back."""

    def address(row: Any) -> str | None:
        if not row["correct"]:
            return None
        return url_for("ce.reverse", person_id=ledger.person_id, line_id=row["id"])

    return (*columns, Column("correct", N_("Take back"), link=address))


def _shown(ledger: Ledger, today: date, endpoint: str, values: Mapping[str, Any]) -> dict[str, Any]:
    clocks = [presenting.clock(found, today=today) for found in ledger.standings]
    whole_year = ledger.period.start == date(ledger.year, 1, 1) and ledger.period.days < 367
    return {
        "ledger": ledger,
        "clocks": clocks,
        "endpoint": endpoint,
        "values": values,
        "period": None if whole_year else replace(ledger.period),
        "last": date.fromordinal(ledger.period.end.toordinal() - 1),
        "years": presenting.year_rows(ledger),
        "past": ledger.as_of < today,
    }
