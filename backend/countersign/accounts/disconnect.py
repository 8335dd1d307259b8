"""Disconnecting: the permission is taken back at Google and the tokens are deleted; the row stays for history."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.journal import note_change
from countersign.accounts.keeping import lock_accounts
from countersign.accounts.models import Account
from countersign.accounts.services import Services
from countersign.accounts.tokens import open_token
from countersign.connectors.errors import ProviderUnknown
from countersign.errors import NotFoundError
from countersign.kit.data_keys import cipher

_log = structlog.get_logger()


@dataclass(frozen=True)
class Disconnected:
    """What disconnecting did. `is_revoked` is False when Google did not confirm that the permission is gone."""

    account_id: UUID
    is_revoked: bool

    @property
    def message(self) -> str:
        """What happened and what remains to do, in words."""
        if self.is_revoked:
            return "The account is disconnected and the permission is taken back at Google."
        return (
            "The account is disconnected and its tokens are deleted here, but Google did not confirm that the "
            "permission is gone. Remove Countersign under myaccount.google.com/permissions."
        )


async def disconnect(services: Services, user_id: UUID, account_id: UUID) -> Disconnected:
    """The account stopped at once, revoked at Google, its tokens deleted. Idempotent; finishes an interrupted one.

    Opens its own transactions: call it with none open.

    Raises:
        NotFoundError: no such account of this user.
    """
    token = await _stop(services, user_id, account_id)
    is_revoked = True
    if token is not None:
        try:
            await services.oauth.revoke(token)
        except ProviderUnknown as unknown:
            is_revoked = False
            _log.warning("accounts.revoke_failed", account_id=str(account_id), reason=unknown.reason)
    await _forget(services, user_id, account_id)
    return Disconnected(account_id, is_revoked)


async def _stop(services: Services, user_id: UUID, account_id: UUID) -> str | None:
    """The token to revoke, or None; nobody uses the account from here on."""
    async with services.db.session(user_id) as session:
        await lock_accounts(session)
        account = await session.get(Account, account_id, with_for_update=True)
        if account is None:
            raise NotFoundError("There is no such account.")
        user_cipher = await cipher(session, services.keys, user_id)
        token = open_token(user_cipher, account_id, "refresh_token", account.refresh_token)
        if account.state != "disconnected":
            account.state = "disconnected"
            account.state_reason = None
            account.is_default = False
            account.token_version += 1
            await session.flush()
            await _choose_default(session)
            details = {"scopes_before": list(account.scopes), "scopes_after": []}
            note_change(session, services.keys, account, "account.disconnected", details)
        return token


async def _forget(services: Services, user_id: UUID, account_id: UUID) -> None:
    async with services.db.session(user_id) as session:
        await session.execute(
            update(Account)
            .where(Account.id == account_id, Account.state == "disconnected")
            .values(
                access_token=None,
                refresh_token=None,
                access_expires_at=None,
                scopes=[],
                updated_at=func.app_now(),
            )
        )


async def _choose_default(session: AsyncSession) -> None:
    """Another account becomes the default one when none is: the oldest that is not disconnected."""
    rest = list(
        await session.scalars(
            select(Account)
            .where(Account.state != "disconnected")
            .order_by(Account.is_default.desc(), Account.created_at, Account.id)
        )
    )
    if rest:
        rest[0].is_default = True
