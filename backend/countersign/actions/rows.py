"""Every change of an action's row: one compare-and-set with its audit entry and its event, never anything else.

Nothing here commits, calls a provider or decides whether a change is wanted. Lock order for every caller: actions by
ascending id in one statement, then the run, then the event head (taken at commit by the journal).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import deadlines
from countersign.actions.cards import action_view
from countersign.actions.catalogue import kind_of
from countersign.actions.decisions import approval_id_of, digest
from countersign.actions.models import Action, ActionVersion, Approval
from countersign.actions.types import (
    CLOSED_STATES,
    OPEN_STATES,
    TRANSITIONS,
    Facts,
    MadeBy,
    Payload,
    State,
    Terms,
)
from countersign.audit import log as audit
from countersign.errors import ConflictError, NotFoundError
from countersign.events import log as events
from countersign.kit import ids

_HOLD_RUN = text("SELECT 1 FROM runs WHERE id = :run_id FOR NO KEY UPDATE")


class MovedOnError(ConflictError):
    """Somebody else changed the action first; this caller has changed nothing."""

    code = "moved_on"

    def __init__(self, action_id: UUID) -> None:
        super().__init__(
            "This action has moved on in the meantime.", action_id=ids.to_public("act", action_id)
        )


@dataclass(frozen=True)
class Said:
    """How a change is told: the audit verb, who made it, and what the audit keeps about it."""

    verb: str
    by: str = "user"
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NextVersion:
    """What the next version of an action says and why there is one.

    Attributes:
        reason: shown on the card as why it is back, None for an edit or a plain revision.
        renews_expiry: whether the time to decide starts again.
        kind: what it becomes when the person sends a draft instead, None to stay what it is.
    """

    payload: Payload
    facts: Facts
    made_by: MadeBy
    reason: str | None
    renews_expiry: bool
    kind: str | None = None


async def locked(session: AsyncSession, *action_ids: UUID) -> list[Action]:
    """The session's user's actions of these ids, by ascending id, locked until the transaction ends."""
    statement = (
        select(Action)
        .where(Action.id.in_(action_ids))
        .order_by(Action.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(statement))


async def locked_one(session: AsyncSession, action_id: UUID) -> Action:
    """One action, locked until the transaction ends.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    for action in await locked(session, action_id):
        return action
    msg = "There is no such action."
    raise NotFoundError(msg)


async def version_of(session: AsyncSession, action: Action) -> ActionVersion:
    """What the action's current version says and how it is shown."""
    statement = select(ActionVersion).where(
        ActionVersion.action_id == action.id, ActionVersion.version == action.version
    )
    return (await session.scalars(statement)).one()


async def approval_of(session: AsyncSession, action: Action) -> Approval:
    """The action's approval as it is now."""
    statement = select(Approval).where(Approval.id == approval_id_of(action.id))
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def move(
    session: AsyncSession, services: Services, action: Action, to: State, said: Said, **values: Any
) -> Action:
    """The action in its new state, with audit entry and event; `values` are further columns of the same statement.

    Raises:
        MovedOnError: the row no longer has the state, version and fence of `action`; nothing was changed.
    """
    if to not in TRANSITIONS[action.state]:
        raise MovedOnError(action.id)
    old = action.state
    closed_at = func.app_now() if to in CLOSED_STATES else None
    if to in CLOSED_STATES and action.provider_token is not None:
        # Something may lie at the provider under our marker: a due lease on a closed action asks for its removal.
        values.setdefault("lease_until", func.app_now())
    moved = await change(session, action, state=to, closed_at=closed_at, **values)
    await _tell(session, services, moved, said, {"from": old})
    return moved


