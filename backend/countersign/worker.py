"""One worker process: takes jobs from the queue, scans for what is due, and puts back what a dead worker left.

A job is a hint and a scan is the net below it: both call the same functions, and compare-and-sets on the rows decide
who acts, so any number of workers may run. It serves no HTTP and holds no state that a restart would lose.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from countersign.accounts.services import Services, opened_services
from countersign.actions import execute
from countersign.approvals import expiry
from countersign.approvals.watching import probing
from countersign.errors import ConfigurationError, CountersignError
from countersign.jobs import tasks
from countersign.kit import clock
from countersign.kit.bus import Bus
from countersign.kit.db import Database
from countersign.kit.telemetry import configure_logging, where
from countersign.kit.under_way import UnderWay
from countersign.runs.driver import drive
from countersign.runs.saver import Checkpoints
from countersign.settings import Settings
from countersign.understanding.matching.pattern import compile_all

log = structlog.get_logger()

JOBS_POLLED_EVERY_SECONDS = 1.0
DRAIN_SECONDS = 5.0
"""From SIGTERM until what still runs is cancelled; shorter than the supervisor's patience."""
HEALTH_LINE_EVERY_SECONDS = 60.0
RECONNECT_SECONDS = 1.0
DUE_AT_ONCE = 200

SHARE_OF_ONE_USER = 4
"""One user's work takes at most this part of what a process does at once: a mailbox that hangs delays nobody else."""

# Everybody's first, then everybody's second: a look is never full of one user's rows.
_DUE = {
    "run": text("""
        SELECT run_id AS id, user_id FROM due_runs
        ORDER BY row_number() OVER (PARTITION BY user_id ORDER BY due_at), due_at LIMIT :n"""),
    "action": text("""
        SELECT action_id AS id, user_id FROM due_actions
        ORDER BY row_number() OVER (PARTITION BY user_id ORDER BY due_at), due_at LIMIT :n"""),
    "probe": text("""
        SELECT account_id AS id, user_id FROM due_probes
        ORDER BY row_number() OVER (PARTITION BY user_id ORDER BY due_at), due_at LIMIT :n"""),
    "approval": text("""
        SELECT approval_id AS id, user_id FROM due_approvals
        ORDER BY row_number() OVER (PARTITION BY user_id ORDER BY due_at), due_at LIMIT :n"""),
}
_IS_OPEN = text("""
    SELECT EXISTS (SELECT 1 FROM open_jobs WHERE run_id = CAST(:id AS uuid) OR action_id = CAST(:id AS uuid))
""")

Handler = Callable[[UUID, UUID], Awaitable[None]]


@dataclass
class Worker:
    """The process's parts; `system` sees only ids, states and deadlines (system role).

    Attributes:
        under_way: what the scan has started, by kind and id; jobs count in the users' shares of it.
    """

    settings: Settings
    services: Services
    checkpoints: Checkpoints
    system: Database
    queue: App
    clock_moves: Bus
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    done: dict[str, int] = field(default_factory=dict)
    under_way: UnderWay = field(init=False)

    def __post_init__(self) -> None:
        slots = self.settings.worker_concurrency
        self.under_way = UnderWay(slots, max(1, slots // SHARE_OF_ONE_USER))

    async def work(self, kind: str, user_id: UUID, row_id: UUID) -> None:
        """Do what is due for this row, as its user; an error is logged and raised.

        Idempotent: the rows say whether there is anything to do.
        """
        handlers: dict[str, Handler] = {
            "run": lambda user, run: drive(self.services, self.checkpoints, user, run),
            "action": lambda user, action: execute.run(self.services, user, action),
            "probe": lambda user, account: probing.probe(self.services, user, account),
            "approval": lambda user, approval: expiry.keep_time(self.services, user, approval),
        }
        try:
            await handlers[kind](user_id, row_id)
        except Exception as exc:
            told = {"error": type(exc).__name__, "where": where(exc)}
            log.error("worker.failed", kind=kind, id=str(row_id), **told)  # noqa: TRY400 - its text may quote mail
            raise
        self.done[kind] = self.done.get(kind, 0) + 1

    async def follow_hint(self, kind: str, user_id: UUID, row_id: UUID) -> None:
        """Work for a job; one whose user has no share left is left to the scan, so it blocks no job slot."""
        if not self.under_way.is_used_up(user_id):
            async with self.under_way.share_of(user_id):
                await self.work(kind, user_id, row_id)


def main() -> None:
    """Run one worker until SIGTERM or SIGINT; returns after draining.

    Raises:
        ConfigurationError: the clock is moved outside development and test.
    """
    settings = Settings()
    configure_logging(settings.log_level, "worker")
    asyncio.run(run(settings))


async def run(settings: Settings, *, stopping: asyncio.Event | None = None) -> None:
    """Work until `stopping` is set or a stop signal comes."""
    async with _opened(settings) as worker:
        worker.stopping = stopping or worker.stopping
        await _refuse_moved_clock(worker)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.stopping.set)
        log.info("worker.started", concurrency=settings.worker_concurrency)
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(compile_all), name="grammar")
            for part in (_take_jobs, _scan, _reap, _report_health):
                group.create_task(_until_stopped(worker, part), name=part.__name__)
        log.info("worker.stopped")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Worker]:
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(opened_services(settings))
        url = settings.database_url.get_secret_value()
        checkpoints = Checkpoints(url, pool_size=settings.database_pool_size)
        await stack.enter_async_context(checkpoints)
        moves = await stack.enter_async_context(Bus(url, channels=("clock",)))
        system_url = settings.database_system_url.get_secret_value()
        system = Database(system_url, pool_size=2)
        stack.push_async_callback(system.close)
        queue = App(connector=PsycopgConnector(conninfo=system_url, min_size=1, max_size=4))
        await stack.enter_async_context(queue.open_async())
        worker = Worker(settings, services, checkpoints, system, queue, moves)
        tasks.register(queue, services.db, worker.follow_hint)
        yield worker


