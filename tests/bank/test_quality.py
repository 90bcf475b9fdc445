"""The checks of writing: each finds its fault, leaves sound questions alone, and the shipped bank passes them all."""

import json
import random
import time

import pytest

from examprep.bank.markup import HTML
from examprep.bank.rules.chance import as_uneven, at_least
from examprep.bank.rules.checks import CHECKS, SEVERITIES, check_all, check_draft
from examprep.bank.rules.item import Item, bare, item
from examprep.bank.rules.twins import ALIKE, pairs
from examprep.bank.shipped import starter_files
from examprep.bank.types.choices import Choices
from examprep.bank.types.written import Part, Point, Written
from examprep.bank.values import Draft

KINDS = {"single": "single-choice", "multiple": "multiple-choice"}
ASKS = "社会工作者首先应当做的是"
OPTIONS = ("了解他的需要", "联系他的家人", "评估他的风险", "制订服务计划")
TWO = ("财政部门", "民政部门")


def draft(stem=ASKS, options=OPTIONS, correct=(0,), kind="single-choice", explanation="先了解，再评估。", **more):
    return Draft(kind, stem, Choices(tuple(options), frozenset(correct)), explanation, **more)


def found(*args, newest=None, **more):
    return {finding.rule for finding in check_draft(draft(*args, **more), newest)}


def bank(*drafts):
    return [item(each, number=number, subject="s") for number, each in enumerate(drafts, 1)]


def shipped():
    for subject, content in starter_files():
        for number, line in enumerate(content.decode().splitlines(), 1):
            entry = json.loads(line)
            if "options" in entry:
                choices = Choices(tuple(entry["options"]), frozenset("ABCDE".index(at) for at in entry["answer"]))
                kept = Draft(
                    KINDS[entry["type"]],
                    entry["stem"],
                    choices,
                    entry["explanation"],
                    markup=entry.get("markup", "plain"),
                )
                yield item(
                    kept, number=number + 100 * len(subject), subject=subject, placed="2025" in entry["chapters"]
                )


def test_the_shipped_bank_passes_every_check():
    items = list(shipped())
    assert len(items) == 320
    assert [(finding.subject, finding.number, str(finding.sentence)) for finding in check_all(items)] == []


def test_every_check_says_what_it_is():
    for check in CHECKS:
        assert check.label
        assert check.why
        assert check.severity in SEVERITIES
        assert (check.of_one is None) != (check.of_all is None)


def test_a_sound_draft_has_no_finding():
    assert check_draft(draft(), ()) != ()  # it stands in no chapter of the newest syllabus
    assert check_draft(draft(chapter_ids=frozenset({7})), {7}) == ()
    assert check_draft(draft()) == ()


@pytest.mark.parametrize(
    ("rule", "faulty"),
    [
        pytest.param("unsound-key", {"kind": "multiple-choice", "correct": [0]}, id="one-right-of-several"),
        pytest.param("unsound-key", {"kind": "multiple-choice", "correct": range(4)}, id="all-right"),
        pytest.param("no-explanation", {"explanation": " \n"}, id="blank-explanation"),
        pytest.param("no-explanation", {"explanation": "<p> </p>", "markup": HTML}, id="empty-markup"),
        pytest.param("superseded", {"chapter_ids": frozenset({1}), "newest": {2}}, id="old-chapter"),
        pytest.param("overlap", {"options": ("民政部门", "民政部门。", "财政部门")}, id="same-but-for-a-stop"),
        pytest.param("overlap", {"options": ("民政部门和财政部门", "民政部门", "教育部门")}, id="one-of-a-list"),
        pytest.param("overlap", {"options": ("获得物质帮助", "获得物质帮助权", "休息权")}, id="the-greater-part"),
        pytest.param("catch-all", {"options": (*TWO, "以上都是")}, id="all-of-these"),
        pytest.param("catch-all", {"options": (*TWO, "以上选项都不正确。")}, id="none-of-these"),
        pytest.param("catch-all", {"options": (*TWO, "以上皆非")}, id="none-of-these-in-short"),
        pytest.param("catch-all", {"options": (*TWO, "A和B都对")}, id="two-letters"),
        pytest.param("catch-all", {"options": (*TWO, "都对")}, id="all-right-in-short"),
        pytest.param("negative", {"stem": "下列各项中，不属于社会救助的是（　）。"}, id="belongs-not"),
        pytest.param("negative", {"stem": "下列说法中，错误的是"}, id="wrong-one"),
        pytest.param("negative", {"stem": "下列哪一项不符合保密原则？"}, id="which-does-not"),
        pytest.param("negative", {"stem": "除低保外，下列各项都属于社会救助的是"}, id="all-but"),
        pytest.param("negative", {"stem": "<p>“他说”，社会工作者不应采取的做法有</p>", "markup": HTML}, id="markup"),
        pytest.param("longest-key", {"options": ("先和他面谈，弄清他最急迫的需要和顾虑", *OPTIONS[1:])}, id="long-key"),
        pytest.param("absolute", {"options": ("了解需要", "答应他的一切要求", "联系家人")}, id="all-his-wishes"),
        pytest.param("unlike", {"options": ("了解需要。", "联系家人", "评估风险")}, id="one-stop"),
        pytest.param("unlike", {"options": ("30日", "60日", "双方商定")}, id="no-amount"),
        pytest.param(
            "unlike", {"options": ("面谈", "走访", "由社会工作者会同社区居委会和他的家人共同商定")}, id="far-longer"
        ),
    ],
)
def test_each_fault_is_found(rule, faulty):
    assert rule in found(**faulty)


