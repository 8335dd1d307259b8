"""A send that hangs and lands later: nobody is told "nothing was sent" while the draft could still leave."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from countersign.approvals import review
from tests.actions.desk import DANA, Desk, action_id
from tests.actions.test_executing import SEND, until_closed
from tests.actions.test_leftovers import gmail

DELETE = "gmail.users.drafts.delete"
STALL_SECONDS = 5
WAIT_SECONDS = 10


async def stalled_then_refused(desk: Desk) -> dict[str, Any]:
    """A reply whose first send hangs and lands later, and whose second send is refused for good meanwhile."""
    card = await desk.approved()
    desk.sandbox.fault(SEND, stall_seconds=STALL_SECONDS, count=1)
    desk.sandbox.fault(SEND, status=403, reason="forbidden", count=1)
    await desk.execute(card)
    assert await desk.state(card) == "armed"
    await desk.advance(20)
    await desk.execute(card)
    return card


async def stalled_call_answered(desk: Desk) -> None:
    """Return once the provider has dealt with the send that hung, whatever became of it."""
    deadline = time.monotonic() + WAIT_SECONDS
    while len(desk.sandbox.ledger(method=SEND)) < 2:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_a_refused_reply_has_no_draft_left_that_a_hanging_send_could_use(desk: Desk) -> None:
    card = await stalled_then_refused(desk)
    await stalled_call_answered(desk)
    await desk.execute(card)

    assert (await desk.state(card), desk.sends(), desk.drafts()) == ("failed", [], [])


async def test_a_failed_reply_tried_again_reaches_dana_once(desk: Desk) -> None:
    card = await stalled_then_refused(desk)
    await stalled_call_answered(desk)
    again = await desk.propose(run_attempt=2)
    assert again["action_id"] != card["action_id"]
    await desk.decide(again)
    await desk.after_hold()

    await desk.execute(again)

    assert await desk.state(again) == "done"
    assert (len(desk.sends()), len(desk.mails_of(DANA))) == (1, 1)


@pytest.mark.parametrize(
    "fault",
    [{"status": 503}, {"status": 404, "reason": "notFound"}, {"status": 503, "commit": True}, {"drop": True}],
    ids=str,
)
async def test_a_refusal_is_not_believed_while_the_draft_may_be_there(
    desk: Desk, fault: dict[str, Any]
) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=403, reason="forbidden", count=1)
    desk.sandbox.fault(DELETE, count=1, **fault)

    await desk.execute(card)
    assert await desk.state(card) == "armed"

    # Either it leaves after all, or our own removal, whose answer was lost, leaves nothing to prove it by.
    end = await until_closed(desk, card)
    assert (end, len(desk.sends())) in {("done", 1), ("needs_review", 0)}
    assert desk.drafts() == []


async def in_review(desk: Desk) -> dict[str, Any]:
    """A reply whose draft is made, whose sends got no answer, and whose approval became too old."""
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=503, count=1)
    await desk.execute(card)
    await desk.advance(25 * 3600)
    await desk.execute(card)
    assert await desk.state(card) == "needs_review"
    return card


@pytest.mark.parametrize(("ask", "end"), [(review.check, "failed"), (review.try_again, "proposed")])
async def test_what_is_checked_is_said_to_be_unsent_only_when_it_can_no_longer_leave(
    desk: Desk, ask: Any, end: str
) -> None:
    card = await in_review(desk)

    view = await ask(desk.services, desk.user_id, action_id(card))
    assert (view["state"], len(desk.drafts())) == ("needs_review", 1)
    await desk.execute(card)

    assert (await desk.state(card), desk.drafts(), desk.sends()) == (end, [], [])


async def test_a_mail_that_leaves_while_it_is_being_checked_is_done(desk: Desk) -> None:
    card = await in_review(desk)
    await review.check(desk.services, desk.user_id, action_id(card))
    gmail(desk, "POST", "drafts/send", id=(await desk.row(card))["provider_token"]["handle"]["draft_id"])

    await desk.execute(card)

    assert (await desk.state(card), len(desk.sends())) == ("done", 1)


@pytest.mark.parametrize("status", [503, 404])
async def test_a_draft_that_could_not_be_removed_leaves_the_end_unknown_until_asked_again(
    desk: Desk, status: int
) -> None:
    card = await in_review(desk)
    desk.sandbox.fault(DELETE, status=status, reason="notFound", count=1)
    await review.check(desk.services, desk.user_id, action_id(card))

    await desk.execute(card)
    await desk.execute(card)
    assert (await desk.state(card), (await desk.row(card))["lease_until"]) == ("needs_review", None)
    await review.check(desk.services, desk.user_id, action_id(card))
    await desk.execute(card)

    assert (await desk.state(card), desk.drafts()) == ("failed", [])


async def test_without_a_genuine_approval_a_check_removes_nothing(desk: Desk) -> None:
    card = await in_review(desk)
    await desk.tamper("UPDATE decisions SET mac = '\\x00'")
    await review.check(desk.services, desk.user_id, action_id(card))

    await desk.execute(card)

    assert (await desk.state(card), len(desk.drafts())) == ("needs_review", 1)
