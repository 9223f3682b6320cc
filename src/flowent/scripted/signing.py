"""Signatures over reasoning, which a client must replay unchanged, as real providers demand.

A signature is base64 of a nonce and an HMAC over its kind, the nonce and what it is bound to. The key is fixed, so a
conversation stays valid when the provider is started again; it protects nothing, it only makes a change visible.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Literal

SignatureKind = Literal["thinking", "redacted", "encrypted", "thought"]

_KEY = b"flowent scripted provider"
_NONCE_BYTES = 12


def sign(kind: SignatureKind, bound_to: str) -> str:
    """Issue a signature, different each time, that is valid for this kind and this content only."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + _digest(kind, nonce, bound_to)).decode()


def is_genuine(signature: str, kind: SignatureKind, bound_to: str) -> bool:
    """Whether this provider issued the signature for this content. URL-safe base64 is accepted as well."""
    try:
        raw = base64.b64decode(signature.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return False
    nonce, digest = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    return hmac.compare_digest(digest, _digest(kind, nonce, bound_to))


def _digest(kind: SignatureKind, nonce: bytes, bound_to: str) -> bytes:
    return hmac.digest(_KEY, b"\0".join((kind.encode(), nonce, bound_to.encode())), hashlib.sha256)