@pytest.mark.parametrize(
    ("rule", "sound"),
    [
        pytest.param("overlap", {"options": ("支持他的决定", "不支持他的决定", "搁置他的决定")}, id="the-opposite"),
        pytest.param("overlap", {"options": ("3个月", "13个月", "6个月")}, id="digits"),
        pytest.param("overlap", {"options": ("社会工作者", "社会工作者协会", "志愿者")}, id="another-thing"),
        pytest.param("catch-all", {"options": ("以上级部门的批复为准", "都江堰", "均衡营养")}, id="other-words"),
        pytest.param("negative", {"stem": "社会工作者对不能自理的老人最先需要做的是"}, id="of-somebody"),
        pytest.param("negative", {"stem": "面对不愿开口的小王，社会工作者应当做的是"}, id="in-another-clause"),
        pytest.param("negative", {"stem": "他问：“这不是我的错？”社会工作者应当回应的是"}, id="in-another-sentence"),
        pytest.param("negative", {"stem": "除医疗救助外，他还可以申请的是"}, id="besides"),
        pytest.param("negative", {"stem": "下列“不属于”社会救助的是"}, id="quoted"),
        pytest.param("negative", {"stem": "下列【不】属于社会救助的是"}, id="bracketed"),
        pytest.param("negative", {"stem": "下列<strong>不</strong>属于社会救助的是", "markup": HTML}, id="strong"),
        pytest.param("longest-key", {"options": ("先了解他的需要", *OPTIONS[1:])}, id="a-little-longer"),
        pytest.param("absolute", {"options": ("了解所有权", "应当经一定程序", "联系家人")}, id="no-absolutes"),
        pytest.param("absolute", {"options": ("任何人都有权", "所有人一律", "联系家人")}, id="in-the-key-too"),
        pytest.param("unlike", {"options": ("30日", "60日", "90日")}, id="amounts"),
        pytest.param("no-explanation", {"explanation": "<p>见法条</p>", "markup": HTML}, id="marked-up-explanation"),
    ],
)
def test_what_is_sound_is_left_alone(rule, sound):
    assert rule not in found(**sound)


def test_a_true_or_false_question_is_not_judged_by_its_two_words():
    assert found("社会救助由民政部门主管", ("正确", "错误"), kind="true-false") == set()


def test_findings_name_question_check_and_reason():
    (finding,) = check_all(bank(draft(explanation="")))
    assert (finding.rule, finding.number, finding.subject) == ("no-explanation", 1, "s")
    assert str(finding.sentence) == "It has no explanation."


# --- many questions together ---


def varied(count, key_at, longest_at=None):
    """Questions that share nothing, with the key where ``key_at`` puts it."""
    rng = random.Random(5)

    def words(size):
        return "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(size))

    for number in range(count):
        at = longest_at(number) if longest_at else number // 4 % 4
        yield draft(words(30), [words(8 if place == at else 6) for place in range(4)], [key_at(number)])


def rules_of(drafts):
    return [finding.rule for finding in check_all(bank(*drafts))]


