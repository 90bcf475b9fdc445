"""Verbs over persons, organisations, accounts and memberships."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from examprep.kernel.errors import Conflict, NotFound, RuleViolation
from examprep.people import passwords, store
from examprep.people.access import Role
from examprep.people.actor import Actor
from examprep.people.models import (
    AccountRow,
    AuditEventRow,
    MembershipRow,
    OrganisationRow,
    OrganisationTreeRow,
    PersonRow,
    SignInThrottleRow,
)
from examprep.people.rules.resident_id import ResidentId, masked
from examprep.plumbing.vault import Vault

FAILURES_ALLOWED = 8
THROTTLE_WINDOW = timedelta(minutes=10)
ORGANISATION_KINDS = (
    "bureau",
    "street",
    "community",
    "agency",
    "station",
    "school",
    "hospital",
    "justice",
    "other",
)


def record(
    session: Session,
    actor: Actor | None,
    act: str,
    object_kind: str,
    object_id: int,
    *,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    address: str | None = None,
) -> None:
    """Write one line of the audit trail. Never put an ID number, a password or an answer into it."""
    session.execute(
        insert(AuditEventRow).values(
            at=now,
            actor_id=actor.person_id if actor else None,
            act=act,
            object_kind=object_kind,
            object_id=object_id,
            before=before,
            after=after,
            address=address,
        )
    )


def record_many(
    session: Session,
    actor: Actor,
    act: str,
    object_kind: str,
    object_ids: Sequence[int],
    *,
    now: datetime,
    after: dict[str, Any] | None = None,
) -> None:
    """The same act on many things: a line of the trail for each."""
    if object_ids:
        line = {"at": now, "actor_id": actor.person_id, "act": act, "object_kind": object_kind, "after": after}
        session.execute(insert(AuditEventRow), [{**line, "object_id": object_id} for object_id in object_ids])


def add_organisation(
    session: Session, *, name: str, kind: str, region_code: str, parent_id: int | None = None
) -> OrganisationRow:
    """Put an organisation into the tree.

    Raises:
        Conflict: ``people.organisation-name`` -- the parent already has one of that name.
    """
    row = OrganisationRow(name=name, kind=kind, region_code=region_code, parent_id=parent_id)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("people.organisation-name", "There is already an organisation of that name here.") from error
    tree = OrganisationTreeRow
    session.execute(insert(tree).values(ancestor_id=row.id, descendant_id=row.id, depth=0))
    if parent_id is not None:
        session.execute(
            insert(tree).from_select(
                ["ancestor_id", "descendant_id", "depth"],
                select(tree.ancestor_id, literal(row.id), tree.depth + 1).where(tree.descendant_id == parent_id),
            )
        )
    return row


def change_organisation(session: Session, row: OrganisationRow, values: Mapping[str, str]) -> None:
    """Give an organisation other values.

    Raises:
        Conflict: ``people.organisation-name`` -- the parent already has one of that name.
    """
    for field, value in values.items():
        setattr(row, field, value)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("people.organisation-name", "There is already an organisation of that name here.") from error


def region_of(session: Session, organisation_id: int) -> str:
    """The code of the region in which an organisation lies."""
    return store.region_of(session, organisation_id)


def add_person(
    session: Session,
    vault: Vault,
    *,
    name: str,
    organisation_id: int,
    now: datetime,
    id_number: ResidentId | None = None,
    **details: Any,
) -> PersonRow:
    """Make the row a person keeps for life. ``details`` are other columns of `PersonRow`.

    Raises:
        Conflict: ``people.duplicate`` -- somebody already has this ID number.
    """
    row = PersonRow(name=name, organisation_id=organisation_id, created_at=now, **details)
    if id_number is not None:
        row.id_number_sealed = vault.seal(id_number.number)
        row.id_number_hash = vault.fingerprint(id_number.number)
        row.born_on = id_number.born_on
        row.sex = id_number.sex
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("people.duplicate", "Somebody already has this ID number.") from error
    return row


def open_account(
    session: Session,
    *,
    person_id: int,
    sign_in_name: str,
    password: str,
    now: datetime,
    password_hash: str | None = None,
) -> AccountRow:
    """Let a person sign in.

    Raises:
        RuleViolation: ``people.password-short``; ``people.sign-in-id`` -- the name holds an ID number.
        Conflict: ``people.sign-in-name`` -- the name is taken, or the person has an account.
    """
    check_password(password)
    if masked(sign_in_name) != sign_in_name:
        raise RuleViolation(
            "people.sign-in-id", "A sign-in name holds no ID number, since it can be read by others. Choose another."
        )
    row = AccountRow(
        person_id=person_id,
        sign_in_name=sign_in_name,
        password_hash=password_hash or passwords.hash_password(password),
        created_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(
            "people.sign-in-name", "That sign-in name is taken, or the person already has an account."
        ) from error
    return row


def check_password(password: str) -> None:
    """Raises RuleViolation: ``people.password-short``."""
    if len(password) < passwords.MINIMUM_LENGTH:
        raise RuleViolation(
            "people.password-short",
            "A password has at least %(count)s characters.",
            count=passwords.MINIMUM_LENGTH,
        )


def grant_role(
    session: Session,
    *,
    person_id: int,
    organisation_id: int,
    role: Role,
    since: date,
    until: date | None = None,
) -> MembershipRow:
    """Give a person a role in an organisation and everything below it.

    Raises:
        Conflict: ``people.membership`` -- the person already has it since that day.
    """
    row = MembershipRow(person_id=person_id, organisation_id=organisation_id, role=role, since=since, until=until)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("people.membership", "The person already has this role here.") from error
    return row


def sign_in(
    session: Session, vault: Vault, *, sign_in_name: str, password: str, address: str, now: datetime
) -> tuple[int, int] | None:
    """The account's id and epoch when name and password fit, else ``None``.

    Failures are counted by name and by address.

    The caller commits also when it fails: the count must stay.

    Raises:
        RuleViolation: ``people.throttled`` -- too many failures in ten minutes, right password or not;
            ``people.merged`` -- both are right, but two rows were merged, and the other's account is used.
    """
    keys = [vault.fingerprint(f"name:{sign_in_name.casefold()}"), vault.fingerprint(f"address:{address}")]
    if _throttled(session, keys, now):
        raise RuleViolation("people.throttled", "Too many failed sign-ins. Wait ten minutes, then try again.")
    account = store.account_by_name(session, sign_in_name)
    fits = passwords.matches(account.password_hash if account else None, password)
    if account is not None and fits and account.closed_at is not None and store.is_merged(session, account.person_id):
        raise RuleViolation(
            "people.merged",
            "You had two accounts, and they became one: this one was closed. Sign in with the other; your records are "
            "there. If you do not know its name, ask your office.",
        )
    if account is None or not fits or account.closed_at is not None:
        for key in keys:
            _count_failure(session, key, now)
        return None
    session.execute(delete(SignInThrottleRow).where(SignInThrottleRow.key_hash == keys[0]))
    if passwords.outdated(account.password_hash):
        account.password_hash = passwords.hash_password(password)
    account.last_seen_at = now
    record(session, None, "people.signed-in", "account", account.id, now=now, address=address)
    return account.id, account.epoch


def _throttled(session: Session, keys: list[str], now: datetime) -> bool:
    row = SignInThrottleRow
    # An address may be a whole office behind one router, so it is allowed ten times as many.
    limits = {keys[0]: FAILURES_ALLOWED, keys[1]: 10 * FAILURES_ALLOWED}
    counts = session.execute(
        select(row.key_hash, row.failures).where(row.key_hash.in_(keys), row.first_failed_at > now - THROTTLE_WINDOW)
    )
    return any(failures >= limits[key] for key, failures in counts)


def _count_failure(session: Session, key: str, now: datetime) -> None:
    row = session.get(SignInThrottleRow, key, with_for_update=True)
    if row is None:
        session.add(SignInThrottleRow(key_hash=key, failures=1, first_failed_at=now))
    elif row.first_failed_at <= now - THROTTLE_WINDOW:
        row.failures, row.first_failed_at = 1, now
    else:
        row.failures += 1


def actor_named(session: Session, sign_in_name: str, *, today: date) -> Actor:
    """The actor of an open account, for commands run by whoever may run commands on the machine.

    Raises:
        NotFound: ``people.account``.
    """
    account = store.account_by_name(session, sign_in_name)
    actor = store.load_actor(session, account.id, account.epoch, today) if account else None
    if actor is None:
        raise NotFound("people.account", "There is no such account.")
    return actor


def change_language(session: Session, actor: Actor, language: str) -> None:
    session.execute(update(PersonRow).where(PersonRow.id == actor.person_id).values(language=language))


def change_password(session: Session, actor: Actor, *, old: str, new: str, now: datetime) -> int:
    """Set a new password and end every other session; returns the account's new epoch.

    Raises:
        RuleViolation: ``people.password-wrong``, ``people.password-short``.
    """
    account = session.get(AccountRow, actor.account_id)
    if account is None:
        raise NotFound("people.account", "There is no such account.")
    if not passwords.matches(account.password_hash, old):
        raise RuleViolation("people.password-wrong", "The present password is not right.")
    check_password(new)
    account.password_hash = passwords.hash_password(new)
    account.epoch += 1
    record(session, actor, "people.password-changed", "account", account.id, now=now)
    return account.epoch
