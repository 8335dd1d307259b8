"""An error in any one step leaves a readable run and retry continues from that step; a killed process loses no step."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.cluster import ProductDatabase
from tests.runs.desk import start_worker, worker_running
from tests.runs.trouble import until_blocked
from tests.workflows.mailroom import MailDesk

FIRST_PASS = [
    "classify",
    "context",
    "make_plan",
    "estimate",
    "permissions",
    "find_person",
    "search",
    "read",
    "draft",
    "gate.preview",
]
AFTER_THE_DECISION = ["gate.wait", "gate.settle", "report"]
LOCK = 4711
# What a step came to is stored as its sentence: a msgpack map of one short string key, the step's name.
_ON_STEP = """
CREATE FUNCTION on_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.channel = 'said' AND position('{key}'::bytea IN NEW.blob) = 1 THEN {action}; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER on_step BEFORE INSERT ON checkpoint_writes FOR EACH ROW EXECUTE FUNCTION on_step();
"""


@asynccontextmanager
async def _at_step(database: ProductDatabase, node: str, action: str) -> AsyncIterator[asyncpg.Connection]:
    key = "\\x81" + f"{0xA0 + len(node):02x}" + node.encode().hex()
    connection = await asyncpg.connect(database.owner_url)
    try:
        await connection.execute(_ON_STEP.format(key=key, action=action))
        yield connection
    finally:
        await connection.execute("DROP FUNCTION on_step CASCADE")
        await connection.close()


@pytest.mark.parametrize("node", FIRST_PASS)
async def test_a_step_that_fails_is_shown_and_retry_continues_from_it(alex: MailDesk, node: str) -> None:
    async with _at_step(alex.database, node, "RAISE EXCEPTION 'broken'"):
        failed = await alex.ask_and_drive()

    shown = {step.node: step.status for step in await alex.steps(failed.id)}
    assert (failed.state, shown[node]) == ("failed", "failed")
    assert failed.problem is not None
    again = await alex.retry(failed)

    assert (again.state, again.attempt) == ("waiting", 2)
    assert len(await alex.cards()) == 1
    repeated = [step.node for step in await alex.steps(failed.id) if step.attempt == 2]
    assert repeated[0] == node


@pytest.mark.parametrize("node", AFTER_THE_DECISION)
async def test_a_step_that_fails_after_the_decision_is_retried_too(alex: MailDesk, node: str) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("approve")
    await alex.execute()
    async with _at_step(alex.database, node, "RAISE EXCEPTION 'broken'"):
        await alex.drive(run)
    failed = await alex.run(run.id)

    again = await alex.retry(run)

    assert failed.state == "failed"
    assert (again.state, len(alex.sent()), len(await alex.answers(run.id))) == ("succeeded", 1, 1)


async def test_google_failing_is_told_in_words_and_retry_works_when_it_is_back(alex: MailDesk) -> None:
    alex.sandbox.fault("gmail.users.threads.get", status=400, times=1)
    failed = await alex.ask_and_drive()

    again = await alex.retry(failed)

    assert failed.problem is not None
    assert (failed.state, failed.problem["code"]) == ("failed", "provider_refused")
    assert again.state == "waiting"


@pytest.mark.parametrize("node", ["make_plan", "search", "draft", "gate.preview"])
async def test_a_run_killed_after_any_step_continues_in_a_new_process(alex: MailDesk, node: str) -> None:
    run = await alex.ask()
    async with _at_step(alex.database, node, f"PERFORM pg_advisory_xact_lock({LOCK})") as holder:
        await holder.execute(f"SELECT pg_advisory_lock({LOCK})")
        worker = start_worker(alex.services)
        await until_blocked(alex.database)
        worker.kill()
        worker.communicate()
        await holder.execute(f"SELECT pg_advisory_unlock({LOCK})")
    await alex.database.as_owner("UPDATE runs SET lease_until = app_now() WHERE id = $1", run.id)

    with worker_running(alex.services):
        await alex.until(run.id, frozenset({"waiting"}))

    begun = [
        json.loads(event["data"])["node"]
        for event in await alex.events(run.id)
        if event["type"] == "step.updated" and json.loads(event["data"])["status"] == "running"
    ]
    earlier = FIRST_PASS[: FIRST_PASS.index(node)]
    assert [begun.count(step) for step in earlier] == [1] * len(earlier)
    assert len(await alex.cards()) == 1
    assert {step.status for step in await alex.steps(run.id)} == {"done", "waiting"}
