"""Passwords at the strength of an installation: the other tests hash weakly, to be quick."""

from importlib.util import find_spec, module_from_spec

import pytest

from examprep.people import passwords as weakened


@pytest.fixture(scope="module")
def passwords():
    """The module as an installation has it."""
    spec = find_spec("examprep.people.passwords")
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_a_hash_has_the_strength_that_owasp_recommends(passwords):
    made = passwords.hash_password("a long enough password")
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(made, "a long enough password")
    assert not passwords.matches(made, "a long enough passwort")
    assert not passwords.outdated(made)


def test_nobody_takes_as_long_as_somebody(passwords):
    assert not passwords.matches(None, "nobody has this password")
    assert passwords._nobody().startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_weaker_hash_fits_and_is_to_be_renewed(passwords):
    weak = weakened.hash_password("a long enough password")
    assert passwords.matches(weak, "a long enough password")
    assert passwords.outdated(weak)
