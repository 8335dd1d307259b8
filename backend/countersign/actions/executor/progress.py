"""How far the approved actions of a batch are, told to its owner; it changes no row.

Lock order: call it after every action of the transaction is locked; it locks the run, so counts never run backwards.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.actions.models import Action
from countersign.actions.rows import approval_of
from countersign.events import log as events

_HOLD_RUN = text("SELECT 1 FROM runs WHERE id = :run_id FOR NO KEY UPDATE")
_COUNTS = text("""
    SELECT count(*) FILTER (WHERE a.state = 'done') AS done,
        count(*) FILTER (WHERE a.state IN ('failed', 'refused', 'needs_review')) AS failed,
        count(*) FILTER (WHERE a.state NOT IN ('proposed', 'expired', 'rejected', 'cancelled')) AS total
    FROM approvals p JOIN actions a ON a.id = p.action_id WHERE p.batch_id = :batch_id
""")


async def tell(session: AsyncSession, action: Action) -> None:
    """Add the `batch.progress` event of this action's batch; nothing when it stands alone."""
    batch_id = (await approval_of(session, action)).batch_id
    if batch_id is None:
        return
    await session.execute(_HOLD_RUN, {"run_id": action.run_id})
    counts = (await session.execute(_COUNTS, {"batch_id": batch_id})).one()
    data = {"batch_id": batch_id, "done": counts.done, "failed": counts.failed, "total": counts.total}
    events.append(session, "batch.progress", data, run_id=action.run_id)
