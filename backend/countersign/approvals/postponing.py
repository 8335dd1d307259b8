"""Giving a card more time, and putting it off: both move its clock and nothing else, together at most 14 days.

What the card says, its version and its digest stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import deadlines, proposals, rows
from countersign.actions.deadlines import LONGEST, CardClock
from countersign.actions.proposals import ActionRow, ApprovalRow
from countersign.approvals.deciding import ExpiredError
from countersign.audit import log as audit
from countersign.errors import ConflictError, InvalidError
from countersign.kit import clock, ids


class ClockLimitError(ConflictError):
    """A card waits for at most 14 days; `details["latest"]` is the last moment it can be kept until."""

    code = "clock_limit"
    action = "Decide until then, or let it expire and choose Ask again."


async def extend(
    session: AsyncSession, services: Services, approval_id: UUID, minutes: int | None = None
) -> dict[str, Any]:
    """The card with that much more time to decide; without `minutes` as much as it is usually given, or what is left.

    Raises:
        NotFoundError: no such card of this user.
        ExpiredError: its time is over already.
        ClockLimitError: it would wait for more than 14 days.
        ConflictError: it has been decided.
    """
    action, approval, now = await _open_card(session, approval_id)
    latest = approval.asked_at + LONGEST
    more = timedelta(minutes=minutes) if minutes else await _usual(session, services, approval)
    until = approval.expires_at + more
    if minutes is None:
        until = min(until, latest)
    if not approval.expires_at < until <= latest:
        raise _limit(latest)
    is_asleep = approval.snoozed_until is not None and approval.snoozed_until > now
    remind_at = deadlines.next_reminder(approval.asked_at, until, after=now)
    moved = replace(_clock(approval), expires_at=until)
    moved = moved if is_asleep else replace(moved, remind_at=remind_at)
    await move_clock(session, action, moved, by="user")
    _record(session, services, action, "approval.extended", {"until": until.isoformat()})
    return await proposals.card_of(session, action)


async def snooze(
    session: AsyncSession, services: Services, approval_id: UUID, until: datetime | None
) -> dict[str, Any]:
    """The card, out of the way until then and open for its usual time after it; None brings it back at once.

    A card that can be decided longer than that keeps its end.

    Raises:
        NotFoundError: no such card of this user.
        InvalidError: that moment has passed.
        ExpiredError: its time is over already.
        ClockLimitError: it would wait for more than 14 days.
        ConflictError: it has been decided.
    """
    action, approval, now = await _open_card(session, approval_id)
    if until is None:
        remind_at = deadlines.next_reminder(now, approval.expires_at, after=now)
        moved = replace(_clock(approval), snoozed_until=None, remind_at=remind_at)
    else:
        if until <= now:
            msg = "This moment has passed."
            raise InvalidError(msg, action="Choose a later one.", fields=["until"])
        latest = approval.asked_at + LONGEST
        usual = await _usual(session, services, approval)
        if until + usual > latest:
            raise _limit(latest - usual)
        ends = max(approval.expires_at, until + usual)
        moved = CardClock(approval.asked_at, ends, remind_at=until, snoozed_until=until)
    await move_clock(session, action, moved, by="user")
    _record(session, services, action, "approval.snoozed", {"until": until.isoformat() if until else None})
    return await proposals.card_of(session, action)


async def remind(session: AsyncSession, action: ActionRow, approval: ApprovalRow, now: datetime) -> None:
    """Tell the locked, pending card's owner that it waits, and when they are told next."""
    was_asleep = approval.snoozed_until is not None
    begun_at = now if was_asleep else approval.asked_at
    next_at = deadlines.next_reminder(begun_at, approval.expires_at, after=now)
    moved = replace(_clock(approval), remind_at=next_at, snoozed_until=None)
    left = f"{spoken(approval.expires_at - now)} left to decide."
    await move_clock(session, action, moved, by="clock", reason=f"It is back. {left}" if was_asleep else left)


async def move_clock(
    session: AsyncSession, action: ActionRow, moved: CardClock, *, by: str, reason: str | None = None
) -> None:
    """Set the locked card's clock and tell its owner."""
    await rows.set_approval(session, action, "pending", **moved.as_columns())
    rows.tell_approval(session, action, "pending", by=by, reason=reason, clock=moved.as_columns())


def spoken(left: timedelta) -> str:
    """How much time is left, with its verb, in the largest unit that is not rough."""
    minutes = round(left.total_seconds() / 60)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} days are"
    if minutes >= 2 * 60:
        return f"{minutes // 60} hours are"
    return "One minute is" if minutes == 1 else f"{minutes} minutes are"


async def _open_card(session: AsyncSession, approval_id: UUID) -> tuple[ActionRow, ApprovalRow, datetime]:
    found = await proposals.approval(session, approval_id)
    action = await proposals.locked_one(session, found.action_id)
    approval, now = await proposals.approval(session, approval_id), await clock.now(session)
    if action.state == "expired" or (action.state == "proposed" and approval.expires_at <= now):
        msg = "This card has expired; it cannot be kept any longer."
        raise ExpiredError(msg, approval_id=ids.to_public("apr", approval_id))
    if action.state != "proposed":
        msg = "This card has already been decided."
        raise ConflictError(msg)
    return action, approval, now


async def _usual(session: AsyncSession, services: Services, approval: ApprovalRow) -> timedelta:
    return await deadlines.usual(session, services, in_batch=approval.batch_id is not None)


def _clock(approval: ApprovalRow) -> CardClock:
    return CardClock(approval.asked_at, approval.expires_at, approval.remind_at, approval.snoozed_until)


def _limit(latest: datetime) -> ClockLimitError:
    return ClockLimitError(f"A card can be kept for {LONGEST.days} days at most.", latest=latest.isoformat())


def _record(
    session: AsyncSession, services: Services, action: ActionRow, verb: str, details: dict[str, Any]
) -> None:
    about = audit.Subject(run_id=action.run_id, action_id=action.id, account_id=action.account_id)
    audit.record(session, services.keys, verb, {"version": action.version, **details}, about=about)
