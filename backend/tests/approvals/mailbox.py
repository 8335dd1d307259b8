"""What the person does in the mailbox themselves while a card waits, and the look that finds it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

from countersign.approvals.watching import probing
from tests.actions.desk import ALEX, Desk
from tests.actions.mailbox.tidying import gmail

MINUTE = 60


async def probe(desk: Desk, after_seconds: float = 5 * MINUTE) -> None:
    """What the scan does for the account that long after the last time."""
    await desk.advance(after_seconds)
    await probing.probe(desk.services, desk.user_id, desk.account_id)


def answer(desk: Desk, card: dict[str, Any], to: str) -> None:
    """A mail of Alex's own in the card's conversation, sent in Gmail."""
    raw = (
        f"From: Alex Moreno <{ALEX}>\r\nTo: {to}\r\nSubject: {card['change']['subject']}\r\n"
        f"Message-ID: <mine@acme.test>\r\nIn-Reply-To: {card['change']['in_reply_to']}\r\n\r\nI will be there.\r\n"
    )
    sent = {"raw": urlsafe_b64encode(raw.encode()).decode(), "threadId": card["change"]["thread_id"]}
    gmail(desk, "POST", "messages/send", sent)
