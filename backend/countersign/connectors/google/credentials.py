"""A live access token of one account, replaced once when Google refuses it; it stores nothing.

The room that owns tokens (`accounts`) gives the renewal in; the connector only knows when to ask for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token and which of the account's tokens it is; its text stays out of any repr."""

    value: str = field(repr=False)
    version: int = 0


class Credentials:
    """What a reader or writer acts with: one account and its current token."""

    def __init__(
        self,
        account_id: UUID,
        token: AccessToken,
        renew: Callable[[AccessToken], Awaitable[AccessToken]],
    ) -> None:
        """`renew` answers a newer token than the refused one, or raises `NeedsReconnect`."""
        self.account_id = account_id
        self._token = token
        self._renew = renew

    @property
    def token(self) -> AccessToken:
        """The token to send now."""
        return self._token

    async def renewed(self, refused: AccessToken) -> AccessToken:
        """A token other than the refused one; asks only if no other call has renewed it meanwhile.

        Raises:
            NeedsReconnect: Google no longer accepts the account's grant.
        """
        if self._token is refused:
            newer = await self._renew(refused)
            if self._token is refused:
                self._token = newer
        return self._token
