"""A mail that arrives from outside the sandbox, given as bytes or as plain values.

Must not send anything: it only puts mail into local mailboxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace_sandbox.gmail import delivery as gmail_delivery
from workspace_sandbox.gmail import seed as gmail_seed
from workspace_sandbox.store import Store


def deliver(store: Store, given: Mapping[str, Any]) -> dict[str, Any]:
    """`{"delivered": [{"account", "id", "thread_id"}]}`, one for each local account among the recipients.

    Takes `{"raw": base64url RFC 5322}` or a message in the shape of the seed (`from`, `to`, `subject`, `text`, ...),
    and optionally `recipients`, the addresses on the envelope (default: To, Cc and Bcc of the mail).

    Raises:
        ValueError: when nobody who lives here receives it.
    """
    message = {name: value for name, value in given.items() if name != "recipients"}
    raw = gmail_seed.compose_message(store, message)
    copies = gmail_delivery.deliver(store, raw, to=given.get("recipients"))
    if not copies:
        raise ValueError("None of the recipients lives in this sandbox")
    return {"delivered": [{"account": c.account, "id": c.id, "thread_id": c.thread_id} for c in copies]}


def outbox(store: Store, account: str | None) -> list[dict[str, str]]:
    """What left for addresses that do not live here, of one account or of all, oldest first by account."""
    accounts = [account] if account else [row["email"] for row in store.all("SELECT email FROM accounts")]
    return [
        {"account": email, **entry} for email in accounts for entry in gmail_delivery.outbox(store, email)
    ]
