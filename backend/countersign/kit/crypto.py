"""Keys outside the database and the envelope that seals what lies inside it.

A user's data key is wrapped by a master key; each sealed value is bound to table, row, column, user and key
version, so a ciphertext moved elsewhere does not open. It decides nothing about who may read what.
Source: NIST SP 800-38D (AES-256-GCM, 96-bit random nonce); RFC 2104 (HMAC).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from countersign.errors import ConfigurationError, UnavailableError

KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSES = ("master", "decision", "audit", "event_id", "login")
Purpose = Literal["master", "decision", "audit", "event_id", "login"]


def random_token(n_bytes: int = 32) -> str:
    """A URL-safe secret with that many bytes of randomness."""
    return secrets.token_urlsafe(n_bytes)


def hash_token(token: str) -> bytes:
    """SHA-256 of a high-entropy token: what the database keeps instead of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def constant_time_equal(left: bytes, right: bytes) -> bool:
    """Whether both are equal, in time independent of where they differ."""
    return hmac.compare_digest(left, right)


class Keys:
    """The installation's keys by purpose and id; the newest id of a purpose signs, all of them verify.

    Files are named `<purpose>-<number>.key`, 0600, 32 random bytes in hexadecimal. A process that meets an id it does
    not know looks into the folder again, so a key may be added while it runs; it forgets none.
    """

    def __init__(self, keys: dict[str, dict[str, bytes]], folder: Path) -> None:
        """Hold keys as `{purpose: {key id: bytes}}`, oldest first, read from `folder`."""
        self._keys = keys
        self._folder = folder

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make what is missing in `folder` (0700) and load; existing files are never touched."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for purpose in PURPOSES:
            if not any(folder.glob(f"{purpose}-*.key")):
                _make_key(folder / f"{purpose}-1.key")
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every key in `folder`.

        Raises:
            ConfigurationError: a purpose has no key, or a file is unreadable or malformed.
        """
        keys: dict[str, dict[str, bytes]] = {}
        for purpose in PURPOSES:
            keys[purpose] = _read_keys(folder, purpose)
            if not keys[purpose]:
                msg = f"There is no {purpose} key in {folder}."
                raise ConfigurationError(
                    msg, action="Run `countersign keys create`, or restore the keys folder from your backup."
                )
        return cls(keys, folder)

    def add(self, purpose: Purpose) -> str:
        """The id of a new key, from now on the newest; its file appears complete or not at all.

        Processes that add at the same time wait for each other.
        """
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._read_again(purpose)
            key_id = f"{purpose}-{_number(self.newest(purpose)) + 1}"
            _make_key(self._folder / f"{key_id}.key")
            self._read_again(purpose)
        finally:
            os.close(handle)
        return key_id

    def ids(self, purpose: Purpose) -> tuple[str, ...]:
        """The ids of the keys this process knows, oldest first."""
        return tuple(self._keys[purpose])

    def newest(self, purpose: Purpose) -> str:
        """The id of the key that signs or wraps, as far as this process knows."""
        return self.ids(purpose)[-1]

    def mac(self, purpose: Purpose, message: bytes) -> tuple[str, bytes]:
        """The newest key's id and the HMAC-SHA256 of `message` under it."""
        key_id = self.newest(purpose)
        return key_id, hmac.new(self._keys[purpose][key_id], message, hashlib.sha256).digest()

    def verify(self, purpose: Purpose, key_id: str, message: bytes, mac: bytes) -> bool:
        """Whether `mac` is the HMAC of `message` under that key; False for an unknown key."""
        key = self._known(purpose, key_id)
        return key is not None and hmac.compare_digest(hmac.new(key, message, hashlib.sha256).digest(), mac)

    def wrap(self, data_key: bytes, aad: bytes) -> tuple[str, bytes]:
        """The id of the newest master key, also one made meanwhile, and the data key sealed under it."""
        self._read_again("master")
        key_id = self.newest("master")
        return key_id, _seal(self._keys["master"][key_id], data_key, aad)

    def unwrap(self, key_id: str, wrapped: bytes, aad: bytes) -> bytes:
        """The data key again.

        Raises:
            UnavailableError: the master key is missing or does not fit.
        """
        key = self._known("master", key_id)
        if key is None:
            msg = "The key that protects this data is not on this machine."
            raise UnavailableError(msg, action="Restore the keys folder that belongs to this database.")
        return _open(key, wrapped, aad)

    def _known(self, purpose: Purpose, key_id: str) -> bytes | None:
        if key_id not in self._keys[purpose]:
            self._read_again(purpose)
        return self._keys[purpose].get(key_id)

    def _read_again(self, purpose: Purpose) -> None:
        merged = self._keys[purpose] | _read_keys(self._folder, purpose)
        self._keys[purpose] = {key_id: merged[key_id] for key_id in sorted(merged, key=_number)}


@dataclass(frozen=True)
class UserCipher:
    """Seals and opens values of one user under that user's data keys."""

    user_id: UUID
    data_keys: dict[int, bytes]

    def seal(self, plaintext: bytes, table: str, row: str, column: str) -> bytes:
        """Key version (4 bytes), nonce and AES-256-GCM ciphertext, bound to its place; differs every time."""
        version = max(self.data_keys)
        aad = self._aad(table, row, column, version)
        return struct.pack(">I", version) + _seal(self.data_keys[version], plaintext, aad)

    def open(self, sealed: bytes, table: str, row: str, column: str) -> bytes:
        """The plaintext.

        Raises:
            UnavailableError: it was sealed elsewhere, changed, or under a key that is not here.
        """
        if len(sealed) <= struct.calcsize(">I") + NONCE_BYTES:
            raise UnavailableError(_UNREADABLE, action=_RESTORE)
        (version,) = struct.unpack(">I", sealed[:4])
        key = self.data_keys.get(version)
        if key is None:
            raise UnavailableError(_UNREADABLE, action=_RESTORE)
        return _open(key, sealed[4:], self._aad(table, row, column, version))

    def _aad(self, table: str, row: str, column: str, version: int) -> bytes:
        return "\x1f".join((table, row, column, str(self.user_id), str(version))).encode()


_UNREADABLE = "A stored secret cannot be read with the keys on this machine."
_RESTORE = "Restore the keys folder that belongs to this database."


def _seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def _open(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
    except (InvalidTag, ValueError) as exc:
        raise UnavailableError(_UNREADABLE, action=_RESTORE) from exc


def _number(key_id: str) -> int:
    tail = key_id.rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0


def _make_key(file: Path) -> None:
    # Written aside and linked, so that a process looking into the folder never reads half a key, and none is replaced.
    aside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as target:
            target.write(secrets.token_hex(KEY_BYTES))
            target.flush()
            os.fsync(target.fileno())
        # An administrator's key is of no use to the processes that serve unless it is theirs like the folder.
        os.chown(aside, file.parent.stat().st_uid, -1)
        os.link(aside, file)
    finally:
        aside.unlink()


def _read_keys(folder: Path, purpose: str) -> dict[str, bytes]:
    files = sorted(folder.glob(f"{purpose}-*.key"), key=lambda file: _number(file.stem))
    return {file.stem: _read_key(file) for file in files}


def _read_key(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as exc:
        msg = f"The key file {file.name} cannot be read."
        raise ConfigurationError(msg, action="Restore it from your backup; do not make a new one.") from exc
    if len(key) != KEY_BYTES:
        msg = f"The key file {file.name} does not hold {KEY_BYTES} bytes."
        raise ConfigurationError(msg, action="Restore it from your backup; do not make a new one.")
    return key
