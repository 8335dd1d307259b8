"""Many cards decided in one submit: each by itself, and in a crowd nothing that needs a look of its own."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from countersign.approvals import deciding
from countersign.approvals.batches.many import MAX_ITEMS, Item
from countersign.approvals.deciding import Verdict
from countersign.errors import ConflictError, InvalidError
from countersign.events import log as events
from countersign.kit import journal
from tests.actions.desk import Desk, action_id
from tests.actions.people import sit_down
from tests.approvals.piles import (
    LOOK_ALIKE,
    alike,
    codes,
    events_of,
    opened,
    pile,
    saying,
    submit,
    with_payload,
)


async def test_one_submit_approves_rejects_and_sends_back_and_refuses_only_what_is_wrong(desk: Desk) -> None:
    cards = await pile(desk, 6)
    missing = Item(uuid4(), Verdict("approve", 1, cards[0]["digest"]))
    items = [
        saying(cards[0]),
        saying(cards[1], "reject", note="not needed"),
        saying(cards[2], "respond", note="shorter"),
        saying(cards[3], other={"version": 2}),
        missing,
        saying(cards[4]),
        saying(cards[5], "respond"),
    ]

    answers = await submit(desk, *items, nonce="key-1")
    again = await submit(desk, *items, nonce="key-1")

    assert codes(answers) == [None, None, None, "stale_card", "not_found", None, "invalid"]
    statuses = ["approved", "rejected", "pending", "pending", None, "approved", "pending"]
    assert [answer.status for answer in answers] == statuses
    assert (codes(again), [answer.status for answer in again]) == (codes(answers), statuses)
    states = [await desk.state(card) for card in cards]
    assert states == ["approved", "rejected", "proposed", "proposed", "approved", "proposed"]
    assert len(await desk.database.as_owner("SELECT 1 FROM decisions")) == 4
    assert [one["total"] for one in await events_of(desk, "batch.progress")] == [2]
    rows = await desk.database.as_owner("SELECT seq FROM events ORDER BY seq")
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))


async def test_high_risk_and_changed_cards_are_approved_alone(desk: Desk) -> None:
    plain, risky, changed = await alike(desk, 3)
    cards = await opened(desk, [plain, with_payload(risky, **LOOK_ALIKE), changed])
    await desk.force(cards[2], stale_reason="A new mail arrived.")

    crowd = await submit(desk, *(saying(card) for card in cards))
    alone = [await submit(desk, saying(card)) for card in cards[1:]]

    assert codes(crowd) == [None, "decide_alone", "decide_alone"]
    assert [answer.refusal and answer.refusal.details["why"] for answer in crowd[1:]] == [
        "high_risk",
        "changed",
    ]
    assert [codes(answers) for answers in alone] == [[None], [None]]


async def test_one_approval_among_rejections_is_alone(desk: Desk) -> None:
    risky, plain = await alike(desk, 2)
    cards = await opened(desk, [with_payload(risky, **LOOK_ALIKE), plain])

    assert codes(await submit(desk, saying(cards[0]), saying(cards[1], "reject"))) == [None, None]


async def test_a_submit_names_each_card_once_and_a_hundred_at_most(desk: Desk) -> None:
    card = await desk.propose()
    one = saying(card)

    for items in ([one, one], [], [replace(one, approval_id=uuid4()) for _ in range(MAX_ITEMS + 1)]):
        with pytest.raises(InvalidError):
            await submit(desk, *items)

    assert await desk.state(card) == "proposed"


async def test_cards_of_somebody_else_are_not_there(desk: Desk) -> None:
    card = await desk.propose()
    other = await sit_down(desk.services, desk.database, desk.sandbox)

    (answer,) = await submit(other, saying(card))

    assert (answer.status, codes([answer])) == (None, ["not_found"])
    assert (await desk.row(card))["id"] == action_id(card)
    assert await desk.state(card) == "proposed"


async def test_a_part_that_is_taken_back_leaves_no_row_and_no_log_entry_and_the_rest_stays(
    desk: Desk,
) -> None:
    card = await desk.propose()
    said = saying(card)

    async with desk.services.db.session(desk.user_id) as session:
        for number in (1, 2):
            with pytest.raises(ConflictError):
                async with journal.part(session):
                    await deciding.settle(
                        session,
                        desk.services,
                        said.approval_id,
                        said.verdict,
                        nonce=desk.nonce(),
                        decider=desk.decider,
                    )
                    msg = "Taken back."
                    raise ConflictError(msg)
            events.append(session, "notice", {"text": f"Kept {number}."})

    assert await desk.state(card) == "proposed"
    assert await desk.database.as_owner("SELECT 1 FROM decisions") == []
    rows = await desk.database.as_owner("SELECT type FROM events ORDER BY seq")
    assert [row["type"] for row in rows] == ["approval.requested", "notice", "notice"]
    assert [row["n"] for row in await desk.database.as_owner("SELECT count(*) AS n FROM audit")] == [1]
