"""Order between actions, people who may not decide, and the odd answers a mailbox can give."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any
from uuid import UUID

import pytest

from countersign.actions import execute, proposals, rows
from countersign.actions.catalogue import kind_of
from countersign.actions.decisions import terms_of
from countersign.actions.executor.claim import claim
from countersign.actions.executor.work import door_of
from countersign.actions.mail.kinds import mailbox
from countersign.actions.types import Door, Token
from countersign.connectors.errors import GrantError
from countersign.connectors.google.transport import GoogleClient
from tests.actions.desk import ALEX, Desk, action_id
from tests.actions.people import sit_down
from tests.actions.test_executing import CREATE, SEND, until_closed
from tests.actions.test_leftovers import gmail
from tests.actions.test_sent_back import arrive


async def chained(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two approved replies, the second depending on the first, both past their hold."""
    first = await desk.propose(1)
    second = await desk.propose(2, depends_on=(action_id(first),))
    return await desk.decide(first), await desk.decide(second)


async def test_a_dependent_reply_waits_for_the_one_before(desk: Desk) -> None:
    first, second = await chained(desk)
    await desk.after_hold()

    await desk.execute(second)
    assert (await desk.state(second), desk.sends()) == ("approved", [])
    await desk.execute(first)
    await desk.execute(second)

    assert [await desk.state(card) for card in (first, second)] == ["done", "done"]


async def test_a_failure_stops_what_depends_on_it_and_nothing_else(desk: Desk) -> None:
    first, second = await chained(desk)
    sibling = await desk.decide(await desk.propose(3))
    await desk.after_hold()
    desk.sandbox.fault(SEND, status=400, reason="invalidArgument", count=1)

    for card in (first, second, sibling):
        await desk.execute(card)

    assert [await desk.state(card) for card in (first, second, sibling)] == ["failed", "cancelled", "done"]
    assert (await desk.row(second))["outcome"]["problem"]["code"] == "depends"
    assert (await desk.card(second["id"]))["status"] == "cancelled"
    assert await desk.wakes() == 1


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("rejected", "You rejected what it depends on, so this was not done."),
        ("cancelled", "What it depends on was cancelled, so this was not done."),
        ("needs_review", "We don't know whether what it depends on happened, so this was not done."),
    ],
)
async def test_what_depends_on_something_that_did_not_happen_is_due_to_be_stopped_decided_or_not(
    desk: Desk, end: str, why: str
) -> None:
    first = await desk.propose(1)
    asked = await desk.propose(2, depends_on=(action_id(first),))
    held = await desk.decide(await desk.propose(3, depends_on=(action_id(first),)))
    assert await due(desk) == set()
    await desk.force(first, state=end)

    assert await due(desk) == {action_id(asked), action_id(held)}
    for card in (asked, held):
        await desk.execute(card)

    assert [await desk.state(card) for card in (asked, held)] == ["cancelled", "cancelled"]
    assert [(await desk.row(card))["outcome"]["problem"]["message"] for card in (asked, held)] == [why, why]
    assert (await due(desk), await desk.wakes()) == (set(), 1)


async def test_what_waits_for_another_is_not_looked_at_again_and_again(desk: Desk) -> None:
    first, second = await chained(desk)
    await desk.after_hold()

    assert await due(desk) == {action_id(first)}
    await desk.execute(first)
    assert await due(desk) == {action_id(second)}


async def due(desk: Desk) -> set[UUID]:
    """What the scan would start now."""
    return {row["action_id"] for row in await desk.database.as_owner("SELECT action_id FROM due_actions")}


async def test_a_decision_of_somebody_else_sends_nothing(desk: Desk) -> None:
    other = await sit_down(desk.services, desk.database, desk.sandbox)
    card = await desk.propose()
    async with desk.services.db.session(desk.user_id) as session:
        action = await proposals.locked_one(session, action_id(card))
        wanted = proposals.Wanted("approve", "key-1", other.decider)
        decision = await proposals.record_decision(session, desk.services, action, wanted)
        await proposals.approve(
            session, desk.services, action, decision_id=decision.id, hold_until=decision.created_at
        )
    await desk.after_hold()

    await desk.execute(card)

    assert (await desk.row(card))["outcome"]["problem"]["code"] == "not_authorised"
    assert desk.sends() == []


async def test_a_genuine_decision_that_is_no_approval_sends_nothing(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())
    await desk.send_now(card)
    (send_now,) = await desk.database.as_owner("SELECT id FROM decisions WHERE verb = 'send_now'")
    await desk.force(card, decision_id=send_now["id"])

    await desk.execute(card)

    assert (await desk.row(card))["outcome"]["problem"]["code"] == "not_an_approval"
    assert desk.sends() == []


async def test_a_forged_send_now_does_not_end_the_hold(desk: Desk) -> None:
    card = await desk.decide(await desk.propose())
    await desk.send_now(card)
    await desk.tamper("UPDATE decisions SET mac = '\\x00' WHERE verb = 'send_now'")

    await desk.execute(card)

    assert (await desk.row(card))["outcome"]["problem"]["code"] == "hold_running"
    assert desk.sends() == []


