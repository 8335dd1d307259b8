"""Fifty verbs on one card at the same moment: exactly one outcome, and the ledger agrees with it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from countersign.errors import CountersignError
from tests.actions.desk import Desk, action_id
from tests.actions.people import new_run
from tests.approvals.piles import alike, opened, saying, submit

Verb = Callable[[], Awaitable[Any]]


async def all_at_once(verbs: list[Verb]) -> list[Any]:
    """What each verb answered: a value, or the refusal it met; anything else fails the test."""

    async def one(verb: Verb) -> Any:
        try:
            return await verb()
        except CountersignError as refusal:
            return refusal

    return await asyncio.gather(*(one(verb) for verb in verbs))


async def test_fifty_first_decisions_decide_once(desk: Desk) -> None:
    card = await desk.propose()
    verbs: list[Verb] = [lambda: desk.decide(card)] * 20 + [lambda: desk.decide(card, "reject")] * 20
    verbs += [lambda: desk.edit(card, subject="Re: other")] * 10
    random.Random(1).shuffle(verbs)

    answers = await all_at_once(verbs)

    accepted = [answer for answer in answers if not isinstance(answer, CountersignError)]
    decisions = await desk.database.as_owner("SELECT verb FROM decisions")
    edits = Counter(
        row["made_by"] for row in await desk.database.as_owner("SELECT made_by FROM action_versions")
    )
    assert len(accepted) == len(decisions) + edits["edit"] == 1
    assert {answer.status for answer in answers if isinstance(answer, CountersignError)} == {409}


@pytest.mark.parametrize("seed", range(20))
async def test_undo_edit_approve_send_now_and_the_executor_end_in_one_story(desk: Desk, seed: int) -> None:
    card = await desk.decide(await desk.propose())
    after_send_now = desk.execute
    verbs: list[Verb] = [lambda: desk.undo(card)] * 12 + [lambda: desk.send_now(card)] * 12
    verbs += [lambda: desk.decide(card)] * 8 + [lambda: desk.edit(card, subject="Re: x")] * 8
    verbs += [lambda: after_send_now(card)] * 10
    random.Random(seed).shuffle(verbs)

    answers = await all_at_once(verbs)
    await desk.after_hold()
    await desk.execute(card)

    row = await desk.row(card)
    sent = {"done": 1, "cancelled": 0}[row["state"]]
    verbs_kept = Counter(kept["verb"] for kept in await desk.database.as_owner("SELECT verb FROM decisions"))
    moves = await desk.database.as_owner(
        "SELECT verb FROM audit WHERE action_id = $1 ORDER BY seq", action_id(card)
    )
    assert len(desk.sends()) == sent
    assert verbs_kept["undo"] == 1 - sent
    assert verbs_kept["send_now"] <= 1
    assert Counter(move["verb"] for move in moves)["action.done"] == sent
    assert {answer.status for answer in answers if isinstance(answer, CountersignError)} <= {409, 410}


async def test_the_log_has_no_gap_after_a_race(desk: Desk) -> None:
    card = await desk.propose()
    await all_at_once([lambda: desk.decide(card)] * 25 + [lambda: desk.undo(card)] * 25)

    rows = await desk.database.as_owner("SELECT seq FROM events ORDER BY seq")

    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))


async def test_siblings_that_close_at_the_same_moment_wake_the_run(desk: Desk) -> None:
    cards = [await desk.propose(number) for number in (1, 2, 3)]

    await all_at_once([lambda card=card: desk.decide(card, "reject") for card in cards])  # type: ignore[misc]  # bound now

    assert await desk.wakes() == 1


async def test_fifty_mixed_submits_over_twenty_cards_of_two_runs_decide_each_once(desk: Desk) -> None:
    other_run = await new_run(desk.database, desk.user_id)
    proposed = await alike(desk, 20)
    cards = await opened(desk, proposed[:10])
    cards += await opened(desk, [replace(one, run_id=other_run) for one in proposed[10:]])
    chosen = random.Random(7)
    submits = [
        [saying(card, chosen.choice(("approve", "reject"))) for card in chosen.sample(cards, 4)]
        for _ in range(48)
    ]
    submits += [
        [saying(card, "reject") for card in cards[:10]],
        [saying(card) for card in reversed(cards[10:])],
    ]

    answers = await all_at_once([lambda items=items: submit(desk, *items) for items in submits])  # type: ignore[misc]  # bound now

    results = [one for submitted in answers for one in submitted]
    decided = [one.approval_id for one in results if one.refusal is None]
    kept = Counter(
        row["action_id"] for row in await desk.database.as_owner("SELECT action_id FROM decisions")
    )
    assert sorted(kept) == sorted(action_id(card) for card in cards)
    assert (set(kept.values()), len(decided), len(set(decided))) == ({1}, 20, 20)
    assert {one.refusal.code for one in results if one.refusal} == {"stale_card"}
    states = Counter([await desk.state(card) for card in cards])
    verbs = Counter(row["verb"] for row in await desk.database.as_owner("SELECT verb FROM decisions"))
    assert (states["approved"], states["rejected"]) == (verbs["approve"], verbs["reject"])
    rows = await desk.database.as_owner("SELECT seq FROM events ORDER BY seq")
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
