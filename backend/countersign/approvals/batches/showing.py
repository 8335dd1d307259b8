"""A batch as a person looks at it: groups of similar cards with counts and samples, and what stands out of each.

Everything is made from the payloads as they are now. It changes nothing and decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.actions import proposals
from countersign.approvals import listing
from countersign.approvals.batches.batching import operations
from countersign.approvals.batches.many import needs_own_look
from countersign.approvals.listing import ShownCard
from countersign.errors import NotFoundError

SAMPLES = 3
"""Cards shown whole of each group; a person looks at them before approving the group."""

_GUESSED_SECONDS = 1.0
"""For one action of a kind this person has never had carried out: a guess."""

_TYPICAL_SECONDS = text("""
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.ended - t.started))
    FROM attempts t JOIN actions a ON a.id = t.action_id
    WHERE t.status = 'done' AND a.kind = ANY(:kinds)
""")


@dataclass(frozen=True)
class Member:
    """One card of a group as a row of a list; `left_out` says why "approve all" passes over it, None if it does not.

    Attributes:
        left_out: `high_risk`, `changed` (it came back since it was asked first) or `unlike_the_others`.
        depends_on: the approvals whose actions must be done before this one.
    """

    approval_id: UUID
    action_id: UUID
    version: int
    digest: str
    title: str
    status: str
    state: str
    risk: str
    operations: int
    left_out: str | None
    depends_on: list[UUID]


@dataclass(frozen=True)
class CardGroup:
    """Cards of one kind that belong together; `pending` counts those that wait for a decision."""

    key: str
    label: str
    kind: str
    count: int
    pending: int
    operations: int
    samples: list[dict[str, Any]]
    members: list[Member]


@dataclass(frozen=True)
class BatchView:
    """A batch with its groups, the largest first.

    Attributes:
        hold_seconds: the longest time an approved action of it waits so that it can be undone.
        expected_seconds: how long carrying it out takes after that, by what this person's actions took so far.
        expires_at: the earliest end among the cards that wait for a decision, None when none does.
    """

    batch_id: UUID
    run_id: UUID
    count: int
    operations: int
    statuses: dict[str, int]
    spent_usd: Decimal
    hold_seconds: int
    expected_seconds: int
    expires_at: datetime | None
    groups: list[CardGroup]


async def batch(session: AsyncSession, batch_id: UUID) -> BatchView:
    """The batch as it is now.

    Raises:
        NotFoundError: no such batch of this user.
    """
    shown = await listing.of_batch(session, batch_id)
    if not shown:
        msg = "There is no such batch."
        raise NotFoundError(msg)
    return BatchView(
        batch_id=batch_id,
        run_id=shown[0].action.run_id,
        count=len(shown),
        operations=sum(operations(one.action.payload) for one in shown),
        statuses=dict(Counter(one.approval.status for one in shown)),
        spent_usd=sum((Decimal(one.card["cost"]["spent_usd"]) for one in shown), Decimal(0)),
        hold_seconds=max(one.action.hold_seconds for one in shown),
        expected_seconds=await _expected_seconds(session, shown),
        expires_at=min((one.approval.expires_at for one in shown if _is_pending(one)), default=None),
        groups=_groups(shown),
    )


def _groups(shown: Sequence[ShownCard]) -> list[CardGroup]:
    groups = [_group(list(cards)) for _, cards in groupby(sorted(shown, key=_place), key=_place)]
    return sorted(groups, key=lambda group: -group.count)


def _group(shown: list[ShownCard]) -> CardGroup:
    unlike = _unlike_the_others([one for one in shown if _is_pending(one)])
    members = [_member(one, unlike) for one in shown]
    usual_first = sorted(zip(members, shown, strict=True), key=lambda pair: pair[0].left_out is not None)
    return CardGroup(
        key=shown[0].approval.group_key,
        label=shown[0].approval.group_label,
        kind=shown[0].action.kind,
        count=len(shown),
        pending=sum(_is_pending(one) for one in shown),
        operations=sum(member.operations for member in members),
        samples=[one.card for _, one in usual_first[:SAMPLES]],
        members=members,
    )


def _member(one: ShownCard, unlike: set[UUID]) -> Member:
    left_out = needs_own_look(one.card) or ("unlike_the_others" if one.approval.id in unlike else None)
    return Member(
        approval_id=one.approval.id,
        action_id=one.action.id,
        version=one.action.version,
        digest=one.action.digest,
        title=one.card["title"],
        status=one.approval.status,
        state=one.action.state,
        risk=one.card["risk"]["level"],
        operations=operations(one.action.payload),
        left_out=left_out if _is_pending(one) else None,
        depends_on=[proposals.approval_id_of(action_id) for action_id in one.action.depends_on],
    )


def _unlike_the_others(pending: list[ShownCard]) -> set[UUID]:
    """The cards that carry a warning which at most half of their group carries: they need a look of their own."""
    carried = {one.approval.id: {reason["code"] for reason in one.card["risk"]["reasons"]} for one in pending}
    counts = Counter(code for codes in carried.values() for code in codes)
    return {
        approval_id
        for approval_id, codes in carried.items()
        if any(counts[code] * 2 <= len(pending) for code in codes)
    }


async def _expected_seconds(session: AsyncSession, shown: Iterable[ShownCard]) -> int:
    going = [
        one for one in shown if one.approval.status in {"pending", "approved"} and not one.action.closed_at
    ]
    kinds = sorted({one.action.kind for one in going})
    typical = await session.scalar(_TYPICAL_SECONDS, {"kinds": kinds}) if kinds else None
    seconds = _GUESSED_SECONDS if typical is None else float(typical)
    return ceil(seconds * len(going))


def _place(one: ShownCard) -> tuple[str, str]:
    return one.action.kind, one.approval.group_key


def _is_pending(one: ShownCard) -> bool:
    return one.approval.status == "pending"
