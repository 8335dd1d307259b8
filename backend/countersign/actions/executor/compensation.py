"""Undoing an executed action: a new action with `undoes`, approved by the click that asked for it; nothing runs here.

Its payload is fixed from what the first execution stored, never from a guess at what the opposite would be. Its
digest says that it is a compensation, so the decision to undo can execute nothing else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import decisions, rows
from countersign.actions.cards import action_view
from countersign.actions.catalogue import kind_of
from countersign.actions.decisions import Wanted
from countersign.actions.executor.work import stored_token
from countersign.actions.models import Action, Approval
from countersign.actions.rows import Said
from countersign.actions.types import Compensation, Terms
from countersign.errors import ConflictError
from countersign.kit import clock, ids


async def of_action(session: AsyncSession, action: Action) -> list[Action]:
    """The actions that undo this one, newest first; more than one only when earlier ones failed."""
    statement = select(Action).where(Action.undoes == action.id).order_by(Action.created_at.desc())
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def view(session: AsyncSession, action: Action) -> dict[str, Any]:
    """How the action stands now, with what is known about its undo (`action.updated` in events/shapes.py)."""
    undoing = await of_action(session, action) if action.undo_mode == "reversible" else []
    return action_view(action, await clock.now(session), undoing[0] if undoing else None)


async def add(
    session: AsyncSession, services: Services, action: Action, wanted: Wanted, *, earlier: int
) -> Action:
    """The compensation of the locked, executed action, approved by this decision; `earlier` ones failed before it.

    It is not held and has no undo of its own. The caller defers its execution in the same transaction.

    Raises:
        ConflictError: the action changed nothing that could be taken back; nothing was written.
        InvalidError: the nonce belongs to another request; nothing was written.
    """
    planned = await _planned(session, action)
    terms = Terms(
        ids.derived_id(action.id, "undo", str(earlier + 1)),
        1,
        action.kind,
        action.account_id,
        planned.payload,
        0,
        "none",
    )
    undoing = await _insert(session, action, terms)
    shown = kind_of(action.kind).preview(planned.payload, planned.facts, None)
    session.add(rows.version_row(undoing, planned.facts, shown, "undo"))
    await _ask_nobody(session, undoing)
    decision = await decisions.record(session, services.keys, undoing, wanted, services.settings)
    said = Said("action.undoing", details={"undoes": ids.to_public("act", action.id)})
    approved = await rows.move(
        session,
        services,
        undoing,
        "approved",
        said,
        decision_id=decision.id,
        hold_until=decision.created_at,
    )
    await rows.set_approval(session, approved, "approved")
    return approved


async def _planned(session: AsyncSession, action: Action) -> Compensation:
    facts, token = (await rows.version_of(session, action)).facts, stored_token(action)
    planned = token and kind_of(action.kind).compensation(decisions.terms_of(action), token, facts)
    if not planned:
        msg = "There is nothing to undo: it had changed nothing."
        raise ConflictError(msg)
    return planned


async def _insert(session: AsyncSession, action: Action, terms: Terms) -> Action:
    undoing = Action(
        id=terms.action_id,
        run_id=action.run_id,
        run_attempt=action.run_attempt,
        plan_step=action.plan_step,
        user_id=action.user_id,
        account_id=terms.account_id,
        kind=terms.kind,
        version=terms.version,
        payload=terms.payload,
        digest=decisions.digest(terms),
        hold_seconds=terms.hold_seconds,
        undo_mode=terms.undo_mode,
        state="proposed",
        depends_on=[],
        undoes=action.id,
    )
    session.add(undoing)
    await session.flush()
    await session.refresh(undoing)
    return undoing


async def _ask_nobody(session: AsyncSession, undoing: Action) -> None:
    """The approval's row, which every decision needs; it is decided before anybody could see it."""
    values = {
        "id": decisions.approval_id_of(undoing.id),
        "action_id": undoing.id,
        "run_id": undoing.run_id,
        "user_id": undoing.user_id,
        "group_key": f"undo:{undoing.undoes}",
        "expires_at": await clock.now(session),
    }
    await session.flush()
    await session.execute(insert(Approval).values(values))
