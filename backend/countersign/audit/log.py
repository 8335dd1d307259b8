"""Writing audit entries, reading the owner's own, and proving that none was changed or taken out.

Every entry's chain value is an HMAC over the one before, its own skeleton and its sealed details, with a key that
is not in the database. Erasing a user's data key makes details unreadable and leaves the chain valid.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.audit.models import AuditEntry
from countersign.kit import ids, journal
from countersign.kit.canonical import canonical_json
from countersign.kit.crypto import Keys
from countersign.kit.data_keys import cipher

_VERIFY_BATCH = 1_000
_SET_CHAIN = text("UPDATE event_heads SET audit_chain = :chain WHERE user_id = :user_id")


@dataclass(frozen=True)
class OpenedEntry:
    """An entry as its owner sees it; `details` is None when its key was erased."""

    id: UUID
    seq: int
    ts: datetime
    actor: str
    verb: str
    run_id: UUID | None
    action_id: UUID | None
    account_id: UUID | None
    details: dict[str, Any] | None


@dataclass(frozen=True)
class Verification:
    """Whether the chain holds: how many entries were read and the first position that does not fit."""

    entries: int
    broken_at_seq: int | None

    @property
    def is_whole(self) -> bool:
        """Whether every entry fits."""
        return self.broken_at_seq is None


@dataclass(frozen=True)
class Subject:
    """What an entry is about; any of them may be None."""

    run_id: UUID | None = None
    action_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(frozen=True)
class _Draft:
    keys: Keys
    actor: str
    verb: str
    details: dict[str, Any]
    subject: Subject


def record(
    session: AsyncSession,
    keys: Keys,
    verb: str,
    details: dict[str, Any],
    *,
    actor: str = "user",
    about: Subject | None = None,
) -> None:
    """Add an entry to the transaction's user's chain; sealed, numbered and chained at commit.

    `details` is plain JSON and is readable only with the user's data key. What the session knows of the request it
    serves (address and browser, `session.info["request"]`) is added to it.
    """
    origin: dict[str, Any] = session.info.get("request", {})
    draft = _Draft(
        keys, actor, verb, {**details, **({"request": origin} if origin else {})}, about or Subject()
    )
    journal.collect(session, "audit", draft, _write)


async def entries(
    session: AsyncSession, keys: Keys, *, after_seq: int = 0, limit: int = 100
) -> list[OpenedEntry]:
    """The session's user's entries after that position, in order, opened."""
    user_id: UUID = session.info["user_id"]
    user_cipher = await cipher(session, keys, user_id)
    rows = await session.scalars(
        select(AuditEntry)
        .where(AuditEntry.user_id == user_id, AuditEntry.seq > after_seq)
        .order_by(AuditEntry.seq)
        .limit(limit)
    )
    return [
        OpenedEntry(
            id=row.id,
            seq=row.seq,
            ts=row.ts,
            actor=row.actor,
            verb=row.verb,
            run_id=row.run_id,
            action_id=row.action_id,
            account_id=row.account_id,
            details=json.loads(user_cipher.open(row.details, "audit", str(row.id), "details")),
        )
        for row in rows
    ]


async def verify(session: AsyncSession, keys: Keys) -> Verification:
    """Walk the session's user's whole chain; also notices entries missing at the end, and an end taken away."""
    user_id: UUID = session.info["user_id"]
    head = await session.get(journal.JournalHead, user_id, populate_existing=True)
    chain, seq = b"", 0
    while True:
        rows = list(
            await session.scalars(
                select(AuditEntry)
                .where(AuditEntry.user_id == user_id, AuditEntry.seq > seq)
                .order_by(AuditEntry.seq)
                .limit(_VERIFY_BATCH)
            )
        )
        for row in rows:
            if row.seq != seq + 1 or not keys.verify("audit", row.key_id, _link(chain, row), row.chain):
                return Verification(seq, seq + 1)
            chain, seq = row.chain, row.seq
        if len(rows) < _VERIFY_BATCH:
            break
    end = (head.audit_head, bytes(head.audit_chain)) if head else (0, b"")
    whole = end == (seq, chain)
    return Verification(seq, None if whole else seq + 1)


async def _write(session: AsyncSession, heads: journal.Heads, drafts: list[_Draft]) -> None:
    chain = heads.audit_chain
    rows: list[AuditEntry] = []
    for position, draft in enumerate(drafts, start=1):
        row = await _seal(session, heads, draft)
        row.seq = heads.audit + position
        row.key_id, row.chain = draft.keys.mac("audit", _link(chain, row))
        chain = row.chain
        rows.append(row)
    await session.execute(insert(AuditEntry), [_columns(row) for row in rows])
    await session.execute(_SET_CHAIN, {"chain": chain, "user_id": heads.user_id})


async def _seal(session: AsyncSession, heads: journal.Heads, draft: _Draft) -> AuditEntry:
    user_cipher = await cipher(session, draft.keys, heads.user_id)
    entry_id = ids.new_id()
    return AuditEntry(
        user_id=heads.user_id,
        id=entry_id,
        ts=heads.now,
        actor=draft.actor,
        verb=draft.verb,
        run_id=draft.subject.run_id,
        action_id=draft.subject.action_id,
        account_id=draft.subject.account_id,
        details=user_cipher.seal(canonical_json(draft.details), "audit", str(entry_id), "details"),
    )


def _columns(row: AuditEntry) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in AuditEntry.__table__.columns}


def _link(chain: bytes, row: AuditEntry) -> bytes:
    skeleton = {
        "user_id": str(row.user_id),
        "seq": row.seq,
        "id": str(row.id),
        "ts": row.ts.astimezone(UTC).isoformat(),
        "actor": row.actor,
        "verb": row.verb,
        "run_id": str(row.run_id),
        "action_id": str(row.action_id),
        "account_id": str(row.account_id),
    }
    return b"\x1f".join((chain.hex().encode(), canonical_json(skeleton), row.details.hex().encode()))
