"""Items of QTI 2.1, 2.2 and 3.0, read. Names as `xml.parse` gives them, which makes the three one."""

from collections.abc import Callable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from examprep.bank.formats.fragments import inner, letters_of, read_body, read_rubric
from examprep.bank.formats.shaping import PARTLY, WEIGHTS, Gathered, LeftOutError, too_many
from examprep.bank.formats.xml import number, unsupported, words
from examprep.bank.types.choices import LETTERS
from examprep.kernel.sentence import Sentence

Source = Callable[[str], str]
_SCORERS = {"scorer", "author", "tutor", "proctor", "testconstructor"}
_FEEDBACK = frozenset({"feedbackinline", "feedbackblock"})
_BLANK = "____"


def read_item(
    item: Element, labels: dict[str, Any], passage: str, gathered: Gathered, source: Source
) -> dict[str, Any]:
    """The fields of one item; ``labels`` are those of the manifest, ``passage`` is its shared stimulus.

    Raises:
        LeftOutError: the bank has no place for it.
    """
    if item.get("adaptive", "false").strip() in {"true", "1"}:
        raise LeftOutError(Sentence("it is adaptive: it changes with the answers given"))
    if item.find("templateprocessing") is not None or item.find("templatedeclaration") is not None:
        raise LeftOutError(Sentence("it is made anew from a template each time"))
    body = item.find("itembody")
    found = [] if body is None else [child for child in body.iter() if child.tag.endswith("interaction")]
    if body is None or not found:
        raise LeftOutError(Sentence("it is a text without a question"))
    for interaction in found:
        if interaction.tag not in _READERS:
            raise LeftOutError(unsupported(interaction.tag))
    if len(found) > 1:
        raise LeftOutError(Sentence("it asks %(count)s things at once, or none", count=len(found)))
    (interaction,) = found
    declaration = _declaration(item, interaction.get("responseidentifier", ""))
    scorers = [block for block in body.iter("rubricblock") if set(block.get("view", "").lower().split()) & _SCORERS]
    rubric = "".join(inner(block, source) for block in scorers)
    prompt = interaction.find("prompt")
    asked = "" if prompt is None else f"<p>{inner(prompt, source)}</p>"
    fields = dict(labels)
    kind = fields.pop("kind", "")
    answer = _READERS[interaction.tag](interaction, declaration, kind, gathered, source)
    for block in scorers:
        _blank(block, "")
    _blank(interaction, _BLANK if interaction.tag in {"inlinechoiceinteraction", "textentryinteraction"} else "")
    read = read_body(inner(body, source))
    fields |= {"stem": read.stem + asked, "passage": passage or read.passage, "explanation": _modal(item, source)}
    fields |= answer
    if "options" not in answer:
        accepted = answer.get("accepted", ())
        fields["parts"] = read_rubric(rubric, read.prompts, None if accepted else _full(item))
        if not accepted and not fields["parts"]:
            raise LeftOutError(Sentence("it has neither accepted answers nor marking points"))
    return fields


def _blank(element: Element, text: str) -> None:
    """Let an element stand for a few words only; what follows it stays."""
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "span", text, tail


def _declaration(item: Element, identifier: str) -> Element:
    for declaration in item.iterfind("responsedeclaration"):
        if declaration.get("identifier", "") == identifier:
            return declaration
    raise LeftOutError(Sentence("its right answer is not declared"))


def _correct(declaration: Element) -> list[str]:
    return [words(value) for value in declaration.iterfind("correctresponse/value")]


def _mapped(declaration: Element) -> dict[str, float]:
    return {
        entry.get("mapkey", ""): number(entry.get("mappedvalue")) or 0.0
        for entry in declaration.iterfind("mapping/mapentry")
    }


def _choice(
    interaction: Element, declaration: Element, kind: str, gathered: Gathered, source: Source
) -> dict[str, Any]:
    shown = [child for child in interaction if child.tag in {"simplechoice", "inlinechoice"}]
    idents = [choice.get("identifier", "") for choice in shown]
    single = declaration.get("cardinality", "single") != "multiple"
    right, mapped = set(_correct(declaration)), _mapped(declaration)
    earned = {ident: value for ident, value in mapped.items() if value > 0}
    if not right:
        best = max(earned.values(), default=0.0)
        right = {ident for ident, value in earned.items() if value == best or not single}
    if _weighted(mapped, earned, right):
        gathered.lose(WEIGHTS)
    if [ident.lower() for ident in idents] == ["true", "false"]:
        kind = "true-false"
    elif kind != "true-false":
        kind = "single-choice" if single else "multiple-choice"
    options = [inner(choice, source, _FEEDBACK) for choice in shown]
    notes = ["".join(inner(child, source) for child in choice if child.tag in _FEEDBACK) for choice in shown]
    return {
        "kind": kind,
        "options": options,
        "answer": letters_of([place for place, ident in enumerate(idents) if ident in right], LETTERS),
        "notes": notes if any(notes) else (),
        "faults": too_many(options),
    }


def _weighted(mapped: dict[str, float], earned: dict[str, float], right: set[str]) -> bool:
    """Whether the mapping says more than that all right ones are needed and a wrong one takes everything."""
    uneven = len(set(earned.values())) > 1 or bool(earned.keys() - right)
    return uneven or any(-sum(earned.values()) < value < 0 for value in mapped.values())


def _entry(interaction: Element, declaration: Element, kind: str, gathered: Gathered, source: Source) -> dict[str, Any]:
    mapped = _mapped(declaration)
    best = max(mapped.values(), default=0.0)
    if any(0 < value < best for value in mapped.values()):
        gathered.lose(PARTLY)
    accepted = [*_correct(declaration), *(key for key, value in mapped.items() if value == best > 0)]
    return {"kind": "short-answer", "accepted": list(dict.fromkeys(filter(None, accepted)))}


def _extended(
    interaction: Element, declaration: Element, kind: str, gathered: Gathered, source: Source
) -> dict[str, Any]:
    return {"kind": kind if kind in {"case-analysis", "programme-design", "essay"} else "short-answer"}


_READERS: dict[str, Callable[[Element, Element, str, Gathered, Source], dict[str, Any]]] = {
    "choiceinteraction": _choice,
    "inlinechoiceinteraction": _choice,
    "textentryinteraction": _entry,
    "extendedtextinteraction": _extended,
}


def _full(item: Element) -> float | None:
    for declaration in item.iterfind("outcomedeclaration"):
        if declaration.get("identifier") == "SCORE":
            return number(declaration.get("normalmaximum"))
    return None


def _modal(item: Element, source: Source) -> str:
    """The feedback on the whole question, each text once."""
    texts: Sequence[str] = [inner(found, source).strip() for found in item.iterfind("modalfeedback")]
    return "<br>".join(dict.fromkeys(filter(None, texts)))
