"""Whatever the provider answers, an approved reply leaves at most once and never silently not at all."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from countersign.actions import execute
from countersign.actions.executor import sweep
from countersign.actions.executor.claim import claim
from countersign.actions.executor.staging import stage
from countersign.actions.executor.work import park
from countersign.actions.mail.forms import REPLY
from countersign.actions.mail.mime import mime_bytes
from countersign.actions.mail.payload import parse
from countersign.actions.rows import MovedOnError
from tests.actions.desk import ALEX, DANA, Desk, action_id

SEND = "gmail.users.drafts.send"
CREATE = "gmail.users.drafts.create"


async def until_closed(desk: Desk, card: dict[str, Any], calls: int = 12) -> str:
    """The action's state after as many executor calls as it needs, the clock moved past each pause."""
    for _ in range(calls):
        await desk.execute(card)
        if (state := await desk.state(card)) not in {"approved", "staging", "armed"}:
            return state
        await desk.advance(20)
    return state


async def test_what_leaves_is_what_was_approved_with_our_marker(desk: Desk) -> None:
    card = await desk.approved()
    await desk.execute(card)
    row, (sent,) = await desk.row(card), desk.sends()

    # No link: the mail exists in the sandbox only, where Google's web page would not find it.
    assert row["outcome"] == {"result": {"provider_id": sent["result"]["id"]}, "found_by": "answer"}
    assert sent["body"] == {"id": row["provider_token"]["handle"]["draft_id"]}
    (mail,) = desk.raw_mails_of(ALEX, "SENT")
    approved = mime_bytes(parse(row["payload"], REPLY), {}, row["id"], row["provider_token"]["marker"])
    assert mail.partition(b"\r\n")[2] == approved
    assert mail.startswith(b"Date: ")
    assert row["closed_at"] is not None
    assert desk.drafts() == []


async def test_each_phase_is_told_in_order_with_one_audit_entry(desk: Desk) -> None:
    card = await desk.approved()
    await desk.execute(card)

    states = [
        row["state"]
        for row in await desk.database.as_owner(
            "SELECT data->>'state' AS state FROM events WHERE type = 'action.updated' ORDER BY seq"
        )
    ]
    verbs = [row["verb"] for row in await desk.database.as_owner("SELECT verb FROM audit ORDER BY seq")]
    (attempt,) = await desk.attempts(card)
    assert states == ["approved", "staging", "armed", "done"]
    assert verbs == ["action.proposed", "approval.approved", "action.staging", "action.armed", "action.done"]
    assert (attempt["phase"], attempt["status"]) == ("receipt", "done")
    assert await desk.wakes() == 1


async def test_executing_again_after_the_end_changes_nothing(desk: Desk) -> None:
    card = await desk.approved()
    await desk.execute(card)
    before = await desk.row(card)
    await desk.advance(600)

    await desk.execute(card)

    assert await desk.row(card) == before
    assert len(desk.sends()) == 1


async def test_twenty_executors_at_once_send_once(desk: Desk) -> None:
    card = await desk.approved()

    await asyncio.gather(*(desk.execute(card) for _ in range(20)))

    assert (await desk.state(card), len(desk.sends())) == ("done", 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "commit": True},
        {"status": 429, "reason": "rateLimitExceeded", "retry_after": 2},
        {"status": 403, "reason": "userRateLimitExceeded"},
        {"status": 404, "reason": "notFound"},
        {"status": 404, "reason": "notFound", "commit": True},
        {"status": 409, "reason": "conflict"},
        {"status": 410, "reason": "deleted", "commit": True},
        {"status": 412, "reason": "conditionNotMet"},
        {"status": 401, "reason": "authError"},
        {"status": 400, "reason": "badRequest", "commit": True},
        {"status": 403, "reason": "forbidden", "commit": True},
        {"drop": True},
        {"drop": True, "commit": False},
        {"stall_seconds": 4},
    ],
    ids=str,
)
async def test_an_unclear_answer_to_the_send_ends_in_one_mail(desk: Desk, fault: dict[str, Any]) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, count=1, **fault)

    assert await until_closed(desk, card) == "done"
    assert len(desk.sends()) == 1
    assert len(desk.mails_of(DANA)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "commit": True},
        {"status": 404, "reason": "notFound"},
        {"drop": True},
        {"stall_seconds": 4},
    ],
    ids=str,
)
async def test_an_unclear_answer_to_the_draft_leaves_no_second_draft(
    desk: Desk, fault: dict[str, Any]
) -> None:
    card = await desk.approved()
    desk.sandbox.fault(CREATE, count=1, **fault)

    assert await until_closed(desk, card) == "done"
    await desk.advance(120)
    await desk.execute(card)
    assert len(desk.sends()) == 1
    assert desk.drafts() == []


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "invalidArgument"), (413, "uploadTooLarge"), (403, "forbidden")]
)
async def test_a_definite_refusal_of_the_send_fails_and_leaves_nothing(
    desk: Desk, status: int, reason: str
) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=status, reason=reason)

    await desk.execute(card)
    problem = (await desk.row(card))["outcome"]["problem"]
    await desk.execute(card)

    assert await desk.state(card) == "failed"
    assert (problem["code"], problem["changed"]) == ("provider_refused", "no")
    assert desk.sends() == []
    assert desk.drafts() == []
    assert await desk.wakes() == 1


