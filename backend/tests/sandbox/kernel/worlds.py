"""The small world most kernel tests use: two people, two mails."""

from __future__ import annotations

from typing import Any

ALEX = "alex@acme.test"
DANA = "dana@client.test"


def alex(**more: Any) -> dict[str, Any]:
    """An account with one mail from Dana."""
    message = {
        "id": "18c0000000000001",
        "from": f"Dana <{DANA}>",
        "to": [ALEX],
        "subject": "Delivery",
        "date": "2026-03-02T09:00:00Z",
        "text": "Can you take delivery on Wednesday?",
        "labels": ["INBOX", "UNREAD"],
    }
    return {"email": ALEX, "name": "Alex Moreno", "type": "work", "messages": [message], **more}


def dana() -> dict[str, Any]:
    """An account without mail."""
    return {"email": DANA, "name": "Dana Ito", "type": "personal", "messages": []}
