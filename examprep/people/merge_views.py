"""Pages of merges: look for a second row, see both side by side, merge, take back."""

from collections.abc import Sequence

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.errors import Conflict, RuleViolation
from examprep.kernel.sentence import N_, Sentence
from examprep.people import directory, merge_lists, merging
from examprep.people.access import Permission
from examprep.people.forms import EDUCATION, ROLE_LABELS, DoubleForm, MergeForm, TakeBackForm
from examprep.people.moving import Moving
from examprep.people.session import current_actor
from examprep.people.views import bp
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask, Column, download
from examprep.plumbing.runtime import reading, runtime, writing
from examprep.plumbing.states import STATES

DETAILS = {
    "id_number": N_("ID number"),
    "born_on": N_("Born"),
    "sex": N_("Sex"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "education": N_("Education"),
}
MERGES = (
    Column("merged_at", N_("When"), "instant", sortable=True,
           link=lambda row: url_for("people.merged", merge_id=row["id"])),
    Column("kept", N_("The record that stays"), sortable=True,
           link=lambda row: url_for("people.person", person_id=row["kept_id"])),
    Column("gone", N_("The record that goes"), sortable=True),
    Column("organisation", N_("Was filed at"), sortable=True),
    Column("reason", N_("Reason")),
    Column("by", N_("Who")),
    Column("state", N_("State"), "badge"),
    Column("undone_at", N_("Taken back"), "instant"),
)  # fmt: skip
PAIRS = (
    Column("name", N_("Name"), sortable=True,
           link=lambda row: url_for("people.merge", kept_id=row["kept_id"], gone_id=row["gone_id"])),
    Column("born_on", N_("Born"), "day", sortable=True),
    Column("organisation", N_("Organisation"), sortable=True),
    Column("number", N_("ID number"), "choice", choices={"has-number": N_("one of them"), "no-number": N_("neither")}),
    Column("other_organisation", N_("The other record's organisation")),
)  # fmt: skip


def _parts() -> Sequence[Moving]:
    parts: Sequence[Moving] = current_app.extensions[merging.PARTS]
    return parts


def _told(filled: Sequence[str]) -> str:
    """The names of details, in a row."""
    return say(N_(", ")).join(say(DETAILS[name]) for name in filled)


@bp.route("/people/<int:person_id>/double", methods=["GET", "POST"])
@needs(Permission.PEOPLE_PERSON_MERGE)
def find_double(person_id: int) -> ResponseReturnValue:
    form, actor = DoubleForm(), current_actor()
    found: list[merge_lists.Found] | None = None
    with reading() as session:
        person = directory.person_detail(session, runtime().vault, actor, person_id)
        if form.sent():
            try:
                found = merge_lists.find(session, runtime().vault, actor, person_id, **form.entry())
            except RuleViolation as refusal:
                form.reject(refusal)
        elif not form.is_submitted():
            form.name.data = person["name"]
    page = render_template("people/double.html", person=person, form=form, found=found, most=merge_lists.SHOWN)
    return page, form.status


@bp.route("/people/<int:kept_id>/merge/<int:gone_id>", methods=["GET", "POST"])
@needs(Permission.PEOPLE_PERSON_MERGE)
def merge(kept_id: int, gone_id: int) -> ResponseReturnValue:
    form, actor = MergeForm(), current_actor()
    if form.sent():
        try:
            with writing() as session:
                merge_id = merging.merge(
                    session, actor, _parts(), gone_id=gone_id, kept_id=kept_id, **form.entry(now=runtime().clock.now())
                )
            return redirect(url_for("people.merged", merge_id=merge_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        look = merging.look(session, actor, _parts(), gone_id=gone_id, kept_id=kept_id, now=runtime().clock.now())
        if not look.numbers_differ:
            del form.one_number_wrong
        kept, gone = (directory.person_detail(session, runtime().vault, actor, each) for each in (kept_id, gone_id))
    page = render_template(
        "people/merge.html",
        form=form,
        look=look,
        kept=kept,
        gone=gone,
        filled=_told(look.filled),
        roles=ROLE_LABELS,
        education=EDUCATION,
    )
    return page, form.status


@bp.get("/people/doubles")
@needs(Permission.PEOPLE_PERSON_MERGE)
def doubles() -> ResponseReturnValue:
    ask = Ask.of(request.args)
    with reading() as session:
        page = merge_lists.likely(session, current_actor(), ask)
    if ask.export:
        return download(page, PAIRS, "doubles")
    return render_template("people/doubles.html", page=page, columns=PAIRS)


@bp.get("/people/merges")
@needs(Permission.PEOPLE_PERSON_MERGE)
def merges() -> ResponseReturnValue:
    ask = Ask.of(request.args, filters=("state",))
    with reading() as session:
        page = merge_lists.merges(session, current_actor(), ask)
    if ask.export:
        return download(page, MERGES, "merges")
    states = [(code, Sentence(STATES[code][0])) for code in merge_lists.STATES]
    return render_template("people/merges.html", page=page, columns=MERGES, states=states)


@bp.route("/people/merges/<int:merge_id>", methods=["GET", "POST"])
@needs(Permission.PEOPLE_PERSON_MERGE)
def merged(merge_id: int) -> ResponseReturnValue:
    """One merge; sent, it is taken back."""
    form, actor = TakeBackForm(), current_actor()
    if form.sent():
        try:
            with writing() as session:
                merging.take_back(session, actor, _parts(), merge_id, **form.entry(now=runtime().clock.now()))
            return redirect(url_for("people.merged", merge_id=merge_id), 303)
        except (RuleViolation, Conflict) as refusal:
            form.reject(refusal)
    with reading() as session:
        found = merge_lists.merged(session, actor, _parts(), merge_id)
    return render_template("people/merged.html", form=form, merge=found, filled=_told(found.filled)), form.status
