"""Live access tokens of connected accounts: opened, renewed in time and once, parked when Google says no.

No transaction is open while Google is asked. A renewal is one flight per account and token version in this process;
between processes a compare-and-set on `token_version` decides whose tokens stay.
Renewed five minutes before expiry, so that no call starts with a token that ends under it. Source: RFC 6749 section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.errors import AccountPausedError
from countersign.accounts.journal import note_change
from countersign.accounts.models import ACCOUNTS_TABLE, Account
from countersign.accounts.services import Services
from countersign.connectors.errors import NeedsReconnect, ProviderUnknown, TokenRefused
from countersign.connectors.google.credentials import AccessToken, Credentials
from countersign.connectors.google.oauth import TokenGrant
from countersign.errors import NotFoundError
from countersign.kit import clock
from countersign.kit.crypto import UserCipher
from countersign.kit.data_keys import cipher
from countersign.kit.ids import to_public

RENEW_BEFORE_EXPIRY: Final = timedelta(minutes=5)
# Tokens are padded to a multiple of this many bytes before sealing, so a ciphertext does not tell which kind it is.
_PADDED_TO: Final = 128


@dataclass(frozen=True)
class _Stored:
    """An account's tokens at one moment; `now` is the database's time then."""

    version: int
    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None
    now: datetime

    @property
    def token(self) -> AccessToken | None:
        """The access token while Google still accepts it by its age."""
        if self.access_token is None or self.expires_at is None or self.now >= self.expires_at:
            return None
        return AccessToken(self.access_token, self.version)

    @property
    def is_fresh(self) -> bool:
        """Whether it is good for longer than the time in which it is renewed."""
        return (
            self.token is not None
            and self.expires_at is not None
            and (self.now < self.expires_at - RENEW_BEFORE_EXPIRY)
        )


async def credentials(services: Services, user_id: UUID, account_id: UUID) -> Credentials:
    """What a reader or writer acts with, its token good for five minutes or more.

    Opens and closes its own transactions: call it with none open. When a renewal fails and the old token has not
    ended, that one is used.

    Raises:
        NotFoundError: no such account of this user.
        NeedsReconnect: the permission ended, or the account is disconnected; no call is made for a parked account.
        AccountPausedError: its owner paused it.
        ProviderUnknown, TokenRefused: it had to be renewed and could not be.
    """
    stored = await _stored(services, user_id, account_id)
    token = stored.token if stored.is_fresh else None
    if token is None:
        try:
            token = await _renewed(services, user_id, account_id, stored.version)
        except (ProviderUnknown, TokenRefused):
            if stored.token is None:
                raise
            token = stored.token
    return Credentials(account_id, token, partial(_replace, services, user_id, account_id))


def seal_tokens(user_cipher: UserCipher, account: Account, grant: TokenGrant, expires_at: datetime) -> None:
    """Put the grant's tokens, sealed, into the row and raise its version; a missing refresh token keeps the old one."""
    account.access_token = _sealed(user_cipher, account.id, "access_token", grant.access_token)
    account.access_expires_at = expires_at
    account.token_version += 1
    if grant.refresh_token is not None:
        account.refresh_token = _sealed(user_cipher, account.id, "refresh_token", grant.refresh_token)


def open_token(user_cipher: UserCipher, account_id: UUID, column: str, sealed: bytes | None) -> str | None:
    """The token in that column, or None when it is empty."""
    if sealed is None:
        return None
    return user_cipher.open(sealed, ACCOUNTS_TABLE, str(account_id), column).rstrip(b"\0").decode("ascii")


async def _replace(services: Services, user_id: UUID, account_id: UUID, refused: AccessToken) -> AccessToken:
    return await _renewed(services, user_id, account_id, refused.version)


async def _renewed(services: Services, user_id: UUID, account_id: UUID, version: int) -> AccessToken:
    return await services.renewals.join(
        (account_id, version), partial(_renew, services, user_id, account_id, version)
    )


async def _renew(services: Services, user_id: UUID, account_id: UUID, version: int) -> AccessToken:
    """A token newer than `version`: another process's when it was quicker, else asked for now."""
    stored = await _stored(services, user_id, account_id)
    if stored.version != version and stored.token is not None:
        return stored.token
    if stored.refresh_token is None:
        raise NeedsReconnect(account_id=to_public("acc", account_id))
    try:
        grant = await services.oauth.refresh(stored.refresh_token)
    except TokenRefused as refused:
        if refused.reason != "invalid_grant":
            raise
        await _park(services, user_id, account_id, stored.version)
        raise NeedsReconnect(account_id=to_public("acc", account_id)) from None
    return await _keep(services, user_id, account_id, stored.version, grant)


async def _keep(
    services: Services, user_id: UUID, account_id: UUID, version: int, grant: TokenGrant
) -> AccessToken:
    async with services.db.session(user_id) as session:
        account = await session.scalar(
            select(Account)
            .where(Account.id == account_id, Account.token_version == version)
            .with_for_update()
        )
        if account is not None and account.refresh_token is not None:
            now = await clock.now(session)
            user_cipher = await cipher(session, services.keys, user_id)
            seal_tokens(user_cipher, account, grant, now + timedelta(seconds=grant.expires_in_seconds))
            account.updated_at = now
            return AccessToken(grant.access_token, account.token_version)
    token = (await _stored(services, user_id, account_id)).token
    if token is None:
        raise NeedsReconnect(account_id=to_public("acc", account_id))
    return token


async def _park(services: Services, user_id: UUID, account_id: UUID, version: int) -> None:
    """The account waits for its owner, once, however many calls found out at the same time."""
    async with services.db.session(user_id) as session:
        account = await session.scalar(
            update(Account)
            .where(Account.id == account_id, Account.token_version == version, Account.state == "healthy")
            .values(
                state="needs_reconnect",
                state_reason="revoked",
                access_token=None,
                refresh_token=None,
                access_expires_at=None,
                token_version=Account.token_version + 1,
                updated_at=func.app_now(),
            )
            .returning(Account)
        )
        if account is not None:
            details = {"reason": "revoked", "scopes": list(account.scopes)}
            note_change(session, services.keys, account, "account.needs_reconnect", details, actor="google")


async def _stored(services: Services, user_id: UUID, account_id: UUID) -> _Stored:
    async with services.db.session(user_id) as session:
        account = _usable(await session.get(Account, account_id), account_id)
        return await _open(session, services, account)


def _usable(account: Account | None, account_id: UUID) -> Account:
    if account is None:
        raise NotFoundError("There is no such account.")
    public_id = to_public("acc", account_id)
    if account.state == "paused":
        raise AccountPausedError("This account is paused.", account_id=public_id)
    if account.state == "disconnected":
        raise NeedsReconnect("This account is disconnected.", account_id=public_id)
    if account.state == "needs_reconnect":
        raise NeedsReconnect(account_id=public_id)
    return account


async def _open(session: AsyncSession, services: Services, account: Account) -> _Stored:
    user_cipher = await cipher(session, services.keys, account.user_id)
    return _Stored(
        version=account.token_version,
        access_token=open_token(user_cipher, account.id, "access_token", account.access_token),
        refresh_token=open_token(user_cipher, account.id, "refresh_token", account.refresh_token),
        expires_at=account.access_expires_at,
        now=await clock.now(session),
    )


def _sealed(user_cipher: UserCipher, account_id: UUID, column: str, token: str) -> bytes:
    plain = token.encode("ascii")
    padded = plain.ljust(-(-len(plain) // _PADDED_TO) * _PADDED_TO, b"\0")
    return user_cipher.seal(padded, ACCOUNTS_TABLE, str(account_id), column)
