"""The way of an application for registration (登记), step by step, in the words of the national platform.

未申请登记证书 → 待审核 → 初审通过 / 初审未通过 → 终审通过 / 终审未通过 → 首次登记已完成 → 已出证. The county accepts an
application, the city reviews it, the province approves it; a holder may change it in the first two states only.

Source: 全国社会工作信息系统 (shgz.mca.gov.cn); 《社会工作者职业水平证书登记办法》 民发〔2009〕44号 第五至七条.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from examprep.kernel.errors import Forbidden, RuleViolation
from examprep.kernel.sentence import N_, Sentence


class Status(StrEnum):
    """Where a certificate's registration stands on the national platform."""

    NOT_APPLIED = "status-not-applied"
    PENDING = "status-pending"
    FIRST_PASSED = "status-first-passed"
    FIRST_FAILED = "status-first-failed"
    FINAL_PASSED = "status-final-passed"
    FINAL_FAILED = "status-final-failed"
    COMPLETED = "status-completed"
    ISSUED = "status-issued"


WORDS: Mapping[Status, Sentence] = {
    Status.NOT_APPLIED: Sentence("Not applied for"),
    Status.PENDING: Sentence("Awaiting review"),
    Status.FIRST_PASSED: Sentence("First review passed"),
    Status.FIRST_FAILED: Sentence("First review not passed"),
    Status.FINAL_PASSED: Sentence("Final review passed"),
    Status.FINAL_FAILED: Sentence("Final review not passed"),
    Status.COMPLETED: Sentence("First registration completed"),
    Status.ISSUED: Sentence("Registration certificate issued"),
}
# As the platform writes them, for its files.
PLATFORM: Mapping[str, Status] = {
    "未申请登记证书": Status.NOT_APPLIED,
    "待审核": Status.PENDING,
    "初审通过": Status.FIRST_PASSED,
    "初审未通过": Status.FIRST_FAILED,
    "终审通过": Status.FINAL_PASSED,
    "终审未通过": Status.FINAL_FAILED,
    "首次登记已完成": Status.COMPLETED,
    "已出证": Status.ISSUED,
}
PLATFORM_WORDS = {status: word for word, status in PLATFORM.items()}

S = Status
AT_REST = frozenset({S.NOT_APPLIED, S.COMPLETED, S.ISSUED})
UNDER_WAY = frozenset({S.PENDING, S.FIRST_PASSED, S.FINAL_PASSED})
EDITABLE = frozenset({S.NOT_APPLIED, S.PENDING})


@dataclass(frozen=True)
class Step:
    """One act on an application. ``by`` names the bureau that takes it (a key of `STAGES`), "" the holder."""

    act: str
    label: str
    of: frozenset[Status]
    by: str
    accepted: bool | None = None  # whether it must have been accepted before; None: all the same
    reason: bool = False  # it must say why


STEPS: Mapping[str, Step] = {
    step.act: step
    for step in (
        Step("applied", N_("Apply"), AT_REST | {S.FIRST_FAILED, S.FINAL_FAILED}, ""),
        Step("amended", N_("Amend"), frozenset({S.PENDING}), ""),
        Step("retracted", N_("Withdraw the application"), frozenset({S.PENDING}), ""),
        Step("accepted", N_("Accept the application"), frozenset({S.PENDING}), "accept", accepted=False),
        Step("returned", N_("Return for correction"), frozenset({S.PENDING}), "accept", reason=True),
        Step("first-passed", N_("Pass the first review"), frozenset({S.PENDING}), "review", accepted=True),
        Step(
            "first-failed", N_("Do not pass the first review"), frozenset({S.PENDING}), "review",
            accepted=True, reason=True,
        ),
        Step("final-passed", N_("Approve in the final review"), frozenset({S.FIRST_PASSED}), "approve"),
        Step("final-failed", N_("Do not approve"), frozenset({S.FIRST_PASSED}), "approve", reason=True),
        Step("completed", N_("Register for a term"), frozenset({S.FINAL_PASSED}), "approve"),
        Step("issued", N_("Note that the registration certificate was issued"), frozenset({S.COMPLETED}), "approve"),
    )
}  # fmt: skip
STAGES: Mapping[str, str] = {
    "accept": N_("accepts applications"),
    "review": N_("makes the first review"),
    "approve": N_("makes the final review"),
}
BUREAU_LEVELS: Mapping[int, str] = {1: N_("the province"), 2: N_("the city"), 3: N_("the county")}


def bureau_level(region_code: str) -> int:
    """1 province, 2 prefecture, 3 county, by the zeros at the end of a GB/T 2260 code."""
    return 1 if region_code.endswith("0000") else 2 if region_code.endswith("00") else 3


def open_steps(status: Status, *, accepted: bool) -> list[Step]:
    """The acts that the state of an application allows, whoever takes them."""
    return [step for step in STEPS.values() if status in step.of and step.accepted in (None, accepted)]


def check_step(step: Step, status: Status, *, accepted: bool, reason: str | None) -> None:
    """Whether the step may be taken in this state.

    Raises:
        RuleViolation: ``register.step`` -- not in this state; ``register.reason`` -- it must say why.
    """
    if status not in step.of:
        raise RuleViolation("register.step", "This cannot be done now: the registration is “%(state)s”.",
                            state=WORDS[status])  # fmt: skip
    if step.accepted is True and not accepted:
        raise RuleViolation("register.step", "The application must be accepted by the county first.")
    if step.accepted is False and accepted:
        raise RuleViolation("register.step", "The application has been accepted already.")
    if step.reason and not (reason or "").strip():
        raise RuleViolation("register.reason", "Say why, so that the holder knows what to mend.")


def check_bureau(step: Step, stands: int | None, needed: Mapping[str, int]) -> None:
    """Whether a bureau may take the step: ``stands`` is its level over the holder, ``needed`` the level by stage.

    A bureau above may act for one below; one below never for one above.

    Raises:
        Forbidden: ``register.bureau``.
    """
    if step.by and (stands is None or stands > needed[step.by]):
        raise Forbidden(
            "register.bureau", "Of this step %(bureau)s takes care. Enter here what the platform says once it is done.",
            bureau=Sentence(BUREAU_LEVELS[needed[step.by]]),
        )  # fmt: skip
