"""Slice 1: a message outside every workflow is answered once, whatever dies in between."""

from __future__ import annotations

import asyncio

import pytest

from tests.flows.installation import Installation
from tests.flows.story import Story

pytestmark = pytest.mark.xdist_group("installation")

OUTSIDE = "Book me a table for two"


async def test_a_request_nobody_can_do_yet_is_answered_in_two_steps(maya: Story) -> None:
    asked = await maya.ask(OUTSIDE)
    answer = await maya.answer(asked["run_id"])
    assert "can't" in answer
    run = await maya.run(asked["run_id"])
    assert len(run["steps"]) == 2
    assert {step["status"] for step in run["steps"]} == {"done"}
    seqs = [event["seq"] for event in await maya.events()]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_worker_killed_in_the_middle_leaves_one_answer(
    maya: Story, installation: Installation
) -> None:
    asked = [await maya.ask(f"{OUTSIDE}, number {number}") for number in range(6)]
    installation.kill("worker")
    installation.start_worker()
    for one in asked:
        run = await maya.run_in(one["run_id"], "succeeded")
        assert len(await maya.answers(run)) == 1


async def test_two_messages_sent_at_once_each_get_one_answer(maya: Story) -> None:
    first = await maya.ask(OUTSIDE)
    asked = await asyncio.gather(*(maya.ask(OUTSIDE, first["conversation_id"]) for _ in range(2)))
    runs = [await maya.run_in(one["run_id"], "succeeded") for one in asked]
    assert runs[0]["id"] != runs[1]["id"]
    assert [len(await maya.answers(run)) for run in runs] == [1, 1]
