"""Each user's data key: made once, wrapped in the database, unwrapped for the length of a transaction.

What is sealed stays as it is when the master key changes: only the data keys are wrapped again.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from countersign.kit.crypto import KEY_BYTES, Keys, UserCipher
from countersign.kit.tables import Base

_FIRST_VERSION = 1


class DataKey(Base):
    """One wrapped data key of one user."""

    __tablename__ = "data_keys"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    master_key_id: Mapped[str] = mapped_column(Text)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


async def cipher(session: AsyncSession, keys: Keys, user_id: UUID) -> UserCipher:
    """The user's cipher with every key version; the first key is made when there is none.

    Making one is part of the caller's transaction and safe against a second process doing the same.

    Raises:
        UnavailableError: a master key is missing on this machine.
    """
    ciphers: dict[UUID, UserCipher] = session.info.setdefault("ciphers", {})
    if user_id not in ciphers:
        data_keys = await _load(session, keys, user_id) or await _create(session, keys, user_id)
        ciphers[user_id] = UserCipher(user_id, data_keys)
    return ciphers[user_id]


def wrap_again(connection: Connection[TupleRow], keys: Keys) -> int:
    """How many data keys, of all users, another master key than the newest had wrapped; the newest has them now.

    In the caller's transaction, which must be of the owner role. Idempotent. Processes that run go on, since they look
    for a key they do not know; those that make a data key meanwhile wait.

    Raises:
        UnavailableError: a master key is missing on this machine; nothing may be committed.
    """
    connection.execute("LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE")
    rows = connection.execute(
        "SELECT user_id, version, master_key_id, wrapped FROM data_keys WHERE master_key_id <> %s",
        (keys.newest("master"),),
    ).fetchall()
    for user_id, version, old_key_id, old in rows:
        aad = _aad(user_id, version)
        key_id, wrapped = keys.wrap(keys.unwrap(old_key_id, old, aad), aad)
        connection.execute(
            "UPDATE data_keys SET master_key_id = %s, wrapped = %s WHERE user_id = %s AND version = %s",
            (key_id, wrapped, user_id, version),
        )
    return len(rows)


def wrapped_by(connection: Connection[TupleRow]) -> dict[str, int]:
    """How many data keys each master key has wrapped, by key id; needs the owner role."""
    counted = connection.execute("SELECT master_key_id, count(*) FROM data_keys GROUP BY master_key_id")
    return dict(counted.fetchall())


async def _load(session: AsyncSession, keys: Keys, user_id: UUID) -> dict[int, bytes]:
    rows = await session.execute(
        select(DataKey.version, DataKey.master_key_id, DataKey.wrapped).where(DataKey.user_id == user_id)
    )
    return {
        row.version: keys.unwrap(row.master_key_id, row.wrapped, _aad(user_id, row.version)) for row in rows
    }


async def _create(session: AsyncSession, keys: Keys, user_id: UUID) -> dict[int, bytes]:
    key_id, wrapped = keys.wrap(secrets.token_bytes(KEY_BYTES), _aad(user_id, _FIRST_VERSION))
    await session.execute(
        insert(DataKey)
        .values(user_id=user_id, version=_FIRST_VERSION, master_key_id=key_id, wrapped=wrapped)
        .on_conflict_do_nothing()
    )
    return await _load(session, keys, user_id)


def _aad(user_id: UUID, version: int) -> bytes:
    return f"data_keys\x1f{user_id}\x1f{version}".encode()
