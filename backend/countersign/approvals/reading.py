"""Looking at a card, its versions, its action, and at titles; made from the payload, never from a stored picture.

It changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from countersign.actions import cards, proposals
from countersign.actions.executor import compensation
from countersign.actions.proposals import ActionRow, ApprovalRow, VersionRow


@dataclass(frozen=True)
class CardTitle:
    """An open card by the words that name it; `id` is the approval's."""

    id: UUID
    title: str


@dataclass(frozen=True)
class ActionResult:
    """How an action stands: `outcome` holds `result {provider_id, link}` when done, `problem` when it failed."""

    action_id: UUID
    approval_id: UUID
    kind: str
    state: str
    title: str
    payload: dict[str, Any]
    outcome: dict[str, Any]
    closed_at: datetime | None


async def open_titles(session: AsyncSession) -> list[CardTitle]:
    """The session's user's cards that wait for a decision, newest first."""
    statement = _with_versions().join(ApprovalRow, ApprovalRow.action_id == ActionRow.id)
    statement = statement.where(ApprovalRow.status == "pending")
    rows = await session.execute(statement.order_by(ApprovalRow.created_at.desc(), ApprovalRow.id.desc()))
    return [
        CardTitle(proposals.approval_id_of(action.id), cards.title(action, version, earlier))
        for action, version, earlier in rows
    ]


async def one_card(session: AsyncSession, approval_id: UUID) -> dict[str, Any]:
    """The card as it is now (events/cards.py).

    Raises:
        NotFoundError: no such card of this user.
    """
    approval = await proposals.approval(session, approval_id)
    return await proposals.card(session, approval.action_id)


async def versions_of(session: AsyncSession, approval_id: UUID) -> list[dict[str, Any]]:
    """What every version of the card said, oldest first: `{version, digest, made_by, preview, created_at}`.

    Raises:
        NotFoundError: no such card of this user.
    """
    approval = await proposals.approval(session, approval_id)
    versions = await proposals.versions(session, approval.action_id)
    return [
        {
            "version": version.version,
            "digest": version.digest,
            "made_by": version.made_by,
            "preview": cards.said_by(version, earlier),
            "created_at": version.created_at,
        }
        for version, earlier in zip(versions, [None, *versions], strict=False)
    ]


async def one_action(session: AsyncSession, action_id: UUID) -> dict[str, Any]:
    """State, hold, evidence and undo of an action (`action.updated` in events/shapes.py).

    Raises:
        NotFoundError: no such action of this user.
    """
    return await compensation.view(session, await proposals.one(session, action_id))


async def actions_of_run(session: AsyncSession, run_id: UUID) -> list[ActionResult]:
    """How each of the run's actions stands, in the order they were proposed: what a receipt is written from.

    What undoes them is none of the run's actions.
    """
    statement = _with_versions().where(ActionRow.run_id == run_id, ActionRow.undoes.is_(None))
    found = await session.execute(statement.order_by(ActionRow.created_at, ActionRow.id))
    return [
        ActionResult(
            action_id=action.id,
            approval_id=proposals.approval_id_of(action.id),
            kind=action.kind,
            state=action.state,
            title=cards.title(action, version, earlier),
            payload=action.payload,
            outcome=action.outcome or {},
            closed_at=action.closed_at,
        )
        for action, version, earlier in found
    ]


def _with_versions() -> Select[ActionRow, VersionRow, VersionRow]:
    """Actions, each with the record of its version and of the one before."""
    earlier = aliased(VersionRow)
    return (
        select(ActionRow, VersionRow, earlier)
        .join(VersionRow, (VersionRow.action_id == ActionRow.id) & (VersionRow.version == ActionRow.version))
        .outerjoin(earlier, (earlier.action_id == ActionRow.id) & (earlier.version == ActionRow.version - 1))
        .execution_options(populate_existing=True)
    )
