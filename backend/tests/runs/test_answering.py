"""A message outside every workflow gets one honest answer, whatever happens to the process that writes it."""

from __future__ import annotations

import asyncio
import json

from countersign.runs.driver import drive
from tests.runs.desk import OUTSIDE_REQUEST, Desk, worker_running


async def test_a_request_outside_every_workflow_is_answered_in_honest_words(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)

    await maya.drive(run)

    ended = await maya.run(run.id)
    answers = await maya.answers(run.id)
    assert (ended.state, ended.workflow, len(answers)) == ("succeeded", "outside", 1)
    assert "can't" in answers[0]


async def test_every_step_says_when_it_starts_and_when_it_ends(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)

    await maya.drive(run)

    said = [
        (data["node"], data["status"], data["detail"])
        for event in await maya.events(run.id)
        if event["type"] == "step.updated" and (data := json.loads(event["data"]))
    ]
    assert said == [
        ("understand", "running", "Reading your request."),
        ("understand", "done", "This is outside what I can do so far."),
        ("answer", "running", "Writing the answer."),
        ("answer", "done", "Answered; nothing was changed."),
    ]
    assert [(step.node, step.status) for step in await maya.steps(run.id)] == [
        ("understand", "done"),
        ("answer", "done"),
    ]


async def test_the_run_tells_its_states_in_order(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)

    await maya.drive(run)

    states = [
        json.loads(event["data"])["state"]
        for event in await maya.events(run.id)
        if event["type"] == "run.updated"
    ]
    assert states == ["queued", "running", "succeeded"]


async def test_a_yes_in_the_chat_decides_nothing(maya: Desk) -> None:
    run = await maya.ask("yes, send it")

    await maya.drive(run)

    (answer,) = await maya.answers(run.id)
    assert "approves nothing" in answer


async def test_driving_an_ended_run_again_changes_nothing(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)
    await maya.drive(run)
    before = await maya.events(run.id)

    await maya.drive(run)

    assert await maya.events(run.id) == before


async def test_two_messages_sent_at_once_each_get_one_answer(maya: Desk) -> None:
    first = await maya.ask(OUTSIDE_REQUEST)
    others = await asyncio.gather(*(maya.ask(OUTSIDE_REQUEST, first.conversation_id) for _ in range(2)))

    with worker_running(maya.services):
        for run in (first, *others):
            await maya.until_ended(run.id)

    answers = [await maya.answers(run.id) for run in (first, *others)]
    assert [len(found) for found in answers] == [1, 1, 1]


async def test_a_further_request_waits_for_its_turn(maya: Desk) -> None:
    first = await maya.ask(OUTSIDE_REQUEST)
    second = await maya.ask(OUTSIDE_REQUEST, first.conversation_id)

    await maya.drive(second)
    before_its_turn = (await maya.run(second.id)).state
    await maya.drive(first)
    await maya.drive(second)

    assert before_its_turn == "queued"
    assert (await maya.run(second.id)).state == "succeeded"


async def test_a_request_in_another_conversation_does_not_wait(maya: Desk) -> None:
    await maya.ask(OUTSIDE_REQUEST)
    elsewhere = await maya.ask(OUTSIDE_REQUEST)

    await maya.drive(elsewhere)

    assert (await maya.run(elsewhere.id)).state == "succeeded"


async def test_two_workers_at_once_answer_each_message_once(maya: Desk) -> None:
    runs = [await maya.ask(OUTSIDE_REQUEST) for _ in range(20)]

    with worker_running(maya.services), worker_running(maya.services):
        for run in runs:
            await maya.until_ended(run.id)

    assert [len(await maya.answers(run.id)) for run in runs] == [1] * 20


async def test_many_drivers_at_once_drive_a_run_once(maya: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)

    await asyncio.gather(*(drive(maya.services, maya.checkpoints, maya.user_id, run.id) for _ in range(5)))

    ended = await maya.run(run.id)
    assert (ended.state, ended.fence, len(await maya.answers(run.id))) == ("succeeded", 1, 1)


async def test_nobody_can_drive_somebody_elses_run(maya: Desk, lee: Desk) -> None:
    run = await maya.ask(OUTSIDE_REQUEST)

    await drive(lee.services, lee.checkpoints, lee.user_id, run.id)

    assert (await maya.run(run.id)).state == "queued"
