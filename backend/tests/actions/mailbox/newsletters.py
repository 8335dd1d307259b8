"""Newsletters as lists send them, with header fields that can be left out or forged one at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from countersign.connectors.google.mail_types import Address, Header, MailMessage
from tests.actions.desk import ALEX
from tests.actions.replies import mail

GOOGLE = "mx.google.com; dkim=pass header.i=@weekly.test header.s=s1 header.b=abcd; spf=pass"
FIELDS: dict[str, str] = {
    "List-Unsubscribe": "<https://weekly.test/u/1>, <mailto:leave@weekly.test?subject=out>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Authentication-Results": GOOGLE,
    "DKIM-Signature": "v=1; d=weekly.test; s=s1; h=From:List-Unsubscribe:List-Unsubscribe-Post; b=abcdef",
}


def fields(**changes: str | None) -> tuple[Header, ...]:
    """The fields of a newsletter with some replaced, underscores standing for hyphens; None takes one out."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    return tuple(Header(name, value) for name, value in {**FIELDS, **named}.items() if value is not None)


def newsletter(**changes: str | None) -> MailMessage:
    """That newsletter as it was read from the mailbox."""
    sender = Address("news@weekly.test", "The Weekly")
    return replace(mail(from_=sender, subject="Issue 7"), headers=fields(**changes))


def arriving(base_url: str) -> dict[str, Any]:
    """A newsletter in a sandbox's mailbox whose link is the sandbox's own."""
    return {
        "id": "19e0000000000001",
        "from": "The Weekly <news@weekly.test>",
        "to": [ALEX],
        "subject": "Issue 7",
        "date": "2026-03-02T09:00:00Z",
        "text": "Hello Alex.",
        "labels": ["INBOX"],
        "headers": {
            **FIELDS,
            "List-Unsubscribe": f"<{base_url}/_sandbox/unsubscribe/weekly>, <mailto:leave@weekly.test>",
            "Authentication-Results": "mx.sandbox.invalid; dkim=pass header.i=@weekly.test header.s=s1",
        },
    }
