"""Questions on their way out, made for tests: one of each type, and any at all."""

import io
import string
from datetime import date

from hypothesis import strategies as st
from PIL import Image

from examprep.bank.formats.checking import Rules, Tree, check_file
from examprep.bank.formats.words import tidy
from examprep.bank.formats.writing import Exported
from examprep.bank.markup import HTML, PLAIN, is_rich, plain, sanitise
from examprep.bank.media import redraw
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import Question
from examprep.syllabus.values import Chapter

TREE = Tree([Chapter(3, "law", "2025", "03", {"zh": "丙章", "en": ""}, "chapter", None, None, None, "H", "")])


def png(shade=90):
    buffer = io.BytesIO()
    Image.new("RGB", (7, 5), (shade, 20, 30)).save(buffer, "PNG")
    return redraw(buffer.getvalue())


def exported(kind, raw, number=1, **fields):
    """A question of a type as it goes out; ``tags`` and ``pictures`` are of the export."""
    own = {name: fields.pop(name) for name in ("tags", "pictures") if name in fields}
    content = QUESTION_TYPES[kind].read(raw)
    known = {
        "stem": f"题干{number}",
        "explanation": "",
        "author": "",
        "source": "",
        "cites": (),
        "law_as_of": None,
        "difficulty": None,
        **fields,
    }
    full = QUESTION_TYPES[kind].full(content)
    question = Question(number, number, 1, "law", kind, content=content, half_points=full, chapter_ids=(3,), **known)
    return Exported(question, {"2025": ["03"]}, **own)


def of_each_type():
    """One of each type, with all that a question can carry, a picture too."""
    picture = png()
    shown = f'看图<img src="media:{picture.sha256}" alt="图一"><table><tbody><tr><td>甲</td></tr></tbody></table>'
    found = [
        exported(kind.name, kind.example(), n, explanation="因为 <b> & 5 < 6")
        for n, kind in enumerate(QUESTION_TYPES, 1)
    ]
    rich = {
        "markup": HTML,
        "stem": f"写{shown}",
        "passage": "<p>共用材料</p>",
        "pictures": {picture.sha256: picture},
        "difficulty": 0.65,
        "law_as_of": date(2025, 12, 31),
        "source": "某卷",
        "author": "某人",
        "cites": ("法 1", "法 2"),
        "tags": ("易错", "a=b"),
    }
    choices = {"options": ["<em>甲</em>", "乙", "丙"], "correct": [0, 2], "notes": ["对", "", "也对"], "letters": "ABD"}
    points = [{"text": "甲&amp;乙", "half_points": 3}, {"text": "<ul><li>丙</li></ul>", "half_points": 4}]
    case = {"parts": [{"prompt": "<p>一？</p>", "points": points, "answer": "写"}, {"prompt": "二", "points": points}]}
    return [
        *found,
        exported("multiple-choice", choices, 11, **{**rich, "stem": f"{shown}<p>a<u>b</u><br>c</p>"}),
        exported("case-analysis", case, 12, **{**rich, "stem": f"<p>案例</p>{shown}"}),
        exported("short-answer", {"accepted": ["甲*乙", "丙<"]}, 13),
        exported("true-false", {"options": ["对", "错"], "correct": [0]}, 14),
        exported("short-answer", {**case, "parts": case["parts"][:1]}, 15, **rich),
    ]


_WORDS = st.text(
    alphabet=string.ascii_letters + string.digits + "中文题干的。，？&<>\"'*#~={}\\ \n$", min_size=1, max_size=20
).map(tidy)


def _texts(markup):
    text = _WORDS.filter(str.strip)
    if markup == PLAIN:
        return text
    rich = st.sampled_from(["<p>{}</p>", "<strong>{}</strong>", "<ul><li>{}</li></ul>", "{}<br>b", "<u>{}</u>"])
    shaped = st.builds(lambda form, words: sanitise(form.format(words.replace("<", "&lt;")))[0], rich, text)
    return shaped.filter(lambda text: text)


@st.composite
def any_exported(draw):
    """Any question at all."""
    markup = draw(st.sampled_from([PLAIN, HTML]))
    kind = draw(st.sampled_from([kind.name for kind in QUESTION_TYPES]))
    texts = _texts(markup)
    if QUESTION_TYPES[kind].written:
        count = draw(st.integers(1, 3)) if kind == "case-analysis" else 1
        point = st.fixed_dictionaries({"text": texts, "half_points": st.integers(1, 40)})
        part = {"points": st.lists(point, min_size=1, max_size=3), "prompt": texts, "answer": st.just("") | texts}
        raw = {"parts": [draw(st.fixed_dictionaries(part)) for _ in range(count)]}
        raw["accepted"] = draw(st.lists(_WORDS.filter(str.strip), max_size=2)) if kind == "short-answer" else []
    else:
        size = 2 if kind == "true-false" else draw(st.integers(3, 8))
        options = draw(st.lists(texts, min_size=size, max_size=size, unique=True))
        right = draw(st.integers(2, size - 1)) if kind == "multiple-choice" else 1
        correct = draw(st.permutations(range(size)))[:right]
        notes = draw(st.just([]) | st.lists(texts, min_size=size, max_size=size))
        raw = {"options": options, "correct": correct, "notes": notes}
    fields = {"markup": markup, "stem": draw(texts), "explanation": draw(st.just("") | texts)}
    return exported(kind, raw, draw(st.integers(1, 9999)), passage=draw(st.just("") | texts), **fields)


def drafts(file):
    """What the check makes of a file that was read, every question without a problem."""
    checked = check_file(file, Rules({"2025": TREE}, "2025", None, {}, date(2026, 4, 1)))
    said = [str(problem.sentence) for problem in checked.problems]
    assert said == []
    return checked.drafts


def kept(one):
    """What must be the same before and after, of a question on its way out or of a draft.

    Marked-up texts in which nothing is marked up are compared as the plain ones that an import makes of them.
    """
    question = getattr(one, "question", one)
    texts = (question.stem, question.explanation, question.passage, *question.content.texts())
    rich = question.markup == HTML and any(is_rich(text) for text in texts)

    def settled(text):
        return sanitise(text)[0] if rich else tidy(plain(text, question.markup))

    names = ("type", "author", "source", "cites", "law_as_of", "difficulty")
    return {name: getattr(question, name) for name in names} | {
        "texts": [settled(text) for text in (question.stem, question.explanation, question.passage)],
        "content": question.content.mapped(settled),
        "tags": frozenset(one.tags),
    }
