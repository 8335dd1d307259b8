"""Mailboxes that refuse to be read, accounts taken away and rows nobody foresaw: every armed action still ends."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from countersign.accounts import disconnect
from countersign.actions.executor.armed import UNREADABLE_LOOKS
from tests.actions.desk import ALEX, DANA, Desk
from tests.actions.test_executing import CREATE, SEND, until_closed
from tests.actions.test_leftovers import due, gmail

A_DAY = 25 * 3600
REFUSED_READS = [
    ("gmail.users.history.list", 403, "insufficientPermissions"),
    ("gmail.users.messages.list", 400, "failedPrecondition"),
    ("gmail.users.*.list", 403, "forbidden"),
]


async def armed(desk: Desk) -> dict[str, Any]:
    """A reply whose draft is made and whose first send was answered with an error of Google's."""
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=503, count=1)
    await desk.execute(card)
    assert await desk.state(card) == "armed"
    return card


@pytest.mark.parametrize(("method", "status", "reason"), REFUSED_READS)
async def test_a_mailbox_that_refuses_to_be_read_ends_as_unknown_within_minutes(
    desk: Desk, method: str, status: int, reason: str
) -> None:
    card = await armed(desk)
    desk.sandbox.fault(method, status=status, reason=reason)

    assert await until_closed(desk, card, UNREADABLE_LOOKS) == "armed"
    assert await until_closed(desk, card, 1) == "needs_review"

    problem = (await desk.row(card))["outcome"]["problem"]
    assert problem["code"] == "unreadable"
    assert problem["message"].startswith("We don't know")


async def test_a_mailbox_that_can_be_read_again_is_gone_on_with(desk: Desk) -> None:
    card = await armed(desk)
    method, status, reason = REFUSED_READS[0]
    desk.sandbox.fault(method, status=status, reason=reason, count=3)

    assert await until_closed(desk, card) == "done"
    assert len(desk.sends()) == 1


@pytest.mark.parametrize(("method", "status", "reason"), REFUSED_READS)
async def test_a_mailbox_that_refuses_to_be_read_for_a_day_ends_as_too_late(
    desk: Desk, method: str, status: int, reason: str
) -> None:
    card = await armed(desk)
    desk.sandbox.fault(method, status=status, reason=reason)
    await desk.advance(A_DAY)

    assert await until_closed(desk, card, 1) == "needs_review"
    assert (await desk.row(card))["outcome"]["problem"]["code"] == "too_late"


async def test_a_refusal_whose_draft_may_not_be_removed_either_ends_as_unknown(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=403, reason="forbidden")
    desk.sandbox.fault("gmail.users.drafts.delete", status=403, reason="insufficientPermissions")

    assert await until_closed(desk, card, UNREADABLE_LOOKS) == "needs_review"
    assert desk.sends() == []


async def test_an_account_disconnected_meanwhile_ends_the_action_at_once(desk: Desk) -> None:
    card = await armed(desk)
    await disconnect.disconnect(desk.services, desk.user_id, desk.account_id)
    await desk.advance(20)

    await desk.execute(card)

    problem = (await desk.row(card))["outcome"]["problem"]
    assert (await desk.state(card), problem["code"]) == ("needs_review", "disconnected")
    assert problem["message"].startswith("We don't know")


async def test_leftovers_of_a_disconnected_account_are_not_looked_for_any_more(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=400, count=1, reason="invalidArgument")
    await desk.execute(card)
    assert await desk.state(card) == "failed"
    await disconnect.disconnect(desk.services, desk.user_id, desk.account_id)

    await desk.execute(card)
    await desk.advance(61)

    assert await due(desk) == []


@pytest.mark.parametrize("spoiled", ["payload", "provider_token", "access_token"])
async def test_a_row_nobody_foresaw_ends_as_unknown(desk: Desk, spoiled: str) -> None:
    card = await armed(desk)
    row = await desk.row(card)
    if spoiled == "payload":
        await desk.force(card, payload={**row["payload"], "to": []})
    elif spoiled == "provider_token":
        await desk.force(card, provider_token={"marker": row["provider_token"]["marker"]})
    else:
        await desk.database.as_owner("UPDATE accounts SET access_token = '\\x00'")

    assert await until_closed(desk, card, UNREADABLE_LOOKS + 1) == "needs_review"
    assert desk.sends() == []


async def interrupted(desk: Desk) -> dict[str, Any]:
    """A reply whose draft was made but whose answer got lost."""
    card = await desk.approved()
    desk.sandbox.fault(CREATE, drop=True, count=1)
    await desk.execute(card)
    assert await desk.state(card) == "staging"
    await desk.advance(20)
    return card


@pytest.mark.parametrize(
    "lines",
    [
        (f"To: {DANA}", "Content-Type: text/plain; charset=canarysecret", "Content-Transfer-Encoding: 8bit"),
        ("To: =?utf-8?q?=FF?= <>,,@@;", "Content-Type: multipart/mixed"),
    ],
    ids=["charset", "headers"],
)
async def test_a_draft_nobody_can_read_is_not_ours_and_its_words_are_not_logged(
    desk: Desk, lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    card = await interrupted(desk)
    marker = (await desk.row(card))["provider_token"]["marker"]
    head = (f"From: {ALEX}", "Subject: x", f"X-Countersign-Action: {marker}", "MIME-Version: 1.0")
    raw = base64.urlsafe_b64encode("\r\n".join((*head, *lines, "", "hi", "")).encode()).decode()
    (draft,) = gmail(desk, "GET", "drafts")["drafts"]
    gmail(desk, "PUT", f"drafts/{draft['id']}", message={"raw": raw})

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("needs_review", [])
    assert "canarysecret" not in capsys.readouterr().out


async def test_an_action_that_moves_on_while_its_leftovers_are_removed_is_no_error(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=400, count=1, reason="invalidArgument")
    await desk.execute(card)
    fence = (await desk.row(card))["fence"]
    desk.sandbox.fault("gmail.users.drafts.list", latency_seconds=1, count=1)
    tidying = asyncio.create_task(desk.execute(card))
    await asyncio.sleep(0.5)  # within the second in which the mailbox does not answer

    await desk.force(card, fence=fence + 1)
    await tidying

    row = await desk.row(card)
    assert (row["state"], row["fence"]) == ("failed", fence + 1)
