"""Deferring a job in the caller's own transaction: it exists exactly when the rows it is about exist.

The queue is procrastinate's; its worker connects elsewhere (`worker.py`). Jobs carry ids only.
Neither `lock` nor `queueing_lock` is used: single flight comes from compare-and-sets on the rows.
"""

from __future__ import annotations

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_DEFER = text("SELECT defer_job(CAST(:task AS text), CAST(:args AS jsonb))")


async def defer(session: AsyncSession, task: str, **ids: UUID) -> int:
    """The queue's own number of a new job of `task` with these ids.

    It runs after the transaction commits, never if it rolls back.

    A job is a hint: whoever runs it finds out from the rows whether there is anything to do.
    """
    args = json.dumps({name: str(value) for name, value in ids.items()}, sort_keys=True)
    return int((await session.execute(_DEFER, {"task": task, "args": args})).scalar_one())
