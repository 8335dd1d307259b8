"""What a change of an account leaves behind: one event and one audit entry, in the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.models import Account
from countersign.audit import log as audit
from countersign.events import log as events
from countersign.events.shapes import AccountStatus
from countersign.kit.crypto import Keys


def note_change(
    session: AsyncSession,
    keys: Keys,
    account: Account,
    verb: str,
    details: dict[str, Any],
    *,
    actor: str = "user",
) -> None:
    """Collect `account.status` and the audit entry; written when the transaction commits."""
    status = AccountStatus.model_validate(
        {"account_id": account.id, "state": account.state, "scopes": list(account.scopes)}
    )
    events.append(session, "account.status", status)
    audit.record(session, keys, verb, details, actor=actor, about=audit.Subject(account_id=account.id))
