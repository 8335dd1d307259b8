"""When time passes on a card: reminders, its end, and what a person can do then; an expired card never executes.

Deadlines are columns found by a scan; calling any of these early or twice changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import proposals
from countersign.actions.proposals import ActionRow, ApprovalRow
from countersign.approvals import postponing
from countersign.errors import ConflictError
from countersign.events import log as events
from countersign.kit import clock

KEPT_EXPIRED = timedelta(days=14)
"""How long an expired card can still be asked again; the view `due_approvals` holds the same figure."""


async def keep_time(services: Services, user_id: UUID, approval_id: UUID) -> None:
    """The card expired if its time is over, its owner reminded if that is due; closed after 14 days as expired.

    Commits by itself.

    Raises:
        NotFoundError: no such card of this user.
    """
    async with services.db.session(user_id) as session:
        action, approval = await _locked(session, approval_id)
        now = await clock.now(session)
        is_open = approval.status == "pending" and action.state == "proposed"
        if is_open and approval.expires_at <= now:
            await proposals.expire(session, services, action)
        elif is_open and approval.remind_at is not None and approval.remind_at <= now:
            await postponing.remind(session, action, approval, now)
        elif action.state == "expired" and approval.expires_at <= now - KEPT_EXPIRED:
            await _close(session, services, action, "approval.lapsed", by="clock")


async def reopen(session: AsyncSession, services: Services, approval_id: UUID) -> dict[str, Any]:
    """The card, its run asked to read and resolve again; the next version comes with a new clock and digest.

    Raises:
        NotFoundError: no such card of this user.
        ConflictError: it has not expired, or the run that made it has ended.
    """
    action, _ = await _locked(session, approval_id)
    _must_be_expired(action)
    if not await proposals.run_is_live(session, action.run_id):
        msg = "The run that made this card has ended."
        raise ConflictError(msg, action="Ask again in the conversation.")
    if not action.reopen_wanted:
        action = await proposals.mark(session, action, reopen_wanted=True)
        await proposals.told(session, services, action, "approval.reopen_wanted", by="user")
        await events.wake(session, action.run_id)
    return await proposals.card_of(session, action)


async def dismiss(session: AsyncSession, services: Services, approval_id: UUID) -> dict[str, Any]:
    """The expired card, closed for good.

    Raises:
        NotFoundError: no such card of this user.
        ConflictError: it has not expired.
    """
    action, _ = await _locked(session, approval_id)
    _must_be_expired(action)
    await _close(session, services, action, "approval.dismissed", by="user")
    return await proposals.card(session, action.id)


async def _close(session: AsyncSession, services: Services, action: ActionRow, verb: str, *, by: str) -> None:
    closed = await proposals.close(session, services, action, "cancelled", verb, by=by)
    await proposals.wake_when_closed(session, closed.run_id)


async def _locked(session: AsyncSession, approval_id: UUID) -> tuple[ActionRow, ApprovalRow]:
    approval = await proposals.approval(session, approval_id)
    action = await proposals.locked_one(session, approval.action_id)
    return action, await proposals.approval(session, approval_id)


def _must_be_expired(action: ActionRow) -> None:
    if action.state != "expired":
        msg = "This card has not expired."
        raise ConflictError(msg, action="Decide on it, or reject it.")
