"""Real trouble on the test's database: locks that stop a step half-way, refused rows, ended connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.cluster import ProductDatabase

LOOK_AGAIN_SECONDS = 0.02
# While this stands an answer cannot be stored: the step that writes it fails as any step can.
_REFUSE_ANSWERS = """
CREATE FUNCTION refuse_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.role = 'assistant' THEN RAISE EXCEPTION 'no answers today'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_answers BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse_answers();
"""
_ALLOW_ANSWERS = "DROP FUNCTION refuse_answers CASCADE"
_LOCK = 4711
# A step is over when its sentence is in the stored state (msgpack: one byte of length, then the step's name).
_PAUSE = """
CREATE FUNCTION pause_after() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.channel = 'said' AND position('{key}'::bytea IN NEW.blob) > 0 THEN
        PERFORM pg_advisory_xact_lock_shared({lock});
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pause_after BEFORE INSERT ON checkpoint_blobs FOR EACH ROW EXECUTE FUNCTION pause_after();
"""
_BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'countersign_app' AND wait_event_type = 'Lock'
      AND wait_event IN ('relation', 'advisory')
"""
_END_APP_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'countersign_app'
"""


@asynccontextmanager
async def answers_refused(database: ProductDatabase) -> AsyncIterator[None]:
    """No answer can be stored while the block lasts."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        await connection.execute(_REFUSE_ANSWERS)
        yield
    finally:
        await connection.execute(_ALLOW_ANSWERS)
        await connection.close()


@asynccontextmanager
async def locked(database: ProductDatabase, table: str) -> AsyncIterator[None]:
    """Nobody can write to the table while the block lasts; who tries waits."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
            yield
    finally:
        await connection.close()


async def until_blocked(database: ProductDatabase, seconds: float = 30) -> None:
    """Return when a statement of the product waits for a lock the test holds; row locks come and go by themselves."""
    connection = await asyncpg.connect(database.addresses.superuser_url)
    try:
        deadline = time.monotonic() + seconds
        while not await connection.fetchval(_BLOCKED):
            assert time.monotonic() < deadline, "nothing came to the lock"
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    finally:
        await connection.close()


async def end_app_connections(database: ProductDatabase) -> None:
    """End every connection of the app role, as a restart of Postgres does."""
    connection = await asyncpg.connect(database.addresses.superuser_url)
    try:
        await connection.execute(_END_APP_CONNECTIONS)
    finally:
        await connection.close()


@asynccontextmanager
async def paused_after(database: ProductDatabase, node: str) -> AsyncIterator[None]:
    """Whoever drives waits, as long as the block lasts, when that step is over and not yet stored."""
    key = "\\x" + f"{0xA0 + len(node):02x}" + node.encode().hex()
    connection = await asyncpg.connect(database.owner_url)
    try:
        await connection.execute(_PAUSE.format(key=key, lock=_LOCK))
        await connection.execute(f"SELECT pg_advisory_lock({_LOCK})")
        yield
    finally:
        await connection.execute(f"SELECT pg_advisory_unlock({_LOCK})")
        await connection.execute("DROP FUNCTION pause_after CASCADE")
        await connection.close()
