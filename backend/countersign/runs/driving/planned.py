"""A run's plan: made once, stored with its digest, reused by every later drive and attempt; it starts no graph."""

from __future__ import annotations

from typing import Any

from countersign.events import log as events
from countersign.kit.ids import to_public
from countersign.runs.models import Run
from countersign.understanding.plan import Plan, Understanding
from countersign.workflows import context as contexts
from countersign.workflows.context import RunContext
from countersign.workflows.registry import WORKFLOWS
from countersign.workflows.route import understand_request, workflow_of


async def plan_of(context: RunContext, run: Run) -> tuple[str, dict[str, Any]]:
    """The run's workflow and the input of a pass that starts its graph.

    The first call for a run stores workflow and plan and announces the run; later ones read the stored plan.

    Raises:
        FenceLostError: the run was taken over; nothing was stored.
    """
    understood: Understanding
    if run.plan is not None:
        understood = contexts.plan_from(run.plan)
    else:
        understood = await understand_request(context)
    name = run.workflow or workflow_of(understood)
    if run.workflow is None:
        await _store_and_announce(context, name, understood)
    return name, WORKFLOWS[name].first_values(understood)


async def _store_and_announce(context: RunContext, name: str, understood: Understanding) -> None:
    async with context.writing() as session:
        await contexts.store_workflow(session, context.run_id, name)
        if isinstance(understood, Plan):
            await contexts.store_plan(session, context.run_id, understood)
        events.append(
            session,
            "run.started",
            {
                "run_id": to_public("run", context.run_id),
                "workflow": name,
                "title": _title(context.request),
                "account_ids": contexts.account_ids_of(understood) if isinstance(understood, Plan) else [],
                "graph": WORKFLOWS[name].drawn(),
            },
            run_id=context.run_id,
        )


def _title(request: str) -> str:
    line = " ".join(request.split())
    return line if len(line) <= 80 else f"{line[:79].rstrip()}…"
