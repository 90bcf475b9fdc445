"""Secrets of persons: encrypted at rest, found again by a keyed hash, never readable from the database alone."""

import base64
import os
from binascii import a2b_base64, b2a_base64
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEALED = b"sealed:1:"  # begins all bytes that `Vault.seal_bytes` gives, so that they are told from what is not sealed
TEXT = "2:"  # begins the texts that `Vault.seal` gives; those of versions before begin otherwise and can be opened
_NONCE_BYTES = 12


class VaultError(Exception):
    """The text was sealed with another key: EXAMPREP_DATA_KEY is not this installation's."""


class Vault:
    """Seals short texts, and bytes of any length. Equal ones seal differently: equality is asked of ``fingerprint``."""

    def __init__(self, data_key: str) -> None:
        master = data_key.encode()
        self._texts = AESGCM(_derive(master, b"examprep seal texts"))
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(master, b"examprep seal")))  # of versions before
        self._bytes = AESGCM(_derive(master, b"examprep seal bytes"))
        # HMAC's two hashes, begun once: an import takes the prints of a hundred thousand numbers.
        key = _derive(master, b"examprep fingerprint").ljust(sha256().block_size, b"\0")
        self._inner, self._outer = sha256(bytes(b ^ 0x36 for b in key)), sha256(bytes(b ^ 0x5C for b in key))
        self._signing_key = Ed25519PrivateKey.from_private_bytes(_derive(master, b"examprep signature"))

    def seal(self, text: str) -> str:
        """A text as text, which grows by 39 characters and a third."""
        nonce = os.urandom(_NONCE_BYTES)
        return TEXT + b2a_base64(nonce + self._texts.encrypt(nonce, text.encode(), None), newline=False).decode()

    def open(self, sealed: str) -> str:
        """Raises VaultError: sealed with another key, or altered."""
        try:
            if not sealed.startswith(TEXT):
                return self._fernet.decrypt(sealed.encode()).decode()
            kept = a2b_base64(sealed[len(TEXT) :], strict_mode=True)
            return self._texts.decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], None).decode()
        except (InvalidToken, InvalidTag, ValueError) as error:
            raise VaultError("sealed with another key, or altered") from error

    def seal_bytes(self, content: bytes) -> bytes:
        """Bytes as bytes, 36 longer."""
        nonce = os.urandom(_NONCE_BYTES)
        return SEALED + nonce + self._bytes.encrypt(nonce, content, SEALED)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Raises VaultError: not sealed, sealed with another key, or altered."""
        start = len(SEALED) + _NONCE_BYTES
        if not sealed.startswith(SEALED) or len(sealed) < start:
            raise VaultError("not sealed")
        try:
            return self._bytes.decrypt(sealed[len(SEALED) : start], memoryview(sealed)[start:], SEALED)
        except InvalidTag as error:
            raise VaultError("sealed with another key, or altered") from error

    def fingerprint(self, text: str) -> str:
        """HMAC-SHA256 (RFC 2104), 64 hexadecimal digits: the same text always gives the same one."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.hexdigest()

    def sign(self, content: bytes) -> str:
        """A signature of this installation (Ed25519, base64): anybody can check it with the public key alone."""
        return base64.b64encode(self._signing_key.sign(content)).decode()

    def signed(self, content: bytes, signature: str) -> bool:
        """Whether the signature is this installation's, and of exactly these bytes."""
        try:
            self._signing_key.public_key().verify(base64.b64decode(signature, validate=True), content)
        except (InvalidSignature, ValueError):
            return False
        return True

    def public_key(self) -> bytes:
        """The key by which others check our signatures, as PEM."""
        return self._signing_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(master)
