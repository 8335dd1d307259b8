"""The last transaction of an executed action: outcome, audit, event, and the wake of its run, all or nothing.

It calls no provider and makes no decision: what happened is told to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import rows
from countersign.actions.executor import progress
from countersign.actions.executor.work import Work, lease_end
from countersign.actions.models import Action
from countersign.actions.rows import NextVersion, Said
from countersign.actions.types import Change, Evidence, MadeBy, State

log = structlog.get_logger()
ENDED = Counter("countersign_actions_ended_total", "Executed actions by kind and end.", ["kind", "state"])

_ATTEMPT_STATUS: Mapping[State, str] = {
    "done": "done",
    "failed": "refused",
    "refused": "refused",
    "needs_review": "unknown",
    "cancelled": "stale",
}
_ADVICE: Mapping[State, tuple[str, str]] = {
    "failed": ("Ask for it again, or do it yourself.", "no"),
    "refused": ("Tell the administrator the id of this action; nothing left.", "no"),
    "needs_review": ("Look in your mailbox, then choose Check again.", "unknown"),
    "cancelled": ("Ask for it again when the earlier step has succeeded.", "no"),
}


async def done(work: Work, evidence: Evidence) -> None:
    """The action is `done` with the provider's ids as evidence; drafts left by a lost executor are swept later.

    Raises:
        MovedOnError: somebody else finished it; nothing was written.
    """
    outcome = {"result": dict(evidence.result), "found_by": evidence.found_by}
    async with work.services.db.session(work.user_id) as session:
        await work.in_phase(session, "receipt")
        await close(session, work, "done", "action.done", outcome=outcome)


async def failed(work: Work, state: State, code: str, message: str) -> None:
    """The action is closed without effect, or as unknown (`needs_review`), with the reason in words.

    Raises:
        MovedOnError: somebody else closed it; nothing was written.
    """
    async with work.services.db.session(work.user_id) as session:
        await work.in_phase(session, "receipt")
        await close(session, work, state, f"action.{state}", outcome=problem(state, code, message))


async def close(
    session: AsyncSession, work: Work, state: State, verb: str, *, outcome: dict[str, Any]
) -> Action:
    """The action in its end state inside the caller's transaction; wakes the run when it was the last one open."""
    said = Said(verb, by="executor", details={"outcome": outcome, "attempt": work.n})
    values = {"outcome": outcome, "lease_until": _sweep_due(work, state)}
    if state == "done":
        values["undo_until"] = undo_until(work.services, work.action)
    moved = await rows.move(session, work.services, work.action, state, said, **values)
    await work.ended(session, _ATTEMPT_STATUS[state], {"outcome": outcome})
    if state == "cancelled":
        await rows.set_approval(session, moved, "cancelled")
    await rows.wake_when_closed(session, moved.run_id)
    await progress.tell(session, moved)
    ENDED.labels(moved.kind, state).inc()
    log.info("action.ended", action_id=str(moved.id), run_id=str(moved.run_id), state=state, attempt=work.n)
    return moved


async def sent_back(session: AsyncSession, work: Work, change: Change, made_by: MadeBy) -> Action:
    """The action proposed again as its next version with the reason, its approval pending with a fresh clock.

    A compensation is no card: it ends with the reason instead, and what it was to undo stays.
    """
    if work.action.undoes is not None:
        end: State = "cancelled" if work.action.state == "approved" else "failed"
        outcome = problem("failed", "undo_impossible", f"It could not be undone: {change.reason}")
        return await close(session, work, end, f"action.{end}", outcome=outcome)
    wanted = NextVersion(change.payload, change.facts, made_by, reason=change.reason, renews_expiry=True)
    said = Said("action.sent_back", by="executor", details={"reason": change.reason})
    moved = await rows.next_version(session, work.services, work.action, wanted, said)
    await work.ended(session, "stale", {"reason": change.reason})
    await progress.tell(session, moved)
    log.info("action.sent_back", action_id=str(moved.id), run_id=str(moved.run_id), version=moved.version)
    return moved


def undo_until(services: Services, action: Action) -> ColumnElement[datetime] | None:
    """SQL for until when this action, done now, can be undone; None for one that cannot."""
    if action.undo_mode != "reversible":
        return None
    return func.app_now() + timedelta(seconds=services.settings.undo_seconds)


def problem(state: State, code: str, message: str) -> dict[str, Any]:
    """The outcome of an action that did not succeed, as shown to the person."""
    action, changed = _ADVICE[state]
    return {"problem": {"code": code, "message": message, "action": action, "changed": changed}}


def _sweep_due(work: Work, state: State) -> ColumnElement[datetime] | None:
    """When to look for leftovers: at once if we hold one, later if a lost executor may still make one, else never."""
    if state == "needs_review" or work.action.provider_token is None:
        return None
    if state != "done":
        return func.app_now()
    was_shared = work.action.fence > 1
    return lease_end(work.services) if was_shared else None
