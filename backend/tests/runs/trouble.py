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
_BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'countersign_app' AND wait_event_type = 'Lock'
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
    """Return when a statement of the product waits for a lock."""
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
