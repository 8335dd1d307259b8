"""How a person wants to be served: so far the time zone in which their dates are read and written.

Without one UTC is used. Source of the names: the IANA time zone database, as this Python finds it (`zoneinfo`).
"""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.audit import log as audit
from countersign.errors import InvalidError
from countersign.identity.models import User
from countersign.kit.crypto import Keys


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
    user: User = await session.get_one(User, session.info["user_id"], with_for_update={"key_share": True})
    if user.time_zone != name:
        details = {"before": {"time_zone": user.time_zone}, "after": {"time_zone": name}}
        user.time_zone = name
        audit.record(session, keys, "user.settings_changed", details)
    return user


@cache
def _names() -> frozenset[str]:
    # Reading them walks the whole database on disk.
    return frozenset(available_timezones())
