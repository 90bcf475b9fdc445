"""The search box: persons, questions and classes by the features' own lists, and pages by their names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from examprep.app.helping import TOPICS
from examprep.app.wiring import FEATURES
from examprep.feature import Hit
from examprep.kernel.sentence import N_
from examprep.people.actor import Actor
from examprep.people.session import current_actor
from examprep.plumbing.access import signed_in
from examprep.plumbing.i18n import say
from examprep.plumbing.listing import Ask
from examprep.plumbing.runtime import reading, runtime

bp = Blueprint("search", __name__)

SHOWN = 8  # of each kind; the whole list is one step away


@dataclass(frozen=True)
class Group:
    """What was found of one kind. ``endpoint`` is the whole list, if there is one."""

    label: str
    total: int
    hits: Sequence[Hit]
    endpoint: str | None


@bp.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """Everything that the words find and the actor may see."""
    actor, words = current_actor(), Ask.of(request.args).words
    groups = [*_rows(actor, words), *_pages(actor, words)] if words else []
    return render_template("app/search.html", words=words, groups=[group for group in groups if group.total])


def _rows(actor: Actor, words: str) -> Sequence[Group]:
    ask, now = Ask(words=words, size=SHOWN), runtime().clock.now()
    with reading() as session:
        return [
            Group(kind.label, *kind.find(session, actor, ask, now), kind.endpoint)
            for feature in FEATURES
            for kind in feature.searches
            if actor.may(kind.permission)
        ]


def _pages(actor: Actor, words: str) -> Sequence[Group]:
    """Places of the actor's menus and pages of help, by their names in the reader's language or in English."""
    places: dict[str, str] = {
        item.endpoint: item.label for feature in FEATURES for item in feature.nav if actor.may(item.permission)
    }
    found = [_hit(label, endpoint, {}) for endpoint, label in places.items() if _named(label, words)]
    helps = [_hit(topic.title, "help.page", {"topic": topic.name}) for topic in TOPICS if _named(topic.title, words)]
    return [Group(N_("Pages"), len(found), found, None), Group(N_("Help"), len(helps), helps, "help.index")]


def _hit(label: str, endpoint: str, values: Mapping[str, str]) -> Hit:
    return Hit(say(label), "", endpoint, values)


def _named(label: str, words: str) -> bool:
    return words.casefold() in label.casefold() or words.casefold() in say(label).casefold()
