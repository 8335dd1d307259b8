"""Appending to a user's event log and reading it after a position; it interprets no event.

`seq` rises by one per user without gap, in commit order, so a client that holds `seq` n needs only what is after n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.events.models import Event
from countersign.events.types import DATA_MODELS
from countersign.kit import bus, ids, journal

CHANNEL = "events"
MAX_PAGE = 1_000


@dataclass(frozen=True)
class EventPage:
    """Events in rising `seq`, and the user's newest `seq` in the same snapshot or later."""

    events: list[Event]
    head_seq: int


@dataclass(frozen=True)
class _Entry:
    type: str
    data: dict[str, Any]
    run_id: UUID | None


def append(
    session: AsyncSession, type_: str, data: BaseModel | dict[str, Any], *, run_id: UUID | None = None
) -> None:
    """Add an event to the transaction's user's log; written and numbered at commit, heard by listeners after it.

    `data` is of the model of that type (`types.DATA_MODELS`), or plain JSON that fits it.

    Raises:
        pydantic.ValidationError: it does not fit; a wrong event must not reach any log.
        KeyError: there is no such type.
    """
    model = DATA_MODELS[type_].model_validate(data)
    journal.collect(session, "events", _Entry(type_, model.model_dump(mode="json"), run_id), _write)


async def after(session: AsyncSession, seq: int, *, limit: int = MAX_PAGE) -> EventPage:
    """At most `limit` (up to 1,000) of the session's user's events after `seq`."""
    head = (await session.execute(select(journal.JournalHead.head))).scalar_one_or_none() or 0
    rows = await session.scalars(
        select(Event)
        .where(Event.seq > seq, Event.seq <= head)
        .order_by(Event.seq)
        .limit(min(limit, MAX_PAGE))
    )
    return EventPage(list(rows), head)


async def span(session: AsyncSession) -> tuple[int, int]:
    """The oldest `seq` still in the session's user's log and the newest; (1, 0) while it is empty."""
    head = (await session.execute(select(journal.JournalHead.head))).scalar_one_or_none() or 0
    oldest = await session.scalar(select(func.min(Event.seq)))
    return (oldest or head + 1), head


async def for_run(
    session: AsyncSession, run_id: UUID, *, after_seq: int = 0, limit: int = MAX_PAGE
) -> list[Event]:
    """Events of one run in rising `seq`."""
    rows = await session.scalars(
        select(Event)
        .where(Event.run_id == run_id, Event.seq > after_seq)
        .order_by(Event.seq)
        .limit(min(limit, MAX_PAGE))
    )
    return list(rows)


async def wake(session: AsyncSession, run_id: UUID) -> None:
    """Raise the run's wanted wake counter and defer its driver, both in this transaction; wakes coalesce.

    Lock order: call it after every action row of the transaction is locked.
    """
    await session.execute(text("SELECT wake_run(:run_id)"), {"run_id": run_id})


async def _write(session: AsyncSession, heads: journal.Heads, entries: list[_Entry]) -> None:
    await session.execute(
        insert(Event),
        [
            {
                "user_id": heads.user_id,
                "seq": heads.events + position,
                "id": ids.new_id(),
                "ts": heads.now,
                "run_id": entry.run_id,
                "type": entry.type,
                "data": entry.data,
            }
            for position, entry in enumerate(entries, start=1)
        ],
    )
    await bus.publish(session, CHANNEL, str(heads.user_id))
