"""Undo of what was executed: a click within five minutes, a new action, once; and only what was changed by us."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from countersign.actions import execute
from countersign.actions.executor import review
from countersign.approvals import deciding, reading
from countersign.approvals.deciding import UndoOverError
from countersign.errors import ConflictError, CountersignError, InvalidError
from tests.actions.desk import Desk, action_id
from tests.actions.mailbox.tidying import (
    BATCH_MODIFY,
    done,
    execute_undo,
    modify,
    places,
    propose,
    undo,
    undoing,
    view,
)


async def test_undo_is_offered_for_five_minutes_and_refused_one_second_later(desk: Desk) -> None:
    first = await desk.decide(await propose(desk, "mail.archive", "new"))
    approved = await view(desk, first)
    await desk.execute(first)
    second = await done(desk, "mail.star", "new")
    await desk.advance(295)
    answer = await undo(desk, first)
    await desk.advance(6)

    assert answer["undo"]["state"] == "running"
    assert (approved["undo"]["until"], answer["undo"]["until"] is not None) == (None, True)
    with pytest.raises(UndoOverError):
        await undo(desk, second)
    assert (await view(desk, second))["undo"]["state"] == "over"


async def test_the_same_click_twice_is_one_undo(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")

    first, again = await undo(desk, card, "key-1"), await undo(desk, card, "key-1")
    await execute_undo(desk, card)
    late = await undo(desk, card, "key-1")

    assert (first["undo"]["state"], again["undo"]["state"], late["undo"]["state"]) == (
        "running",
        "running",
        "undone",
    )
    with pytest.raises(ConflictError, match="undone already"):
        await undo(desk, card, "key-2")
    other = await done(desk, "mail.star", "read")
    with pytest.raises(InvalidError, match="different request"):
        await undo(desk, other, "key-1")


async def test_undo_before_it_was_done_cancels_it(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.archive", "new"))

    answer = await undo(desk, card, "key-1")
    again = await undo(desk, card, "key-1")
    await desk.execute(card)

    assert (answer["state"], answer["undo"]["state"], again["state"]) == ("cancelled", "undone", "cancelled")
    assert places(desk)["new"] == ("INBOX", "UNREAD")
    with pytest.raises(ConflictError, match="nothing to undo"):
        await undo(desk, card)


async def test_undo_waits_while_it_is_being_done(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.archive", "new"))
    desk.sandbox.fault("gmail.users.messages.get", status=500, count=1)
    await desk.execute(card)
    assert await desk.state(card) == "staging"

    with pytest.raises(ConflictError, match="right now"):
        await undo(desk, card)


async def test_what_failed_or_changed_nothing_cannot_be_undone(desk: Desk) -> None:
    desk.sandbox.fault(BATCH_MODIFY, status=400, reason="invalidArgument", count=1)
    failed = await done(desk, "mail.archive", "new")
    empty = await done(desk, "mail.archive", "archived")

    with pytest.raises(ConflictError, match="not carried out"):
        await undo(desk, failed)
    with pytest.raises(ConflictError, match="changed nothing"):
        await undo(desk, empty)


async def test_an_undo_has_no_undo_of_its_own_and_is_no_card(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")
    await undo(desk, card)
    row = await execute_undo(desk, card)

    async with desk.services.db.session(desk.user_id) as session:
        with pytest.raises(UndoOverError):
            await deciding.undo(session, desk.services, row["id"], nonce=desk.nonce(), decider=desk.decider)
    async with desk.services.db.session(desk.user_id) as session:
        told = await reading.actions_of_run(session, desk.run_id)
    assert (row["undo_until"], [one.action_id for one in told]) == (None, [action_id(card)])
    assert await desk.database.as_owner("SELECT 1 FROM approvals WHERE status = 'pending'") == []


async def test_an_undo_changed_after_the_click_is_not_carried_out(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")
    await undo(desk, card)
    row = await undoing(desk, card)
    starring = "jsonb_set(payload, '{changes,0,add}', '[\"STARRED\"]')"
    await desk.tamper(f"UPDATE actions SET payload = {starring} WHERE undoes IS NOT NULL")

    await execute.run(desk.services, desk.user_id, row["id"])

    assert (await undoing(desk, card))["outcome"]["problem"]["code"] == "bad_digest"
    assert places(desk)["new"] == ("UNREAD",)


@pytest.mark.parametrize(("mode", "code"), [("reversible", "not_an_approval"), ("none", "bad_digest")])
async def test_a_click_on_undo_approves_nothing_but_an_undo(desk: Desk, mode: str, code: str) -> None:
    card = await desk.decide(await propose(desk, "mail.archive", "new"))
    await undo(desk, card)
    (undone,) = await desk.database.as_owner("SELECT id FROM decisions WHERE verb = 'undo'")
    await desk.force(card, state="approved", decision_id=undone["id"], undo_mode=mode, closed_at=None)

    await desk.execute(card)

    assert (await desk.row(card))["outcome"]["problem"]["code"] == code
    assert places(desk)["new"] == ("INBOX", "UNREAD")


async def test_an_undo_that_cannot_be_done_says_so_and_can_be_asked_again(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")
    off = desk.with_settings(sending=False)
    await undo(desk, card)
    await execute_undo(off, card)
    shown = await view(desk, card)

    await undo(desk, card)
    await execute_undo(desk, card)

    assert shown["undo"]["state"] == "failed"
    assert (await view(desk, card))["undo"]["state"] == "undone"
    assert places(desk)["new"] == ("INBOX", "UNREAD")
    states = await desk.database.as_owner(
        "SELECT state FROM actions WHERE undoes IS NOT NULL ORDER BY created_at"
    )
    assert [row["state"] for row in states] == ["cancelled", "done"]


async def test_an_undo_stopped_after_it_began_fails_in_words(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")
    await undo(desk, card)
    desk.sandbox.fault("gmail.users.messages.get", status=500, count=1)
    assert (await execute_undo(desk, card))["state"] == "staging"
    await desk.advance(20)

    row = await execute_undo(desk.with_settings(sending=False), card)

    assert (row["state"], row["outcome"]["problem"]["code"]) == ("failed", "undo_impossible")


async def test_an_undo_nobody_knows_the_end_of_is_never_proposed(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")
    await undo(desk, card)
    row = await undoing(desk, card)
    await desk.database.as_owner(
        "UPDATE actions SET state = 'needs_review', lease_until = NULL WHERE id = $1", row["id"]
    )

    with pytest.raises(ConflictError, match="no card"):
        await review.again(desk.services, desk.user_id, row["id"])


async def test_undo_leaves_alone_what_was_changed_since(desk: Desk) -> None:
    card = await done(desk, "mail.trash", "new", "read", "starred")
    modify(desk, "read", remove=("TRASH",), add=("Label_1",))
    filed = places(desk)["read"]
    await undo(desk, card)
    await execute_undo(desk, card)

    after = places(desk)
    assert (after["new"], after["starred"]) == (("INBOX", "UNREAD"), ("INBOX", "STARRED"))
    assert after["read"] == filed


async def test_fifty_clicks_and_ten_workers_make_one_undo(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new", "read")

    async def click() -> Any:
        try:
            return await undo(desk, card)
        except CountersignError as refusal:
            return refusal

    answers = await asyncio.gather(*(click() for _ in range(50)))
    row = await undoing(desk, card)
    runs = (execute.run(desk.services, desk.user_id, row["id"]) for _ in range(10))
    await asyncio.gather(*runs, *(desk.execute(card) for _ in range(5)))

    accepted = [answer for answer in answers if not isinstance(answer, CountersignError)]
    assert len(accepted) == 1
    assert {answer.status for answer in answers if isinstance(answer, CountersignError)} == {409}
    assert (await undoing(desk, card))["state"] == "done"
    assert len(desk.sandbox.ledger(method=BATCH_MODIFY)) == 2
    assert places(desk)["read"] == ("INBOX",)


async def test_a_client_hears_every_step_of_an_undo(desk: Desk) -> None:
    card = await done(desk, "mail.archive", "new")
    await undo(desk, card)
    await execute_undo(desk, card)

    rows = await desk.database.as_owner(
        "SELECT data->'undo'->>'state' AS undo FROM events WHERE type = 'action.updated'"
        " AND data->>'action_id' = $1 ORDER BY seq",
        card["action_id"],
    )
    states = [row["undo"] for row in rows]
    assert [state for n, state in enumerate(states) if states[n - 1 : n] != [state]] == [
        "none",
        "offered",
        "running",
        "undone",
    ]


async def test_a_done_check_offers_undo_from_then_on(desk: Desk) -> None:
    card = await desk.decide(await propose(desk, "mail.archive", "new"))
    desk.sandbox.fault(BATCH_MODIFY, status=500, count=1)
    await desk.execute(card)
    await desk.force(card, state="needs_review", lease_until=None)
    modify(desk, "new", remove=("INBOX",))

    await review.look(desk.services, desk.user_id, action_id(card))

    assert (await view(desk, card))["undo"]["state"] == "offered"
