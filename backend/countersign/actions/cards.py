"""An action as the page, the event log and scripts see it; it changes nothing.

What a card shows is made from the payload that would be executed, never from a stored picture of it.
Wire shapes: events/cards.py and events/shapes.py; a test validates what is made here against them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.actions.catalogue import kind_of, sent_instead
from countersign.actions.decisions import approval_id_of
from countersign.actions.models import Action, ActionVersion, Approval
from countersign.actions.types import OPEN_STATES
from countersign.errors import ConflictError
from countersign.events.cards import ApprovalCard
from countersign.events.shapes import ActionUpdated

VERBS = ("approve", "edit", "reject", "respond")


def _verbs(action: Action) -> tuple[str, ...]:
    return VERBS if sent_instead(action.kind, action.payload) is None else (*VERBS, "send_instead")


async def versions(session: AsyncSession, action_id: UUID) -> list[ActionVersion]:
    """Every version of the action, oldest first; empty when there is no such action."""
    statement = (
        select(ActionVersion).where(ActionVersion.action_id == action_id).order_by(ActionVersion.version)
    )
    return list(await session.scalars(statement))


async def seen(session: AsyncSession, action: Action) -> tuple[ActionVersion, ActionVersion | None]:
    """The record of the action's current version, and of the one before it."""
    statement = select(ActionVersion).where(
        ActionVersion.action_id == action.id, ActionVersion.version.in_((action.version, action.version - 1))
    )
    found = {version.version: version for version in await session.scalars(statement)}
    return found[action.version], found.get(action.version - 1)


def shown(action: Action, version: ActionVersion, earlier: ActionVersion | None) -> dict[str, Any]:
    """The preview of what the action's row holds now, beside its version's facts and the version before."""
    return kind_of(action.kind).preview(action.payload, version.facts, earlier.payload if earlier else None)


def title(action: Action, version: ActionVersion, earlier: ActionVersion | None) -> str:
    """The words that name the card of what the action's row holds now."""
    return str(shown(action, version, earlier)["title"])


def said_by(version: ActionVersion, earlier: ActionVersion | None) -> dict[str, Any]:
    """The preview of what a version said, made from the payload of its record and that of the one before."""
    before = earlier.payload if earlier and earlier.kind == version.kind else None
    return kind_of(version.kind).preview(version.payload, version.facts, before)


def require_whole(action: Action, version: ActionVersion) -> None:
    """Nothing, when the action's row and the record of its version say the same.

    Raises:
        ConflictError: they differ, so nobody can say what was shown; nothing was written.
    """
    said = (version.kind, version.payload, version.digest)
    if said != (action.kind, action.payload, action.digest):
        msg = "What is stored about this card does not fit together, so it cannot be approved."
        raise ConflictError(msg, action="Reject it, ask again, and tell the administrator.")


def card(
    action: Action, approval: Approval, version: ActionVersion, earlier: ActionVersion | None
) -> dict[str, Any]:
    """The approval card of that version, as JSON; allowed verbs are what would be accepted right now."""
    kind = kind_of(action.kind)
    being_revised = action.revision_decision_id is not None
    is_open = action.state == "proposed" and approval.status == "pending"
    model = ApprovalCard.model_validate(
        {
            **shown(action, version, earlier),
            "id": approval.id,
            "action_id": action.id,
            "run_id": action.run_id,
            "account_id": action.account_id,
            "batch_id": approval.batch_id,
            "version": action.version,
            "digest": action.digest,
            "kind": action.kind,
            "status": approval.status,
            "being_revised": being_revised,
            "group": {"key": approval.group_key, "label": approval.group_label},
            "undo": {
                "mode": action.undo_mode,
                "hold_seconds": action.hold_seconds,
                "residue": list(kind.residue),
            },
            "allowed": [
                verb for verb in _verbs(action) if is_open and (verb == "reject" or not being_revised)
            ],
            "stale_reason": action.stale_reason,
            "expires_at": approval.expires_at,
            "snoozed_until": approval.snoozed_until,
            "created_at": approval.created_at,
        }
    )
    return model.model_dump(mode="json")


def action_view(action: Action, now: datetime | None = None, undoing: Action | None = None) -> dict[str, Any]:
    """The `action.updated` data: state, hold, evidence and what undo still means, as JSON.

    `now` is `app_now()`; without it the view is of the moment of the action's last change. `undoing` is the newest
    action that undoes this one.
    """
    outcome = action.outcome or {}
    model = ActionUpdated.model_validate(
        {
            "action_id": action.id,
            "approval_id": approval_id_of(action.id),
            "state": action.state,
            "hold_until": action.hold_until,
            "stale_reason": action.stale_reason,
            "result": outcome.get("result"),
            "problem": outcome.get("problem"),
            "undo": {
                "mode": action.undo_mode,
                "until": action.hold_until if action.undo_mode == "held" else action.undo_until,
                "residue": list(kind_of(action.kind).residue),
                "state": undo_state(action, now or action.updated_at, undoing),
            },
        }
    )
    return model.model_dump(mode="json")


def undo_state(action: Action, now: datetime, undoing: Action | None = None) -> str:
    """What undo means at `now`: offered while it would be accepted, over when its time has passed.

    A held action can be undone until its hold ends, a reversible one from when it is done; then what is known about
    the newest action that undoes it (`undoing`) counts.
    """
    if action.outcome and action.outcome.get("undone"):
        return "undone"
    if action.undo_mode == "reversible":
        return _undo_of_done(action, now, undoing) if action.state == "done" else "none"
    if action.undo_mode == "none":
        return "none"
    if action.state == "approved":
        # The same comparison as undo itself makes; "send now" ends the hold without changing the state.
        return "offered" if action.hold_until is not None and now < action.hold_until else "over"
    return "over" if action.state in {"staging", "armed", "done", "needs_review"} else "none"


def _undo_of_done(action: Action, now: datetime, undoing: Action | None) -> str:
    if undoing is not None and undoing.state in OPEN_STATES:
        return "running"
    if undoing is not None:
        return "undone" if undoing.state == "done" else "failed"
    return "offered" if action.undo_until is not None and now < action.undo_until else "over"
