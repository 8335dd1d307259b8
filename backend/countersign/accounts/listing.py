"""The accounts of a user: read, named, chosen for a request; no token is opened here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.errors import AmbiguousAccountError, NoAccountError
from countersign.accounts.journal import note_change
from countersign.accounts.keeping import lock_accounts
from countersign.accounts.models import Account
from countersign.connectors.google.scopes import ABILITIES, WORDS, Ability, abilities_of
from countersign.errors import ConflictError, InvalidError, NotFoundError
from countersign.kit.crypto import Keys
from countersign.kit.ids import to_public

LONGEST_LABEL = 60

_InUse = Literal["healthy", "paused"]
_VERBS: dict[_InUse, str] = {"healthy": "resumed", "paused": "paused"}


@dataclass(frozen=True)
class AbilityState:
    """One ability of an account in plain words, and whether it was granted."""

    ability: Ability
    words: str
    why: str
    is_granted: bool


def abilities(account: Account) -> list[AbilityState]:
    """Every ability there is, with whether this account has it."""
    granted = abilities_of(account.scopes)
    return [
        AbilityState(ability, WORDS[ability].words, WORDS[ability].why, ability in granted)
        for ability in ABILITIES
    ]


async def list_accounts(session: AsyncSession) -> list[Account]:
    """The user's accounts but disconnected ones: default first, then oldest first."""
    found = await session.scalars(
        select(Account)
        .where(Account.state != "disconnected")
        .order_by(Account.is_default.desc(), Account.created_at, Account.id)
    )
    return list(found)


async def get_account(session: AsyncSession, account_id: UUID) -> Account:
    """The user's account, also a disconnected one.

    Raises:
        NotFoundError: none of this user has that id.
    """
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFoundError("There is no such account.")
    return account


async def relabel(
    session: AsyncSession,
    keys: Keys,
    account_id: UUID,
    *,
    label: str | None = None,
    account_type: Literal["personal", "work"] | None = None,
) -> Account:
    """The account under its new label or type; an empty label takes it away. What is None stays.

    Raises:
        NotFoundError: none of this user has that id.
        InvalidError: the label is longer than 60 characters.
    """
    if label is not None and len(label.strip()) > LONGEST_LABEL:
        raise InvalidError(f"A label has at most {LONGEST_LABEL} characters.", field="label")
    account = await get_account(session, account_id)
    before = {"label": account.label, "type": account.type}
    account.label = account.label if label is None else label.strip()
    account.type = account_type or account.type
    after = {"label": account.label, "type": account.type}
    if before != after:
        note_change(session, keys, account, "account.relabelled", {"before": before, "after": after})
    return account


async def make_default(session: AsyncSession, keys: Keys, account_id: UUID) -> Account:
    """The account as the one used when a request names none; idempotent.

    Raises:
        NotFoundError: no connected account of this user has that id.
    """
    await lock_accounts(session)
    account = await get_account(session, account_id)
    if account.state == "disconnected":
        raise NotFoundError("There is no such account.")
    if not account.is_default:
        await session.execute(update(Account).where(Account.id != account_id).values(is_default=False))
        account.is_default = True
        account.updated_at = func.app_now()
        await session.flush()
        await session.refresh(account)
        note_change(session, keys, account, "account.made_default", {})
    return account


async def switch_sending(session: AsyncSession, keys: Keys, account_id: UUID, *, is_on: bool) -> Account:
    """The account with sending on or off; idempotent.

    While it is off, approved actions that have not begun come back to their cards when their time is there, and one
    whose attempt may have reached Google waits.

    Raises:
        NotFoundError: no connected account of this user has that id.
    """
    account = await _connected(session, account_id)
    if account.sending != is_on:
        account.sending = is_on
        note_change(session, keys, account, "account.sending_switched", {"before": not is_on, "after": is_on})
    return account


async def pause(session: AsyncSession, keys: Keys, account_id: UUID) -> Account:
    """The account at rest: nothing is read or written with it until it is resumed; idempotent.

    Raises:
        NotFoundError: no connected account of this user has that id.
        ConflictError: it waits to be reconnected.
    """
    return await _move(session, keys, account_id, "healthy", "paused")


async def resume(session: AsyncSession, keys: Keys, account_id: UUID) -> Account:
    """The account in use again; idempotent.

    Raises:
        NotFoundError: no connected account of this user has that id.
        ConflictError: it waits to be reconnected.
    """
    return await _move(session, keys, account_id, "paused", "healthy")


async def of_request(session: AsyncSession, hint: str | None) -> Account:
    """The account a request means: by address, label, name of the type (`work`), else the default one.

    Raises:
        NoAccountError: there is none, or none that fits the hint.
        AmbiguousAccountError: the hint fits several.
    """
    accounts = await list_accounts(session)
    if not accounts:
        raise NoAccountError("No account is connected.")
    if not hint or not hint.strip():
        return accounts[0]
    wanted = hint.strip().casefold()
    for names in (_address, _label, _type):
        fitting = [account for account in accounts if names(account) == wanted]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            ids = [to_public("acc", account.id) for account in fitting]
            raise AmbiguousAccountError("More than one account fits.", account_ids=ids)
    raise NoAccountError("No connected account fits that.")


async def _connected(session: AsyncSession, account_id: UUID) -> Account:
    account = await session.get(Account, account_id, with_for_update=True)
    if account is None or account.state == "disconnected":
        raise NotFoundError("There is no such account.")
    return account


async def _move(
    session: AsyncSession, keys: Keys, account_id: UUID, before: _InUse, after: _InUse
) -> Account:
    account = await _connected(session, account_id)
    if account.state not in (before, after):
        raise ConflictError(
            "This account has to be connected again first.", action="Choose Reconnect under Accounts."
        )
    if account.state == before:
        account.state = after
        details = {"scopes": list(account.scopes)}
        note_change(session, keys, account, f"account.{_VERBS[after]}", details)
    return account


def _address(account: Account) -> str:
    return account.email.casefold()


def _label(account: Account) -> str:
    return account.label.casefold()


def _type(account: Account) -> str:
    return account.type
