"""Secrets of persons."""

import pytest

from examprep.plumbing.vault import Vault, VaultError


def test_sealed_text_opens_only_with_its_key_and_is_never_twice_the_same():
    vault = Vault("k" * 40)
    sealed = vault.seal("520526199003070011")
    assert vault.open(sealed) == "520526199003070011"
    assert sealed != vault.seal("520526199003070011")
    assert "520526" not in sealed
    with pytest.raises(VaultError):
        Vault("x" * 40).open(sealed)


def test_fingerprints_are_keyed():
    assert Vault("k" * 40).fingerprint("a") == Vault("k" * 40).fingerprint("a")
    assert Vault("k" * 40).fingerprint("a") != Vault("x" * 40).fingerprint("a")
