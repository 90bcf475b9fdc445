"""Bulk acts: first what it will do to how many, then the act, then what was done and what was left out."""

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import parse_qsl, urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from examprep.bank import browsing, bulk
from examprep.bank.views import bp
from examprep.kernel.errors import Conflict, RuleViolation
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask
from examprep.plumbing.runtime import reading, runtime, writing

NUMBERS_SHOWN = 50


@bp.post("/bulk")
@needs(Permission.BANK_QUESTION_EDIT)
def ask_bulk() -> ResponseReturnValue:
    """The act with its consequence and the count named; nothing is changed yet."""
    actor, act = current_actor(), _act()
    with reading() as session:
        ids = _chosen(session)
        chapters = browsing.all_chapter_choices(session) if act.asks == "chapter" else []
        people = browsing.keepers(session, actor, runtime().clock.today()) if act.asks == "person" else []
    return render_template(
        "bank/bulk.html",
        act=act,
        count=len(ids),
        everything=_everything(),
        filters=_filters(),
        ids=",".join(map(str, _ticked())),
        chapters=chapters,
        people=people,
        value=request.form.get("value", ""),
    )


@bp.post("/bulk/do")
@needs(Permission.BANK_QUESTION_EDIT)
def do_bulk() -> ResponseReturnValue:
    actor, clock, act = current_actor(), runtime().clock, _act()
    with writing() as session:
        ids = _chosen(session)
        if str(len(ids)) != request.form.get("count", ""):
            raise Conflict("bank.bulk-count", "Other questions match by now than when you were asked. Look again.")
        outcome = bulk.run(
            session,
            actor,
            act.name,
            ids,
            value=request.form.get("value", ""),
            now=clock.now(),
            today=clock.today(),
        )
    reasons = sorted((say(reason), question_id) for question_id, reason in outcome.left_out.items())
    return render_template(
        "bank/bulk_done.html",
        act=act,
        done=len(outcome.done),
        ids=",".join(map(str, outcome.done)),
        reverse=bulk.ACTS[act.reverse],
        value=request.form.get("value", "") if act.asks == "tag" else "",
        left_out=[_left_out(reason, [one for _, one in some]) for reason, some in groupby(reasons, lambda r: r[0])],
    )


def _left_out(reason: str, ids: Sequence[int]) -> tuple[str, int, Sequence[int]]:
    """(reason, how many, the first of them)."""
    return reason, len(ids), ids[:NUMBERS_SHOWN]


def _act() -> bulk.BulkAct:
    act = bulk.ACTS.get(request.form.get("act", ""))
    if act is None:
        raise RuleViolation("bank.bulk", "Choose what to do with the questions.")
    return act


def _everything() -> bool:
    return request.form.get("all") == "1"


def _filters() -> str:
    """The list's words and filters as they were sent along, with nothing else in it."""
    ask = _ask()
    return urlencode({"q": ask.words, **ask.filters})


def _ask() -> Ask:
    return Ask.of(MultiDict(parse_qsl(request.form.get("filters", ""))), filters=browsing.FILTERS)


def _ticked() -> list[int]:
    """The ticked rows: one field a row from the list, one field for all from the page that asks."""
    texts = [text for value in request.form.getlist("id") for text in value.split(",")]
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 10]


def _chosen(session: Session) -> list[int]:
    """What the act is for.

    Raises:
        RuleViolation: ``bank.bulk-none`` -- nothing was ticked, or nothing matches.
    """
    ids = bulk.matching(session, current_actor(), _ask()) if _everything() else list(dict.fromkeys(_ticked()))
    if not ids:
        raise RuleViolation("bank.bulk-none", "Tick the questions first, or choose all that match.")
    return ids
