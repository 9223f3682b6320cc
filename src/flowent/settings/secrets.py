"""Secrets at rest: sealed with AES-256-GCM, bound to the row that they belong to.

What this protects: whoever gets the database without the key (a copy, a backup, a disk that was thrown away) cannot
read provider keys, cannot change one unnoticed, and cannot move one provider's key to another provider's row.

What it does not protect: nothing is hidden from whoever can read both the database and the key, which is every
process of the same user on this machine, root, and a backup that holds both directories. While Flowent runs, the
secrets are in its memory in plain form. An old copy of a row can be put back in its place unnoticed. How long a
secret is, which row it belongs to and which key sealed it can be seen.

Envelope: ``FS`` · version (1 byte) · key id (8 bytes) · nonce (12 bytes) · ciphertext with its 16-byte tag. All that
precedes the nonce is authenticated with the row. Nonces are random: NIST SP 800-38D allows 2**32 of them per key.

Several keys may be loaded: the first one seals, each opens what it sealed. So a key is changed without losing
anything: put the new one first, reseal every row, then remove the old one.
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flowent.settings.errors import KeyMissingError, KeySourceError, SecretDamagedError, SecretsError

KEY_SIZE = 32
"""Bytes of a key."""

_MAGIC = b"FS\x01"
_KEY_ID_SIZE = 8
_NONCE_SIZE = 12
_TAG_SIZE = 16
_HEADER_SIZE = len(_MAGIC) + _KEY_ID_SIZE

MAKE_A_KEY = "openssl rand -base64 32"
"""The command that gives a person a new key."""


class Secrets(Protocol):
    """Seals secrets for the database and opens them again; ``row`` names the row that holds the envelope."""

    def seal(self, plain: bytes, row: str) -> bytes:
        """Encrypt; raises SecretsError where no key is to be had."""
        ...

    def open(self, envelope: bytes, row: str) -> bytes:
        """Decrypt; raises KeyMissingError or SecretDamagedError, or another SecretsError where no key is to be had."""
        ...

    def sealed_with_first(self, envelope: bytes) -> bool:
        """Whether the first key sealed it: if not, it should be sealed again before the old key is removed."""
        ...


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key; its ``id`` is derived from it and may be seen, ``material`` may not."""

    material: bytes = field(repr=False)
    id: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Derive the id; raises ValueError for a key of another size."""
        if len(self.material) != KEY_SIZE:
            raise ValueError(f"A key has {KEY_SIZE} bytes.")
        derived = hashlib.sha256(b"flowent secret key id\0" + self.material).digest()[:_KEY_ID_SIZE]
        object.__setattr__(self, "id", derived)


def new_key() -> str:
    """Make a key, as text for a key file."""
    return base64.b64encode(os.urandom(KEY_SIZE)).decode()


def parse_keys(text: str, origin: str) -> tuple[SecretKey, ...]:
    """Read keys in Base64, separated by white space or commas; a line that begins with # is a comment.

    Raises KeySourceError, which names the origin and never quotes the text.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    words = [word for line in lines for word in re.split(r"[\s,]+", line) if word]
    if not words:
        raise KeySourceError(
            f"{origin} holds no key.",
            f"Put back the key that was in use; for a first key, put in what `{MAKE_A_KEY}` prints.",
        )
    keys: list[SecretKey] = []
    for number, word in enumerate(words, start=1):
        try:
            # Also the alphabet for addresses is taken: both are called Base64.
            material = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            material = b""
        if len(material) != KEY_SIZE:
            raise KeySourceError(
                f"Key {number} in {origin} is not {KEY_SIZE} bytes in Base64.",
                f"Correct it; a new key is made by `{MAKE_A_KEY}`.",
            )
        keys.append(SecretKey(material))
    return tuple(keys)


class SecretBox:
    """Seals with the first of its keys and opens with all of them."""

    def __init__(self, keys: Sequence[SecretKey], origin: str) -> None:
        """Take the keys and where they came from, in words that a remedy can use; at least one key is needed."""
        self._first = keys[0]
        self._ciphers = {key.id: AESGCM(key.material) for key in keys}
        self._origin = origin

    def __repr__(self) -> str:
        """Show how many keys there are and where they came from."""
        return f"SecretBox({len(self._ciphers)} keys from {self._origin})"

    def seal(self, plain: bytes, row: str) -> bytes:
        """Encrypt with the first key."""
        header = _MAGIC + self._first.id
        nonce = os.urandom(_NONCE_SIZE)
        return header + nonce + self._ciphers[self._first.id].encrypt(nonce, plain, _associated(header, row))

    def open(self, envelope: bytes, row: str) -> bytes:
        """Decrypt with the key that sealed it; raises KeyMissingError or SecretDamagedError."""
        header = envelope[:_HEADER_SIZE]
        if len(envelope) < _HEADER_SIZE + _NONCE_SIZE + _TAG_SIZE or not header.startswith(_MAGIC):
            raise SecretDamagedError(
                f"The stored secret of {row} is damaged, or was written by a newer Flowent.",
                "Enter it again, or restore the database from a backup.",
            )
        cipher = self._ciphers.get(header[len(_MAGIC) :])
        if cipher is None:
            raise KeyMissingError(
                f"The secret of {row} was sealed with another key than {self._origin} holds.",
                f"Put the earlier key back into {self._origin} (after the new one, where there is one) and start "
                f"again. If it is lost, delete {row} and enter it again.",
            )
        nonce = envelope[_HEADER_SIZE : _HEADER_SIZE + _NONCE_SIZE]
        try:
            return cipher.decrypt(nonce, envelope[_HEADER_SIZE + _NONCE_SIZE :], _associated(header, row))
        except InvalidTag:
            raise SecretDamagedError(
                f"The stored secret of {row} was changed, or belongs to something else.",
                "Enter it again, or restore the database from a backup.",
            ) from None

    def sealed_with_first(self, envelope: bytes) -> bool:
        """Compare the key id that the envelope names."""
        return envelope.startswith(_MAGIC + self._first.id)


class LockedSecrets:
    """Stands where no key is to be had: the workspace runs, and whatever needs a secret says why it cannot have it."""

    def __init__(self, problem: SecretsError) -> None:
        """Keep the error that every use raises."""
        self._problem = problem

    def seal(self, plain: bytes, row: str) -> bytes:
        """Raise the problem."""
        raise self._problem.renewed()

    def open(self, envelope: bytes, row: str) -> bytes:
        """Raise the problem."""
        raise self._problem.renewed()

    def sealed_with_first(self, envelope: bytes) -> bool:
        """Raise the problem."""
        raise self._problem.renewed()


def _associated(header: bytes, row: str) -> bytes:
    return header + row.encode()
