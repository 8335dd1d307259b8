"""What a run's gate does with approvals: open them, look at them, revise them, close them; it decides nothing itself.

Every function works in the caller's transaction and changes nothing when repeated with the same arguments.
Lock order: actions by ascending id, then the run, then the event head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import deadlines, proposals
from countersign.actions.types import OPEN_STATES, Facts, MadeBy, Payload, ProposedAction, State
from countersign.approvals.batches import batching
from countersign.events import log as events

_OURS_TO_CANCEL = frozenset({"proposed", "approved", "expired"})
"""What has begun to execute is not called back: it runs to its own end."""


@dataclass(frozen=True)
class OpenAction:
    """One action of a run that is not closed, and what is wanted from the run about it."""

    action_id: UUID
    approval_id: UUID
    state: State
    version: int
    revision_decision_id: UUID | None
    reopen_wanted: bool


@dataclass(frozen=True)
class Revision:
    """What a person wants instead: their words (none for a reopened card) and what the card says now."""

    instructions: str | None
    payload: Payload
    facts: Facts
    decision_id: UUID | None
    next_version: int


async def open(session: AsyncSession, services: Services, proposed: Sequence[ProposedAction]) -> list[UUID]:  # noqa: A001 - the contract's verb
    """The approval ids of these proposals, in their order; actions, previews, cards, audit and events at once.

    A proposal made before (a node run again), or still open or done from an earlier attempt, keeps its approval.
    More than one proposal makes a batch, with one time to decide; more operations than a batch may hold make further
    batches, in the order of the proposals.

    Raises:
        InvalidError: a payload does not pass its kind's checks; nothing was written.
    """
    batches = batching.split(proposed)
    card_clock = await deadlines.started(session, services, in_batch=len(proposed) > 1)
    actions: dict[UUID, proposals.ActionRow] = {}
    for one in sorted(proposed, key=proposals.action_id_of):
        kept = await _kept_from_earlier(session, one)
        if kept is None:
            kept, is_new = await proposals.propose(session, services, one)
            if is_new:
                await _ask(session, kept, one, batches.get(proposals.action_id_of(one)), card_clock)
        actions[proposals.action_id_of(one)] = kept
    return [proposals.approval_id_of(actions[proposals.action_id_of(one)].id) for one in proposed]


async def open_of_run(session: AsyncSession, run_id: UUID) -> list[OpenAction]:
    """The run's actions that are not closed, in the order they were proposed; expired ones count as open."""
    return [
        OpenAction(
            action_id=action.id,
            approval_id=proposals.approval_id_of(action.id),
            state=action.state,
            version=action.version,
            revision_decision_id=action.revision_decision_id,
            reopen_wanted=action.reopen_wanted,
        )
        for action in await proposals.of_run(session, run_id)
        if action.state in OPEN_STATES
    ]


async def revision_wanted(session: AsyncSession, services: Services, action_id: UUID) -> Revision | None:
    """What the person wants changed on this action, or None when nothing is asked of the run.

    Raises:
        NotFoundError: no such action of this user.
    """
    action = await proposals.one(session, action_id)
    if action.revision_decision_id is None and not action.reopen_wanted:
        return None
    facts = (await proposals.current_version(session, action)).facts
    instructions = await proposals.instructions(session, services, action)
    return Revision(instructions, action.payload, facts, action.revision_decision_id, action.version + 1)


async def revise(
    session: AsyncSession,
    services: Services,
    action_id: UUID,
    revision: Revision,
    payload: Payload,
    facts: Facts,
) -> bool:
    """Whether this call made the next version that `revision` asked for; its time to decide starts again.

    False, with nothing changed, when that version exists already or something else is wanted by now.

    Raises:
        InvalidError: the payload does not pass the kind's checks; nothing was changed.
    """
    action = await proposals.locked_one(session, action_id)
    if not _is_answered_by(action, revision) or action.version != revision.next_version - 1:
        return False
    made_by: MadeBy = "revision" if revision.decision_id is not None else "reopen"
    await proposals.revise(session, services, action, payload, facts, made_by)
    return True


async def revision_failed(
    session: AsyncSession, services: Services, action_id: UUID, revision: Revision, reason: str
) -> bool:
    """Whether the card returned unchanged with the reason; False when that revision is no longer wanted."""
    action = await proposals.locked_one(session, action_id)
    if not _is_answered_by(action, revision):
        return False
    await proposals.mark(session, action, revision_decision_id=None, reopen_wanted=False, stale_reason=reason)
    await proposals.told(session, services, action, "approval.revision_failed", by="run", reason=reason)
    return True


async def cancel_open(session: AsyncSession, services: Services, run_id: UUID) -> int:
    """How many of the run's cards and holds were cancelled; what is already executing runs to its own end."""
    every = [action.id for action in await proposals.of_run(session, run_id)]
    ours = [action for action in await proposals.locked(session, *every) if action.state in _OURS_TO_CANCEL]
    for action in ours:
        await proposals.close(session, services, action, "cancelled", "action.cancelled", by="run")
    return len(ours)


async def _kept_from_earlier(session: AsyncSession, proposed: ProposedAction) -> proposals.ActionRow | None:
    for action in await proposals.earlier_attempts(session, proposed):
        if action.state in OPEN_STATES or action.state in {"done", "needs_review"}:
            return action
    return None


async def _ask(
    session: AsyncSession,
    action: proposals.ActionRow,
    proposed: ProposedAction,
    batch_id: UUID | None,
    card_clock: deadlines.CardClock,
) -> None:
    values = {
        "id": proposals.approval_id_of(action.id),
        "action_id": action.id,
        "run_id": action.run_id,
        "user_id": action.user_id,
        "batch_id": batch_id,
        "group_key": proposed.group_key,
        "group_label": proposed.group_label,
        **card_clock.as_columns(),
    }
    await session.flush()
    await session.execute(insert(proposals.ApprovalRow).values(values).on_conflict_do_nothing())
    card = await proposals.card_of(session, action)
    events.append(session, "approval.requested", card, run_id=action.run_id)


def _is_answered_by(action: proposals.ActionRow, revision: Revision) -> bool:
    if revision.decision_id is not None:
        return action.revision_decision_id == revision.decision_id
    return action.reopen_wanted
