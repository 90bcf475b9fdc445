"""Months of allowance that another subject holds back: named in the preview, unpaid by the run, paid when in order."""

from datetime import date

from examprep.feature import HolderCheck
from examprep.kernel.sentence import Sentence
from examprep.register import run_planning
from tests.register.test_awards import APRIL, MAY, claim, office  # noqa: F401 -- fixtures are found by their names

WHY = Sentence("There is nothing to pay.")


def holding(*persons, since=date(2026, 4, 1)):
    return (HolderCheck("test", lambda *_: dict.fromkeys(persons, (since, WHY)), lambda *_: None),)


def test_a_held_month_is_said_in_the_preview_and_left_to_a_later_run(office, claim):  # noqa: F811
    organisation = office.world.organisations["ann_county"]
    ann = office.world.people["ann_candidate"]
    free = office.plan()
    held = office.ask(run_planning.plan, "ann_officer", organisation, APRIL, today=MAY, checks=holding(ann))
    assert free.lines
    assert not held.lines
    assert [unpaid.why for unpaid in held.unpaid] == [WHY]
    assert office.ask(run_planning.plan, "ann_officer", organisation, APRIL, today=MAY, checks=holding(ann + 1)).lines
    later = holding(ann, since=date(2026, 5, 1))
    assert (
        office.ask(run_planning.plan, "ann_officer", organisation, APRIL, today=MAY, checks=later).lines == free.lines
    )
