"""The officer's list of certificate holders."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.sentence import N_, Sentence
from examprep.people.access import Permission
from examprep.people.forms import KIND_LABELS
from examprep.people.session import current_actor
from examprep.plumbing.access import needs
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime
from examprep.register import actions
from examprep.register.list_store import IN_FORCE
from examprep.register.rules import process, registration
from examprep.syllabus.rules.levels import LEVEL_NAMES

bp = Blueprint("register", __name__, url_prefix="/register")

FILTERS = ("level", "state", "status", "valid", "in_post", "kind", "unit", "region", "as_of")
COLUMNS = (
    Column("name", N_("Name"), sortable=True, link=lambda row: url_for("people.person", person_id=row["id"])),
    Column("unit", N_("Unit"), sortable=True),
    Column("level", N_("Highest level"), "sentence", sortable=True),
    Column(
        "number",
        N_("Certificate number"),
        sortable=True,
        link=lambda row: url_for("register.certificate", certificate_id=row["certificate_id"]),
    ),
    Column("issued_on", N_("Issued"), "day", sortable=True),
    Column("validity", N_("Valid in"), "sentence"),
    Column("state", N_("Registration (登记)"), "badge"),
    Column("place", N_("Registered at")),
    Column("registered_until", N_("Registered through"), "day", sortable=True),
    Column("status", N_("On the platform"), "badge"),
    Column("in_post", N_("In post"), "badge"),
)
IN_POST = {"yes": N_("Yes"), "no": N_("No")}


@bp.get("/holders")
@needs(Permission.REGISTER_HOLDER_SEE)
def holders() -> ResponseReturnValue:
    actor, today = current_actor(), runtime().clock.today()
    ask = Ask.of(request.args, filters=FILTERS)
    as_of = ask.day("as_of") or today
    with reading() as session:
        page = actions.holders(session, actor, ask, today=today, as_of=as_of)
        counts = actions.holder_counts(session, actor, as_of=as_of, ask=ask)
        registered = (
            actions.registered_share(session, actor, ask, counts.total, today=today) if as_of == today else None
        )
        units = actions.units(session, actor, Permission.REGISTER_HOLDER_SEE)
        regions = actions.regions(session, actor, Permission.REGISTER_HOLDER_SEE)
        local = actions.local_regions(session, actor)
    rows = [_worded(row, exported=bool(ask.export)) for row in page.rows]
    page = replace(page, rows=rows)
    if ask.export:
        return download(page, COLUMNS, "certificate-holders")
    return render_template(
        "register/holders.html",
        page=page,
        columns=COLUMNS,
        counts=counts,
        as_of=as_of,
        levels=LEVEL_NAMES,
        states={**registration.WORDS, IN_FORCE: Sentence("In force, window to renew open or not")},
        registered=registered,
        in_force=_address(ask.query(state=IN_FORCE, sort=None, size=None)),
        statuses=[(code.value, word) for code, word in process.WORDS.items()],
        validities=[
            ("national", Sentence("Valid in the whole country")),
            ("local", Sentence("Valid in one region only")),
            *((code, Sentence("Valid in %(region)s only", region=name)) for code, name in local),
        ],
        posts=[("yes", Sentence("In post")), ("no", Sentence("Not in post"))],
        kinds=[(code, Sentence(word)) for code, word in KIND_LABELS.items()],
        units=units,
        regions=regions,
        may_import=actor.may(Permission.REGISTER_HOLDER_EDIT),
    )


def _address(query: dict[str, Any]) -> str:
    return url_for("register.holders", **query)


def _worded(row: Any, *, exported: bool) -> dict[str, Any]:
    """Codes as words; the page marks a state by its code, a file needs the words."""
    until = row["registered_until"]
    words = {
        "registered_until": until and until - timedelta(days=1),
        "level": LEVEL_NAMES[row["level"]],
        "validity": registration.valid_in(row["validity"], row["region"]),
        "in_post": "yes" if row["in_post"] else "no",
    }
    if exported:
        words["status"] = process.WORDS[process.Status(row["status"])]
        words["in_post"] = IN_POST[words["in_post"]]
        words["state"] = registration.WORDS[registration.RegistrationState(row["state"])]
    return {**row, **words}
