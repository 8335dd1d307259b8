"""Taking an action to execute: by compare-and-set, only when its time has come; the provider is not touched here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import proposals, rows
from countersign.actions.executor import progress, receipt, settle
from countersign.actions.executor.work import ATTEMPTS_LOST, Work, lease_end, switched_off
from countersign.actions.models import Action, Attempt
from countersign.actions.rows import Said
from countersign.actions.types import Change, State
from countersign.connectors.grant import Mint
from countersign.kit import clock
from countersign.kit.crypto import random_token

_MARKER_BYTES = 24
_NOT_BEGUN: frozenset[State] = frozenset({"proposed", "approved", "expired"})
_BROKEN_BY: Mapping[State, str] = {
    "rejected": "You rejected what it depends on",
    "cancelled": "What it depends on was cancelled",
    "failed": "What it depends on failed",
    "refused": "What it depends on was stopped by our own check",
    "needs_review": "We don't know whether what it depends on happened",
}


async def claim(services: Services, user_id: UUID, action_id: UUID, mint: Mint) -> Work | None:
    """The action under a new fence and lease, committed; None when there is nothing to execute now.

    Approved actions are taken when their hold is over and what they depend on is done; staging and armed ones when
    nobody holds them any more; one in review when a person asked for its prepared token to be removed. What has not
    begun and depends on something that did not happen is cancelled here, decided or not. Leftovers of closed actions
    are not claimed here (sweep.py).

    Raises:
        NotFoundError: no such action of this user.
    """
    async with services.db.session(user_id) as session:
        action = await rows.locked_one(session, action_id)
        now = await clock.now(session)
        dependencies = await _dependencies(session, action)
        broken_by = [state for state in dependencies if state in _BROKEN_BY]
        if action.state in _NOT_BEGUN and broken_by:
            await _stop(session, services, action, _BROKEN_BY[broken_by[0]])
            return None
        if action.state == "approved":
            if action.hold_until is None or action.hold_until > now:
                return None
            if any(state != "done" for state in dependencies):
                return None
            return await _begin(session, Work(services, user_id, mint, action, action.attempts + 1))
        is_ours_to_restart = action.state in {"staging", "armed"} or settle.is_wanted(action)
        is_held = action.lease_until is not None and action.lease_until > now
        if not is_ours_to_restart or is_held:
            return None
        return await _take_over(session, Work(services, user_id, mint, action, action.attempts + 1))


async def _begin(session: AsyncSession, work: Work) -> Work | None:
    action = work.action
    reason = await switched_off(session, work.services, action)
    if reason is not None:
        facts = (await rows.version_of(session, action)).facts
        await receipt.sent_back(session, work, Change(reason, action.payload, facts), "switch")
        return None
    old_markers = (action.provider_token or {}).get("old_markers", [])
    token = {"marker": random_token(_MARKER_BYTES), "old_markers": old_markers, "is_fresh": not old_markers}
    moved = await rows.move(
        session,
        work.services,
        action,
        "staging",
        Said("action.staging", by="executor", details={"attempt": work.n}),
        fence=action.fence + 1,
        lease_until=lease_end(work.services),
        attempts=work.n,
        provider_token=token,
        cursor=None,
    )
    session.add(Attempt(action_id=moved.id, n=work.n, user_id=moved.user_id, phase="staging"))
    return replace(work, action=moved)


async def _take_over(session: AsyncSession, work: Work) -> Work:
    action = work.action
    await session.execute(ATTEMPTS_LOST, {"id": action.id})
    token = {**(action.provider_token or {}), "is_fresh": False}
    taken = await rows.change(
        session,
        action,
        fence=action.fence + 1,
        lease_until=lease_end(work.services),
        attempts=work.n,
        provider_token=token,
    )
    phase = "staging" if taken.state == "staging" else "armed_before"
    session.add(Attempt(action_id=taken.id, n=work.n, user_id=taken.user_id, phase=phase))
    return replace(work, action=taken)


async def _stop(session: AsyncSession, services: Services, action: Action, why: str) -> None:
    outcome = receipt.problem("cancelled", "depends", f"{why}, so this was not done.")
    stopped = await proposals.close(
        session,
        services,
        action,
        "cancelled",
        "action.cancelled",
        by="executor",
        outcome=outcome,
        revision_decision_id=None,
    )
    await rows.wake_when_closed(session, stopped.run_id)
    await progress.tell(session, stopped)


async def _dependencies(session: AsyncSession, action: Action) -> list[State]:
    """The state of every action this one depends on; `proposed` for one that is not there, so that it is waited for."""
    if not action.depends_on:
        return []
    found = await session.execute(select(Action.id, Action.state).where(Action.id.in_(action.depends_on)))
    states = {row.id: row.state for row in found}
    return [states.get(one, "proposed") for one in action.depends_on]