async def change(session: AsyncSession, action: Action, **values: Any) -> Action:
    """The action with these columns set, only if nobody changed its state, version or fence; tells nobody.

    Raises:
        MovedOnError: somebody did; nothing was changed.
    """
    statement = (
        update(Action)
        .where(
            Action.id == action.id,
            Action.state == action.state,
            Action.version == action.version,
            Action.fence == action.fence,
        )
        .values(updated_at=func.app_now(), **values)
        .returning(Action)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    changed = (await session.scalars(statement)).one_or_none()
    if changed is None:
        raise MovedOnError(action.id)
    return changed


async def next_version(
    session: AsyncSession, services: Services, action: Action, wanted: NextVersion, said: Said
) -> Action:
    """The action proposed again as its next version, undecided, its approval pending.

    Raises:
        MovedOnError: somebody else changed the action first; nothing was changed.
        InvalidError: the payload does not pass the kind's checks; nothing was changed.
    """
    if action.state != "proposed" and "proposed" not in TRANSITIONS[action.state]:
        raise MovedOnError(action.id)
    old, before = action.state, action.payload
    terms = _next_terms(services, action, wanted)
    kind, payload = kind_of(terms.kind), terms.payload
    changed = await change(
        session,
        action,
        state="proposed",
        version=terms.version,
        kind=terms.kind,
        hold_seconds=terms.hold_seconds,
        undo_mode=terms.undo_mode,
        payload=payload,
        digest=digest(terms),
        decision_id=None,
        revision_decision_id=None,
        reopen_wanted=False,
        hold_until=None,
        undo_until=None,
        outcome=None,
        closed_at=None,
        stale_reason=wanted.reason,
        provider_token=_retired(action.provider_token),
        lease_until=func.app_now() if _retired(action.provider_token) else None,
    )
    shown = kind.preview(payload, wanted.facts, before)
    session.add(version_row(changed, wanted.facts, shown, wanted.made_by))
    renewed = await _pend(session, services, changed, renews_expiry=wanted.renews_expiry)
    news = {"risk": shown["risk"], "clock": renewed}
    tell_approval(session, changed, "pending", by=said.by, reason=wanted.reason, **news)
    await _tell(session, services, changed, said, {"from": old, "made_by": wanted.made_by})
    return changed


def version_row(action: Action, facts: Facts, shown: dict[str, Any], made_by: MadeBy) -> ActionVersion:
    """The append-only record of what this version says."""
    return ActionVersion(
        action_id=action.id,
        version=action.version,
        user_id=action.user_id,
        kind=action.kind,
        payload=action.payload,
        digest=action.digest,
        facts=facts,
        preview=shown,
        made_by=made_by,
    )


async def set_approval(session: AsyncSession, action: Action, status: str, **values: Any) -> None:
    """The action's approval in that status; guarded by the lock its caller holds on the action."""
    statement = update(Approval).where(Approval.id == approval_id_of(action.id))
    await session.execute(statement.values(status=status, updated_at=func.app_now(), **values))


def tell_approval(
    session: AsyncSession, action: Action, status: str, *, by: str, reason: str | None = None, **news: Any
) -> None:
    """Add the `approval.updated` event; `news` is the `risk` of a new version and the `clock` when it moved."""
    data = {
        "id": ids.to_public("apr", approval_id_of(action.id)),
        "version": action.version,
        "status": status,
        "digest": action.digest,
        "by": by,
        "reason": reason,
        **news,
    }
    events.append(session, "approval.updated", data, run_id=action.run_id)


async def wake_when_closed(session: AsyncSession, run_id: UUID) -> None:
    """Wake the run if none of its actions is open any more; call it after the last action of the transaction.

    The run's row is locked first, so of two actions closing at once the later one sees the earlier.
    """
    await session.execute(_HOLD_RUN, {"run_id": run_id})
    statement = select(Action.id).where(Action.run_id == run_id, Action.state.in_(OPEN_STATES)).limit(1)
    if (await session.scalars(statement)).first() is None:
        await events.wake(session, run_id)


async def tell_action(session: AsyncSession, action: Action) -> None:
    """Add the `action.updated` event of the action as it is now, and of the one it undoes: its undo has moved on."""
    events.append(session, "action.updated", action_view(action), run_id=action.run_id)
    undone = await session.get(Action, action.undoes) if action.undoes is not None else None
    if undone is not None:
        view = action_view(undone, action.updated_at, action)
        events.append(session, "action.updated", view, run_id=undone.run_id)


async def _tell(
    session: AsyncSession, services: Services, action: Action, said: Said, more: dict[str, Any]
) -> None:
    details = {**said.details, **more, "to": action.state, "version": action.version, "digest": action.digest}
    about = audit.Subject(run_id=action.run_id, action_id=action.id, account_id=action.account_id)
    audit.record(session, services.keys, said.verb, details, actor=said.by, about=about)
    await tell_action(session, action)


async def _pend(
    session: AsyncSession, services: Services, action: Action, *, renews_expiry: bool
) -> dict[str, Any] | None:
    if not renews_expiry:
        await set_approval(session, action, "pending")
        return None
    approval = await approval_of(session, action)
    renewed = await deadlines.started(session, services, in_batch=approval.batch_id is not None)
    await set_approval(session, action, "pending", **renewed.as_columns())
    return renewed.as_columns()


def _next_terms(services: Services, action: Action, wanted: NextVersion) -> Terms:
    version, payload = action.version + 1, kind_of(wanted.kind or action.kind).checked(wanted.payload)
    if wanted.kind is None:
        hold, mode = action.hold_seconds, action.undo_mode
        return Terms(action.id, version, action.kind, action.account_id, payload, hold, mode)
    kind = kind_of(wanted.kind)
    hold = kind.hold_seconds(services.settings)
    return Terms(action.id, version, wanted.kind, action.account_id, payload, hold, kind.undo_mode)


def _retired(token: dict[str, Any] | None) -> dict[str, Any] | None:
    if not token:
        return None
    markers = [*token.get("old_markers", []), *([token["marker"]] if token.get("marker") else [])]
    return {"old_markers": markers}
