"""What a transaction writes last: log entries whose order is taken from one locked row per user.

Rooms collect entries during the transaction; `write` takes the head row once, as the last lock, and lets each
stream write its own rows. Taking it early would deadlock writers and serialise them for longer than needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from countersign.kit.tables import Base

Stream = Literal["events", "audit"]

_TAKE_HEADS = text("""
    INSERT INTO event_heads AS h (user_id, head, audit_head) VALUES (:user_id, :n_events, :n_audit)
    ON CONFLICT (user_id) DO UPDATE SET head = h.head + :n_events, audit_head = h.audit_head + :n_audit
    RETURNING head - :n_events AS events_from, audit_head - :n_audit AS audit_from, audit_chain,
        app_now() AS now
""")


class JournalHead(Base):
    """Where both logs of a user stand; the last row any transaction locks."""

    __tablename__ = "event_heads"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    head: Mapped[int] = mapped_column(BigInteger)
    audit_head: Mapped[int] = mapped_column(BigInteger)
    audit_chain: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Heads:
    """Where both logs of a user stood before this transaction's entries, and when they were taken."""

    user_id: UUID
    events: int
    audit: int
    audit_chain: bytes
    now: datetime


Writer = Callable[[AsyncSession, Heads, list[Any]], Awaitable[None]]


@dataclass
class _Pending:
    entries: list[Any] = field(default_factory=list)
    writer: Writer | None = None


def collect(session: AsyncSession, stream: Stream, entry: object, writer: Writer) -> None:
    """Keep an entry for the end of this transaction; entries of a stream keep their order."""
    pending: dict[Stream, _Pending] = session.info.setdefault("journal", {})
    slot = pending.setdefault(stream, _Pending())
    slot.entries.append(entry)
    slot.writer = writer


@asynccontextmanager
async def part(session: AsyncSession) -> AsyncIterator[None]:
    """A part of the transaction that is taken back alone, rows and log entries, when its block raises."""
    before = {stream: len(slot.entries) for stream, slot in session.info.get("journal", {}).items()}
    try:
        async with session.begin_nested():
            yield
    except BaseException:
        pending: dict[Stream, _Pending] = session.info.get("journal", {})
        for stream, slot in list(pending.items()):
            del slot.entries[before.get(stream, 0) :]
            if not slot.entries:
                del pending[stream]
        raise


async def write(session: AsyncSession) -> None:
    """Write what was collected, as the session's user; called once, right before commit.

    Raises:
        RuntimeError: entries were collected in a transaction without a user.
    """
    pending: dict[Stream, _Pending] = session.info.pop("journal", {})
    if not pending:
        return
    user_id: UUID | None = session.info["user_id"]
    if user_id is None:
        msg = "log entries need a transaction with a user"
        raise RuntimeError(msg)
    await session.flush()
    counts = {stream: len(slot.entries) for stream, slot in pending.items()}
    row = (
        await session.execute(
            _TAKE_HEADS,
            {"user_id": user_id, "n_events": counts.get("events", 0), "n_audit": counts.get("audit", 0)},
        )
    ).one()
    heads = Heads(user_id, row.events_from, row.audit_from, bytes(row.audit_chain), row.now)
    for slot in pending.values():
        if slot.writer is not None:
            await slot.writer(session, heads, slot.entries)
