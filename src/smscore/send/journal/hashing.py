"""The key of a journal, and what texts and numbers are to whoever does not have it.

The law of this file: a phone number has so few digits that its plain hash gives it away; a hash
here has a key, and the key is not in the journal. It is the caller's, or stands in a file beside
the journal that only its owner can read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from smscore.caps import RANGE_DIGITS
from smscore.errors import JournalError
from smscore.privacy import Secret

KEY_OCTETS = 32
HASH_OCTETS = 16
SHORTEST_KEY = 16

_BLOCK = hashlib.sha256().block_size
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))


class Hasher:
    """Hashes with one key.

    >>> hasher = Hasher(b"k" * 32)
    >>> hasher.hash("number", "+447700900123") == hasher.hash("text", "+447700900123")
    False
    """

    def __init__(self, key: bytes) -> None:
        # HMAC (RFC 2104, 2 and 4): what depends on the key alone is worked out once.
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def hash(self, kind: str, value: str) -> bytes:
        """Hash a value; the same value of another kind has another hash."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(kind.encode() + b"\0" + value.encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return outer.digest()[:HASH_OCTETS]

    def hash_range(self, number: str) -> bytes:
        """Hash the range of numbers that a number is in: all but its last digits."""
        return self.hash("range", number[:-RANGE_DIGITS])

    @property
    def fingerprint(self) -> str:
        """What tells this key from others, and nothing of the key."""
        return self.hash("fingerprint", "").hex()


def read_key(key: Secret | str | bytes | None, path: Path | None, *, new: bool) -> bytes:
    """Give the octets of a key: the caller's, or those of the file beside the journal.

    The file is made for a new journal, for its owner alone. Raises JournalError where an older
    journal has lost its file, ValueError for a key that is guessed too soon.
    """
    if key is not None:
        value = key.reveal() if isinstance(key, Secret) else key
        octets = value if isinstance(value, bytes) else value.encode()
        if len(octets) < SHORTEST_KEY:
            raise ValueError(
                f"a journal's key has at least {SHORTEST_KEY} octets: phone numbers are few, and "
                "whoever guesses the key can try them all"
            )
        return hashlib.sha256(octets).digest()
    if path is None:
        return secrets.token_bytes(KEY_OCTETS)
    if not path.exists():
        if not new:
            raise JournalError(str(path), "the file of its key is not there: bring it, or give key")
        _write_key(path)
    try:
        found = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        found = b""
    if len(found) != KEY_OCTETS:
        raise JournalError(str(path), f"it holds no key, which is {2 * KEY_OCTETS} hex digits")
    return found


def _write_key(path: Path) -> None:
    """Write a key whole or not at all; of two processes that do it, one wins for both."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_OCTETS) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
