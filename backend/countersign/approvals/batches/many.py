"""Many decisions in one submit: each card its own verb, version and digest, each its own result.

What one card is refused for touches no other card. Cards that need a look of their own are not approved in a crowd:
high risk, and what came back changed. The verbs themselves are those of deciding.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions import proposals
from countersign.actions.executor import progress
from countersign.actions.proposals import ActionRow, ApprovalRow, Decider
from countersign.approvals import deciding
from countersign.approvals.deciding import Verdict
from countersign.errors import ConflictError, CountersignError, InvalidError
from countersign.kit import ids, journal

MAX_ITEMS = 100
"""As many cards as one submit may decide."""

_WHY_ALONE = {
    "high_risk": "This card is high risk, so it is not approved together with others.",
    "changed": "This card came back changed, so it is not approved together with others.",
}
_HOLD_RUNS = text("SELECT 1 FROM runs WHERE id = ANY(:run_ids) ORDER BY id FOR NO KEY UPDATE")


@dataclass(frozen=True)
class Item:
    """One card of a submit and what the person says about it."""

    approval_id: UUID
    verdict: Verdict


@dataclass(frozen=True)
class Answer:
    """What became of one item: the card's status after the submit (None: no such card), and why it was refused."""

    approval_id: UUID
    status: str | None
    refusal: CountersignError | None


class DecideAloneError(ConflictError):
    """This card is not approved together with others; `details["why"]` is `high_risk` or `changed`."""

    code = "decide_alone"
    action = "Open this card, look at it, and approve it on its own."


async def decide_many(
    session: AsyncSession, services: Services, items: Sequence[Item], *, nonce: str, decider: Decider
) -> list[Answer]:
    """What became of each item, in their order; the nonce of one item follows from the submit's and its card.

    Every action is locked by ascending id before the first is decided, then their runs, so that submits and executors
    never wait for each other in a circle. A refused item is taken back alone, with its log entries.

    Raises:
        InvalidError: there are too many items, or one card is named twice; nothing was decided.
    """
    _must_be_one_each(items)
    approvals = await _approvals(session, items)
    actions = await proposals.locked(session, *(approval.action_id for approval in approvals))
    await session.execute(_HOLD_RUNS, {"run_ids": [action.run_id for action in actions]})
    locked = {proposals.approval_id_of(action.id): action for action in actions}
    is_crowd = sum(item.verdict.verb == "approve" for item in items) > 1
    refusals: dict[UUID, CountersignError] = {}
    decided: dict[UUID, ActionRow] = {}
    for item in sorted(items, key=lambda item: _lock_place(locked, item)):
        try:
            async with journal.part(session):
                if is_crowd and item.verdict.verb == "approve":
                    await _may_go_in_a_crowd(session, locked.get(item.approval_id), item.verdict)
                own_nonce = f"{nonce}:{ids.to_public('apr', item.approval_id)}"
                action, is_new = await deciding.settle(
                    session, services, item.approval_id, item.verdict, nonce=own_nonce, decider=decider
                )
            if is_new:
                decided[action.id] = action
        except CountersignError as refusal:
            refusals[item.approval_id] = refusal
    await _tell_batches(session, approvals, decided)
    statuses = {approval.id: approval.status for approval in await _approvals(session, items)}
    return [
        Answer(item.approval_id, statuses.get(item.approval_id), refusals.get(item.approval_id))
        for item in items
    ]


def needs_own_look(card: dict[str, Any]) -> str | None:
    """Why this card is not approved together with others (`high_risk` or `changed`), or None."""
    if card["risk"]["level"] == "high":
        return "high_risk"
    return "changed" if card["stale_reason"] else None


def _must_be_one_each(items: Sequence[Item]) -> None:
    if not 0 < len(items) <= MAX_ITEMS:
        msg = f"One submit decides between one and {MAX_ITEMS} cards."
        raise InvalidError(msg, action="Send the rest in a further submit.", fields=["items"])
    if len({item.approval_id for item in items}) < len(items):
        msg = "A card is named twice in this submit."
        raise InvalidError(msg, action="Say one thing about each card.", fields=["items"])


async def _approvals(session: AsyncSession, items: Sequence[Item]) -> list[ApprovalRow]:
    wanted = [item.approval_id for item in items]
    statement = select(ApprovalRow).where(ApprovalRow.id.in_(wanted)).order_by(ApprovalRow.id)
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


def _lock_place(locked: dict[UUID, ActionRow], item: Item) -> tuple[bool, UUID]:
    action = locked.get(item.approval_id)
    return action is None, action.id if action else item.approval_id


async def _may_go_in_a_crowd(session: AsyncSession, action: ActionRow | None, verdict: Verdict) -> None:
    # A card that is not there, decided or another version by now is refused by the decision itself, in better words.
    seen = ("proposed", verdict.version, verdict.digest)
    if action is None or (action.state, action.version, action.digest) != seen:
        return
    if why := needs_own_look(await proposals.card_of(session, action)):
        raise DecideAloneError(_WHY_ALONE[why], why=why)


async def _tell_batches(
    session: AsyncSession, approvals: Sequence[ApprovalRow], decided: dict[UUID, ActionRow]
) -> None:
    one_of_each = {
        approval.batch_id: approval.action_id for approval in approvals if approval.action_id in decided
    }
    for action_id in one_of_each.values():
        await progress.tell(session, decided[action_id])
