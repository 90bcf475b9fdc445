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


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda kept: kept[:-4], id="cut"),
        pytest.param(lambda kept: kept[:20] + chr(ord(kept[20]) ^ 1) + kept[21:], id="a-character-changed"),
        pytest.param(lambda kept: kept[2:], id="without-its-mark"),
        pytest.param(lambda kept: kept + "!", id="more"),
        pytest.param(lambda _: "2:", id="nothing"),
        pytest.param(lambda _: "", id="empty"),
    ],
)
def test_a_sealed_text_that_was_altered_is_not_opened(spoil):
    vault = Vault("k" * 40)
    with pytest.raises(VaultError):
        vault.open(spoil(vault.seal("520526199003070011")))


def test_what_versions_before_sealed_is_opened():
    """They sealed with Fernet."""
    kept = (
        "gAAAAABrCcOcp27kHfDu5CIN4bNq7RYLfzM2InI8yVcm-u_w6XXJ3NqOKO-t"
        "BSXhKj7kYjdgOUuPQ8Wjlj32Igo-Vxu1yrD-5HP317oxO8y8nKSK3wpMnYs="
    )
    assert Vault("k" * 40).open(kept) == "520526199003070011"
    with pytest.raises(VaultError):
        Vault("x" * 40).open(kept)


def test_fingerprints_stay_those_of_versions_before():
    """What is on file is found by them; the library's HMAC made this one."""
    made = "8bb2dfa294704f841c9a78262058aafbe5337c92c129b1d2ce7ccb5543726d97"
    assert Vault("k" * 40).fingerprint("520526199003070011") == made


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
