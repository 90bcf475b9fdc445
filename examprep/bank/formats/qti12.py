"""QTI 1.2, read: ``<questestinterop>`` with items, in sections or alone; also Canvas's. Names as `xml.parse` gives."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from examprep.bank.formats.fragments import inner, letters_of, read_body, read_rubric, readdressed
from examprep.bank.formats.labels import KEYS, read_labels
from examprep.bank.formats.shaping import WEIGHTS, Gathered, LeftOutError, too_many
from examprep.bank.formats.xml import each, number, unsupported, words
from examprep.bank.markup import escaped
from examprep.bank.types.choices import LETTERS
from examprep.kernel.sentence import Sentence

Source = Callable[[str], str]
_OTHER = ("renderhotspot", "renderslider", "renderextension", "responsegrp", "responsexy", "responsenum")
_GIVEN_TYPES = {
    "multiple_choice_question",
    "true_false_question",
    "multiple_answers_question",
    "short_answer_question",
    "essay_question",
}


def read_items(root: Element, filename: str, gathered: Gathered, source: Source) -> None:
    """Every item of a file, in order; ``source`` gives a picture's address as the texts keep it."""
    for item in each(root, "item"):
        where = f"{filename}: {item.get('ident', '')}"
        try:
            gathered.add(where, _item(item, gathered, source))
        except LeftOutError as reason:
            gathered.skip(where, reason.sentence)


def _item(item: Element, gathered: Gathered, source: Source) -> dict[str, Any]:
    entries = [
        (words(found.find("fieldlabel")), words(found.find("fieldentry"))) for found in each(item, "qtimetadatafield")
    ]
    given = dict(entries).get("question_type", "")
    presentation = item.find("presentation")
    if presentation is None:
        raise LeftOutError(Sentence("it is a text without a question"))
    if given and given not in _GIVEN_TYPES:
        raise LeftOutError(unsupported(given))
    for other in each(presentation, *_OTHER):
        raise LeftOutError(unsupported(other.tag))
    responses = list(each(presentation, "responselid", "responsestr"))
    if len(responses) != 1:
        raise LeftOutError(Sentence("it asks %(count)s things at once, or none", count=len(responses)))
    labels = read_labels(f"{label}={entry}" for label, entry in entries if label in KEYS)
    kind = labels.pop("kind", "")
    feedback = {found.get("ident", ""): _material(found, source) for found in item.iterfind("itemfeedback")}
    body = read_body(_material(presentation, source))
    rubrics = "".join(_material(found, source) for tag in ("itemrubric", "rubric") for found in item.iterfind(tag))
    fields = {**labels, "stem": body.stem, "passage": body.passage, "explanation": _explanation(feedback)}
    if responses[0].tag == "responselid":
        return fields | _choices(item, responses[0], kind, feedback, gathered, source)
    accepted = [value for score, values in _conditions(item) if score > 0 for value in values]
    points = read_rubric(rubrics, body.prompts, None if accepted else _full(item))
    if not accepted and not points:
        raise LeftOutError(Sentence("it has neither accepted answers nor marking points"))
    return fields | {"kind": kind or "short-answer", "accepted": accepted, "parts": points}


def _choices(
    item: Element, response: Element, kind: str, feedback: dict[str, str], gathered: Gathered, source: Source
) -> dict[str, Any]:
    shown = list(each(response, "responselabel"))
    idents = [label.get("ident", "") for label in shown]
    options = [_material(label, source) for label in shown]
    single = response.get("rcardinality", "Single").lower() == "single"
    right, uneven = _right(item, single)
    if uneven:
        gathered.lose(WEIGHTS)
    places = [place for place, ident in enumerate(idents) if ident in right]
    notes = [feedback.get(f"note_{ident}", feedback.get(f"{ident}_fb", "")) for ident in idents]
    if [ident.lower() for ident in idents] == ["true", "false"]:
        kind = "true-false"
    elif kind != "true-false":
        kind = "single-choice" if single else "multiple-choice"
    return {
        "kind": kind,
        "options": options,
        "answer": letters_of(places, LETTERS),
        "notes": notes if any(notes) else (),
        "faults": too_many(options),
    }


def _right(item: Element, single: bool) -> tuple[set[str], bool]:
    """The identifiers that earn something, those that earn most where one is asked; and whether weights were lost."""
    earned: dict[str, float] = {}
    penalties = False
    for score, values in _conditions(item):
        penalties = penalties or score < 0
        for value in values:
            earned[value] = max(earned.get(value, 0.0), score)
    best = max(earned.values(), default=0.0)
    if single:
        right = {value for value, score in earned.items() if score == best > 0}
        return right, penalties or any(0 < score < best for score in earned.values())
    right = {value for value, score in earned.items() if score > 0}
    return right, penalties or len({earned[value] for value in right}) > 1


def _conditions(item: Element) -> Iterator[tuple[float, list[str]]]:
    """What each condition on the answer earns, the values it names (not those it excludes)."""
    for condition in each(item, "respcondition"):
        test = condition.find("conditionvar")
        if test is None:
            continue
        scores = [number(words(found)) or 0.0 for found in condition.iterfind("setvar")]
        signed = [
            -score if found.get("action") == "Subtract" else score
            for found, score in zip(condition.iterfind("setvar"), scores, strict=True)
        ]
        if signed:
            yield sum(signed), list(_named(test))


def _named(test: Element) -> Iterator[str]:
    for child in test:
        if child.tag == "varequal":
            yield words(child)
        elif child.tag in {"and", "or"}:
            yield from _named(child)


def _full(item: Element) -> float | None:
    found = next(each(item, "decvar"), None)
    return None if found is None else number(found.get("maxvalue"))


def _explanation(feedback: dict[str, str]) -> str:
    for ident in ("explanation", "general_fb", "solution", "correct_fb"):
        if feedback.get(ident):
            return feedback[ident]
    return ""


def _material(element: Element, source: Source) -> str:
    """The texts and pictures in an element, as HTML; not those of the answers below it."""
    out = []
    for child in element:
        if child.tag == "mattext":
            out.append(_mattext(child, source))
        elif child.tag == "matimage" and child.get("uri"):
            out.append(f'<img src="{escaped(source(child.get("uri", "")))}" alt="{escaped(words(child))}">')
        elif child.tag == "matbreak":
            out.append("<br>")
        elif child.tag not in {"renderchoice", "renderfib", "responselabel"} or element.tag == "responselabel":
            out.append(_material(child, source))
    return "".join(out)


def _mattext(element: Element, source: Source) -> str:
    if element.get("texttype", "text/plain").lower() in {"text/html", "text/xhtml"}:
        if len(element):
            return inner(element, source)
        return readdressed(element.text or "", source)
    return escaped(words(element))
