"""Whoever knows our marker and Message-ID can neither make us believe that a mail left nor that it did not."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any

from countersign.accounts.tokens import credentials
from countersign.actions import execute
from countersign.actions.mail.forms import REPLY
from countersign.actions.mail.mime import MARKER_HEADER, message_id
from countersign.actions.mail.payload import parse
from tests.actions.desk import ALEX, DANA, Desk, action_id

SEND = "gmail.users.drafts.send"
WAIT_SECONDS = 10


async def test_an_incoming_mail_with_our_marker_and_message_id_is_no_evidence(desk: Desk) -> None:
    card = await armed(desk)
    await forge(desk, card)

    await desk.advance(20)
    await desk.execute(card)

    row = await desk.row(card)
    assert (row["state"], row["outcome"]["found_by"]) == ("done", "answer")
    assert len(desk.sends()) == 1


async def test_a_vanished_draft_and_a_forged_mail_together_are_still_unknown(desk: Desk) -> None:
    card = await armed(desk)
    await forge(desk, card)
    await throw_our_draft_away(desk, card)

    # Looked at four times, 1, 2 and 4 s apart, before a person is asked.
    for _ in range(4):
        await desk.advance(20)
        await desk.execute(card)

    assert await desk.state(card) == "needs_review"
    assert desk.sends() == []


async def test_approving_while_leftovers_of_the_version_before_are_removed_sends_once(desk: Desk) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.drafts.create", drop=True, count=1)
    await desk.execute(card)
    desk.sandbox.deliver(**news_from_dana())
    await desk.advance(20)
    desk.sandbox.fault("gmail.users.drafts.list", latency_seconds=1, count=1)

    tidying = asyncio.create_task(execute.run(desk.services, desk.user_id, action_id(card)))
    await sent_back(desk, card)
    await desk.decide(await desk.card(card["id"]))
    await asyncio.gather(tidying, return_exceptions=True)
    await desk.after_hold()
    await desk.execute(card)

    assert await desk.state(card) == "done"
    assert len(desk.sends()) == 1
    assert desk.drafts() == []


async def sent_back(desk: Desk, card: dict[str, Any]) -> None:
    """Return once the card is back, its leftovers not yet removed."""
    deadline = time.monotonic() + WAIT_SECONDS
    while await desk.state(card) != "proposed":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def armed(desk: Desk) -> dict[str, Any]:
    """A reply whose draft is made and whose first send was answered with an error of Google's."""
    card = await desk.approved()
    desk.sandbox.fault(SEND, status=503, count=1)
    await desk.execute(card)
    assert await desk.state(card) == "armed"
    return card


async def forge(desk: Desk, card: dict[str, Any]) -> None:
    """Deliver a mail that claims to be the reply: our marker, our Message-ID, our own address as its sender."""
    row = await desk.row(card)
    marker = row["provider_token"]["marker"]
    lines = (
        f"From: {ALEX}",
        f"To: {ALEX}",
        "Subject: Re: Delivery 1",
        f"Message-ID: {message_id(parse(row['payload'], REPLY), row['id'], marker)}",
        "References: <delivery-1@client.test>",
        f"{MARKER_HEADER}: {marker}",
        "",
        "I am the reply.",
    )
    desk.sandbox.deliver(raw=base64.urlsafe_b64encode("\r\n".join(lines).encode()).decode())


async def throw_our_draft_away(desk: Desk, card: dict[str, Any]) -> None:
    """Delete the prepared draft as the person could in Gmail."""
    draft_id = (await desk.row(card))["provider_token"]["handle"]["draft_id"]
    await desk.services.google.write(
        "gmail",
        await credentials(desk.services, desk.user_id, desk.account_id),
        lambda service: service.users().drafts().delete(userId="me", id=draft_id),
    )


def news_from_dana() -> dict[str, Any]:
    """A further mail in the first conversation."""
    return {
        "from": f"Dana Ito <{DANA}>",
        "to": [ALEX],
        "subject": "Re: Delivery 1",
        "text": "Wait, better on Thursday.",
        "in_reply_to": "<delivery-1@client.test>",
        "references": ["<delivery-1@client.test>"],
        "message_id": "<thursday@client.test>",
    }
