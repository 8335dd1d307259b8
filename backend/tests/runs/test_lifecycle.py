"""Cancelling, retrying, resuming and looking back at runs."""

from __future__ import annotations

import asyncio
import re

import pytest

from countersign.errors import ConflictError, NotFoundError
from countersign.runs import history, resume
from countersign.runs.driver import drive
from countersign.runs.states import TRANSITIONS
from tests.cluster import ProductDatabase
from tests.runs.desk import OUTSIDE_REQUEST, Desk
from tests.runs.trouble import answers_refused, end_app_connections, locked, until_blocked


async def test_the_code_knows_the_same_transitions_as_the_database(database: ProductDatabase) -> None:
    rows = await database.as_owner("SELECT old, new FROM run_transitions")

    assert {(row["old"], row["new"]) for row in rows} == TRANSITIONS


async def test_a_failed_step_leaves_a_readable_run(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with answers_refused(maya.database):
        await maya.drive(run)

    failed = await maya.run(run.id)
    assert failed.state == "failed"
    assert failed.problem is not None
    assert failed.problem["message"].endswith(".")
    assert "no answers today" not in str(failed.problem)
    assert [(step.node, step.status) for step in await maya.steps(run.id)] == [
        ("understand", "done"),
        ("answer", "failed"),
    ]


async def test_retry_continues_from_the_failed_step(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with answers_refused(maya.database):
        await maya.drive(run)

    async with maya.services.db.session(maya.user_id) as session:
        await resume.retry(session, maya.services, run.id)
    await maya.drive(run)

    ended = await maya.run(run.id)
    assert (ended.state, ended.attempt, ended.problem) == ("succeeded", 2, None)
    assert len(await maya.answers(run.id)) == 1
    assert [(step.attempt, step.node) for step in await maya.steps(run.id)] == [
        (1, "understand"),
        (1, "answer"),
        (2, "answer"),
    ]


async def test_a_failed_run_lets_the_next_request_of_the_conversation_begin(maya: Desk) -> None:
    first = await maya.ask(OUTSIDE_REQUEST)
    second = await maya.ask(OUTSIDE_REQUEST, first.conversation_id)
    async with answers_refused(maya.database):
        await maya.drive(first)

    await maya.drive(second)

    assert (await maya.run(second.id)).state == "succeeded"


async def test_a_queued_run_can_be_cancelled(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)

    async with maya.services.db.session(maya.user_id) as session:
        await resume.cancel(session, maya.services, run.id)
    await maya.drive(run)

    assert (await maya.run(run.id)).state == "cancelled"
    assert await maya.answers(run.id) == []


async def test_a_cancelled_run_can_be_tried_again(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with maya.services.db.session(maya.user_id) as session:
        await resume.cancel(session, maya.services, run.id)
        await resume.retry(session, maya.services, run.id)

    await maya.drive(run)

    assert (await maya.run(run.id)).state == "succeeded"


async def test_a_run_at_work_takes_the_wish_to_cancel_and_comes_to_an_end(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with locked(maya.database, "checkpoints"):
        driving = asyncio.create_task(maya.drive(run))
        await until_blocked(maya.database)
        cancelling = asyncio.create_task(maya.cancel(run))
    await asyncio.gather(driving, cancelling)

    # The steps after the lock take no time, so the run either stops or has come to its end.
    assert (await maya.run(run.id)).state in {"cancelled", "succeeded"}


async def test_an_ended_run_can_neither_be_cancelled_nor_resumed_nor_retried(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    await maya.drive(run)

    async with maya.services.db.session(maya.user_id) as session:
        with pytest.raises(ConflictError):
            await resume.cancel(session, maya.services, run.id)
        with pytest.raises(ConflictError):
            await resume.resume(session, maya.services, run.id)
        with pytest.raises(ConflictError):
            await resume.retry(session, maya.services, run.id)


async def test_nobody_can_touch_somebody_elses_run(maya: Desk, lee: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)

    async with lee.services.db.session(lee.user_id) as session:
        for verb in (resume.cancel, resume.retry, resume.resume):
            with pytest.raises(NotFoundError):
                await verb(session, lee.services, run.id)
        with pytest.raises(NotFoundError):
            await history.get(session, run.id)


async def test_every_past_state_of_a_run_can_be_read(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    await maya.drive(run)
    ended = await maya.run(run.id)

    states = await history.history(maya.checkpoints, ended)

    assert [state.next for state in states] == [(), ("answer",), ("understand",), ("__start__",)]
    first = await history.state_at(maya.checkpoints, ended, states[1].checkpoint_id)
    assert first.said == {"understand": "This is outside what I can do so far."}
    with pytest.raises(NotFoundError):
        await history.state_at(maya.checkpoints, ended, "1f000000-0000-6000-8000-000000000000")


async def test_a_driver_whose_lease_is_over_is_refused_and_the_run_is_answered_once(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with locked(maya.database, "messages"):
        late = asyncio.create_task(maya.drive(run))
        await until_blocked(maya.database)
        await maya.database.as_owner(
            "UPDATE runs SET lease_until = app_now() - interval '1 second' WHERE id = $1", run.id
        )
        second = asyncio.create_task(maya.drive(run))
        await maya.until_fence(run.id, 2)
    await asyncio.gather(late, second)

    ended = await maya.run(run.id)
    assert (ended.state, ended.fence, len(await maya.answers(run.id))) == ("succeeded", 2, 1)
    states = re.findall(r'"state": "(\w+)"', " ".join(event["data"] for event in await maya.events(run.id)))
    assert states.count("succeeded") == 1


async def test_a_lost_database_connection_only_delays_a_run(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    async with locked(maya.database, "messages"):
        driving = asyncio.create_task(maya.drive(run))
        await until_blocked(maya.database)
        await end_app_connections(maya.database)
    await driving
    interrupted = await maya.run(run.id)
    await maya.database.as_owner("UPDATE runs SET lease_until = app_now() WHERE id = $1", run.id)

    await drive(maya.services, maya.checkpoints, maya.user_id, run.id)

    assert interrupted.state == "running"
    assert ((await maya.run(run.id)).state, len(await maya.answers(run.id))) == ("succeeded", 1)
