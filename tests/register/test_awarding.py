"""Who is paid how much from when: the conditions one by one, and the amounts."""

from dataclasses import replace
from datetime import date

import pytest

from examprep.register.rules.awarding import (
    Conditions,
    Facts,
    Kind,
    Version,
    amount,
    entitlement,
    first_month,
    judge,
    months_left,
    unmet,
)

DAY = date(2026, 4, 1)
SCHEME = Version(
    1, Kind.MONTHLY, date(2025, 1, 1), None, {"ASW": 30_000, "SW": 50_000}, 36, "add", "full", Conditions()
)
HOLDER = Facts("ASW", date(2025, 9, 1), date(2025, 10, 1), date(2028, 10, 1), "520526", True, True, date(2024, 1, 1))


def asking(**conditions):
    return replace(SCHEME, conditions=Conditions(**conditions))


@pytest.mark.parametrize(
    ("version", "facts", "missing", "mended"),
    [
        pytest.param(SCHEME, HOLDER, [], [], id="all-met"),
        pytest.param(replace(SCHEME, since=date(2026, 4, 2)), HOLDER, ["running"], [True], id="begins-tomorrow"),
        pytest.param(replace(SCHEME, until=DAY), HOLDER, ["running"], [False], id="ended-today"),
        pytest.param(SCHEME, replace(HOLDER, level="SSW"), ["level"], [False], id="level-not-paid"),
        pytest.param(
            SCHEME, replace(HOLDER, paid_levels=frozenset({"SW"})), ["higher"], [False], id="higher-paid-before"
        ),
        pytest.param(
            replace(SCHEME, upgrade="nothing"),
            replace(HOLDER, level="SW", paid_levels=frozenset({"ASW"})),
            ["upgrade"],
            [False],
            id="nothing-more-on-upgrade",
        ),
        pytest.param(
            replace(SCHEME, kind=Kind.ONE_OFF), replace(HOLDER, paid_levels=frozenset({"ASW"})), ["once"], [False],
            id="once-per-level",
        ),
        pytest.param(asking(within_months=7), HOLDER, [], [], id="seven-months-to-the-day"),
        pytest.param(asking(within_months=6), HOLDER, ["within"], [False], id="too-late"),
        pytest.param(asking(window=("04-01", "04-30")), HOLDER, [], [], id="window's-first-day"),
        pytest.param(asking(window=("12-01", "03-31")), HOLDER, ["window"], [True], id="window-over-the-new-year"),
        pytest.param(asking(full_time=True), replace(HOLDER, full_time=False), ["full-time"], [True], id="part-time"),
        pytest.param(asking(service_months=27), HOLDER, [], [], id="27-months-to-the-day"),
        pytest.param(asking(service_months=28), HOLDER, ["service"], [True], id="a-month-short"),
        pytest.param(
            asking(service_months=1), replace(HOLDER, employed_since=None), ["service"], [True], id="not-stated"
        ),
        pytest.param(
            asking(registered=True), replace(HOLDER, registered_on=None, registered_until=None), ["registered"], [True],
            id="never-registered",
        ),
        pytest.param(
            asking(registered=True), replace(HOLDER, registered_until=DAY), ["registered"], [True], id="lapsed-today"
        ),
        pytest.param(asking(registered_at="520000"), HOLDER, [], [], id="in-the-province"),
        pytest.param(asking(registered_at="520502"), HOLDER, ["place"], [True], id="registered-elsewhere"),
        pytest.param(asking(in_post=True), replace(HOLDER, in_post=False), ["in-post"], [True], id="not-in-post"),
    ],
)  # fmt: skip
def test_conditions(version, facts, missing, mended):
    found = unmet(judge(version, facts, DAY))
    assert [one.name for one in found] == missing
    assert [one.mend is not None for one in found] == mended
    assert all(str(one.sentence) for one in judge(version, facts, DAY))


@pytest.mark.parametrize(
    ("version", "month"),
    [
        pytest.param(SCHEME, date(2026, 4, 1), id="that-of-the-application"),
        pytest.param(asking(back_pay=True), date(2025, 9, 1), id="back-to-the-certificate"),
        pytest.param(asking(back_pay=True, registered=True), date(2025, 10, 1), id="back-to-the-registration"),
        pytest.param(asking(back_pay=True, service_months=24), date(2026, 1, 1), id="back-to-the-service"),
    ],
)
def test_first_month(version, month):
    assert first_month(version, HOLDER, date(2026, 4, 17)) == month


@pytest.mark.parametrize(
    ("version", "lower", "elsewhere", "fen"),
    [
        pytest.param(SCHEME, 0, 0, 50_000, id="plain"),
        pytest.param(SCHEME, 30_000, 40_000, 50_000, id="stacks"),
        pytest.param(replace(SCHEME, kind=Kind.ONE_OFF, upgrade="difference"), 30_000, 0, 20_000, id="difference"),
        pytest.param(replace(SCHEME, kind=Kind.ONE_OFF, upgrade="nothing"), 30_000, 0, 0, id="nothing"),
        pytest.param(replace(SCHEME, kind=Kind.ONE_OFF, upgrade="difference"), 60_000, 0, 0, id="never-negative"),
        pytest.param(replace(SCHEME, stacking="highest"), 0, 20_000, 30_000, id="tops-up-to-the-higher"),
        pytest.param(replace(SCHEME, stacking="highest"), 0, 50_000, 0, id="another-pays-as-much"),
    ],
)
def test_amount(version, lower, elsewhere, fen):
    assert amount(version, "SW", paid_lower=lower, paid_elsewhere=elsewhere) == fen


@pytest.mark.parametrize(
    ("upgrade", "left"),
    [pytest.param("full", 36, id="anew"), pytest.param("difference", 26, id="all-months-together")],
)
def test_months_left_after_an_upgrade(upgrade, left):
    assert months_left(replace(SCHEME, upgrade=upgrade), {"ASW": 10}, "SW") == left
    assert months_left(replace(SCHEME, cap_months=None), {"ASW": 99}, "SW") is None


def test_entitlements():
    assert entitlement(Kind.MONTHLY, "SW", date(2026, 4, 1)) == entitlement(Kind.GRADE, "ASW", date(2026, 4, 1))
    assert entitlement(Kind.ONE_OFF, "SW", date(2026, 4, 1)) == "once:SW"
