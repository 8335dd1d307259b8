"""Taking an action to execute: by compare-and-set, only when its time has come; the provider is not touched here."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import rows
from countersign.actions.executor import receipt, settle
from countersign.actions.executor.work import ATTEMPTS_LOST, Work, lease_end, switched_off
from countersign.actions.models import Action, Attempt
from countersign.actions.rows import Said
from countersign.actions.types import CLOSED_STATES, Change
from countersign.connectors.grant import Mint
from countersign.kit import clock
from countersign.kit.crypto import random_token

_MARKER_BYTES = 24


async def claim(services: Services, user_id: UUID, action_id: UUID, mint: Mint) -> Work | None:
    """The action under a new fence and lease, committed; None when there is nothing to execute now.

    Approved actions are taken when their hold is over and what they depend on is done; staging and armed ones when
    nobody holds them any more; one in review when a person asked for its prepared token to be removed. Leftovers of
    closed actions are not claimed here (sweep.py).

    Raises:
        NotFoundError: no such action of this user.
    """
    async with services.db.session(user_id) as session:
        action = await rows.locked_one(session, action_id)
        now = await clock.now(session)
        if action.state == "approved":
            if action.hold_until is None or action.hold_until > now:
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
    ready = await _dependencies(session, action)
    if ready == "broken":
        message = "An earlier step this depends on did not happen."
        await receipt.close(
            session,
            work,
            "cancelled",
            "action.cancelled",
            outcome=receipt.problem("cancelled", "depends", message),
        )
        return None
    if ready == "open":
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


async def _dependencies(session: AsyncSession, action: Action) -> str:
    """`done` when every action this one depends on is done, `broken` when one ended otherwise, else `open`."""
    if not action.depends_on:
        return "done"
    states = list(await session.scalars(select(Action.state).where(Action.id.in_(action.depends_on))))
    if any(state in CLOSED_STATES and state != "done" for state in states):
        return "broken"
    return "done" if len(states) == len(action.depends_on) and set(states) == {"done"} else "open"
