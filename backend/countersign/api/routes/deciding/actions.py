"""Actions after their decision: how they stand, taking them back, ending a hold, and settling what nobody knows."""

from __future__ import annotations

from fastapi import APIRouter

from countersign.api.idempotency import RequiredOnceDep
from countersign.api.openapi import refusals
from countersign.api.signed_in import DeciderDep, HumanDep, ServicesDep, SessionDep
from countersign.approvals import deciding, reading, review
from countersign.events.shapes import ActionUpdated
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


@router.post("/{action_id}/check", responses=refusals(409, 502))
async def check(action_id: ActionId, person: HumanDep, services: ServicesDep) -> ActionUpdated:
    """Look at the provider once more for an action whose end is not known; changes nothing there."""
    return ActionUpdated.model_validate(await review.check(services, person.user_id, action_id))


@router.post("/{action_id}/try-again", responses=refusals(409, 502))
async def try_again(action_id: ActionId, person: HumanDep, services: ServicesDep) -> ActionUpdated:
    """Say that it did not happen: a new version to decide on, or done when the provider shows that it did."""
    return ActionUpdated.model_validate(await review.try_again(services, person.user_id, action_id))
