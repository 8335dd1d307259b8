"""Removing what an unfinished execution left at the provider: drafts that bear our own marker and nothing else.

It runs only for actions that are not being executed, and never touches the token of one that is.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from countersign.accounts.services import Services
from countersign.actions import decisions, rows
from countersign.actions.catalogue import kind_of
from countersign.actions.executor.work import Work, door_of, is_disconnected, lease_end, stored_token
from countersign.actions.models import Action
from countersign.actions.types import CLOSED_STATES
from countersign.connectors.grant import Grant, Mint
from countersign.kit import clock

log = structlog.get_logger()
_AGAIN_SECONDS = 60
_EXECUTING = frozenset({"approved", "staging", "armed", "needs_review"})


async def sweep(services: Services, user_id: UUID, action_id: UUID, mint: Mint) -> int:
    """How many leftovers of this action were removed; zero when none are due. Safe to repeat."""
    due = await _due(services, user_id, action_id)
    if due is None:
        return 0
    action, decision_id = due
    removed = await _remove(services, action, _grant(mint, action, decision_id), _markers(action))
    if removed is None:
        return 0
    async with services.db.session(user_id) as session:
        await rows.change(session, action, lease_until=None)
    return removed


async def after_loss(work: Work) -> None:
    """An executor that lost its action removes what it may have made after the action was closed; it writes no row."""
    async with work.services.db.session(work.user_id) as session:
        action = await session.get(Action, work.action.id, populate_existing=True)
    if action is not None and action.state in CLOSED_STATES and action.state not in _EXECUTING:
        await _remove(work.services, action, work.grant(), [work.token.marker])


async def _due(services: Services, user_id: UUID, action_id: UUID) -> tuple[Action, UUID] | None:
    """The action and a decision that once covered it, its next look moved on so that others leave it alone."""
    async with services.db.session(user_id) as session:
        action = await rows.locked_one(session, action_id)
        is_due = action.lease_until is not None and action.lease_until <= await clock.now(session)
        if action.state in _EXECUTING or not is_due:
            return None
        decision_id = await decisions.last_approval(session, services.keys, action)
        if decision_id is None or not _markers(action) or await is_disconnected(session, action):
            await rows.change(session, action, lease_until=None)
            return None
        return await rows.change(
            session, action, lease_until=lease_end(services, _AGAIN_SECONDS)
        ), decision_id


async def _remove(services: Services, action: Action, grant: Grant, markers: list[str]) -> int | None:
    try:
        kept = stored_token(action) if action.state == "done" else None
        removed = await kind_of(action.kind).sweep(await door_of(services, action, grant), markers, kept)
    except Exception as exc:  # noqa: BLE001 - tidying up is tried again later; the error's words may quote mail
        log.info("action.sweep_later", action_id=str(action.id), error=type(exc).__name__)
        return None
    log.info("action.swept", action_id=str(action.id), removed=removed)
    return removed


def _markers(action: Action) -> list[str]:
    token = action.provider_token or {}
    return [*token.get("old_markers", []), *([token["marker"]] if token.get("marker") else [])]


def _grant(mint: Mint, action: Action, decision_id: UUID) -> Grant:
    return mint(
        action_id=action.id,
        decision_id=decision_id,
        account_id=action.account_id,
        digest=action.digest,
        kind=action.kind,
    )
