"""A reply, its source mail and their parts, made by hand for tests that need no provider."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from countersign.actions.mail.forms import REPLY
from countersign.actions.mail.payload import MailPayload, parse
from countersign.connectors.google.mail_types import Address, Alias, Header, MailMessage, MailThread

ALEX = "alex@acme.test"
SALES = "sales@acme.test"
DANA = "dana@client.test"
PAYLOAD: dict[str, Any] = {
    "from": {"email": ALEX, "name": "Alex Moreno"},
    "to": [{"email": DANA, "name": "Dana Ito"}],
    "cc": [{"email": "lee@acme.test", "name": ""}],
    "bcc": [],
    "subject": "Re: Delivery",
    "body_text": "Hi Dana,\n\nWednesday works.",
    "signature_text": "Alex Moreno\nAcme",
    "signature_html": "<b>Alex Moreno</b><br>Acme",
    "quote_style": "reply",
    "quote_intro": "On 2 Mar 2026 at 09:00, Dana Ito <dana@client.test> wrote:",
    "quote_text": "Can you take delivery?\n> We need it on Wednesday.\n\nDana",
    "in_reply_to": "<delivery-1@client.test>",
    "references": ["<delivery-0@client.test>", "<delivery-1@client.test>"],
    "thread_id": "t-1",
    "source_message_id": "m-1",
    "seen_message_ids": ["m-0", "m-1"],
    "attachments": [],
    "draft_id": "",
    "draft_message_id": "",
}
FACTS: dict[str, Any] = {
    "account_email": ALEX,
    "organisation_domains": ["acme.test"],
    "own_addresses": [ALEX, SALES],
    "known": [{"email": DANA, "name": "Dana Ito", "written_to": 3}],
    "origins": {
        DANA: {"provenance": "thread", "message_id": "m-1", "quote": "From: Dana Ito <dana@client.test>"}
    },
    "sender": DANA,
}
ALIASES = (
    Alias(ALEX, "Alex Moreno", "<div>Alex Moreno<br>Acme</div>", "", is_default=True, is_primary=True),
    Alias(SALES, "Acme Sales", "<p>The <b>sales</b> desk</p>", "", is_default=False, is_primary=False),
)


def reply(**changes: Any) -> MailPayload:
    """The reply above with these fields changed."""
    return parse({**PAYLOAD, **changes}, REPLY)


def mail(**changes: Any) -> MailMessage:
    """A mail from Dana to Alex with these fields changed."""
    values: dict[str, Any] = {
        "id": "m-1",
        "thread_id": "t-1",
        "history_id": "7",
        "rfc_message_id": "<delivery-1@client.test>",
        "headers": (),
        "from_": Address(DANA, "Dana Ito"),
        "to": (Address(ALEX, "Alex Moreno"),),
        "cc": (),
        "bcc": (),
        "reply_to": (),
        "subject": "Delivery",
        "date": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        "received_at": datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC),
        "text": "Can you take delivery on Wednesday?\n\nDana",
        "html": "",
        "labels": ("INBOX",),
        "snippet": "Can you",
        "attachments": (),
        "in_reply_to": None,
        "references": (),
        "list_id": None,
        "auto_submitted": None,
    }
    return MailMessage(**{**values, **changes})


def thread(*messages: MailMessage) -> MailThread:
    """A conversation of these mails, or of the one above."""
    return MailThread("t-1", "7", messages or (mail(),))


def header(name: str, value: str) -> Header:
    """A header field."""
    return Header(name, value)
