"""What is checked, how grave it is, and why it matters. To add a check: its module, and an entry here."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from examprep.bank.rules.absolutes import absolute
from examprep.bank.rules.catch_alls import catch_all
from examprep.bank.rules.completeness import superseded, unexplained, unsound_key
from examprep.bank.rules.item import Asked, Finding, Item, item
from examprep.bank.rules.key_places import key_places
from examprep.bank.rules.likeness import unlike
from examprep.bank.rules.longest import longest_key, longest_keys
from examprep.bank.rules.negatives import negative
from examprep.bank.rules.overlaps import overlap
from examprep.bank.rules.twins import twins
from examprep.kernel.registry import Registry
from examprep.kernel.sentence import N_, Sentence

SEVERITIES: Mapping[str, str] = {"mend": N_("To be mended"), "look": N_("To be looked at")}


@dataclass(frozen=True)
class Check:
    """``label`` and ``why`` are message ids; ``severity`` is one of `SEVERITIES`.

    A check judges either one question by itself (``of_one``) or many together (``of_all``: a bank, or a paper).
    """

    name: str
    label: str
    severity: str
    why: str
    of_one: Callable[[Item], Iterator[Sentence]] | None = None
    of_all: Callable[[Sequence[Item]], Iterator[Finding]] | None = None

    def judge(self, items: Sequence[Item]) -> Iterator[Finding]:
        if self.of_all is not None:
            yield from self.of_all(items)
        if self.of_one is not None:
            for each in items:
                for sentence in self.of_one(each):
                    yield Finding(self.name, each.number, each.subject, sentence)


CHECKS: Registry[Check] = Registry(
    Check(
        "unsound-key",
        N_("Unsound key"),
        "mend",
        N_("In a multiple-choice question two or more options are right and at least one is wrong."),
        of_one=unsound_key,
    ),
    Check(
        "no-explanation",
        N_("No explanation"),
        "mend",
        N_("Whoever answers wrong learns only from the explanation."),
        of_one=unexplained,
    ),
    Check(
        "superseded",
        N_("Not in the newest syllabus"),
        "look",
        N_("It is not practised for the coming exam: file it under a chapter, or retire it."),
        of_one=superseded,
    ),
    Check(
        "overlap",
        N_("Options overlap"),
        "mend",
        N_("If one option holds another, both are right or both are wrong, and neither needs knowledge."),
        of_one=overlap,
    ),
    Check(
        "catch-all",
        N_("“All of the above”"),
        "mend",
        N_("Knowing two options settles the rest, and it makes no sense once options are shuffled."),
        of_one=catch_all,
    ),
    Check(
        "negative",
        N_("Negative not emphasised"),
        "mend",
        N_("Who overlooks the negative answers wrong although they know. Ask for what is so, or emphasise the word."),
        of_one=negative,
    ),
    Check(
        "longest-key",
        N_("Right option is the longest"),
        "mend",
        N_("Candidates learn to tick the longest option without reading."),
        of_one=longest_key,
    ),
    Check(
        "absolute",
        N_("Absolute words in wrong options only"),
        "look",
        N_("Candidates strike out options with such words without knowing the subject."),
        of_one=absolute,
    ),
    Check(
        "unlike",
        N_("Options not built alike"),
        "look",
        N_("An option that looks different is taken for the answer, or struck out, for its looks."),
        of_one=unlike,
    ),
    Check(
        "longest-keys",
        N_("Longest option right too often or too seldom"),
        "look",
        N_("Over many questions the longest option becomes the best guess, or the first to be struck out."),
        of_all=longest_keys,
    ),
    Check(
        "key-places",
        N_("Keys unevenly placed"),
        "look",
        N_("Over many questions one letter becomes the best guess."),
        of_all=key_places,
    ),
    Check(
        "near-duplicate",
        N_("Near-duplicate"),
        "look",
        N_("The same question twice makes a paper shorter than it looks; answers to one are known from the other."),
        of_all=twins,
    ),
)


# What they find lacking is no fault yet in a question that is still being typed.
OF_WHOLE = frozenset({"unsound-key", "no-explanation", "superseded"})


def check_draft(asked: Asked, newest: Collection[int] | None = None, *, whole: bool = True) -> tuple[Finding, ...]:
    """What the checks of one question find in a draft as it stands; no database, fast enough for every keystroke.

    ``newest`` are the ids of the newest syllabus's chapters; without them nothing is said about the syllabus. Nor is
    anything said of what a question lacks that is not ``whole`` yet.
    """
    chapters: Collection[int] = getattr(asked, "chapter_ids", ())
    draft = item(asked, placed=None if newest is None else not set(newest).isdisjoint(chapters))
    checks = [check for check in CHECKS if check.of_one and (whole or check.name not in OF_WHOLE)]
    return tuple(finding for check in checks for finding in check.judge([draft]))


def check_all(items: Sequence[Item]) -> tuple[Finding, ...]:
    """What all checks find in a bank or a paper, check by check."""
    return tuple(finding for check in CHECKS for finding in check.judge(items))
