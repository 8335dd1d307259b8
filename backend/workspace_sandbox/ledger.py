"""The ledger: every state-changing request, written in the same commit as its effect.

It is the oracle of crash tests, so it must never be written after the effect, and never be cut short.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from workspace_sandbox.store import Store


@dataclass(slots=True)
class Entry:
    """One request on its way into the ledger; filled in as the checks pass.

    Attributes:
        request_id: also in the response, header `X-Sandbox-Request-Id`.
        method_id: Google's method id, or `oauth2.token`, `oauth2.revoke`, `oauth2.authorize`, `oauth2.decide`,
            `sandbox.unsubscribe`.
        notes: facts added by the handler with `Call.note`.
        fault: words for the fault that was injected, or None.
    """

    request_id: str
    method_id: str
    fault: str | None = None
    account: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    media: bytes | None = None
    notes: dict[str, Any] = field(default_factory=dict)


def record(store: Store, entry: Entry, *, status: int, result: object) -> None:
    """Append `entry` inside the open transaction, so that it commits with the effect or not at all.

    Args:
        store: the database.
        entry: what was asked.
        status: the HTTP status of the answer, before any fault replaced it.
        result: the whole answer as JSON, unmasked, or None.
    """
    store.execute(
        "INSERT INTO ledger (request_id, at, account, method_id, params, body, media, status, result, notes, fault)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.request_id,
            store.now().isoformat(),
            entry.account,
            entry.method_id,
            json.dumps(entry.params),
            None if entry.body is None else json.dumps(entry.body),
            None if entry.media is None else base64.urlsafe_b64encode(entry.media).decode(),
            status,
            None if result is None else json.dumps(result),
            json.dumps(entry.notes),
            entry.fault,
        ),
    )


def read(
    store: Store, *, after: int = 0, account: str | None = None, method: str | None = None
) -> list[dict[str, Any]]:
    """The entries after sequence number `after` in order, optionally of one account or a method pattern (`*.send`).

    Each is `{"seq", "request_id", "at" (ISO 8601, UTC), "account", "method_id", "params", "body", "media" (base64url),
    "status", "ok" (whether it took effect), "result", "notes", "fault"}`.
    """
    rows = store.all(
        "SELECT * FROM ledger WHERE seq > ? AND method_id GLOB ? AND (? IS NULL OR account = ?) ORDER BY seq",
        (after, method or "*", account, account),
    )
    return [_entry(dict(row)) for row in rows]


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("params", "body", "result", "notes"):
        row[name] = None if row[name] is None else json.loads(row[name])
    row["ok"] = row["status"] < 400
    return row
