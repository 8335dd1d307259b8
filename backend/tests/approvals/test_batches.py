"""A batch: split at a hundred operations, shown in groups, stopped and taken back with a result for each action."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from countersign.actions.types import ProposedAction
from countersign.approvals.batches import batching, ending, showing
from countersign.approvals.batches.ending import Ending
from countersign.approvals.batches.showing import BatchView
from countersign.errors import ConflictError, NotFoundError
from tests.actions.desk import Desk, action_id, uuid_of
from tests.approvals.piles import (
    LOOK_ALIKE,
    Card,
    alike,
    events_of,
    opened,
    pile,
    saying,
    submit,
    with_payload,
)


def proposed(number: int, n_operations: int) -> ProposedAction:
    """A proposal that changes that many things."""
    return ProposedAction(
        run_id=UUID(int=1),
        run_attempt=1,
        plan_step="archive",
        target=f"set-{number}",
        account_id=UUID(int=2),
        kind="mail.archive",
        payload={"changes": [{"message_ids": [str(n) for n in range(n_operations)]}]},
        facts={},
        group_key="promotions",
        group_label="Promotions",
    )


@pytest.mark.parametrize(
    ("sizes", "batches"),
    [
        ([45], []),
        ([45, 55], [2]),
        ([45, 56], [1, 1]),
        ([1] * 101, [100, 1]),
        ([150, 1, 99, 1], [1, 2, 1]),
    ],
)
def test_a_batch_holds_a_hundred_operations_and_the_rest_comes_in_further_ones(
    sizes: list[int], batches: list[int]
) -> None:
    proposals = [proposed(number, size) for number, size in enumerate(sizes)]

    split = batching.split(proposals)

    in_order = list(dict.fromkeys(split.values()))
    assert [list(split.values()).count(batch) for batch in in_order] == batches
    assert len(split) == (len(sizes) if batches else 0)
    assert batching.split(proposals) == split


async def batch_of(desk: Desk, card: Card) -> BatchView:
    """The card's batch as its owner sees it."""
    async with desk.services.db.session(desk.user_id) as session:
        return await showing.batch(session, uuid_of(card["batch_id"], "bat"))


async def stop(desk: Desk, card: Card) -> list[Ending]:
    """The person stops the card's batch."""
    async with desk.services.db.session(desk.user_id) as session:
        return await ending.stop(session, desk.services, uuid_of(card["batch_id"], "bat"))


async def undo(desk: Desk, card: Card) -> list[Ending]:
    """The person undoes the card's batch."""
    async with desk.services.db.session(desk.user_id) as session:
        batch_id = uuid_of(card["batch_id"], "bat")
        return await ending.undo(session, desk.services, batch_id, nonce=desk.nonce(), decider=desk.decider)


def told(endings: list[Ending]) -> list[tuple[str, str | None]]:
    """The state of each action and why it was refused."""
    return [(one.action["state"], one.refusal.code if one.refusal else None) for one in endings]


async def test_a_batch_is_shown_in_groups_with_samples_and_what_stands_out(desk: Desk) -> None:
    first, *similar = await alike(desk, 6)
    other = replace(first, group_key="thread:other", group_label="Other")
    risky = with_payload(similar[0], **LOOK_ALIKE)
    outlier = with_payload(similar[1], cc=[{"email": "lee@acme.test", "name": ""}])
    cards = await opened(desk, [other, risky, outlier, *similar[2:]])
    await desk.decide(cards[-1], "reject")

    view = await batch_of(desk, cards[0])

    groups = [(group.key, group.count, group.pending, group.operations) for group in view.groups]
    assert groups == [(first.group_key, 5, 4, 5), ("thread:other", 1, 1, 1)]
    assert (view.count, view.operations, view.statuses) == (6, 6, {"pending": 5, "rejected": 1})
    assert {card["expires_at"] for card in cards} == {cards[0]["expires_at"]}
    assert (view.hold_seconds, view.expected_seconds, str(view.spent_usd)) == (300, 5, "0.000000")
    left_out = {member.approval_id: member.left_out for member in view.groups[0].members}
    assert [left_out[uuid_of(card["id"], "apr")] for card in cards[1:]] == [
        "high_risk",
        "unlike_the_others",
        None,
        None,
        None,
    ]
    assert {sample["id"] for sample in view.groups[0].samples} == {card["id"] for card in cards[3:]}


