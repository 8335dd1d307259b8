"""What a failed run says in the conversation: what happened, what to do, and how each of its cards stands.

It decides nothing about the run, and a run fails also when nothing can be said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.approvals.reading import ActionResult, actions_of_run
from countersign.conversations.messages import add_notice
from countersign.errors import type_of_change
from countersign.workflows.context import RunContext

log = structlog.get_logger()

_STANDS = {
    "proposed": "“{title}” still waits for your decision.",
    "approved": "“{title}” is approved and goes on by itself.",
    "staging": "“{title}” is approved and goes on by itself.",
    "armed": "“{title}” is approved and goes on by itself.",
    "done": "“{title}” was done before that and stays done.",
    "needs_review": "We don't know whether “{title}” was done; look at its card.",
}
_UNCHANGED = "Nothing was changed."


async def tell_failure(session: AsyncSession, context: RunContext, problem: dict[str, Any]) -> dict[str, Any]:
    """The problem with `changed` as the run's actions show it, said once for this attempt in the conversation.

    A database that refuses to store the message is logged and stands in nobody's way: the run has the problem too.
    """
    try:
        async with session.begin_nested():
            results = await actions_of_run(session, context.run_id)
        told = {**problem, "changed": changed_by(results)}
        async with session.begin_nested():
            await add_notice(
                session,
                context.conversation_id,
                context.run_id,
                failure_text(told, results),
                [],
                about=("failed", str(context.attempt)),
            )
    except DBAPIError as exc:
        log.warning("runs.failure_untold", error=type(exc).__name__)
        return problem
    return told


def changed_by(results: Sequence[ActionResult]) -> type_of_change:
    """What the run changed outside so far: its steps only read, so its actions tell."""
    states = {result.state for result in results}
    if states & {"needs_review", "armed"}:
        return "unknown"
    return "yes" if "done" in states else "no"


def failure_text(problem: dict[str, Any], results: Sequence[ActionResult]) -> str:
    """What happened, what to do, and how each card stands; that nothing was changed is said when it is so."""
    stands = [_STANDS[one.state].format(title=one.title) for one in results if one.state in _STANDS]
    is_said = _UNCHANGED.rstrip(".").casefold() in problem["message"].casefold()
    unchanged = [_UNCHANGED] if problem["changed"] == "no" and not is_said else []
    return " ".join(["I could not finish this.", problem["message"], problem["action"], *unchanged, *stands])
