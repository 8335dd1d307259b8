"""Worker processes that tests may kill, stop and continue at will, and the database as their killers watch it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from countersign.settings import Settings

BACKEND = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.003
GATE = 4711
"""The advisory lock that a test holds to stop executors between the call and the receipt."""


@dataclass
class Nursery:
    """The parent of all children; every child it started is ended with it."""

    process: subprocess.Popen[str]
    log: Path
    pids: list[int] = field(default_factory=list)

    def start(self, op: str, **command: Any) -> int:
        """The process id of a fresh child."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps({'op': op, **command})}\n")
        self.process.stdin.flush()
        pid = int(json.loads(self.process.stdout.readline())["pid"])
        self.pids.append(pid)
        return pid

    def kill(self, pid: int, how: signal.Signals = signal.SIGKILL) -> None:
        """Signal a child that may be gone already."""
        with suppress(ProcessLookupError):
            os.kill(pid, how)

    def is_alive(self, pid: int) -> bool:
        """Whether the child runs."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True


@contextmanager
def nursery(settings: Settings, folder: Path) -> Iterator[Nursery]:
    """A nursery for that installation; its children's output goes to `children.log` in `folder`."""
    log = folder / "children.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.nursery"],
        cwd=BACKEND,
        env={**_environment(settings), "CRASH_LOG": str(log)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    opened = Nursery(process, log)
    try:
        yield opened
    finally:
        for pid in opened.pids:
            opened.kill(pid)
        process.kill()
        process.communicate()


def _environment(settings: Settings) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    secrets = ("database_url", "database_system_url")
    plain = (
        "environment",
        "keys_dir",
        "google_base_url",
        "hold_seconds",
        "action_lease_seconds",
        "provider_call_timeout_seconds",
    )
    ours = {name: getattr(settings, name).get_secret_value() for name in secrets}
    ours |= {name: str(getattr(settings, name)) for name in plain}
    return {**inherited, **{name.upper(): value for name, value in ours.items()}, "PYTHONPATH": str(BACKEND)}


@dataclass
class Watch:
    """The database as its owner sees it, asked a few hundred times a second."""

    connection: asyncpg.Connection
    killed: Counter[str] = field(default_factory=Counter)

    async def phase(self, action_id: UUID) -> tuple[str, str] | None:
        """Phase and status of the action's newest attempt."""
        row = await self.connection.fetchrow(
            "SELECT phase, status FROM attempts WHERE action_id = $1 ORDER BY n DESC LIMIT 1", action_id
        )
        return (row["phase"], row["status"]) if row else None

    async def until_phase(self, action_id: UUID, phase: str, seconds: float = 20) -> bool:
        """Whether the newest attempt got to that phase before it ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = await self.phase(action_id)
            if found is not None and found[0] == phase:
                return True
            if found is not None and found[1] == "done":
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def until_blocked(self, what: str, seconds: float = 20) -> bool:
        """Whether some statement about `what` waits for a lock."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if await self.connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE $1"
                " AND datname = current_database()",
                f"%{what}%",
            ):
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def open_actions(self) -> int:
        """How many actions have not come to an end."""
        return int(
            await self.connection.fetchval(
                "SELECT count(*) FROM actions WHERE state IN ('proposed', 'approved', 'staging', 'armed')"
            )
        )

    async def until_all_ended(self, seconds: float = 60) -> float:
        """How long it took until every action had come to an end."""
        started = time.monotonic()
        while await self.open_actions():
            assert time.monotonic() - started < seconds, await self.stuck()
            await asyncio.sleep(0.05)
        return time.monotonic() - started

    async def stuck(self) -> list[dict[str, Any]]:
        """The actions that have not ended, for the failure's text."""
        rows = await self.connection.fetch(
            "SELECT id, state, version, attempts, fence, lease_until, hold_until, stale_reason, app_now() AS now"
            " FROM actions WHERE state IN ('proposed', 'approved', 'staging', 'armed')"
        )
        return [dict(row) for row in rows]

    async def states(self) -> Counter[str]:
        """How many actions are in each state."""
        return Counter(row["state"] for row in await self.connection.fetch("SELECT state FROM actions"))


@asynccontextmanager
async def watching(owner_url: str) -> AsyncIterator[Watch]:
    """A watch, with a gate before each receipt that a test can close."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute(f"""
        CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$;
        CREATE OR REPLACE TRIGGER attempts_gate BEFORE UPDATE ON attempts FOR EACH ROW
        WHEN (OLD.phase = 'armed_after' AND NEW.phase = 'receipt') EXECUTE FUNCTION wait_at_gate();
    """)
    try:
        yield Watch(connection)
    finally:
        await connection.execute("DROP TRIGGER attempts_gate ON attempts; DROP FUNCTION wait_at_gate()")
        await connection.close()
