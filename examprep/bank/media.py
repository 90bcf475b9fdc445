"""Pictures of questions: every one is drawn anew, so that nothing but its pixels enters the bank."""

import hashlib
import io
import warnings
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, undefer

from examprep.bank.markup import HTML, pictures
from examprep.bank.models import MediaRow
from examprep.bank.values import Draft, Picture
from examprep.kernel.errors import RuleViolation

WIDEST_PIXELS = 1600
PIXELS_LIMIT = 40_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


def redraw(content: bytes) -> Picture:
    """A picture from a file, turned upright, at most 1600 pixels wide; of a moving one the first frame.

    Raises:
        RuleViolation: ``bank.picture`` -- no picture of a known kind, damaged, or far too large.
    """
    from PIL import Image, ImageOps  # only here: else every process would hold it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > PIXELS_LIMIT:
                    raise _unusable()
                photo = image.format == "JPEG"
                drawn = ImageOps.exif_transpose(image).convert("RGB" if photo else "RGBA")
    except RuleViolation:
        raise
    except Exception as error:  # a damaged picture makes the library raise many kinds
        raise _unusable() from error
    if drawn.width > WIDEST_PIXELS:
        drawn = drawn.resize((WIDEST_PIXELS, max(1, round(drawn.height * WIDEST_PIXELS / drawn.width))))
    buffer = io.BytesIO()
    if photo:
        drawn.save(buffer, "JPEG", quality=85, optimize=True)
    else:
        drawn.save(buffer, "PNG", optimize=True)
    kept = buffer.getvalue()
    mimetype = "image/jpeg" if photo else "image/png"
    return Picture(hashlib.sha256(kept).hexdigest(), mimetype, drawn.width, drawn.height, kept)


def _unusable() -> RuleViolation:
    return RuleViolation("bank.picture", "This is no picture that can be kept. Send a PNG, JPEG, GIF or WebP picture.")


def keep(session: Session, drawn: Iterable[Picture], *, now: datetime) -> None:
    """Keep pictures that the bank does not have yet."""
    wanted = {picture.sha256: picture for picture in drawn}
    if not wanted:
        return
    known = set(session.scalars(select(MediaRow.sha256).where(MediaRow.sha256.in_(wanted))))
    fresh = [picture for sha, picture in wanted.items() if sha not in known]
    if fresh:
        session.execute(insert(MediaRow), [{**vars(picture), "kept_at": now} for picture in fresh])


def check(session: Session, draft: Draft) -> None:
    """Raises RuleViolation: ``bank.picture-unknown`` -- the texts show a picture that the bank does not have."""
    if draft.markup != HTML:
        return
    texts = (draft.passage, draft.stem, draft.explanation, *draft.content.texts())
    shown = set(pictures(texts)) - {picture.sha256 for picture in draft.pictures}
    unknown = shown - set(session.scalars(select(MediaRow.sha256).where(MediaRow.sha256.in_(shown))))
    if unknown:
        raise RuleViolation(
            "bank.picture-unknown",
            "The bank has no picture “%(name)s”. Add it with the button below the stem.",
            name=min(unknown)[:40],
        )


def find_all(session: Session, names: Collection[str]) -> dict[str, Picture]:
    """Kept pictures by their names, in one statement; a name that nobody knows is left out."""
    if not names:
        return {}
    rows = session.scalars(select(MediaRow).where(MediaRow.sha256.in_(names)).options(undefer(MediaRow.content)))
    return {row.sha256: Picture(row.sha256, row.mimetype, row.width, row.height, row.content) for row in rows}


def find(session: Session, sha256: str) -> Picture | None:
    """A kept picture by its name."""
    return find_all(session, [sha256]).get(sha256)
