"""Questions on their way out, generated with the characters that formats trip over."""

from datetime import date

from hypothesis import strategies as st

from examprep.bank.formats.writing import Exported
from examprep.bank.types.registry import QUESTION_TYPES
from examprep.bank.values import Question

ODD = "甲乙丙，。（）：；、．ＡＢ①√{}~=#:\\\"'%/-<>&|,.()[]【】1 2aAB\n"
LINE = st.text(ODD.replace("\n", ""), min_size=1, max_size=12).map(str.strip)
WORD = st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=8)
NASTY = st.text(ODD, min_size=1, max_size=20).map(lambda text: " ".join(text.split(" ")).strip()).filter(bool)
PLAIN_LINES = st.lists(WORD, min_size=1, max_size=3).map("\n".join)


def question(kind, stem, raw, number=1, **more):
    given = {"explanation": "", "author": "", "source": "", "cites": (), "law_as_of": None, "difficulty": None} | more
    content = QUESTION_TYPES[kind].read(raw)
    return Question(
        version_id=number,
        question_id=number,
        number=1,
        subject="sw-law-policy",
        type=kind,
        stem=stem,
        content=content,
        half_points=QUESTION_TYPES[kind].full(content),
        chapter_ids=(),
        **given,
    )


@st.composite
def choices(draw, text):
    options = draw(st.lists(text, min_size=2, max_size=6, unique=True))
    places = range(len(options))
    kinds = ["single-choice", "multiple-choice"] if len(options) > 2 else ["single-choice", "true-false"]
    kind = draw(st.sampled_from(kinds))
    few = 1 if kind != "multiple-choice" else draw(st.integers(2, len(options) - 1))
    correct = draw(st.sets(st.sampled_from(places), min_size=few, max_size=few))
    raw = {"options": options, "correct": correct}
    if kind == "true-false":
        raw["options"] = ()
    elif draw(st.booleans()):
        raw["letters"] = "".join(sorted(draw(st.permutations("ABCDEFGH"))[: len(options)]))
    if kind != "true-false" and draw(st.booleans()):
        raw["notes"] = draw(st.lists(text, min_size=len(options), max_size=len(options)))
    return kind, raw


@st.composite
def written(draw, text):
    kind = draw(st.sampled_from(["short-answer", "case-analysis", "programme-design", "essay"]))
    count = 1 if kind == "short-answer" else draw(st.integers(1, 3))
    points = st.lists(
        st.builds(lambda t, h: {"text": t, "half_points": h}, text, st.integers(1, 40)), min_size=1, max_size=3
    )
    parts = [
        {
            "prompt": draw(text) if count > 1 or draw(st.booleans()) else "",
            "points": draw(points),
            "answer": draw(text) if draw(st.booleans()) else "",
        }
        for _ in range(count)
    ]
    accepted = draw(st.lists(WORD, max_size=2, unique=True)) if kind == "short-answer" else []
    if accepted and draw(st.booleans()):
        parts = []
    return kind, {"parts": parts, "accepted": accepted}


@st.composite
def exported(draw, text=NASTY):
    kind, raw = draw(st.one_of(choices(text), written(text)))
    maybe = lambda one: draw(st.one_of(st.just(""), one))  # noqa: E731
    return Exported(
        question(
            kind,
            draw(text),
            raw,
            draw(st.integers(1, 9999)),
            explanation=maybe(text),
            author=maybe(WORD),
            source=maybe(WORD),
            cites=tuple(draw(st.lists(WORD, max_size=2))),
            law_as_of=draw(st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2026, 1, 1)))),
            difficulty=draw(st.one_of(st.none(), st.integers(0, 100).map(lambda n: n / 100))),
            passage=maybe(text),
        ),
        chapters=draw(st.dictionaries(st.sampled_from(["2018", "2025"]), st.just(("03", "14")), max_size=2)),
        tags=tuple(draw(st.sets(WORD, max_size=2))),
    )
