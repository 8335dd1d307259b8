"""Ten nodes with one interrupt, `durability="sync"`: stock (langgraph + AsyncPostgresSaver) and with our own saver.

Stock is the yardstick for every figure of ours. Both stand on the run's own server, each in its own database.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypedDict
from uuid import UUID, uuid4

import asyncpg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from benchmarks.figures import Figure, p50
from benchmarks.load import Load, at_once
from benchmarks.place import Place
from countersign.kit.embedded import databases
from countersign.runs.saver import Checkpoints
from countersign.workflows.engine import (
    END,
    START,
    AsyncPostgresSaver,
    Command,
    CompiledStateGraph,
    RunnableConfig,
    StateGraph,
    interrupt,
)
from countersign.workflows.steps import merged

NODES = 10
WAITS_AT = 7
CONNECTIONS = 20

Graph = CompiledStateGraph[Any, Any, Any, Any]
Workflow = Callable[[int], Awaitable[float]]
_STORED_BYTES = """
    SELECT sum(pg_total_relation_size(oid)) FROM pg_class
    WHERE relname IN ('checkpoints', 'checkpoint_blobs', 'checkpoint_writes')
"""
_PERSON = "INSERT INTO users (id, email, email_key, name, password_hash) VALUES ($1, $2, $2, 'Bench', 'none')"
_CONVERSATION = "INSERT INTO conversations (id, user_id) VALUES ($1, $1)"
_MESSAGE = (
    "INSERT INTO messages (id, user_id, conversation_id, role, text) VALUES ($1, $1, $1, 'user', 'bench')"
)
_RUN = "INSERT INTO runs (id, user_id, conversation_id, message_id, request) VALUES ($1, $2, $2, $2, 'bench')"


class Said(TypedDict):
    """The one channel: a sentence by node, as the product's graphs keep it."""

    said: Annotated[dict[str, str], merged]


async def measure(place: Place) -> list[Figure]:
    """Workflows a second, resume and storage of stock; the same of our saver."""
    figures: list[Figure] = []
    for who, opened in (("stock", stock), ("our saver", ours)):
        async with opened(place) as (workflow, url):
            await at_once(2, 0, workflow)
            stored, count = await _stored_bytes(url), 0
            for concurrency in place.size.at_once:
                place.say(f"ten nodes, {who}, {concurrency} at a time ...")
                load = await at_once(concurrency, place.size.seconds, workflow)
                count += len(load.answers)
                figures.append(_figure(who, concurrency, load))
            kilobytes = (await _stored_bytes(url) - stored) / count / 1000
            figures.append(Figure(f"{who}: stored for one workflow", kilobytes, "KB", note="with indexes"))
    return figures


@asynccontextmanager
async def stock(place: Place) -> AsyncIterator[tuple[Workflow, str]]:
    """One stock workflow from input to end, answering the seconds of its resume; and its database, dropped later."""
    addresses, name = place.database(), f"stock_{os.getpid()}"
    databases.set_up_database(addresses.superuser_url, name)
    url = addresses.with_database(name).owner_url
    try:
        async with AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
            min_size=4,
            max_size=CONNECTIONS,
        ) as pool:
            saver = AsyncPostgresSaver(pool)
            await saver.setup()
            graph = _graph().compile(checkpointer=saver)
            yield lambda _: _start_and_resume(graph, uuid4()), url
    finally:
        databases.drop_database(addresses.superuser_url, name)


@asynccontextmanager
async def ours(place: Place) -> AsyncIterator[tuple[Workflow, str]]:
    """The same on our saver: app role, row-level security, fence; each workflow is a run of its own."""
    addresses, compiled = place.database(), _graph().compile()
    owner = await asyncpg.connect(addresses.owner_url)
    user_id = uuid4()
    for statement, values in (
        (_PERSON, [user_id, str(user_id)]),
        (_CONVERSATION, [user_id]),
        (_MESSAGE, [user_id]),
    ):
        await owner.execute(statement, *values)
    async with (
        asyncpg.create_pool(addresses.owner_url, min_size=1, max_size=4) as runs,
        Checkpoints(addresses.app_url, pool_size=CONNECTIONS) as checkpoints,
    ):

        async def workflow(_: int) -> float:
            run_id = uuid4()
            await runs.execute(_RUN, run_id, user_id)
            return await _start_and_resume(
                compiled.copy({"checkpointer": checkpoints.for_drive(user_id, run_id, 0)}), run_id
            )

        yield workflow, addresses.owner_url
    await owner.close()


def _graph() -> StateGraph[Said, None, Said, Said]:
    async def say(state: Said) -> dict[str, Any]:
        return {"said": {str(len(state["said"])): "Found 8 mails from 3 people. " * 2}}

    def wait(state: Said) -> dict[str, Any]:
        del state  # LangGraph gives it to a parameter of this name
        interrupt({"says": "Waiting for your decision on one card."})
        return {"said": {"waited": "You decided, or something changed."}}

    graph = StateGraph(Said)
    names = [f"node_{number}" for number in range(NODES)]
    for number, name in enumerate(names):
        if number == WAITS_AT:
            graph.add_node(name, wait)
        else:
            graph.add_node(name, say)
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    return graph


async def _start_and_resume(graph: Graph, thread_id: UUID) -> float:
    config: RunnableConfig = {"configurable": {"thread_id": str(thread_id)}}
    waiting = await graph.ainvoke({"said": {}}, config, durability="sync")
    answers = {one.id: 1 for one in waiting["__interrupt__"]}
    started = time.perf_counter()
    await graph.ainvoke(Command(resume=answers), config, durability="sync")
    return time.perf_counter() - started


def _figure(who: str, concurrency: int, load: Load) -> Figure:
    note = f"resume p50 {p50(load.answers) * 1000:.1f} ms; {len(load.answers)} workflows"
    return Figure(f"{who}: workflows, {concurrency} at a time", load.per_second, "/s", note=note)


async def _stored_bytes(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(_STORED_BYTES))
    finally:
        await connection.close()
