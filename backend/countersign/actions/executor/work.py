"""One executor's hold on one action: its lease and fence, its attempt row, and the way to the provider.

Every statement here is a compare-and-set on the fence, so a holder that slept through its lease writes nothing.
No transaction is open while the provider is called.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.models import Account
from countersign.accounts.services import Services
from countersign.accounts.tokens import credentials
from countersign.actions import decisions, rows
from countersign.actions.catalogue import kind_of
from countersign.actions.models import Action, Attempt
from countersign.actions.types import Door, Kind, Token
from countersign.connectors.grant import Grant, Mint
from countersign.conversations import attachments
from countersign.kit import ids

Phase = Literal["staging", "armed_before", "armed_during", "armed_after", "receipt"]
_CALLED: tuple[Phase, ...] = ("armed_during", "armed_after")
LONGEST_WAIT_SECONDS = 15
"""Between two looks at a provider that gives no answer: well inside the minute in which an action must end."""


@dataclass(frozen=True)
class Work:
    """An action held under `action.fence` until `action.lease_until`, and the number of this attempt."""

    services: Services
    user_id: UUID
    mint: Mint
    action: Action
    n: int

    @property
    def kind(self) -> Kind:
        """What kind of action it is."""
        return kind_of(self.action.kind)

    @property
    def token(self) -> Token:
        """Marker, handle and cursor as the row holds them."""
        token = stored_token(self.action)
        if token is None:
            raise rows.MovedOnError(self.action.id)
        return token

    def grant(self) -> Grant:
        """Leave to write, from the decision that was checked a moment ago; lives as long as the lease."""
        if self.action.decision_id is None:
            raise rows.MovedOnError(self.action.id)
        return self.mint(
            action_id=self.action.id,
            decision_id=self.action.decision_id,
            account_id=self.action.account_id,
            digest=self.action.digest,
            kind=self.action.kind,
            life_seconds=float(self.services.settings.action_lease_seconds),
        )

    async def door(self, grant: Grant | None = None) -> Door:
        """The way to the account's provider; with a grant also for writing."""
        return await door_of(self.services, self.action, grant)

    async def held(self, session: AsyncSession, **values: Any) -> Work:
        """This work with its lease renewed and these columns set.

        Raises:
            MovedOnError: the lease was lost to somebody else; nothing was written.
        """
        changed = await rows.change(session, self.action, lease_until=lease_end(self.services), **values)
        return replace(self, action=changed)

    async def in_phase(self, session: AsyncSession, phase: Phase, **values: Any) -> None:
        """The attempt row says how far this attempt is."""
        statement = update(Attempt).where(Attempt.action_id == self.action.id, Attempt.n == self.n)
        await session.execute(statement.values(phase=phase, **values))

    async def ended(self, session: AsyncSession, status: str, evidence: dict[str, Any] | None = None) -> None:
        """The attempt row is closed with that status; what it knew stays when nothing new is given."""
        statement = update(Attempt).where(Attempt.action_id == self.action.id, Attempt.n == self.n)
        known = {"evidence": evidence} if evidence is not None else {}
        await session.execute(statement.values(status=status, ended=func.app_now(), **known))


def stored_token(action: Action) -> Token | None:
    """Marker, handle and cursor as the row holds them; None before the first execution of this version."""
    stored = action.provider_token or {}
    if "marker" not in stored:
        return None
    return Token(
        marker=stored["marker"],
        old_markers=tuple(stored.get("old_markers", ())),
        is_fresh=bool(stored.get("is_fresh")),
        handle=stored.get("handle", {}),
        cursor=action.cursor or {},
        pre_image=action.pre_image or {},
    )


async def door_of(services: Services, action: Action, grant: Grant | None = None) -> Door:
    """The way to the provider of that action's account.

    Raises:
        NeedsReconnect: Google no longer accepts the account's grant.
    """
    access = await credentials(services, action.user_id, action.account_id)
    return Door(services.google, access, grant, partial(_uploaded, services, action.user_id))


async def _uploaded(services: Services, user_id: UUID, upload_id: str) -> bytes:
    async with services.db.session(user_id) as session:
        return await attachments.content(session, services.keys, ids.from_public("att", upload_id))


def lease_end(services: Services, after_seconds: int = 0) -> ColumnElement[datetime]:
    """SQL for when a lease taken now ends; with `after_seconds`, when a pause begun now does."""
    seconds = after_seconds or services.settings.action_lease_seconds
    return func.app_now() + timedelta(seconds=seconds)


def looking_seconds(services: Services) -> float:
    """How long a look at the provider may take: it ends well before the lease does."""
    return services.settings.action_lease_seconds * 5 / 6


async def park(work: Work, reason: str, *, wait_seconds: int, **values: Any) -> None:
    """Let go of the action for a while: the scan finds it again when the pause is over."""
    async with work.services.db.session(work.user_id) as session:
        await rows.change(session, work.action, lease_until=lease_end(work.services, wait_seconds), **values)
        await work.ended(session, "unknown", {"reason": reason})


def pause_seconds(n: int, asked_seconds: int | None = None) -> int:
    """How long to wait after the nth attempt without an answer: 1, 2, 4, 8, then 15 s, or what the provider asks."""
    planned: int = min(2 ** min(n, 10) // 2, LONGEST_WAIT_SECONDS)
    return max(planned, min(asked_seconds or 0, LONGEST_WAIT_SECONDS), 1)


async def switched_off(session: AsyncSession, services: Services, action: Action) -> str | None:
    """Why nothing may leave this account now, in words, or None."""
    if not services.settings.sending:
        return "Sending is switched off for this installation."
    account = await session.get(Account, action.account_id, populate_existing=True)
    if account is None or account.state == "disconnected":
        return "The account is no longer connected."
    if not account.sending or account.state == "paused":
        return "Sending is switched off for this account."
    if account.state == "needs_reconnect":
        return "The account has to be connected again before anything can be sent."
    return None


async def is_disconnected(session: AsyncSession, action: Action) -> bool:
    """Whether nobody can read or write the action's account any more."""
    account = await session.get(Account, action.account_id, populate_existing=True)
    return account is None or account.state == "disconnected"


async def was_called(session: AsyncSession, action: Action, *, before: int | None = None) -> bool:
    """Whether an attempt of this action (with a number below `before`) announced its call to the provider."""
    statement = select(Attempt.n).where(Attempt.action_id == action.id, Attempt.phase.in_(_CALLED)).limit(1)
    if before is not None:
        statement = statement.where(Attempt.n < before)
    return (await session.scalars(statement)).first() is not None


async def refusal(session: AsyncSession, services: Services, action: Action) -> decisions.Refusal | None:
    """Our own check of the decision against the row as it is; None when it holds."""
    return await decisions.check(session, services.keys, action)


ATTEMPTS_LOST = text(
    "UPDATE attempts SET status = 'lost', ended = app_now() WHERE action_id = :id AND status = 'running'"
)
