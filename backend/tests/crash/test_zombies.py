"""A worker that sleeps through its lease and wakes up later changes nothing: twenty replies, each sent once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from typing import Any

import pytest

from tests.actions.desk import Desk, action_id
from tests.crash.test_kills import markers, sent_markers, until
from tests.crash.workers import Nursery, Watch

AT_ONCE = 5
SLOW: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("staging", "gmail.users.drafts.create", {"latency_seconds": 1.0}),
    ("armed_before", "gmail.users.history.list", {"latency_seconds": 1.0}),
    ("armed_during", "gmail.users.drafts.send", {"latency_seconds": 1.0}),
    ("armed_during", "gmail.users.drafts.send", {"latency_after_seconds": 1.0}),
)


@pytest.mark.parametrize(("phase", "method", "fault"), SLOW, ids=str)
async def test_sleepers_that_wake_up_change_nothing(
    desk: Desk, children: Nursery, watch: Watch, phase: str, method: str, fault: dict[str, Any]
) -> None:
    cards = [await desk.propose(number) for number in range(1, AT_ONCE + 1)]
    sleepers = [children.start("worker"), children.start("worker")]
    desk.sandbox.fault(method, count=AT_ONCE, **fault)
    for card in cards:
        await desk.decide(card)
    for card in cards:
        await watch.until_phase(action_id(card), phase)
    for pid in sleepers:
        children.kill(pid, signal.SIGSTOP)
    asleep = await watch.states()
    await desk.advance(35)

    awake = children.start("worker")
    await watch.until_all_ended(60)
    before = [await desk.row(card) for card in cards]
    for pid in sleepers:
        children.kill(pid, signal.SIGCONT)
    await asyncio.sleep(2.5)  # longer than any call of theirs that was under way
    children.kill(awake, signal.SIGSTOP)

    after = [await desk.row(card) for card in cards]
    assert asleep["done"] < AT_ONCE
    assert [told(row) for row in after] == [told(row) for row in before]
    assert await watch.states() == {"done": AT_ONCE}
    assert sent_markers(desk) == Counter(await markers(desk))
    children.kill(awake, signal.SIGCONT)
    await desk.advance(120)
    await until(lambda: desk.drafts() == [])


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, apart from when its leftovers are looked for."""
    return {name: value for name, value in row.items() if name not in {"lease_until", "updated_at"}}
