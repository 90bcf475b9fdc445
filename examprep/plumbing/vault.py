"""Secrets of persons: encrypted at rest, found again by a keyed hash, never readable from the database alone."""

import base64
import hmac
import os

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEALED = b"sealed:1:"  # begins all bytes that `Vault.seal_bytes` gives, so that they are told from what is not sealed
_NONCE_BYTES = 12


class VaultError(Exception):
    """The text was sealed with another key: EXAMPREP_DATA_KEY is not this installation's."""


class Vault:
    """Seals short texts, and bytes of any length. Equal ones seal differently: equality is asked of ``fingerprint``."""

    def __init__(self, data_key: str) -> None:
        master = data_key.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(master, b"examprep seal")))
        self._bytes = AESGCM(_derive(master, b"examprep seal bytes"))
        # Begun once, since an import takes the prints of a hundred thousand numbers.
        self._print = hmac.new(_derive(master, b"examprep fingerprint"), digestmod="sha256")
        self._signing_key = Ed25519PrivateKey.from_private_bytes(_derive(master, b"examprep signature"))

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises VaultError: sealed with another key, or altered."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise VaultError("sealed with another key, or altered") from error

    def seal_bytes(self, content: bytes) -> bytes:
        """Bytes as bytes, 37 longer: files and many rows, for which `seal` is slow and a third longer."""
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
        """A keyed hash, 64 hexadecimal digits: the same text always gives the same one."""
        taken = self._print.copy()
        taken.update(text.encode())
        return taken.hexdigest()

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
