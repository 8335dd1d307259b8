"""What a waiting run waits for, derived from its question and its actions each time it is read; nothing is stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.approvals import gate as approvals
from countersign.kit.ids import to_public
from countersign.runs.models import Run
from countersign.runs.states import WaitingFor

_HELD = frozenset({"approved", "staging", "armed"})


async def waiting_for(session: AsyncSession, run: Run) -> WaitingFor | None:
    """`clarification` while its question is open, `hold` while all open actions are held, else `approval`.

    None when the run does not wait, or waits for nobody but its driver: woken by the last answer or decision.
    """
    if run.state != "waiting":
        return None
    if is_asking(run):
        return "clarification"
    states = [action.state for action in await approvals.open_of_run(session, run.id)]
    if not states:
        return None
    return "hold" if all(state in _HELD for state in states) else "approval"


async def describe(session: AsyncSession, run: Run) -> dict[str, Any]:
    """The fields of `run.updated` that say what a waiting run waits for."""
    kind = await waiting_for(session, run)
    if kind == "clarification" and run.question is not None:
        return {"waiting_for": kind, "question_id": run.question["id"]}
    open_actions = await approvals.open_of_run(session, run.id)
    approval_ids = [to_public("apr", action.approval_id) for action in open_actions]
    return {"waiting_for": kind, "approval_ids": approval_ids}


def is_asking(run: Run) -> bool:
    """Whether the run has asked the person something that is not answered yet."""
    return run.question is not None and run.question.get("answer") is None
