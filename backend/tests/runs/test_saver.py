"""Checkpoints belong to one user and one driver, and loading one never runs code."""

from __future__ import annotations

import hashlib
import inspect
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import asyncpg
import ormsgpack
import psycopg
import pytest
from langgraph.checkpoint.base import empty_checkpoint

from countersign.runs.saver import Checkpoints, FencedSaver
from countersign.workflows.context import FenceLostError, hold_fence
from countersign.workflows.engine import CHECKPOINT_MIGRATIONS, AsyncPostgresSaver, RunnableConfig
from tests.runs.desk import BACKEND, OUTSIDE_REQUEST, Desk

# Of the package's statements and of the one method we override: a new release must be read before it is used.
MIGRATIONS_DIGEST = "b61d83ce19b67141"
CURSOR_DIGEST = "217e0ac4b09b8778"


def _config(run_id: UUID, **more: str) -> RunnableConfig:
    return {"configurable": {"thread_id": str(run_id), "checkpoint_ns": "", **more}}


async def _put(saver: FencedSaver, run_id: UUID) -> None:
    checkpoint = empty_checkpoint()
    checkpoint["channel_values"] = {"x": {"a": 1}}
    checkpoint["channel_versions"] = {"x": "1"}
    await saver.aput(_config(run_id), checkpoint, {"source": "loop", "step": 0, "parents": {}}, {"x": "1"})


async def test_the_current_driver_reads_back_what_it_wrote(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    saver = maya.checkpoints.for_drive(maya.user_id, run.id, run.fence)

    await _put(saver, run.id)

    found = await saver.aget_tuple(_config(run.id))
    assert found is not None
    assert found.checkpoint["channel_values"] == {"x": {"a": 1}}


async def test_a_driver_that_lost_its_fence_writes_and_reads_nothing(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    late = maya.checkpoints.for_drive(maya.user_id, run.id, run.fence)
    await maya.drive(run)
    before = await maya.database.as_owner("SELECT count(*) AS n FROM checkpoints")

    with pytest.raises(FenceLostError):
        await _put(late, run.id)
    with pytest.raises(FenceLostError):
        await late.aput_writes(
            {"configurable": {**_config(run.id)["configurable"], "checkpoint_id": "1"}}, [("x", 1)], "t"
        )
    with pytest.raises(FenceLostError):
        await late.aget_tuple(_config(run.id))

    assert await maya.database.as_owner("SELECT count(*) AS n FROM checkpoints") == before
    assert await maya.database.as_owner("SELECT 1 FROM checkpoint_writes WHERE task_id = 't'") == []


async def test_a_refused_driver_leaves_its_connections_usable(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    late = maya.checkpoints.for_drive(maya.user_id, run.id, run.fence + 7)
    for _ in range(20):
        with pytest.raises(FenceLostError):
            await late.aget_tuple(_config(run.id))

    await maya.drive(run)

    assert (await maya.run(run.id)).state == "succeeded"


async def test_another_user_sees_no_state_of_a_run(maya: Desk, lee: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    await maya.drive(run)

    assert await lee.checkpoints.for_reading(lee.user_id).aget_tuple(_config(run.id)) is None
    assert await maya.checkpoints.for_reading(maya.user_id).aget_tuple(_config(run.id)) is not None


async def test_another_user_cannot_write_into_a_run(maya: Desk, lee: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    own = await lee.ask(OUTSIDE_REQUEST)
    foreign = lee.checkpoints.for_drive(lee.user_id, own.id, own.fence)

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await _put(foreign, run.id)


async def test_looking_at_history_can_never_write(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    reading = maya.checkpoints.for_reading(maya.user_id)

    with pytest.raises(RuntimeError, match="reading"):
        await reading.aput(_config(run.id), {}, {}, {})
    with pytest.raises(RuntimeError, match="reading"):
        await reading.aput_writes(_config(run.id), [], "t")


async def test_an_evil_checkpoint_runs_no_code(maya: Desk, tmp_path: Path) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    saver = maya.checkpoints.for_drive(maya.user_id, run.id, run.fence)
    await _put(saver, run.id)
    touched = tmp_path / "touched"
    # Extension 0 is "call this function of this module with one argument" (jsonplus.py, EXT_CONSTRUCTOR_SINGLE_ARG).
    evil = ormsgpack.packb(ormsgpack.Ext(0, ormsgpack.packb(("os", "system", f"touch {touched}"))))
    await maya.database.as_owner("UPDATE checkpoint_blobs SET blob = $1", evil)

    found = await saver.aget_tuple(_config(run.id))

    assert not touched.exists()
    assert found is not None


def test_the_evil_checkpoint_would_run_code_without_the_switch(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    program = f"""
import asyncpg
import ormsgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
blob = ormsgpack.packb(ormsgpack.Ext(0, ormsgpack.packb(("os", "system", "touch {touched}"))))
JsonPlusSerializer().loads_typed(("msgpack", blob))
"""
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}

    subprocess.run([sys.executable, "-c", program], check=True, env=environment, capture_output=True)

    assert touched.exists()


def test_nothing_starts_when_langgraph_was_loaded_without_the_switch() -> None:
    program = "import langgraph.checkpoint.base\nfrom countersign.workflows import engine\nengine.strict_serializer()"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BACKEND)}

    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )

    assert ended.returncode != 0
    assert "without strict checkpoint loading" in ended.stderr


def test_the_checkpoint_package_is_the_one_that_was_read() -> None:
    statements = "\n".join(CHECKPOINT_MIGRATIONS)
    cursor = inspect.getsource(AsyncPostgresSaver._cursor)

    assert hashlib.sha256(statements.encode()).hexdigest()[:16] == MIGRATIONS_DIGEST
    assert hashlib.sha256(cursor.encode()).hexdigest()[:16] == CURSOR_DIGEST


async def test_a_saver_stopped_inside_a_transaction_lets_go_of_its_locks(checkpoints: Checkpoints) -> None:
    async with checkpoints.pool.connection() as connection:
        shown = await (await connection.execute("SHOW idle_in_transaction_session_timeout")).fetchone()
    assert shown == {"idle_in_transaction_session_timeout": "10s"}


async def test_a_held_fence_stops_a_new_fence_and_nothing_else(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    other = await asyncpg.connect(maya.database.owner_url)
    try:
        await other.execute("SET lock_timeout = '100ms'")
        async with maya.services.db.session(maya.user_id) as session:
            await hold_fence(session, run.id, run.fence)
            await other.execute(
                "UPDATE runs SET lease_until = app_now(), wake_wanted = 1 WHERE id = $1", run.id
            )
            with pytest.raises(asyncpg.LockNotAvailableError):
                await other.execute("UPDATE runs SET fence = fence + 1 WHERE id = $1", run.id)
        await other.execute("UPDATE runs SET fence = fence + 1 WHERE id = $1", run.id)
    finally:
        await other.close()
