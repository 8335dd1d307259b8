"""Where the time of one reply goes, from words to card: the worker's part of it, driven in this process.

The product runs unchanged; subclasses of its database, Google client and saver open spans around their own calls.
Figures that count are those of `request`: this one only says what they are made of.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import mailboxes
from benchmarks.figures import Figure, p50
from benchmarks.load import Load, at_once
from benchmarks.place import Place
from benchmarks.spans import OTHER_THREADS, PARTS, REST, Samples, Spans
from countersign.accounts.services import Services
from countersign.connectors.google.transport import GoogleClient
from countersign.identity.registration import Registration, register
from countersign.identity.sessions import Client
from countersign.kit.bus import Bus
from countersign.kit.crypto import Keys
from countersign.kit.db import Database
from countersign.runs.saver import Checkpoints, FencedSaver
from countersign.settings import Settings
from countersign.understanding.context import ContextAccount, RequestContext
from countersign.understanding.request import understand
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox, start_sandbox
from tests.workflows.mailroom import ALEX, MailDesk, connect

GOOGLE, CHECKPOINTS, SQL = "HTTP to Google", "checkpoints", "our SQL"
PLANS = 200


class _TimedGoogle(GoogleClient):
    def __init__(self, settings: Settings, spans: Spans) -> None:
        super().__init__(settings)
        self._spans = spans

    async def read(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        with self._spans.during(GOOGLE):
            return await super().read(*arguments, **named)


class _TimedDatabase(Database):
    def __init__(self, url: str, spans: Spans, *, pool_size: int) -> None:
        super().__init__(url, pool_size=pool_size)
        self._spans = spans
        self.statements = 0
        event.listen(self._engine.sync_engine, "after_cursor_execute", self._count)

    @asynccontextmanager
    async def session(self, user_id: UUID | None) -> AsyncIterator[AsyncSession]:
        with self._spans.during(SQL):
            async with super().session(user_id) as session:
                yield session

    def _count(self, *_: Any) -> None:
        self.statements += 1


class _TimedSaver(FencedSaver):
    spans: Spans

    async def aget_tuple(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - passed through
        with self.spans.during(CHECKPOINTS):
            return await super().aget_tuple(*arguments, **named)

    async def aput(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - passed through
        with self.spans.during(CHECKPOINTS):
            return await super().aput(*arguments, **named)

    async def aput_writes(self, *arguments: Any, **named: Any) -> None:
        with self.spans.during(CHECKPOINTS):
            await super().aput_writes(*arguments, **named)


class _TimedCheckpoints(Checkpoints):
    spans: Spans

    def for_drive(self, user_id: UUID, run_id: UUID, fence: int) -> FencedSaver:
        saver = _TimedSaver(self.pool, user_id, run_id, fence)
        saver.spans = self.spans
        return saver


@dataclass
class _Bench:
    desk: MailDesk
    spans: Spans
    db: _TimedDatabase

    async def one(self, _line: int = 0) -> float:
        """Seconds from the words to the waiting run."""
        started = time.perf_counter()
        run = await self.desk.ask_and_drive(mailboxes.REQUEST)
        if run.state != "waiting":
            msg = f"the request made no card: {run.problem or run.summary}"
            raise RuntimeError(msg)
        return time.perf_counter() - started


async def measure(place: Place) -> list[Figure]:
    """Shares of the time of one request alone, and of the processor when many are driven at once."""
    async with _opened(place) as bench:
        place.say("where the time goes: one after the other ...")
        await bench.one()
        bench.spans.spans.clear()
        bench.db.statements = 0
        load = await at_once(1, 0, bench.one, at_least=place.size.alone)
        figures = _alone(bench, load)
        place.say(f"where the time goes: {place.size.people} at once ...")
        samples = Samples()
        with samples.taken():
            together = await at_once(place.size.people, place.size.seconds * 2, bench.one)
        return [*figures, *_together(samples, together, place.size.people)]


def _alone(bench: _Bench, load: Load) -> list[Figure]:
    count, spans = len(load.answers), bench.spans
    whole = sum(load.answers) / count * 1000
    parts = {kind: spans.seconds(kind) / count * 1000 for kind in spans.order}
    planning = _planning_ms()
    calls, transactions = spans.count(GOOGLE) / count, spans.count(SQL) / count
    statements = bench.db.statements / count
    notes = {
        GOOGLE: f"{calls:.0f} calls, up to 8 in parallel; client and sandbox together",
        CHECKPOINTS: f"{spans.count(CHECKPOINTS) / count:.0f} reads and writes of the saver",
        SQL: f"{transactions:.0f} transactions, {statements:.0f} statements; while neither of the above",
    }
    return [
        Figure("one reply in the worker, mean", whole, "ms", note=f"{count} replies"),
        *(Figure(f"of which {kind}", parts[kind], "ms", note=notes[kind]) for kind in spans.order),
        Figure("of which planning", planning, "ms", note=f"`understand`, median of {PLANS}"),
        Figure("of which LangGraph and the rest", whole - sum(parts.values()) - planning, "ms"),
    ]  # fmt: skip


def _together(samples: Samples, load: Load, people: int) -> list[Figure]:
    note = f"{samples.busy.total()} samples of processor time in {len(load.answers)} replies, {load.per_second:.1f}/s"
    parts = [*(part for part, _ in PARTS), OTHER_THREADS, REST]
    return [
        Figure(
            f"processor, {people} at once: {part}",
            samples.share(part) * 100,
            "%",
            note=note if part == parts[0] else "",
        )
        for part in parts
    ]


def _planning_ms() -> float:
    account = ContextAccount(id="acc_bench", email=ALEX, label="work", is_default=True)
    against = RequestContext(now=datetime.now(UTC), zone="UTC", user_name="Alex", accounts=(account,))
    seconds = []
    for _ in range(PLANS):
        started = time.perf_counter()
        understand(mailboxes.REQUEST, against)
        seconds.append(time.perf_counter() - started)
    return p50(seconds) * 1000


@asynccontextmanager
async def _opened(place: Place) -> AsyncIterator[_Bench]:
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )
    keys = place.folder / f"keys-{uuid4()}"
    keys.mkdir(mode=0o700)
    Keys.create(keys)
    addresses = place.database()
    async with AsyncExitStack() as stack:
        stack.callback(structlog.reset_defaults)
        sandbox = start_sandbox()
        stack.callback(sandbox.stop)
        sandbox.seed(
            mailboxes.account(ALEX, place.size.mailbox, datetime.now(UTC)), {"email": mailboxes.DANA}
        )
        database = ProductDatabase(addresses, Database(addresses.app_url))
        stack.push_async_callback(database.db.close)
        settings = database.settings(keys, google_base_url=sandbox.base_url)
        yield await _bench(stack, settings, database, sandbox)


async def _bench(
    stack: AsyncExitStack, settings: Settings, database: ProductDatabase, sandbox: Sandbox
) -> _Bench:
    spans = Spans((GOOGLE, CHECKPOINTS, SQL))
    db = _TimedDatabase(database.app_url, spans, pool_size=settings.database_pool_size)
    stack.push_async_callback(db.close)
    google = _TimedGoogle(settings, spans)
    stack.callback(google.close)
    bus = await stack.enter_async_context(Bus(database.app_url))
    services = Services(settings, db, Keys.load(settings.keys_dir), bus, google)
    stack.push_async_callback(services.renewals.close)
    checkpoints = _TimedCheckpoints(database.app_url, pool_size=settings.database_pool_size)
    checkpoints.spans = spans
    await stack.enter_async_context(checkpoints)
    wanted = Registration(f"{uuid4()}@home.example", "Alex Moreno", "correct horse battery")
    user = await register(services.db, services.keys, wanted, Client(None, None), memory_mib=1)
    await connect(services, sandbox, user.id)
    return _Bench(MailDesk(user.id, services, checkpoints, database, sandbox), spans, db)
