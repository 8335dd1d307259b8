"""Undoing what was executed: the click is the consent, so a compensation is added and starts at once, or 410.

It works in the caller's transaction with the action's row locked, and says nothing of holds (deciding.py).
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import proposals
from countersign.actions.executor import compensation
from countersign.actions.proposals import ActionRow, Wanted
from countersign.actions.types import OPEN_STATES
from countersign.errors import ConflictError, GoneError
from countersign.kit import clock, queue


class UndoOverError(GoneError):
    """It has left, or is leaving right now, or the time to take it back has passed."""

    code = "undo_over"
    action = "Send a follow-up or ask for the opposite if something needs to be corrected."


async def take_back(
    session: AsyncSession, services: Services, action: ActionRow, wanted: Wanted
) -> ActionRow | None:
    """The action that undoes this locked, reversible one; the same nonce again answers the same.

    None when the action has not begun, or was cancelled before it did: both are the caller's.

    Raises:
        UndoOverError: its time has passed, by the clock of the database.
        ConflictError: it is being executed right now, is undone already, or there is nothing to undo.
        InvalidError: the nonce belongs to another request.
    """
    earlier = await compensation.of_action(session, action)
    for undoing in earlier:
        if undoing.decision_id is not None and await _was_asked_by(session, undoing, wanted.nonce):
            return undoing
    if action.state in {"approved", "cancelled"}:
        return None
    await _still_offered(session, action, earlier)
    undoing = await compensation.add(session, services, action, wanted, earlier=len(earlier))
    await queue.defer(session, "execute_action", action_id=undoing.id, user_id=undoing.user_id)
    return undoing


async def _was_asked_by(session: AsyncSession, undoing: ActionRow, nonce: str) -> bool:
    decision = await session.get(proposals.DecisionRow, undoing.decision_id)
    return decision is not None and decision.nonce == nonce


async def _still_offered(session: AsyncSession, action: ActionRow, earlier: list[ActionRow]) -> None:
    if action.state in {"staging", "armed"}:
        msg = "It is being carried out right now."
        raise ConflictError(msg, action="Undo it when it is done, in a moment.", retry_after_seconds=1)
    if action.state != "done":
        msg = "There is nothing to undo: this was not carried out."
        raise ConflictError(msg)
    if earlier and (earlier[0].state in OPEN_STATES or earlier[0].state == "done"):
        msg = "It is undone already, or being undone right now."
        raise ConflictError(msg, action="There is nothing to do.")
    if action.undo_until is None or await clock.now(session) >= action.undo_until:
        msg = "The time to undo is over."
        raise UndoOverError(msg)