def test_keys_at_one_place_are_found():
    assert rules_of(varied(40, lambda number: 2 if number % 4 else 0)) == ["key-places"]
    assert rules_of(varied(40, lambda number: number % 4)) == []
    assert rules_of(varied(19, lambda number: 2)) == []  # too few to say


def test_longest_options_that_are_right_too_often_or_never_are_found():
    def key(number):
        return number % 4

    assert rules_of(varied(40, key, lambda number: number % 4 if number % 3 else 0)) == ["longest-keys"]
    assert rules_of(varied(40, key, lambda number: (number + 1) % 4)) == ["longest-keys"]  # never right
    assert rules_of(varied(40, key)) == []
    assert rules_of(varied(19, key, key)) == []


def test_questions_in_words_are_told_apart_by_what_their_parts_ask():
    """Many cases end in the same words; it is the parts that differ."""

    def case(*points):
        parts = (Part("请分析", tuple(Point(text, 2) for text in points)),)
        return Draft("case-analysis", "阅读材料，回答下列问题。", Written(parts), "因为")

    first, other = case("评估他的需要和资源", "联系家人"), case("制订社区服务的计划", "组织志愿者")
    assert [finding.rule for finding in check_all(bank(first, other))] == []
    assert [finding.other for finding in check_all(bank(first, other, first))] == [1]


def test_near_duplicates_are_found_whatever_the_order_of_options():
    stem = "居民老李因病致贫，向社会工作者询问可以申请哪些救助，社会工作者首先应当告诉他的是"
    drafts = [draft(stem), draft(stem.replace("老李", "老张"), OPTIONS[::-1]), draft("另一道毫不相干的题目是")]
    (finding,) = check_all(bank(*drafts))
    assert (finding.rule, finding.number, finding.other) == ("near-duplicate", 2, 1)


def test_the_same_stem_with_other_options_is_another_question():
    other = ("民政部门主管救助", "教育部门主管学校", "财政部门主管预算", "司法部门主管调解")
    assert rules_of([draft("下列说法正确的是"), draft("下列说法正确的是", other)]) == []


def naive(items):
    """Every pair compared: the likest earlier question of each."""
    sets = []
    for each in items:
        texts = [bare(text) for text in (each.stem, *each.options)]
        sets.append({text[at : at + 3] for text in texts for at in range(max(1, len(text) - 2))})
    likest = {}
    for late in range(len(items)):
        for early in range(late):
            share = len(sets[late] & sets[early]) / len(sets[late] | sets[early])
            if share >= ALIKE and share > likest.get(items[late].number, 0):
                likest[items[late].number] = share
    return likest


def test_no_pair_is_missed():
    rng = random.Random(11)
    items = []
    for number in range(1, 301):
        stem = "".join(rng.choice("甲乙丙丁戊己") for _ in range(rng.randrange(4, 24)))
        if items and rng.random() < 0.5:
            stem = rng.choice(items).stem[: rng.randrange(3, 20)] + rng.choice("甲乙丙")
        items.append(Item(number, "s", "single-choice", stem, (), (), "", frozenset(), "", None))
    # Of copies only the first is compared further, which changes no share.
    found = {late.number: share for late, _, share in pairs(items)}
    assert found == pytest.approx(naive(items))
    assert len(found) > 50


def test_copies_cost_nothing():
    begun = time.process_time()
    assert len(list(pairs(bank(*[draft()] * 3000)))) == 2999
    assert time.process_time() - begun < 5


def test_chance():
    assert at_least(0, 10, 0.25) == pytest.approx(1)
    assert at_least(10, 10, 0.5) == pytest.approx(0.5**10)
    assert at_least(6, 10, 0.5) == pytest.approx(386 / 1024)
    assert as_uneven((10, 10, 10)) == pytest.approx(1)
    # Table values of chi-square: 3.841 at 1, 5.991 at 2, 7.815 at 3 degrees of freedom leave five in a hundred.
    for counts, statistic in (((30, 10), 10.0), ((20, 10, 10), 5.0), ((20, 10, 10, 10), 6.0)):
        mean = sum(counts) / len(counts)
        assert sum((count - mean) ** 2 for count in counts) / mean == pytest.approx(statistic)
    assert as_uneven((30, 10)) == pytest.approx(0.0015654, rel=1e-4)
    assert as_uneven((20, 10, 10)) == pytest.approx(0.0820850, rel=1e-4)
    assert as_uneven((20, 10, 10, 10)) == pytest.approx(0.1116102, rel=1e-4)
