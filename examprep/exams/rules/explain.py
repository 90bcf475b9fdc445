"""The sentence in which an outcome explains itself."""

from examprep.exams.rules.cycle import ABSENT, LOCAL, VIOLATION, VOID, Outcome, Pass
from examprep.exams.rules.papers import SUBJECT_NAMES, SUBJECTS, enumerated, named
from examprep.kernel.sentence import Sentence
from examprep.syllabus.rules.levels import ASSISTANT, INTERMEDIATE

CODE_NAMES = {
    ABSENT: Sentence("Absent"),
    VIOLATION: Sentence("Violation of the rules"),
    VOID: Sentence("Void"),
}


def explain(outcome: Outcome) -> Sentence:
    """Why the outcome is what it is, what still counts, and what a line that is still to come could change."""
    if outcome.qualified or outcome.already:
        return _with_validity(_why_qualified(outcome), outcome)
    if not outcome.marks:
        return _before_results(outcome)
    if not outcome.sat:
        return _with_rest(Sentence("Absent from every subject in %(year)s.", year=outcome.year), outcome)
    if outcome.pending:
        return _with_rest(Sentence("The pass line that decides this is not known yet."), outcome, settled=False)
    return _with_awaited(_with_elsewhere(_why_not(outcome), outcome), outcome)


def _before_results(outcome: Outcome) -> Sentence:
    waiting = Sentence("There are no results of %(year)s yet.", year=outcome.year)
    if outcome.level != INTERMEDIATE or not outcome.counted:
        return waiting
    return Sentence(
        "%(sentence)s Counting from before: %(passes)s. Needed now: %(missing)s.",
        sentence=waiting,
        passes=enumerated(_pass(found) for found in outcome.counted),
        missing=named(outcome.missing),
    )


def _with_elsewhere(sentence: Sentence, outcome: Outcome) -> Sentence:
    if not outcome.elsewhere:
        return sentence
    return Sentence(
        "%(sentence)s %(subjects)s met only the pass line of another region, which does not count in this one.",
        sentence=sentence,
        subjects=named(outcome.elsewhere),
    )


def _with_awaited(sentence: Sentence, outcome: Outcome) -> Sentence:
    awaited = outcome.awaited
    if awaited is None:
        return sentence
    values = {
        "sentence": sentence,
        "year": awaited.years[-1],
        "points": f"{awaited.half_points / 2:g}",
        "subjects": named(awaited.subjects),
    }
    if awaited.qualifies:
        return Sentence(
            "%(sentence)s The regional pass line of %(year)s is not on file yet: "
            "at %(points)s points or lower it makes this a pass that holds in the region.",
            **values,
        )
    return Sentence(
        "%(sentence)s The regional pass line of %(year)s is not on file yet: "
        "at %(points)s points or lower %(subjects)s would count.",
        **values,
    )


def _why_qualified(outcome: Outcome) -> Sentence:
    if outcome.already:
        return Sentence(
            "Already qualified by the passes of earlier years; nothing new was needed in %(year)s.", year=outcome.year
        )
    if outcome.level == ASSISTANT:
        return Sentence("Both subjects were passed in %(year)s.", year=outcome.year)
    if outcome.level == INTERMEDIATE:
        return Sentence(
            "All three subjects were passed within the rolling window: %(passes)s.",
            passes=enumerated(_pass(found) for found in outcome.counted),
        )
    return Sentence(
        "The exam was passed. The proof of passing is valid for three years from its issue; "
        "the title follows only after the review."
    )


def _why_not(outcome: Outcome) -> Sentence:
    if outcome.level == ASSISTANT and outcome.passed:
        return Sentence(
            "Only %(passed)s was passed. An assistant passes both subjects in one year; nothing is kept for the next.",
            passed=named(outcome.passed),
        )
    if outcome.level == INTERMEDIATE and outcome.counted:
        return _with_rest(
            Sentence(
                "Counting: %(passes)s. Still missing: %(missing)s.",
                passes=enumerated(_pass(found) for found in outcome.counted),
                missing=named(outcome.missing),
            ),
            outcome,
        )
    return Sentence("No subject reached its pass line in %(year)s.", year=outcome.year)


def _with_rest(sentence: Sentence, outcome: Outcome, *, settled: bool = True) -> Sentence:
    """With what counts next year; while a line is unknown (not ``settled``) only what is sure to."""
    if outcome.level != INTERMEDIATE or not (settled or outcome.kept):
        return sentence
    if not outcome.kept:
        return Sentence(
            "%(sentence)s No pass counts any more in %(next)s: all three subjects must be sat again.",
            sentence=sentence,
            next=outcome.year + 1,
        )
    needed = [subject for subject in SUBJECTS[outcome.level] if subject not in outcome.kept]
    return Sentence(
        "%(sentence)s In %(next)s these passes still count: %(kept)s; needed then: %(needed)s.",
        sentence=sentence,
        next=outcome.year + 1,
        kept=named(outcome.kept),
        needed=named(needed),
    )


def _with_validity(sentence: Sentence, outcome: Outcome) -> Sentence:
    if outcome.validity != LOCAL:
        return sentence
    regional = named(found.subject for found in outcome.counted if not found.national)
    return Sentence(
        "%(sentence)s %(subjects)s met only the regional pass line, so the certificate holds in that region alone.",
        sentence=sentence,
        subjects=regional,
    )


def _pass(found: Pass) -> Sentence:
    return Sentence("%(subject)s (%(year)s)", subject=SUBJECT_NAMES[found.subject], year=found.year)
