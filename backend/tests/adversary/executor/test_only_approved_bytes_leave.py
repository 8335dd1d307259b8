"""A draft put in the place of ours, by row or by mailbox, never leaves: what is sent is what was approved."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from sqlalchemy import text

from countersign.actions.mail.forms import REPLY
from countersign.actions.mail.mime import mime_bytes, says_the_same
from countersign.actions.mail.payload import parse
from tests.actions.desk import ALEX, Desk
from tests.actions.test_executing import CREATE, SEND
from tests.actions.test_leftovers import gmail

EVIL = b"From: alex@acme.test\r\nTo: evil@evil.test\r\nSubject: invoice\r\n\r\nPay to account 666.\r\n"
ADDED = [
    b"Reply-To: evil@evil.test",
    b"Sender: evil@evil.test",
    b"Resent-To: evil@evil.test",
    b"Bcc: evil@evil.test",
    b"Disposition-Notification-To: evil@evil.test",
]


def encoded(raw: bytes) -> str:
    """The bytes as Gmail takes them."""
    return base64.urlsafe_b64encode(raw).decode()


async def armed(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """A reply whose first send was answered with an error, and its row."""
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=503, count=1)
    await desk.execute(card)
    row = await desk.row(card)
    assert row["state"] == "armed"
    await desk.advance(20)
    return card, row


async def test_a_foreign_draft_put_into_the_row_is_not_sent(desk: Desk) -> None:
    card, row = await armed(desk)
    made = gmail(desk, "POST", "drafts", message={"raw": encoded(EVIL)})
    message = made["message"]
    handle = {"draft_id": made["id"], "message_id": message["id"], "thread_id": message["threadId"]}
    token = json.dumps({**row["provider_token"], "handle": handle})
    async with desk.services.db.session(desk.user_id) as session:
        await session.execute(
            text("UPDATE actions SET provider_token = CAST(:token AS jsonb) WHERE id = :id"),
            {"token": token, "id": row["id"]},
        )

    await desk.execute(card)

    assert (await desk.state(card), desk.sends()) == ("needs_review", [])
    assert (await desk.row(card))["outcome"]["problem"]["code"] == "altered_token"


def made(row: dict[str, Any]) -> bytes:
    """The mail as it was approved."""
    return mime_bytes(parse(row["payload"], REPLY), {}, row["id"], row["provider_token"]["marker"])


@pytest.mark.parametrize("header", ADDED)
@pytest.mark.parametrize("when", ["staging", "armed"])
async def test_a_header_added_to_our_draft_keeps_it_from_leaving(
    desk: Desk, header: bytes, when: str
) -> None:
    card = await desk.approved()
    desk.sandbox.fault(CREATE if when == "staging" else SEND, status=503, commit=when == "staging", count=1)
    await desk.execute(card)
    row = await desk.row(card)
    (draft,) = gmail(desk, "GET", "drafts")["drafts"]
    ours = made(row)
    gmail(desk, "PUT", f"drafts/{draft['id']}", message={"raw": encoded(header + b"\r\n" + ours)})
    await desk.advance(20)

    await desk.execute(card)

    assert (row["state"], await desk.state(card), desk.sends()) == (when, "needs_review", [])


async def test_what_gmail_itself_adds_and_how_it_packs_the_parts_is_no_change(desk: Desk) -> None:
    _, row = await armed(desk)
    ours, told = made(row), parse(row["payload"], REPLY)
    about = (row["id"], row["provider_token"]["marker"])
    lines = (
        b"Received: from 1 by gmailapi.google.com",
        b"Date: Mon, 2 Mar 2026 10:00:00 +0000",
        b"X-Gm-A: 1",
    )
    kept = b"\r\n".join((*lines, ours))

    assert says_the_same(kept, told, *about)
    assert says_the_same(kept.replace(b"=_", b"other-boundary-"), told, *about)
    assert not says_the_same(kept.replace(b"multipart/alternative", b"multipart/mixed"), told, *about)
    assert ALEX.encode() in ours
