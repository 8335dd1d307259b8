"""How long a card waits for a decision, and when its owner is reminded; it changes no row and knows no verb.

The clock of a card starts when it is asked, and again when the run comes back with a new version. Extending and
snoozing move its end, together at most `LONGEST`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.identity.models import User
from countersign.kit import clock

LONGEST = timedelta(days=14)
"""From the moment a card is asked; the database and the settings page hold the same figure."""

LAST_MINUTES = timedelta(minutes=5)
"""How long before the end the last reminder comes."""


@dataclass(frozen=True)
class CardClock:
    """When a card was asked, until when it can be decided or sleeps, and when its owner is reminded next."""

    asked_at: datetime
    expires_at: datetime
    remind_at: datetime | None
    snoozed_until: datetime | None = None

    def as_columns(self) -> dict[str, Any]:
        """The approval's columns of the same names; also the `clock` of its event."""
        return {
            "asked_at": self.asked_at,
            "expires_at": self.expires_at,
            "remind_at": self.remind_at,
            "snoozed_until": self.snoozed_until,
        }


async def started(session: AsyncSession, services: Services, *, in_batch: bool) -> CardClock:
    """The clock of a card asked now."""
    now = await clock.now(session)
    expires_at = now + await usual(session, services, in_batch=in_batch)
    return CardClock(now, expires_at, next_reminder(now, expires_at, after=now))


async def usual(session: AsyncSession, services: Services, *, in_batch: bool) -> timedelta:
    """How long the session's user has for a card unless it is extended: their own setting, else the installation's."""
    settings = services.settings
    column = User.batch_expiry_minutes if in_batch else User.approval_expiry_minutes
    own = await session.scalar(select(column).where(User.id == session.info["user_id"]))
    minutes = settings.batch_expiry_minutes if in_batch else settings.approval_expiry_minutes
    return timedelta(minutes=own or minutes)


def next_reminder(begun_at: datetime, expires_at: datetime, *, after: datetime) -> datetime | None:
    """The next of half time and five minutes before the end that lies after that moment; None when both are past."""
    times = (begun_at + (expires_at - begun_at) / 2, expires_at - LAST_MINUTES)
    return min((time for time in times if time > after), default=None)
