"""Drives one run's graph from wherever it stands to its next wait or its end; it never writes outside.

Everything it needs is in the rows: killed at any point, the next driver reads them and goes on. The checkpoint
decides the next call (four cases); a wake only says that the rows may have changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

import structlog
from psycopg import OperationalError as SaverConnectionError
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as EngineTimeout

from countersign.accounts.services import Services
from countersign.approvals import gate as approvals
from countersign.errors import CountersignError
from countersign.kit.telemetry import where
from countersign.runs.driving import lease, planned, settle
from countersign.runs.driving.lease import Taken
from countersign.runs.driving.progress import Progress
from countersign.runs.saver import Checkpoints
from countersign.workflows.context import FenceLostError, RunContext
from countersign.workflows.engine import Command, RunnableConfig, StateSnapshot
from countersign.workflows.registry import WORKFLOWS
from countersign.workflows.steps import Graph

log = structlog.get_logger()

# Classes of SQLSTATE: connection, rolled back for concurrency, out of resources, operator intervention.
# Source: https://www.postgresql.org/docs/18/errcodes-appendix.html
_PASSING_SQLSTATES = ("08", "40", "53", "57")


class InterruptedDriveError(Exception):
    """This drive ended for a reason that will pass; the run is untouched and will be driven again."""


@dataclass(frozen=True)
class _Drive:
    """One drive's things.

    Attributes:
        first_values: the input of a pass that starts the graph.
    """

    context: RunContext
    graph: Graph
    progress: Progress
    first_values: dict[str, Any]


async def drive(services: Services, checkpoints: Checkpoints, user_id: UUID, run_id: UUID) -> None:
    """Nothing to do is left in the run when this returns, or somebody else does it.

    Safe to call at any time, any number of times, in any process. A failed step ends the run `failed` with a
    problem; a lost lease or database ends this drive only, and the scan continues the run.
    """
    taken = await lease.take(services, user_id, run_id)
    if taken is None:
        return
    fence = taken.run.fence
    with structlog.contextvars.bound_contextvars(run_id=str(run_id), fence=fence):
        try:
            await _guarded(
                asyncio.create_task(_drive_taken(services, checkpoints, taken), name="drive"),
                asyncio.create_task(lease.keep(services, user_id, run_id, fence), name="keep lease"),
            )
        except FenceLostError:
            log.info("runs.taken_over")
        except InterruptedDriveError as exc:
            log.warning("runs.interrupted", error=type(exc.__cause__).__name__)
            await checkpoints.drop_broken()
        except asyncio.CancelledError:
            await asyncio.shield(lease.give_back(services, user_id, run_id, fence))
            raise


async def _guarded(work: asyncio.Task[None], guard: asyncio.Task[None]) -> None:
    """The end of `work`, or the error of `guard`, which ends `work` at once; neither outlives this call."""
    try:
        await asyncio.wait({work, guard}, return_when=asyncio.FIRST_COMPLETED)
        first = work if work.done() else guard
    finally:
        for task in (work, guard):
            task.cancel()
        await asyncio.gather(work, guard, return_exceptions=True)
    first.result()


async def _drive_taken(services: Services, checkpoints: Checkpoints, taken: Taken) -> None:
    run = taken.run
    context = RunContext(
        services=services,
        user_id=run.user_id,
        run_id=run.id,
        conversation_id=run.conversation_id,
        attempt=run.attempt,
        fence=run.fence,
        request=run.request,
    )
    progress: Progress | None = None
    try:
        if run.cancel_wanted:
            return await settle.cancel(context)
        workflow_name, first_values = await planned.plan_of(context, run)
        workflow = WORKFLOWS[workflow_name]
        progress = Progress(context, workflow)
        saver = checkpoints.for_drive(run.user_id, run.id, run.fence)
        graph = workflow.graph.copy({"checkpointer": saver})
        telling = replace(context, steps_so_far=progress.so_far)
        await _until_settled(_Drive(telling, graph, progress, first_values), taken)
    except FenceLostError:
        raise
    except Exception as exc:
        if _is_passing(exc):
            raise InterruptedDriveError from exc
        # A node's error becomes a readable run: the reason why this is one of the few places to catch everything.
        _log_failure(exc)
        await settle.fail(context, exc, progress)
    return None


def _log_failure(error: Exception) -> None:
    """One line for what a person can mend, the places for what nobody expected; never its words: they quote mail."""
    if isinstance(error, CountersignError):
        log.warning("runs.failed", error=type(error).__name__, code=error.code)
    else:
        log.error("runs.failed", error=type(error).__name__, where=where(error))


def _is_passing(error: Exception) -> bool:
    """Whether the database, not the step, is in trouble: then the lease runs out and the scan continues the run."""
    if isinstance(error, SaverConnectionError | PoolTimeout | EngineTimeout | ConnectionError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state: str = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state[:2] in _PASSING_SQLSTATES


async def _until_settled(drive: _Drive, taken: Taken) -> None:
    wake: int | None = taken.run.wake_wanted
    while wake is not None:
        snapshot = await _one_pass(drive, wake)
        if drive.progress.cancel_wanted:
            await settle.cancel(drive.context, drive.progress)
            return
        seen = settle.Seen(wake, is_takeover=taken.came_from == "running")
        wake = await settle.after_pass(drive.context, drive.progress, snapshot, seen)


async def _one_pass(drive: _Drive, wake: int) -> StateSnapshot:
    config = _config(drive.context)
    snapshot = await drive.graph.aget_state(config)
    call = await _next_call(drive, snapshot, wake)
    if call is None:
        return snapshot
    writing = asyncio.create_task(drive.progress.keep_writing(), name="steps")
    streaming = asyncio.create_task(_stream(drive, call), name="graph")
    try:
        await asyncio.wait({writing, streaming}, return_when=asyncio.FIRST_COMPLETED)
        if not streaming.done():
            writing.result()
        drive.progress.stop()
        await asyncio.gather(writing, return_exceptions=False)
        streaming.result()
    finally:
        for task in (writing, streaming):
            task.cancel()
        await asyncio.gather(writing, streaming, return_exceptions=True)
    return await drive.graph.aget_state(config)


@dataclass(frozen=True)
class _Call:
    """The next call of the graph; an input of None continues where it stopped."""

    input: dict[str, Any] | Command[Any] | None


async def _next_call(drive: _Drive, snapshot: StateSnapshot, wake: int) -> _Call | None:
    """The four places a run can stand at, with a new attempt starting over what has ended; None when it is finished.

    A wait is only ever answered by the id of its interrupt: a bare value could answer a later one.
    """
    if snapshot.created_at is None:
        return _Call(drive.first_values)
    is_new_attempt = (snapshot.metadata or {}).get("attempt") != drive.context.attempt
    # `next` leaves out steps whose results are stored but not yet applied (a kill in between): only no task at all
    # means finished. Source: langgraph 1.2, pregel `_prepare_state_snapshot`.
    if not snapshot.tasks:
        return _Call(drive.first_values) if is_new_attempt else None
    if not snapshot.interrupts:
        return _Call(None)
    if is_new_attempt and not await _has_open_cards(drive.context):
        return _Call(drive.first_values)
    drive.progress.wake(snapshot.next)
    return _Call(Command(resume={interrupt.id: wake for interrupt in snapshot.interrupts}))


async def _has_open_cards(context: RunContext) -> bool:
    async with context.reading() as session:
        return bool(await approvals.open_of_run(session, context.run_id))


async def _stream(drive: _Drive, call: _Call) -> None:
    stream = drive.graph.astream(
        call.input,
        _config(drive.context),
        context=drive.context,
        stream_mode="tasks",
        durability="sync",
    )
    async with aclosing(cast(AsyncGenerator[dict[str, Any], None], stream)) as chunks:
        async for chunk in chunks:
            drive.progress.note(chunk)
            if drive.progress.cancel_wanted:
                return


def _config(context: RunContext) -> RunnableConfig:
    # `attempt` becomes part of each checkpoint's metadata: it tells an ended attempt from the one being driven.
    return {"configurable": {"thread_id": str(context.run_id)}, "metadata": {"attempt": context.attempt}}
