"""A batch taken as one: stop what has not begun, or take back what was done; every action has its own result.

Both lock the batch's actions by ascending id first. What one action is refused for touches no other action.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import proposals
from countersign.actions.executor import progress
from countersign.actions.proposals import ActionRow, ApprovalRow, Decider
from countersign.actions.types import CLOSED_STATES, State
from countersign.approvals import deciding, reading
from countersign.audit import log as audit
from countersign.errors import ConflictError, CountersignError, NotFoundError
from countersign.kit import ids, journal

_NOT_BEGUN: frozenset[State] = frozenset({"proposed", "approved", "expired"})
_APPROVED: frozenset[State] = frozenset({"approved", "staging", "armed", "done", "needs_review"})
_STOPPED = {
    "problem": {
        "code": "stopped",
        "message": "You stopped this batch; it was not carried out.",
        "action": "Ask for it again if you still want it.",
        "changed": "no",
    }
}


@dataclass(frozen=True)
class Ending:
    """How one action of the batch stands now (`action.updated` in events/shapes.py), and why it was refused."""

    action: dict[str, Any]
    refusal: CountersignError | None


class AlreadyBegunError(ConflictError):
    """This action of the batch is being carried out right now and ends by itself."""

    code = "already_begun"
    action = "Wait a moment; undo it when it is done, if it can be undone."


async def stop(session: AsyncSession, services: Services, batch_id: UUID) -> list[Ending]:
    """Each action of the batch that was not closed, cancelled unless it has begun; stopping twice changes nothing.

    Raises:
        NotFoundError: no such batch of this user.
    """
    actions = await _locked(session, batch_id)
    still_open = [action for action in actions if action.state not in CLOSED_STATES]
    refusals: dict[UUID, CountersignError] = {}
    for action in still_open:
        if action.state in _NOT_BEGUN:
            await proposals.close(
                session,
                services,
                action,
                "cancelled",
                "action.cancelled",
                by="user",
                outcome=_STOPPED,
                revision_decision_id=None,
            )
        else:
            msg = "This has begun and runs to its own end."
            refusals[action.id] = AlreadyBegunError(msg, action_id=ids.to_public("act", action.id))
    if len(refusals) < len(still_open):
        _record(session, services, "batch.stopped", actions[0], batch_id, len(still_open) - len(refusals))
        await proposals.wake_when_closed(session, actions[0].run_id)
        await progress.tell(session, actions[0])
    return [await _ending(session, action, refusals) for action in still_open]


async def undo(
    session: AsyncSession, services: Services, batch_id: UUID, *, nonce: str, decider: Decider
) -> list[Ending]:
    """Each action of the batch that was approved, taken back as far as undo is still offered for it.

    What depends on another action is taken back before it. The nonce of one action follows from the request's.

    Raises:
        NotFoundError: no such batch of this user.
        ConflictError: nothing of it is approved or done.
    """
    actions = await _locked(session, batch_id)
    approved = [action for action in actions if action.state in _APPROVED]
    if not approved:
        msg = "There is nothing to undo: nothing of this batch is approved or done."
        raise ConflictError(msg)
    refusals: dict[UUID, CountersignError] = {}
    for action in _dependants_first(approved):
        own_nonce = f"{nonce}:{ids.to_public('act', action.id)}"
        try:
            async with journal.part(session):
                await deciding.undo(session, services, action.id, nonce=own_nonce, decider=decider)
        except CountersignError as refusal:
            refusals[action.id] = refusal
    _record(session, services, "batch.undone", actions[0], batch_id, len(approved) - len(refusals))
    return [await _ending(session, action, refusals) for action in approved]


async def _locked(session: AsyncSession, batch_id: UUID) -> Sequence[ActionRow]:
    statement = select(ApprovalRow.action_id).where(ApprovalRow.batch_id == batch_id)
    actions = await proposals.locked(session, *await session.scalars(statement))
    if not actions:
        msg = "There is no such batch."
        raise NotFoundError(msg)
    return actions


def _dependants_first(actions: Iterable[ActionRow]) -> list[ActionRow]:
    """The actions so that each comes before those it depends on; a circle, which nothing proposes, keeps its order."""
    left = {action.id: action for action in actions}
    ordered: list[ActionRow] = []
    while left:
        needed = {one for action in left.values() for one in action.depends_on}
        free = [action for action in left.values() if action.id not in needed] or list(left.values())
        ordered += free
        for action in free:
            del left[action.id]
    return ordered


async def _ending(session: AsyncSession, action: ActionRow, refusals: dict[UUID, CountersignError]) -> Ending:
    return Ending(await reading.one_action(session, action.id), refusals.get(action.id))


def _record(
    session: AsyncSession, services: Services, verb: str, one: ActionRow, batch_id: UUID, n: int
) -> None:
    about = audit.Subject(run_id=one.run_id)
    details = {"batch_id": ids.to_public("bat", batch_id), "actions": n}
    audit.record(session, services.keys, verb, details, about=about)
