"""Secrets of persons."""

import pytest

from examprep.plumbing.vault import SEALED, Vault, VaultError


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


@pytest.mark.parametrize(
    "spoil", [lambda kept: kept[:-1], lambda kept: kept[len(SEALED) :], lambda _: b"", lambda _: SEALED]
)
def test_sealed_bytes_open_whole_and_with_their_key_alone(spoil):
    vault = Vault("k" * 40)
    kept = vault.seal_bytes(b"520526")
    assert kept.startswith(SEALED)
    assert vault.open_bytes(kept) == b"520526"
    assert vault.seal_bytes(b"520526") != kept
    with pytest.raises(VaultError):
        vault.open_bytes(spoil(kept))
    with pytest.raises(VaultError):
        Vault("l" * 40).open_bytes(kept)
