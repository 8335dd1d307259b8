"""One open card compared with the mailbox: its next version when something moved, closed when it was done elsewhere.

A new version is made as the executor makes one at the boundary, and decides nothing: the person's edits stay, and so
does the time to decide.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import proposals, rows
from countersign.actions.catalogue import kind_of
from countersign.actions.executor import progress
from countersign.actions.executor.work import door_of, looking_seconds
from countersign.actions.proposals import ActionRow, ApprovalRow
from countersign.actions.rows import NextVersion, Said
from countersign.actions.types import Change

log = structlog.get_logger()


async def look(services: Services, user_id: UUID, action_id: UUID) -> None:
    """Nothing, with the card as the mailbox is now; one that was decided, edited or put in revision meanwhile waits.

    Commits by itself.

    Raises:
        ProviderUnknown, ProviderRefusal, NeedsReconnect, TimeoutError: the mailbox cannot be read now.
    """
    async with services.db.session(user_id) as session:
        action = await proposals.one(session, action_id)
        facts = (await rows.version_of(session, action)).facts
    kind, door = kind_of(action.kind), await door_of(services, action)
    async with asyncio.timeout(looking_seconds(services)):
        done = await kind.done_elsewhere(door, action.payload)
        change = None if done else await kind.changed(door, action.payload, facts)
    async with services.db.session(user_id) as session:
        now = await rows.locked_one(session, action_id)
        if now.version != action.version or now.state != "proposed" or now.revision_decision_id is not None:
            return
        await _seen(session, action_id)
        if done:
            await _close(session, services, now, done)
        elif change is not None and _is_news(now, change):
            await _renew(session, services, now, change)


async def put_off(session: AsyncSession, action_id: UUID) -> None:
    """The card that could not be compared, after all others that wait for it."""
    await proposals.locked_one(session, action_id)
    now: ColumnElement[datetime] = func.app_now()
    await _set_wanted(session, action_id, now)


async def _seen(session: AsyncSession, action_id: UUID) -> None:
    await _set_wanted(session, action_id, None)


async def _set_wanted(session: AsyncSession, action_id: UUID, at: ColumnElement[datetime] | None) -> None:
    statement = update(ApprovalRow).where(ApprovalRow.action_id == action_id)
    await session.execute(statement.values(look_wanted_at=at))


async def _renew(session: AsyncSession, services: Services, action: ActionRow, change: Change) -> None:
    wanted = NextVersion(change.payload, change.facts, "stale", reason=change.reason, renews_expiry=False)
    said = Said("approval.stale", by="probe", details={"reason": change.reason})
    moved = await rows.next_version(session, services, action, wanted, said)
    log.info("card.stale", action_id=str(moved.id), run_id=str(moved.run_id), version=moved.version)


async def _close(session: AsyncSession, services: Services, action: ActionRow, reason: str) -> None:
    problem = {
        "code": "done_elsewhere",
        "message": reason,
        "action": "Nothing is left to do.",
        "changed": "no",
    }
    said = Said("action.done_elsewhere", by="probe", details={"reason": reason})
    closed = await rows.move(
        session, services, action, "cancelled", said, outcome={"problem": problem}, reopen_wanted=False
    )
    await rows.set_approval(session, closed, "cancelled")
    rows.tell_approval(session, closed, "cancelled", by="probe", reason=reason)
    await rows.wake_when_closed(session, closed.run_id)
    await progress.tell(session, closed)
    log.info("card.done_elsewhere", action_id=str(closed.id), run_id=str(closed.run_id))


def _is_news(action: ActionRow, change: Change) -> bool:
    """Not what the card says already: a conversation that is gone stays gone."""
    return change.payload != action.payload or change.reason != action.stale_reason
