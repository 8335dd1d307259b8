"""What the roles of a serving process may never do, even to a person's own rows, by any statement they can write."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.actions.desk import Desk
from tests.actions.people import sit_down

REFUSED = (
    "UPDATE decisions SET verb = 'approve'",
    "DELETE FROM decisions",
    "UPDATE action_versions SET preview = '{}'",
    "DELETE FROM action_versions",
    "UPDATE audit SET verb = 'nothing'",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "UPDATE events SET type = 'nothing'",
    "DELETE FROM events",
    "DELETE FROM actions",
    "UPDATE actions SET state = 'done'",
    "UPDATE actions SET payload = '{}'",
    "UPDATE actions SET hold_seconds = 0",
    "UPDATE actions SET version = version + 2",
    "INSERT INTO action_transitions VALUES ('done', 'proposed')",
    "INSERT INTO run_transitions VALUES ('succeeded', 'running')",
    "ALTER TABLE actions DISABLE TRIGGER USER",
    "UPDATE clock_offset SET offset_by = '1 hour'",
    "SELECT mark_restored()",
    "SELECT * FROM login_failures",
    "SELECT * FROM due_actions",
    "SELECT * FROM user_heads",
    "UPDATE procrastinate_jobs SET status = 'failed'",
    "DELETE FROM procrastinate_jobs",
    "DELETE FROM checkpoints",
    "DELETE FROM idempotency_keys",
    "DELETE FROM accounts",
    "CREATE TEMP TABLE sessions (id uuid)",
    "CREATE TABLE public.anything (id uuid)",
    "SET ROLE countersign_owner",
)
HIDDEN_FROM_THE_SYSTEM_ROLE = (
    "users",
    "sessions",
    "accounts",
    "actions",
    "action_versions",
    "decisions",
    "messages",
    "audit",
    "events",
    "runs",
    "checkpoints",
    "data_keys",
    "idempotency_keys",
)


@pytest.fixture
async def as_app(desk: Desk) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection as the app role in the name of a person with an approved reply."""
    await desk.decide(await desk.propose())
    connection = await asyncpg.connect(desk.database.app_url)
    await connection.execute("SELECT set_config('app.user_id', $1, false)", str(desk.user_id))
    yield connection
    await connection.close()


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_app_role_is_refused(
    as_app: asyncpg.Connection[asyncpg.Record], desk: Desk, statement: str
) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.IntegrityConstraintViolationError)):
        await as_app.execute(statement)

    (row,) = await desk.database.as_owner("SELECT state, version FROM actions")
    assert (row["state"], row["version"]) == ("approved", 1)


@pytest.mark.parametrize("table", HIDDEN_FROM_THE_SYSTEM_ROLE)
async def test_the_system_role_reads_no_row_of_anybody(desk: Desk, table: str) -> None:
    await desk.decide(await desk.propose())
    connection = await asyncpg.connect(desk.database.system_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {table}")
    finally:
        await connection.close()


async def test_nobody_wakes_or_cancels_the_run_of_another(desk: Desk) -> None:
    stranger = await sit_down(desk.services, desk.database, desk.sandbox)
    connection = await asyncpg.connect(desk.database.app_url)
    try:
        await connection.execute("SELECT set_config('app.user_id', $1, false)", str(stranger.user_id))
        await connection.execute("SELECT wake_run($1)", desk.run_id)
        changed = await connection.execute("UPDATE runs SET cancel_wanted = true WHERE id = $1", desk.run_id)
    finally:
        await connection.close()

    assert changed == "UPDATE 0"
    assert await desk.wakes() == 0
    assert await desk.database.as_owner("SELECT 1 FROM procrastinate_jobs") == []