async def test_a_mail_taken_out_of_the_conversation_makes_the_card_stale(desk: Desk) -> None:
    arrive(desk, "Also on Thursday.")
    card = await desk.approved()
    later = next(mail for mail in desk.mails_of(ALEX) if mail["id"] in card["change"]["seen_message_ids"][1:])
    token = desk.sandbox.token(ALEX, "https://www.googleapis.com/auth/gmail.modify")
    trash = f"/gmail/v1/users/me/messages/{later['id']}/trash"
    desk.sandbox.http.post(trash, headers={"Authorization": f"Bearer {token}"}).raise_for_status()

    await desk.execute(card)

    assert (await desk.card(card["id"]))["stale_reason"] == "A mail was taken out of this conversation."


async def test_a_mail_without_a_sender_makes_the_card_stale_too(desk: Desk) -> None:
    card = await desk.approved()
    raw = (
        f"To: {ALEX}\r\nSubject: Re: Delivery 1\r\nMessage-ID: <later@client.test>\r\n"
        "References: <delivery-1@client.test>\r\n\r\nHi\r\n"
    )
    desk.sandbox.deliver(raw=base64.urlsafe_b64encode(raw.encode()).decode(), recipients=[ALEX])

    await desk.execute(card)

    assert (await desk.card(card["id"]))["stale_reason"] == "A new mail arrived in this conversation."


async def test_of_two_drafts_with_our_marker_one_is_sent_and_the_other_removed(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(CREATE, stall_seconds=3.5, count=1)
    desk.sandbox.fault(CREATE, drop=True, count=1)
    await desk.execute(card)
    await desk.advance(20)
    await desk.execute(card)
    await desk.advance(20)
    deadline = time.monotonic() + 15
    while len(desk.drafts()) < 2:
        assert time.monotonic() < deadline, "the stalled request never took effect"
        await asyncio.sleep(0.05)
    assert (await desk.state(card), len(desk.drafts())) == ("staging", 2)

    await desk.execute(card)
    assert (await desk.state(card), len(desk.sends()), len(desk.drafts())) == ("done", 1, 1)
    await desk.advance(60)
    await desk.execute(card)

    assert desk.drafts() == []


async def test_a_leftover_that_is_gone_already_is_no_trouble(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(CREATE, drop=True, count=1)
    await desk.execute(card)
    await desk.advance(20)
    arrive(desk, "Wait.")
    desk.sandbox.fault("gmail.users.drafts.delete", status=404, reason="notFound", count=1)

    await desk.execute(card)

    assert await desk.state(card) == "proposed"
    assert len(gmail(desk, "GET", "drafts")["drafts"]) == 1


async def test_a_conversation_missing_for_a_moment_does_not_stop_a_look(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=500, count=1)
    await desk.execute(card)
    await desk.advance(20)
    desk.sandbox.fault("gmail.users.threads.get", status=404, reason="notFound", count=1)

    assert await until_closed(desk, card) == "done"
    assert len(desk.sends()) == 1


async def test_without_a_grant_nothing_can_be_written(desk: Desk) -> None:
    card = await desk.approved()
    work = await claim(desk.services, desk.user_id, action_id(card), execute._mint)
    assert work is not None
    door = await work.door()

    with pytest.raises(GrantError):
        token = Token(marker="m", handle={"draft_id": "r1"})
        await kind_of("mail.reply").attempt(door, terms_of(work.action), token)
    assert Door(door.google, door.credentials).grant is None
    assert desk.sandbox.ledger(method="gmail.users.drafts.*") == []


async def test_a_hold_without_its_decision_or_marker_cannot_be_executed(desk: Desk) -> None:
    card = await desk.approved()
    work = await claim(desk.services, desk.user_id, action_id(card), execute._mint)
    assert work is not None
    work.action.decision_id = None
    work.action.provider_token = None

    with pytest.raises(rows.MovedOnError):
        work.grant()
    with pytest.raises(rows.MovedOnError):
        _ = work.token


async def test_an_action_does_not_move_where_it_may_not(desk: Desk) -> None:
    card = await desk.propose()

    async with desk.services.db.session(desk.user_id) as session:
        action = await proposals.locked_one(session, action_id(card))
        with pytest.raises(rows.MovedOnError):
            await rows.move(session, desk.services, action, "done", rows.Said("test"))
    await desk.decide(card, "reject")
    async with desk.services.db.session(desk.user_id) as session:
        closed = await proposals.one(session, action_id(card))
        with pytest.raises(rows.MovedOnError):
            await proposals.edit(session, desk.services, closed, {"/subject": "Re: late"})


async def test_a_mail_sent_through_google_itself_has_a_link(desk: Desk) -> None:
    google = GoogleClient(desk.services.settings.model_copy(update={"google_base_url": ""}))
    door = await door_of(desk.services, await _action(desk))
    google.close()

    assert mailbox.receipt_of("18c1", Door(google, door.credentials), "all")["link"].endswith("#all/18c1")


async def _action(desk: Desk) -> proposals.ActionRow:
    card = await desk.propose()
    async with desk.services.db.session(desk.user_id) as session:
        return await proposals.one(session, action_id(card))


async def test_a_slow_executor_finds_its_action_taken_and_stops(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.threads.get", latency_seconds=1.5, count=1)
    slow = asyncio.create_task(desk.execute(card))
    while await desk.state(card) == "approved":  # noqa: ASYNC110 - the row is the only sign
        await asyncio.sleep(0.01)
    await desk.advance(60)

    await desk.execute(card)
    await slow

    assert (await desk.state(card), len(desk.sends()), desk.drafts()) == ("done", 1, [])
