"""Looking once more at an action nobody knows the end of; it reads at the provider and never writes there.

A token that is still unused proves nothing for the future: a call that hung could yet use it. The executor is asked
to destroy it (settle.py), and only then it is said that nothing happened.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import decisions, proposals, rows
from countersign.actions.catalogue import kind_of
from countersign.actions.executor import receipt, settle
from countersign.actions.executor.work import door_of, stored_token
from countersign.actions.models import Action
from countersign.actions.rows import NextVersion, Said
from countersign.actions.types import Evidence
from countersign.errors import ConflictError
from countersign.kit import queue

_REMOVING = "It was not done so far; what was prepared is being removed so that it cannot happen any more."


async def look(services: Services, user_id: UUID, action_id: UUID) -> Action:
    """The action: `done` with evidence, else still `needs_review`; committed.

    When the token is unused, the executor is asked to destroy it; the action is `failed` a moment later.

    Raises:
        NotFoundError: no such action of this user.
        ConflictError: nothing about it is unknown.
        ProviderUnknown, NeedsReconnect: the provider cannot be read now; nothing was changed.
    """
    action, evidence = await _evidence(services, user_id, action_id)
    async with services.db.session(user_id) as session:
        await rows.locked_one(session, action_id)
        if evidence is not None and evidence.status == "happened":
            return await _done(session, services, action, evidence)
        if evidence is not None and evidence.status == "unused":
            return await _settled_soon(session, services, action, "failed")
        await proposals.told(session, services, action, "action.checked", by="user", reason="no_evidence")
        return action


async def again(services: Services, user_id: UUID, action_id: UUID) -> Action:
    """The action proposed again as a new version because the person says it did not happen; committed.

    Evidence that it did happen wins over that: then it is `done`. While its token is unused it is still
    `needs_review` here, and proposed again when the executor has destroyed the token.

    Raises:
        NotFoundError, ConflictError, ProviderUnknown, NeedsReconnect: see `look`.
    """
    action, evidence = await _evidence(services, user_id, action_id)
    async with services.db.session(user_id) as session:
        await rows.locked_one(session, action_id)
        if evidence is not None and evidence.status == "happened":
            return await _done(session, services, action, evidence)
        if evidence is not None and evidence.status in {"unused", "partial"}:
            return await _settled_soon(session, services, action, "proposed")
        if action.undoes is not None:
            raise ConflictError(
                "This was an undo, and it is no card.", action="Undo the action itself again."
            )
        facts = (await rows.version_of(session, action)).facts
        wanted = NextVersion(action.payload, facts, "reopen", reason=settle.AGAIN, renews_expiry=True)
        return await rows.next_version(session, services, action, wanted, Said("action.proposed_again"))


async def _evidence(services: Services, user_id: UUID, action_id: UUID) -> tuple[Action, Evidence | None]:
    """The action and what the provider says; None when nothing was armed that could be looked for."""
    async with services.db.session(user_id) as session:
        action = await proposals.one(session, action_id)
    if action.state != "needs_review":
        msg = "It is known what happened to this action."
        raise ConflictError(msg, action="There is nothing to check.")
    token = stored_token(action)
    if token is None or not token.handle:
        return action, None
    door = await door_of(services, action)
    return action, await kind_of(action.kind).reconcile(door, decisions.terms_of(action), token)


async def _done(session: AsyncSession, services: Services, action: Action, evidence: Evidence) -> Action:
    outcome = {"result": dict(evidence.result), "found_by": evidence.found_by}
    said = Said("action.checked", details={"status": evidence.status, "found_by": evidence.found_by})
    until = receipt.undo_until(services, action)
    return await rows.move(session, services, action, "done", said, outcome=outcome, undo_until=until)


async def _settled_soon(session: AsyncSession, services: Services, action: Action, end: settle.End) -> Action:
    marked = await proposals.mark(
        session, action, cursor=settle.wanted(action, end), lease_until=func.app_now()
    )
    await proposals.told(session, services, marked, "action.checked", by="user", reason=_REMOVING)
    await queue.defer(session, "execute_action", action_id=marked.id, user_id=marked.user_id)
    return marked
