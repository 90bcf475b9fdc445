"""Passwords by Argon2id.

Parameters: 19 MiB, 2 passes, 1 lane: OWASP's first recommendation. Measured on two cores it gives about 73 sign-ins a
second where the library's default (64 MiB, 3 passes, 4 lanes) gives 9; a class of forty signing in at once waits
half a second instead of five. The parameters are kept in each hash, so old ones are renewed at sign-in.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 8

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    """Checked when the name is unknown, so that the time taken does not tell which names exist.

    Made at the first sign-in: at the start it would cost a twentieth of a second.
    """
    return _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes as long for a name that does not exist."""
    nobody = _nobody()
    try:
        return _hasher.verify(password_hash or nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str) -> bool:
    return _hasher.check_needs_rehash(password_hash)
