"""Which proposals make one batch: at most a hundred operations, the rest in further batches; nothing is left out.

Pure: the same proposals give the same batches, so a step done again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from countersign.actions import proposals
from countersign.actions.types import ProposedAction
from countersign.kit import ids

MAX_OPERATIONS = 100
"""One operation is one change of one thing; an action on forty mails is forty."""


def operations(payload: Mapping[str, Any]) -> int:
    """How many things an action with that payload changes: each mail of a set is one, everything else is one."""
    return sum(len(change["message_ids"]) for change in payload.get("changes", ())) or 1


def split(proposed: Sequence[ProposedAction]) -> dict[UUID, UUID]:
    """The batch of each action id; empty when there is one proposal, whose card stands alone.

    A proposal is never divided: one that alone exceeds the limit is a batch of its own.
    """
    if len(proposed) < 2:
        return {}
    filled: list[list[ProposedAction]] = [[]]
    used = 0
    for one in proposed:
        size = operations(one.payload)
        if filled[-1] and used + size > MAX_OPERATIONS:
            filled.append([])
            used = 0
        filled[-1].append(one)
        used += size
    return {
        proposals.action_id_of(one): _batch_id(batch, number)
        for number, batch in enumerate(filled)
        for one in batch
    }


def _batch_id(batch: Sequence[ProposedAction], number: int) -> UUID:
    first = batch[0]
    steps = sorted({one.plan_step for one in batch})
    return ids.derived_id(first.run_id, "batch", str(first.run_attempt), str(number), *steps)
