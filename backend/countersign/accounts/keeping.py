"""Storing what a consent yielded: a new account or the same one renewed, never two for one address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts import errors
from countersign.accounts.journal import note_change
from countersign.accounts.models import Account
from countersign.accounts.tokens import seal_tokens
from countersign.connectors.google.oauth import Identity, TokenGrant
from countersign.connectors.google.scopes import Ability, abilities_of, missing_scopes
from countersign.kit import clock
from countersign.kit.crypto import Keys
from countersign.kit.data_keys import cipher
from countersign.kit.ids import new_id

PROVIDER: Final = "google"
# Changes of one user's accounts go one after the other, so that exactly one is the default.
_ONE_AT_A_TIME: Final = text("SELECT 1 FROM users WHERE id = :user_id FOR NO KEY UPDATE")


CONNECTED_WORDS: Final = {
    "connected": "The account is connected.",
    "connected_partly": (
        "The account is connected, but not everything was allowed. "
        "Allow the rest under Accounts when you need it."
    ),
}
"""What happened and the way on, by code."""


@dataclass(frozen=True)
class NewGrant:
    """All that is needed to store an account."""

    account_type: Literal["personal", "work"]
    identity: Identity
    tokens: TokenGrant
    asked: tuple[str, ...]
    granted: tuple[str, ...]


@dataclass(frozen=True)
class Connected:
    """What connecting did. `missing` are asked scopes that were not granted; `is_new` is False for a reconnect."""

    account_id: UUID
    email: str
    granted: tuple[Ability, ...]
    missing: tuple[str, ...]
    is_new: bool

    @property
    def code(self) -> str:
        """`connected`, or `connected_partly` when something asked was not granted."""
        return "connected_partly" if self.missing else "connected"

    @property
    def message(self) -> str:
        """What happened and the way on, in words."""
        return CONNECTED_WORDS[self.code]


async def keep_grant(session: AsyncSession, keys: Keys, new: NewGrant) -> Connected:
    """The account stored with its tokens sealed, in the caller's transaction, with event and audit entry.

    The first account of a user becomes the default one. The same address again renews the same row.

    Raises:
        NothingGrantedError: no ability came out of it.
        NotLastingError: there is no refresh token, neither new nor kept.
    """
    granted = abilities_of(new.granted)
    if not granted:
        raise errors.NothingGrantedError
    await lock_accounts(session)
    found = await _find(session, new.identity.email)
    if new.tokens.refresh_token is None and (found is None or found.refresh_token is None):
        raise errors.NotLastingError
    account = found or await _new_account(session, new)
    scopes_before = list(account.scopes)
    was = account.state
    await _fill(session, keys, account, new)
    await session.flush()
    verb = "account.connected" if found is None or was == "disconnected" else "account.consent_changed"
    details = {"type": account.type, "scopes_before": scopes_before, "scopes_after": list(account.scopes)}
    note_change(session, keys, account, verb, details)
    missing = missing_scopes(new.asked, new.granted)
    return Connected(account.id, account.email, granted, missing, is_new=found is None)


async def lock_accounts(session: AsyncSession) -> None:
    """Wait until no other transaction changes this user's accounts; held until commit."""
    await session.execute(_ONE_AT_A_TIME, {"user_id": session.info["user_id"]})


async def has_default(session: AsyncSession) -> bool:
    """Whether one of the user's connected accounts is the default."""
    found = await session.scalar(
        select(Account.id).where(Account.is_default, Account.state != "disconnected").limit(1)
    )
    return found is not None


async def _find(session: AsyncSession, email: str) -> Account | None:
    found: Account | None = await session.scalar(
        select(Account).where(Account.provider == PROVIDER, Account.email == email.lower()).with_for_update()
    )
    return found


async def _new_account(session: AsyncSession, new: NewGrant) -> Account:
    account = Account(
        id=new_id(),
        user_id=session.info["user_id"],
        provider=PROVIDER,
        email=new.identity.email.lower(),
        name=new.identity.name,
        type=new.account_type,
        label="",
        is_default=False,
        state="healthy",
        sending=True,
        scopes=[],
        token_version=0,
    )
    session.add(account)
    return account


async def _fill(session: AsyncSession, keys: Keys, account: Account, new: NewGrant) -> None:
    now = await clock.now(session)
    user_cipher = await cipher(session, keys, account.user_id)
    account.is_default = account.is_default or not await has_default(session)
    account.type = new.account_type
    account.name = new.identity.name or account.name
    account.state = "healthy"
    account.state_reason = None
    account.scopes = list(new.granted)
    account.updated_at = now
    seal_tokens(user_cipher, account, new.tokens, now + timedelta(seconds=new.tokens.expires_in_seconds))
