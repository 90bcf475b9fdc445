"""Months of allowance that another subject holds back: named in the preview, unpaid by the run, paid when in order."""

import re
from datetime import date

from examprep.feature import KNOWN, Feature, HolderCheck
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


def test_the_pages_of_a_run_ask_every_feature(app, office, claim, sign_in):  # noqa: F811
    organisation, ann = office.world.organisations["ann_county"], office.world.people["ann_candidate"]
    officer = sign_in("ann_officer")
    officer.post("/language", data={"language": "en", "next": "/"})
    preview = f"/register/runs/preview?organisation={organisation}&month=2026-04"
    sha256 = re.search(r'name="sha256" value="(\w{64})"', officer.get(preview).text)[1]
    app.extensions[KNOWN] = (*app.extensions[KNOWN], Feature("test", holder_checks=holding(ann)))
    page = officer.get(preview).text
    assert str(WHY) in page
    assert sha256 not in page
    # What was looked at before the month was held is not paid either.
    officer.post("/register/runs", data={"organisation_id": organisation, "month": "2026-04-01", "sha256": sha256})
    assert office.totals() == (0, 0)
