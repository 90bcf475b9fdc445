"""The text that questions of a paper share: ``根据以下材料，回答1～3题：`` above it, or the like below it. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examprep.bank.formats import plain_words as words

Lines = Sequence[tuple[int, str]]
_CHINESE = "一二三四五六七八九十"
_GAP = r"\s{0,3}"
_FIRST, _LAST = (rf"第?{_GAP}(?P<{name}>\d{{1,4}}){_GAP}" for name in ("first", "last"))
_RANGE = rf"{_FIRST}题?{_GAP}[-—–~～至到、，,]{{1,3}}{_GAP}{_LAST}小?题"
_ANNOUNCED = re.compile(
    rf"(?:请{_GAP})?(?:根据|依据|阅读|结合|分析)[^。？！\d]{{0,16}}(?:材料|资料|案例|情景|情境|短文|题干)"
    rf"[^。？！\d]{{0,12}}(?:回答|完成|解答|作答)[^。？！\d]{{0,6}}{_RANGE}[。：:）)】\]]{{0,3}}"
)
_SHARED = re.compile(rf"[（(【\[]?{_RANGE}共用(?:题干|材料|资料)[）)】\]]?[。：:]?")
_GROUP = re.compile(
    rf"^(?:[（(【\[](?:材料|资料)?[{_CHINESE}]{{1,3}}[)）】\]]|(?:材料|资料)(?:[{_CHINESE}]{{1,3}}|\d{{1,2}})?[:：、.．])[、.．:：]?\s{{0,9}}"
)
_LONGEST_ANNOUNCEMENT = 80
_FURTHEST = 200  # lines between an announcement and the other end of its text
MOST = 50  # questions of one text


@dataclass(frozen=True)
class Shared:
    """The text, whose lines end before the place ``upto``, and the numbers of the questions that share it."""

    upto: int
    first: int
    last: int
    text: str


def announced(first: int, last: int) -> str:
    """The line that announces a text below it."""
    return f"根据以下材料，回答{first}～{last}题："


def find_shared(lines: Lines) -> Mapping[int, Shared]:
    """The texts that questions share, by the place of their first line."""
    found: dict[int, Shared] = {}
    for place, (_, line) in enumerate(lines):
        text = line.strip()
        match = _announcement(text)
        if match is None:
            continue
        first, last = int(match["first"]), int(match["last"])
        if not first < last < first + MOST:
            continue
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        before = "" if _GROUP.fullmatch(before) else before
        begins = after or before or not _asks(lines, place + 1, first)
        if begins and not before:
            shared = _below(lines, place, after, first, last)
            start = place
        else:
            start, above = _above(lines, place, before)
            shared = Shared(place + 1, first, last, above) if above else None
        if shared is not None:
            found[start] = shared
    return found


def _announcement(text: str) -> "re.Match[str] | None":
    """Where a line says which questions share a text: at its beginning or its end, never within long words."""
    if "题" not in text:
        return None
    start = max(0, len(text) - _LONGEST_ANNOUNCEMENT)
    for pattern in (_ANNOUNCED, _SHARED):
        if found := pattern.search(text, 0, _LONGEST_ANNOUNCEMENT) or pattern.search(text, start):
            labelled = words.label(text)
            own = words.numbered(text) or words.options(text) or (labelled and labelled[0] != "passage")
            return None if own else found
    return None


def _asks(lines: Lines, place: int, number: int) -> bool:
    """Whether the next line that is not blank begins the question of a number."""
    following = next((line.strip() for _, line in lines[place : place + _FURTHEST] if line.strip()), "")
    begun = words.numbered(following)
    return begun is not None and begun[1] == number


def _below(lines: Lines, place: int, rest: str, first: int, last: int) -> Shared | None:
    """The text from an announcement to the first question; none where no question follows."""
    text = [rest] if rest else []
    for at in range(place + 1, min(len(lines), place + _FURTHEST)):
        line = lines[at][1].strip()
        begun = words.numbered(line)
        if begun is not None and begun[1] == first:
            said = "\n".join(text).strip()
            return Shared(at, first, last, said) if said else None
        if words.head(line) is not None or words.case(line) is not None:
            return None
        text.append(line)
    return None


def _above(lines: Lines, place: int, before: str) -> tuple[int, str]:
    """Where the text above an announcement begins, and the text: from its own mark, else the lines without a gap."""
    if marked := _GROUP.match(before):
        return place, before[marked.end() :]
    text, block = [before] if before else [], place
    gap = False
    for at in range(place - 1, max(-1, place - _FURTHEST), -1):
        line = lines[at][1].strip()
        if words.case(line) is not None:
            return place, ""  # the questions are the case's own
        if marked := _GROUP.match(line):
            text = [line[marked.end() :], *(one.strip() for _, one in lines[at + 1 : place]), before]
            return at, "\n".join(text).strip()
        if words.head(line) is not None or words.numbered(line) or words.options(line) or words.label(line):
            break
        gap = gap or (not line and block < place)
        if line and not gap:
            text.insert(0, line)
            block = at
    return block, "\n".join(text).strip()