async def test_what_is_expected_to_take_how_long_follows_from_what_was_done(desk: Desk) -> None:
    done, _ = cards = await opened(desk, [await desk.proposal(1), await desk.proposal(2)])
    await desk.decide(done)
    await desk.after_hold()
    await desk.execute(done)
    await desk.database.as_owner("UPDATE attempts SET started = ended - interval '20 seconds'")

    view = await batch_of(desk, done)
    await desk.decide(cards[1], "reject")
    closed = await batch_of(desk, done)

    assert (view.expected_seconds, closed.expected_seconds, closed.expires_at) == (20, 0, None)
    assert [(one["done"], one["total"]) for one in await events_of(desk, "batch.progress")] == [
        (0, 1),
        (1, 1),
        (1, 1),
    ]


async def test_stopping_a_batch_cancels_what_has_not_begun_and_says_what_has(desk: Desk) -> None:
    held, waiting, rejected, begun = cards = await pile(desk, 4)
    await submit(desk, saying(held), saying(rejected, "reject"), saying(begun))
    await desk.force(begun, state="armed")

    first = await stop(desk, held)
    second = await stop(desk, held)
    await desk.after_hold()
    await desk.execute(held)

    assert sorted(told(first)) == [("armed", "already_begun"), ("cancelled", None), ("cancelled", None)]
    assert told(second) == [("armed", "already_begun")]
    assert [await desk.state(card) for card in cards] == ["cancelled", "cancelled", "rejected", "armed"]
    assert (await desk.row(waiting))["outcome"]["problem"]["code"] == "stopped"
    assert desk.sends() == []
    verbs = [row["verb"] for row in await desk.database.as_owner("SELECT verb FROM audit ORDER BY seq")]
    assert verbs.count("batch.stopped") == 1


async def test_undoing_a_batch_takes_back_what_is_held_dependants_first(desk: Desk) -> None:
    first, then, waiting = await alike(desk, 3)
    cards = await opened(desk, [first])
    cards += await opened(desk, [replace(then, depends_on=(action_id(cards[0]),)), waiting])
    await desk.database.as_owner(
        "UPDATE approvals SET batch_id = (SELECT batch_id FROM approvals WHERE batch_id IS NOT NULL LIMIT 1)"
    )
    await submit(desk, saying(cards[0]), saying(cards[1]))
    batch = cards[1]

    undone = await undo(desk, batch)

    assert told(undone) == [("cancelled", None)] * 2
    assert [await desk.state(card) for card in cards] == ["cancelled", "cancelled", "proposed"]
    order = await desk.database.as_owner(
        "SELECT action_id FROM audit WHERE verb = 'action.undone' ORDER BY seq"
    )
    assert [row["action_id"] for row in order] == [action_id(cards[1]), action_id(cards[0])]
    with pytest.raises(ConflictError, match="nothing to undo"):
        await undo(desk, batch)


async def test_what_has_left_is_refused_and_the_rest_of_the_batch_is_taken_back(desk: Desk) -> None:
    gone, held = await pile(desk, 2)
    await submit(desk, saying(gone), saying(held))
    await desk.send_now(gone)

    undone = await undo(desk, held)

    assert sorted(told(undone)) == [("approved", "undo_over"), ("cancelled", None)]
    await desk.after_hold()
    await desk.execute(held)
    assert await desk.state(held) == "cancelled"


async def test_a_batch_of_nobody_is_not_there(desk: Desk) -> None:
    nobodys: dict[str, Any] = {"batch_id": uuid4()}

    for call in (batch_of, stop, undo):
        with pytest.raises(NotFoundError):
            await call(desk, nobodys)
