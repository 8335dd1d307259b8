"""A person's decisions: approve, reject, ask for changes, edit, undo, send now; each exactly once, or nothing at all.

A decision counts only for the version and digest the person saw, before the card expires, from an interactive
session. Every function works in the caller's transaction with the action's row locked first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import proposals
from countersign.actions.executor import compensation, progress
from countersign.actions.proposals import ActionRow, ApprovalRow, Decider, Wanted
from countersign.approvals import undoing
from countersign.approvals.undoing import UndoOverError
from countersign.errors import ConflictError, GoneError, InvalidError
from countersign.events import log as events
from countersign.kit import clock, ids, queue

MAX_NOTE_CHARACTERS = 10_000
VERBS = ("approve", "reject", "respond")


@dataclass(frozen=True)
class Verdict:
    """What a person says about one card: the verb, what they saw, what they ticked, and their words.

    Attributes:
        acknowledged: what the card `requires` and the person confirmed.
        note: the reason of a rejection or the instructions of a change.
    """

    verb: str
    version: int
    digest: str
    acknowledged: Sequence[str] = field(default_factory=tuple)
    note: str | None = None


class StaleCardError(ConflictError):
    """The card says something else by now; `details["card"]` is what it says."""

    code = "stale_card"
    action = "Look at what it says now and decide again."


class ExpiredError(GoneError):
    """The time to decide on this card is over; nothing was or will be executed."""

    code = "approval_expired"
    action = "Choose Ask again; it will be prepared from fresh data."


async def decide(
    session: AsyncSession,
    services: Services,
    approval_id: UUID,
    verdict: Verdict,
    *,
    nonce: str,
    decider: Decider,
) -> dict[str, Any]:
    """The card after this decision, its batch told; raises and repeats as `settle` does."""
    action, is_new = await settle(session, services, approval_id, verdict, nonce=nonce, decider=decider)
    if is_new:
        await progress.tell(session, action)
    return await proposals.card_of(session, action)


async def settle(
    session: AsyncSession,
    services: Services,
    approval_id: UUID,
    verdict: Verdict,
    *,
    nonce: str,
    decider: Decider,
) -> tuple[ActionRow, bool]:
    """The action after this decision, and whether this call made it; the same nonce and verdict again change nothing.

    Approving defers the job that will execute it after the hold, in this transaction.

    Raises:
        NotFoundError: no such card of this user.
        InvalidError: unknown verb, missing words or tick, or a nonce of another request.
        ExpiredError: too late.
        StaleCardError: it says something else by now, was decided otherwise, or is being revised.
    """
    wanted = _wanted(verdict, nonce, decider)
    action, approval = await _locked(session, approval_id)
    if await proposals.is_repeated(session, services, action, wanted, verdict.version):
        return action, False
    await _still_open(session, action, approval, verdict.version, verdict.digest)
    if action.revision_decision_id is not None and verdict.verb != "reject":
        raise await _stale(session, action, "This card is being revised.")
    await _check_ticks(session, action, verdict)
    carry_out: dict[str, _CarryOut] = {"approve": _approve, "reject": _reject, "respond": _respond}
    await carry_out[verdict.verb](session, services, action, wanted)
    return await proposals.one(session, action.id), True


async def edit(
    session: AsyncSession, services: Services, approval_id: UUID, version: int, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """The card of the next version with the person's changes; it decides nothing and leaves the clock alone.

    Raises:
        NotFoundError: no such card of this user.
        InvalidError: a field may not be changed or its value is not valid (`fields` names it); nothing was changed.
        ExpiredError: too late.
        StaleCardError: it says something else by now, was decided, or is being revised.
    """
    action = await _editable(session, approval_id, version)
    return await proposals.card_of(session, await proposals.edit(session, services, action, changes))


async def send_instead(
    session: AsyncSession, services: Services, approval_id: UUID, version: int
) -> dict[str, Any]:
    """The card of a draft as its next version that sends it, with its own preview, risk and hold; it decides nothing.

    Raises:
        NotFoundError: no such card of this user.
        ConflictError: it is no draft; nothing was changed.
        InvalidError: it cannot be sent as it stands (`fields` names what is missing); nothing was changed.
        ExpiredError, StaleCardError: see `edit`.
    """
    action = await _editable(session, approval_id, version)
    return await proposals.card_of(session, await proposals.send_instead(session, services, action))


async def undo(
    session: AsyncSession, services: Services, action_id: UUID, *, nonce: str, decider: Decider
) -> dict[str, Any]:
    """The action, cancelled inside its hold or being taken back. The same nonce again answers the same.

    Raises:
        NotFoundError: no such action of this user.
        UndoOverError: the hold or the time to undo is over: dispatch and undo never both win.
        ConflictError: there is nothing to undo.
    """
    action = await proposals.locked_one(session, action_id)
    wanted = Wanted("undo", nonce, decider)
    is_reversible = action.undo_mode == "reversible"
    if is_reversible and await undoing.take_back(session, services, action, wanted) is not None:
        return await compensation.view(session, action)
    if await proposals.is_repeated(session, services, action, wanted, action.version):
        return proposals.view(action)
    if not is_reversible or action.state != "approved":
        await _in_hold(session, action)
    await proposals.record_decision(session, services, action, wanted)
    closed = await proposals.close(
        session, services, action, "cancelled", "action.undone", by="user", outcome={"undone": True}
    )
    await proposals.wake_when_closed(session, closed.run_id)
    await progress.tell(session, closed)
    return proposals.view(closed)


async def send_now(
    session: AsyncSession, services: Services, action_id: UUID, *, nonce: str, decider: Decider
) -> dict[str, Any]:
    """The action with its hold ended by a decision of its own; it can no longer be undone.

    Raises:
        NotFoundError: no such action of this user.
        UndoOverError: the hold is over already; it is leaving anyway.
        ConflictError: it is not waiting to be sent.
    """
    action = await proposals.locked_one(session, action_id)
    wanted = Wanted("send_now", nonce, decider)
    if await proposals.is_repeated(session, services, action, wanted, action.version):
        return proposals.view(action)
    await _in_hold(session, action)
    await proposals.record_decision(session, services, action, wanted)
    sent = await proposals.mark(session, action, hold_until=await clock.now(session))
    await proposals.told(session, services, sent, "action.send_now", by="user")
    await queue.defer(session, "execute_action", action_id=sent.id, user_id=sent.user_id)
    return proposals.view(sent)


_CarryOut = Callable[[AsyncSession, Services, ActionRow, Wanted], Awaitable[None]]


async def _approve(session: AsyncSession, services: Services, action: ActionRow, wanted: Wanted) -> None:
    decision = await proposals.record_decision(session, services, action, wanted)
    await proposals.approve(
        session,
        services,
        action,
        decision_id=decision.id,
        hold_until=decision.created_at + timedelta(seconds=action.hold_seconds),
    )
    await queue.defer(session, "execute_action", action_id=action.id, user_id=action.user_id)


async def _reject(session: AsyncSession, services: Services, action: ActionRow, wanted: Wanted) -> None:
    decision = await proposals.record_decision(session, services, action, wanted)
    kept = {"decision_id": decision.id, "revision_decision_id": None}
    closed = await proposals.close(
        session, services, action, "rejected", "approval.rejected", by="user", **kept
    )
    await proposals.wake_when_closed(session, closed.run_id)


async def _respond(session: AsyncSession, services: Services, action: ActionRow, wanted: Wanted) -> None:
    if not await proposals.run_is_live(session, action.run_id):
        msg = "The run that made this card has ended, so nobody can revise it."
        raise ConflictError(msg, action="Edit the card yourself, or ask again in the conversation.")
    decision = await proposals.record_decision(session, services, action, wanted)
    marked = await proposals.mark(session, action, revision_decision_id=decision.id, stale_reason=None)
    await proposals.told(session, services, marked, "approval.changes_requested", by="user")
    await events.wake(session, marked.run_id)


def _wanted(verdict: Verdict, nonce: str, decider: Decider) -> Wanted:
    note = (verdict.note or "").strip()
    if verdict.verb == "approve":
        return Wanted("approve", nonce, decider)
    if verdict.verb == "reject":
        return Wanted("reject", nonce, decider, _within(note) or None)
    if verdict.verb == "respond":
        if not note:
            msg = "Say what should be different."
            raise InvalidError(msg, fields=["instructions"])
        return Wanted("respond", nonce, decider, _within(note))
    msg = "This is not something one can decide."
    raise InvalidError(msg, action=f"Use one of: {', '.join(VERBS)}.", fields=["verb"])


def _within(note: str) -> str:
    if len(note) > MAX_NOTE_CHARACTERS:
        msg = f"The words are longer than {MAX_NOTE_CHARACTERS:,} characters."
        raise InvalidError(msg, fields=["reason", "instructions"])
    return note


async def _locked(session: AsyncSession, approval_id: UUID) -> tuple[ActionRow, ApprovalRow]:
    approval = await proposals.approval(session, approval_id)
    action = await proposals.locked_one(session, approval.action_id)
    return action, await proposals.approval(session, approval_id)


async def _editable(session: AsyncSession, approval_id: UUID, version: int) -> ActionRow:
    action, approval = await _locked(session, approval_id)
    await _still_open(session, action, approval, version, action.digest)
    if action.revision_decision_id is not None:
        raise await _stale(session, action, "This card is being revised.")
    return action


async def _still_open(
    session: AsyncSession, action: ActionRow, approval: ApprovalRow, version: int, digest: str
) -> None:
    if action.state == "expired" or (
        action.state == "proposed" and approval.expires_at <= await clock.now(session)
    ):
        msg = "This card has expired; nothing was done."
        raise ExpiredError(msg, approval_id=ids.to_public("apr", approval.id))
    if action.state != "proposed":
        raise await _stale(session, action, "This card has already been decided.")
    if (action.version, action.digest) != (version, digest):
        raise await _stale(session, action, "This card has changed since you opened it.")


async def _stale(session: AsyncSession, action: ActionRow, message: str) -> StaleCardError:
    return StaleCardError(message, card=await proposals.card_of(session, action))


async def _check_ticks(session: AsyncSession, action: ActionRow, verdict: Verdict) -> None:
    if verdict.verb != "approve":
        return
    required: list[str] = (await proposals.card_of(session, action))["requires"]
    missing = [tick for tick in required if tick not in verdict.acknowledged]
    if missing:
        msg = "This card needs your confirmation that you recognise every recipient."
        raise InvalidError(
            msg, action="Confirm it and approve again.", fields=["acknowledged"], requires=missing
        )


async def _in_hold(session: AsyncSession, action: ActionRow) -> None:
    if action.state == "approved" and action.hold_until is not None:
        if await clock.now(session) < action.hold_until:
            return
        msg = "The time to undo is over; it is leaving now."
        raise UndoOverError(msg, changed="unknown")
    if action.state in {"staging", "armed", "done", "needs_review"}:
        msg = "The time to undo is over."
        raise UndoOverError(msg)
    msg = "There is nothing to undo: this is not waiting to be sent."
    raise ConflictError(msg)
