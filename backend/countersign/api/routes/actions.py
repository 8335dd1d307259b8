"""Actions after their decision: how they stand, taking them back, and ending a hold."""

from __future__ import annotations

from fastapi import APIRouter

from countersign.api.idempotency import RequiredOnceDep
from countersign.api.openapi import refusals
from countersign.api.signed_in import DeciderDep, ServicesDep, SessionDep
from countersign.approvals import deciding, reading
from countersign.events.data import ActionUpdated
from countersign.kit.ids import ActionId

router = APIRouter(prefix="/actions", tags=["actions"])


@router.get("/{action_id}")
async def get_action(action_id: ActionId, session: SessionDep) -> ActionUpdated:
    """State, hold, evidence and what undo still means."""
    return ActionUpdated.model_validate(await reading.one_action(session, action_id))


@router.post("/{action_id}/undo", responses=refusals(409, 410))
async def undo(
    action_id: ActionId, decider: DeciderDep, services: ServicesDep, once: RequiredOnceDep
) -> ActionUpdated:
    """Take it back while undo is offered; 410 when that time is over."""
    return await once.answer(
        ActionUpdated,
        lambda: deciding.undo(once.session, services, action_id, nonce=once.nonce, decider=decider),
    )


@router.post("/{action_id}/send-now", responses=refusals(409, 410))
async def send_now(
    action_id: ActionId, decider: DeciderDep, services: ServicesDep, once: RequiredOnceDep
) -> ActionUpdated:
    """End the hold; it can no longer be undone."""
    return await once.answer(
        ActionUpdated,
        lambda: deciding.send_now(once.session, services, action_id, nonce=once.nonce, decider=decider),
    )
