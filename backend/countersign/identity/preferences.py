"""How a person wants to be served: the time zone of their dates, and how long their cards wait for a decision.

Without a zone UTC is used, without a time the installation's.
Source of the names: the IANA time zone database, as this Python finds it (`zoneinfo`).
"""

from __future__ import annotations

from functools import cache
from typing import Literal
from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.audit import log as audit
from countersign.errors import InvalidError
from countersign.identity.models import User
from countersign.kit.crypto import Keys

ExpirySetting = Literal["approval_expiry_minutes", "batch_expiry_minutes"]
SHORTEST_EXPIRY_MINUTES = 5
LONGEST_EXPIRY_MINUTES = 14 * 24 * 60


async def set_time_zone(session: AsyncSession, keys: Keys, name: str | None) -> User:
    """The session's user with that IANA zone, None for UTC; audited when it changes, in the caller's transaction.

    Runs that are under way keep the zone they began with.

    Raises:
        InvalidError: there is no zone of that name; nothing was changed.
    """
    if name is not None and name not in _names():
        problem = "There is no time zone of this name."
        raise InvalidError(
            problem,
            action="Use a name of the IANA database, such as Europe/Berlin or UTC.",
            fields=[{"path": "/time_zone", "text": problem}],
        )
    return await _set(session, keys, "time_zone", name)


async def set_expiry(session: AsyncSession, keys: Keys, name: ExpirySetting, minutes: int | None) -> User:
    """The session's user with that time for cards asked from now on, None for the installation's; audited if changed.

    Raises:
        InvalidError: shorter than 5 minutes or longer than 14 days; nothing was changed.
    """
    if minutes is not None and not SHORTEST_EXPIRY_MINUTES <= minutes <= LONGEST_EXPIRY_MINUTES:
        problem = "A card waits for at least 5 minutes and at most 14 days."
        raise InvalidError(problem, fields=[{"path": f"/{name}", "text": problem}])
    return await _set(session, keys, name, minutes)


async def _set(session: AsyncSession, keys: Keys, name: str, value: str | int | None) -> User:
    user: User = await session.get_one(User, session.info["user_id"], with_for_update={"key_share": True})
    before = getattr(user, name)
    if before != value:
        setattr(user, name, value)
        details = {"before": {name: before}, "after": {name: value}}
        audit.record(session, keys, "user.settings_changed", details)
    return user


@cache
def _names() -> frozenset[str]:
    # Reading them walks the whole database on disk.
    return frozenset(available_timezones())
