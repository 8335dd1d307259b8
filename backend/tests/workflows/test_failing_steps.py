"""An error in any one step leaves a readable run and retry continues from that step; a killed process loses no step.

The steps `classify`, `make_plan` (once stored) and `estimate` touch nothing that could fail.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from countersign.runs.models import Run
from tests.cluster import ProductDatabase
from tests.runs.desk import start_worker, worker_running
from tests.runs.trouble import paused_after, until_blocked
from tests.workflows.mailroom import MailDesk

STEPS = [
    "classify",
    "context",
    "make_plan",
    "estimate",
    "permissions",
    "find_people",
    "search",
    "read",
    "draft",
    "gate.preview",
]


@asynccontextmanager
async def denied(database: ProductDatabase, what: str) -> AsyncIterator[None]:
    """The product may not do `what` ("SELECT ON accounts") while the block lasts."""
    await database.as_owner(f"REVOKE {what} FROM countersign_app")
    try:
        yield
    finally:
        await database.as_owner(f"GRANT {what} TO countersign_app")


async def _shown(alex: MailDesk, run: Run) -> dict[str, str]:
    return {step.node: step.status for step in await alex.steps(run.id)}


async def _repeated(alex: MailDesk, run: Run) -> list[str]:
    return [step.node for step in await alex.steps(run.id) if step.attempt == 2]


@pytest.mark.parametrize(
    ("node", "before", "what"),
    [
        ("context", "classify", "SELECT ON accounts"),
        ("permissions", "estimate", "SELECT ON accounts"),
        ("gate.preview", "draft", "INSERT ON approvals"),
    ],
)
async def test_a_step_whose_rows_fail_is_shown_and_retried(
    alex: MailDesk, node: str, before: str, what: str
) -> None:
    run = await alex.ask_for_a_reply()
    async with paused_after(alex.database, before):
        driving = asyncio.create_task(alex.drive(run))
        await until_blocked(alex.database)
        await alex.database.as_owner(f"REVOKE {what} FROM countersign_app")
    await driving
    await alex.database.as_owner(f"GRANT {what} TO countersign_app")
    failed, shown = await alex.run(run.id), await _shown(alex, run)

    again = await alex.retry(run)

    assert (failed.state, shown[node]) == ("failed", "failed")
    assert (again.state, len(await alex.cards())) == ("waiting", 1)
    assert (await _repeated(alex, run))[0] == node


@pytest.mark.parametrize(
    ("node", "before", "method"),
    [
        ("find_people", "permissions", "gmail.users.messages.list"),
        ("search", "find_people", "gmail.users.messages.list"),
        ("read", "search", "gmail.users.threads.get"),
        ("draft", "read", "gmail.users.threads.get"),
    ],
)
async def test_a_step_that_google_refuses_is_shown_and_retried(
    alex: MailDesk, node: str, before: str, method: str
) -> None:
    run = await alex.ask_for_a_reply()
    async with paused_after(alex.database, before):
        driving = asyncio.create_task(alex.drive(run))
        await until_blocked(alex.database)
        alex.sandbox.fault(method, status=400, reason="badRequest", count=1)
    await driving
    failed, shown = await alex.run(run.id), await _shown(alex, run)

    again = await alex.retry(run)

    assert failed.problem is not None
    assert (failed.problem["code"], failed.problem["changed"]) == ("provider_refused", "no")
    assert (failed.state, shown[node]) == ("failed", "failed")
    assert (again.state, len(await alex.cards())) == ("waiting", 1)
    assert (await _repeated(alex, run))[0] == node


@pytest.mark.parametrize(
    ("node", "what"), [("gate.settle", "SELECT ON actions"), ("report", "INSERT ON messages")]
)
async def test_a_step_that_fails_after_the_decision_is_retried_too(
    alex: MailDesk, node: str, what: str
) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("approve")
    await alex.execute()
    async with denied(alex.database, what):
        await alex.drive(run)
    failed, shown = await alex.run(run.id), await _shown(alex, run)

    again = await alex.retry(run)

    assert (failed.state, shown[node]) == ("failed", "failed")
    assert (again.state, len(alex.sent()), len(await alex.answers(run.id))) == ("succeeded", 1, 1)


async def test_what_a_person_can_mend_is_logged_in_one_line_and_a_surprise_with_its_traceback(
    alex: MailDesk,
) -> None:
    alex.sandbox.fault("gmail.users.messages.list", status=400, reason="badRequest", count=1)
    with capture_logs() as expected:
        await alex.ask_and_drive()
    run = await alex.ask_and_drive()
    await alex.decide("reject")
    with capture_logs() as unexpected:
        async with denied(alex.database, "SELECT ON actions"):
            await alex.drive(run)

    (refused,) = [line for line in expected if line["event"] == "runs.failed"]
    assert (refused["log_level"], refused["code"]) == ("warning", "provider_refused")
    assert not {"exc_info", "where"} & refused.keys()
    (surprise,) = [line for line in unexpected if line["event"] == "runs.failed"]
    assert surprise["log_level"] == "error"
    assert {"exc_info", "where"} & surprise.keys()


async def test_a_revision_that_google_refuses_is_told_on_the_card(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("respond", "say Thursday instead of Wednesday")
    alex.sandbox.fault("gmail.users.threads.get", status=400, reason="badRequest", count=1)

    await alex.drive(run)

    card: dict[str, Any] = await alex.card()
    assert (card["version"], card["being_revised"], (await alex.run(run.id)).state) == (1, False, "waiting")
    assert card["stale_reason"] == "Google refused this request; nothing was changed."


@pytest.mark.parametrize("node", ["classify", "make_plan", "search", "draft", "gate.preview"])
async def test_a_run_killed_after_any_step_continues_in_a_new_process(alex: MailDesk, node: str) -> None:
    run = await alex.ask_for_a_reply()
    async with paused_after(alex.database, node):
        worker = start_worker(alex.services)
        await until_blocked(alex.database)
        worker.kill()
        worker.communicate()
    await alex.database.as_owner("UPDATE runs SET lease_until = app_now() WHERE id = $1", run.id)

    with worker_running(alex.services):
        await alex.until(run.id, frozenset({"waiting"}))

    over = [
        json.loads(event["data"])["node"]
        for event in await alex.events(run.id)
        if event["type"] == "step.updated" and json.loads(event["data"])["status"] == "done"
    ]
    earlier = STEPS[: STEPS.index(node)]
    assert [over.count(step) for step in earlier] == [1] * len(earlier)
    assert len(await alex.cards()) == 1
    assert set((await _shown(alex, run)).values()) == {"done", "waiting"}