async def test_a_definite_refusal_of_the_draft_fails(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(CREATE, status=400, reason="invalidArgument")

    await desk.execute(card)

    assert await desk.state(card) == "failed"
    assert (desk.sends(), desk.drafts()) == ([], [])


async def test_while_the_mailbox_cannot_be_read_nothing_is_sent_and_nothing_is_lost(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.threads.get", status=501, reason="notImplemented", count=1)

    await desk.execute(card)
    assert (await desk.state(card), desk.sends()) == ("staging", [])
    await desk.execute(card)
    assert len(await desk.attempts(card)) == 1

    assert await until_closed(desk, card) == "done"


@pytest.mark.parametrize(
    "method",
    [
        "gmail.users.history.list",
        "gmail.users.messages.list",
        "gmail.users.threads.get",
        "gmail.users.drafts.get",
    ],
)
async def test_without_a_whole_look_nothing_is_tried(desk: Desk, method: str) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.drafts.send", status=500, count=1)
    await desk.execute(card)
    await desk.advance(20)
    desk.sandbox.fault(method, status=501, reason="notImplemented", count=1)

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("armed", [])
    assert await until_closed(desk, card) == "done"
    assert len(desk.sends()) == 1


async def test_a_history_too_old_is_made_up_for_by_the_search(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, drop=True, count=1)
    desk.sandbox.fault("gmail.users.history.list", status=404, reason="notFound")

    assert await until_closed(desk, card) == "done"
    assert (await desk.row(card))["outcome"]["found_by"] == "search"


async def test_a_mail_search_does_not_know_is_found_in_its_conversation(desk: Desk) -> None:
    card = await desk.approved()
    # It lands after we stopped waiting for the answer; before that the draft has to be readable.
    desk.sandbox.fault(SEND, stall_seconds=3.5, count=1)
    await desk.execute(card)
    desk.sandbox.fault("gmail.users.history.list", status=404, reason="notFound")
    desk.sandbox.fault("gmail.users.messages.get", status=404, reason="notFound")
    deadline = time.monotonic() + 10
    while not desk.sends():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    await desk.advance(20)

    assert await until_closed(desk, card) == "done"
    assert (await desk.row(card))["outcome"]["found_by"] == "thread"


async def test_an_executor_that_lost_its_action_writes_nothing(desk: Desk) -> None:
    card = await desk.approved()
    slow = await claim(desk.services, desk.user_id, action_id(card), execute._mint)
    assert slow is not None
    await desk.advance(60)
    await desk.execute(card)
    before = await desk.row(card)

    with pytest.raises(MovedOnError):
        await stage(slow)
    with pytest.raises(MovedOnError):
        await park(slow, "late", wait_seconds=1)
    await sweep.after_loss(slow)

    assert await desk.row(card) == before
    assert (before["state"], len(desk.sends()), desk.drafts()) == ("done", 1, [])


async def test_while_another_executor_holds_the_action_the_earlier_one_writes_nothing(desk: Desk) -> None:
    card = await desk.approved()
    slow = await claim(desk.services, desk.user_id, action_id(card), execute._mint)
    await desk.advance(60)
    quick = await claim(desk.services, desk.user_id, action_id(card), execute._mint)
    assert slow is not None
    assert quick is not None
    before = await desk.row(card)

    with pytest.raises(MovedOnError):
        await park(slow, "late", wait_seconds=1)
    with pytest.raises(MovedOnError):
        await stage(slow)
    await sweep.after_loss(slow)

    assert await desk.row(card) == before
    assert (before["state"], before["fence"], desk.drafts()) == ("staging", 2, [])
