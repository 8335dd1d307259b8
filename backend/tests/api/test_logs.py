"""What a serving process writes to its log: every request, and never a password, token, address or text of a person."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tests.api.person import Person
from tests.cluster import ProductDatabase

_BACKEND = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 20


@dataclass
class Process:
    """A serving process of its own and everything it has written so far."""

    process: subprocess.Popen[str]
    origin: str
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, name="log reader")
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as written:
            self.lines.extend(written)

    def stop(self) -> str:
        """End it in order; all it wrote."""
        self.process.terminate()
        self.process.wait(_STOP_SECONDS)
        self._reader.join(_STOP_SECONDS)
        return "".join(self.lines)


@pytest.fixture
async def process(database: ProductDatabase, keys_dir: Path) -> AsyncIterator[Process]:
    """`countersign serve` with debug logging."""
    process = _started(database, keys_dir)
    try:
        await _serving(process.origin)
        yield process
    finally:
        process.stop()


async def test_no_secret_address_or_text_reaches_the_log(process: Process, database: ProductDatabase) -> None:
    canary = f"canary{secrets.token_hex(8)}"
    async with Person(process.origin, email=f"{canary}@acme.example") as person:
        await person.register(f"password {canary}")
        await person.log_in(f"wrong {canary}")
        signed_in = await person.log_in(f"password {canary}")
        statuses = await _leave_traces(person, canary)
        broken = await _with_broken_table(person, database, canary)
        token, csrf = person.token, person.csrf
    written = process.stop()
    assert (signed_in.status_code, statuses, broken.status_code) == (200, [202, 422, 404, 422, 422, 200], 500)
    assert [secret for secret in (canary, token, csrf) if secret in written] == []
    assert [line["event"] for line in _parsed(written)].count("api.request") >= 10


async def test_an_unexpected_error_is_found_by_its_id_and_tells_nothing_of_the_inside(
    process: Process, database: ProductDatabase
) -> None:
    async with Person(process.origin) as person:
        await person.arrive()
        answer = await _with_broken_table(person, database, "anything")
    problem, lines = answer.json(), _parsed(process.stop())
    failed = [line for line in lines if line["event"] == "api.failed"]
    assert (answer.headers["content-type"], problem["code"], problem["changed"]) == (
        "application/problem+json",
        "internal",
        "unknown",
    )
    assert [line["request_id"] for line in failed] == [problem["request_id"]]
    assert "conversations" not in problem["detail"] + problem["action"]
    assert any("api/routes/chat/conversations.py" in place for place in failed[0]["where"])


def _started(database: ProductDatabase, keys_dir: Path) -> Process:
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_BACKEND),
        "ENVIRONMENT": "test",
        "DATABASE_URL": database.app_url,
        "KEYS_DIR": str(keys_dir),
        "PORT": str(port),
        "GOOGLE_BASE_URL": "http://127.0.0.1:1",
        "LOG_LEVEL": "debug",
    }
    command = [sys.executable, "-c", "from countersign.cli.main import main; main()", "serve"]
    started = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=keys_dir
    )
    return Process(started, f"http://127.0.0.1:{port}")


async def test_a_failed_statement_does_not_quote_what_it_was_given(database: ProductDatabase) -> None:
    with pytest.raises(SQLAlchemyError) as failed:
        async with database.db.session(None) as session:
            await session.execute(text("SELECT CAST(:words AS text), 1 / 0"), {"words": "canary-text"})
    assert "canary-text" not in str(failed.value)


async def _leave_traces(person: Person, canary: str) -> list[int]:
    answers = [
        await person.post("/messages", {"text": f"Tell Dana {canary}"}),
        await person.post("/messages", {"text": {"deep": canary}}),
        await person.get(f"/{canary}"),
        await person.get(
            "/accounts/google/callback",
            params={"code": canary, "error": canary},
            headers={"Accept": "application/json"},
        ),
        await person.get("/conversations", params={"cursor": canary}),
        await person.get(
            "/events", headers={"X-Forwarded-For": canary, "User-Agent": canary, "Referer": canary}
        ),
    ]
    return [answer.status_code for answer in answers]


async def _with_broken_table(person: Person, database: ProductDatabase, words: str) -> httpx.Response:
    await database.as_owner("ALTER TABLE conversations RENAME COLUMN title TO broken_title")
    try:
        return await person.post("/messages", {"text": words})
    finally:
        await database.as_owner("ALTER TABLE conversations RENAME COLUMN broken_title TO title")


def _parsed(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


async def _serving(origin: str) -> None:
    async with httpx.AsyncClient(base_url=origin, trust_env=False) as client:
        async for attempt in stamina.retry_context(
            on=httpx.HTTPError, attempts=None, timeout=30, wait_max=0.2
        ):
            with attempt:
                (await client.get("/readyz")).raise_for_status()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
