"""What everybody may read without an account: published tables, and that one was withdrawn and why."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examprep.bureau import publications
from examprep.bureau.models import PublicationRow
from examprep.bureau.publish_views import columns_of, rows_page, shown
from examprep.bureau.rules import content as texts
from examprep.kernel.errors import NotFound
from examprep.plumbing.access import public
from examprep.plumbing.listing import Ask, download
from examprep.plumbing.runtime import reading

bp = Blueprint("published", __name__, url_prefix="/published")

COLUMNS = columns_of("published.one")


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    ask = Ask.of(request.args)
    with reading() as session:
        page = publications.public_page(session, ask)
    if ask.export:
        return download(page, COLUMNS, "published")
    return render_template("bureau/published_index.html", page=page, columns=COLUMNS)


@bp.get("/<int:publication_id>")
@public
def one(publication_id: int) -> ResponseReturnValue:
    with reading() as session:
        row = publications.public(session, publication_id)
    if row.state == "withdrawn":
        return render_template("bureau/published_withdrawn.html", row=row, unit=texts.read(row.content).unit.name)
    return render_template("bureau/published.html", row=row, **shown(texts.read(row.content)))


@bp.get("/<int:publication_id>/<kind>")
@public
def rows(publication_id: int, kind: str) -> ResponseReturnValue:
    row = _standing(publication_id)
    return rows_page(texts.read(row.content), kind, url_for("published.one", publication_id=publication_id))


@bp.get("/<int:publication_id>/content.json")
@public
def content(publication_id: int) -> ResponseReturnValue:
    """Byte for byte what the hash is taken of."""
    row = _standing(publication_id)
    answer = Response(row.content, mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"publication-{publication_id}.json")
    return answer


def _standing(publication_id: int) -> PublicationRow:
    with reading() as session:
        row = publications.public(session, publication_id)
    if row.state == "withdrawn":
        raise NotFound("bureau.withdrawn", "This publication was withdrawn.")
    return row