async def _refuse_moved_clock(worker: Worker) -> None:
    async with worker.system.session(None) as session:
        moved = await clock.offset(session)
    if moved != timedelta(0) and not worker.settings.movable_clock:
        msg = f"The clock of this installation is moved by {moved}, which only development and test allow."
        raise ConfigurationError(msg, action="Run `countersign dev clock set now`, then start again.")


async def _until_stopped(worker: Worker, part: Callable[[Worker], Awaitable[None]]) -> None:
    """Keep one part of the worker going through the database's absences; ends when the worker stops."""
    while not worker.stopping.is_set():
        try:
            await part(worker)
        except (SQLAlchemyError, ConnectorException, OSError) as exc:
            log.warning("worker.interrupted", part=part.__name__, error=type(exc).__name__)
            await _pause(worker, RECONNECT_SECONDS)


async def _pause(worker: Worker, seconds: float) -> None:
    await _first_of(seconds, worker.stopping)


async def _take_jobs(worker: Worker) -> None:
    settings = worker.settings
    jobs = asyncio.create_task(
        worker.queue.run_worker_async(
            concurrency=settings.worker_concurrency,
            fetch_job_polling_interval=JOBS_POLLED_EVERY_SECONDS,
            update_heartbeat_interval=settings.worker_heartbeat_seconds,
            stalled_worker_timeout=settings.worker_stalled_seconds,
            shutdown_graceful_timeout=DRAIN_SECONDS,
            delete_jobs="successful",
            install_signal_handlers=False,
        ),
        name="jobs",
    )
    stop = asyncio.create_task(worker.stopping.wait(), name="stop jobs")
    try:
        await asyncio.wait({jobs, stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
        jobs.cancel()  # the library drains on cancellation, at most DRAIN_SECONDS
        await asyncio.gather(jobs, stop, return_exceptions=True)
    if not jobs.cancelled():
        jobs.result()


async def _scan(worker: Worker) -> None:
    look = asyncio.Event()
    hearing = asyncio.create_task(_hear_clock_moves(worker, look), name="clock moves")
    try:
        while not worker.stopping.is_set():
            look.clear()
            for kind, query in _DUE.items():
                for user_id, row_id in await _due(worker, query):
                    work = partial(_do, worker, kind, user_id, row_id)
                    worker.under_way.start((kind, row_id), user_id, work)
            await _first_of(worker.settings.scan_interval_seconds, look, worker.stopping)
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await worker.under_way.drain(DRAIN_SECONDS)


async def _hear_clock_moves(worker: Worker, look: asyncio.Event) -> None:
    async with worker.clock_moves.listen("clock") as moves:
        async for _ in moves:
            look.set()


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


async def _due(worker: Worker, query: object) -> list[tuple[UUID, UUID]]:
    async with worker.system.session(None) as session:
        rows = await session.execute(query, {"n": DUE_AT_ONCE})  # type: ignore[call-overload]  # one of _DUE
        return [(row.user_id, row.id) for row in rows]


async def _do(worker: Worker, kind: str, user_id: UUID, row_id: UUID) -> None:
    try:
        await worker.work(kind, user_id, row_id)
    except CountersignError as exc:
        log.info("worker.refused", kind=kind, id=str(row_id), code=exc.code)


async def _reap(worker: Worker) -> None:
    manager, stalled_seconds = worker.queue.job_manager, worker.settings.worker_stalled_seconds
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=stalled_seconds):
        await _put_back_or_finish(worker, job)
    await manager.prune_stalled_workers(stalled_seconds)
    await _pause(worker, worker.settings.reaper_interval_seconds)


async def _put_back_or_finish(worker: Worker, job: Job) -> None:
    row_id = job.task_kwargs.get("run_id") or job.task_kwargs.get("action_id")
    async with worker.system.session(None) as session:
        is_open = bool(await session.scalar(_IS_OPEN, {"id": row_id}))
    if job.id is None:
        return
    log.info("worker.reaped", job_id=job.id, is_open=is_open)
    if is_open:
        await worker.queue.job_manager.retry_job_by_id_async(job.id, retry_at=datetime.now(UTC))
    else:
        await worker.queue.job_manager.finish_job_by_id_async(job.id, Status.ABORTED, delete_job=True)


async def _report_health(worker: Worker) -> None:
    log.info("worker.health", under_way=len(worker.under_way), done=dict(worker.done))
    await _pause(worker, HEALTH_LINE_EVERY_SECONDS)
