"""What a handler receives (`Call`) and what a handler is.

Must not know any service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workspace_sandbox.kernel.errors import GoogleError
from workspace_sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Call:
    """One checked request as a handler sees it; its open transaction commits when the handler returns.

    Attributes:
        store: the database, `store.now()` is the clock.
        method_id: Google's id, for example `gmail.users.messages.get`.
        account: the address that the token belongs to; a `userId` of someone else never reaches a handler.
        scopes: the scopes of the token.
        params: path and query parameters typed by the discovery document (int, bool, str, list when repeated),
            defaults filled in; `userId` is always the address.
        body: the request body, checked against its schema, {} when empty; None when the method takes none.
        media: the uploaded bytes, or None.
        media_type: their content type without parameters, for example `message/rfc822`.
        now: the moment of this request, aware, in UTC.
        if_match: the If-Match header, or None.
        notes: what the ledger shows beside body and result; add with `note`.
    """

    store: Store
    method_id: str
    account: str
    scopes: frozenset[str]
    params: dict[str, Any]
    body: dict[str, Any] | None
    media: bytes | None
    media_type: str | None
    now: datetime
    if_match: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def note(self, **facts: object) -> None:
        """Add JSON facts to this request's ledger entry, for example the bytes that `drafts.send` sent."""
        self.notes.update(facts)

    def require_etag(self, current: str) -> None:
        """Refuse with 412 when the caller named another version in If-Match.

        Source: https://developers.google.com/workspace/calendar/api/guides/version-resources
        """
        if self.if_match is not None and self.if_match not in {"*", current}:
            raise GoogleError(412, "conditionNotMet", "Precondition Failed", location="If-Match")


Handler = Callable[[Call], dict[str, Any] | None]
Handlers = Mapping[str, Handler]
