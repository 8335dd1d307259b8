"""How many requests a person, and how many sign-ins a network address, may make in an hour; it knows no route.

Each api process counts for itself. An hour begins with the first request and ends all at once, so the wait that a
refusal names is exact; around that moment twice the figure may come. Source: limits 5.8, "Fixed Window".
"""

from __future__ import annotations

import math
import time
from ipaddress import ip_address, ip_network
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from limits import RateLimitItemPerHour
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from countersign.errors import TooManyError
from countersign.settings import Settings

# One customer has at least a /64, so single addresses of it count nothing. Source: RFC 6177 section 2.
_IPV6_PREFIX = 64
_NOWHERE = "unknown"


class RequestLimitError(TooManyError):
    """More requests in an hour than this person, or this network address, may make; nothing was changed."""

    code = "request_limit"
    action = "Wait as long as `retry_after` says, then go on."


class RequestLimits:
    """The counters of this process."""

    def __init__(self, settings: Settings) -> None:
        """Start with nothing counted."""
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerHour(settings.requests_per_hour, namespace="requests")
        self._sign_ins = RateLimitItemPerHour(settings.sign_ins_per_hour, namespace="sign_ins")

    async def count_request(self, user_id: UUID) -> None:
        """One more request of this person.

        Raises:
            RequestLimitError: the person had all of this hour's.
        """
        await self._count(self._requests, str(user_id), "You have made")

    async def count_sign_in(self, ip: str | None) -> None:
        """One more login or registration from this address; those that name no address share one count.

        Raises:
            RequestLimitError: the address had all of this hour's.
        """
        await self._count(self._sign_ins, network_of(ip), "Your network has tried to sign in with")

    async def _count(self, item: RateLimitItemPerHour, who: str, begin: str) -> None:
        if await self._limiter.hit(item, who):
            return
        ends_at, _ = await self._limiter.get_window_stats(item, who)
        wait_seconds = max(1, math.ceil(ends_at - time.time()))
        msg = f"{begin} more than {item.amount} requests within an hour."
        raise RequestLimitError(msg, retry_after_seconds=wait_seconds, limit=item.amount)


def network_of(ip: str | None) -> str:
    """What counts as one address: an IPv4 address, the /64 of an IPv6 address, or `unknown`."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return _NOWHERE
    if address.version == 4:
        return str(address)
    return str(ip_network((int(address), _IPV6_PREFIX), strict=False))


def limits_of(request: Request) -> RequestLimits:
    """The counters of this process."""
    limits: RequestLimits = request.app.state.limits
    return limits


LimitsDep = Annotated[RequestLimits, Depends(limits_of)]


async def sign_in_counted(request: Request, limits: LimitsDep) -> None:
    """Return after counting one sign-in of the caller's address.

    Raises:
        RequestLimitError: the address had all of this hour's.
    """
    await limits.count_sign_in(request.client.host if request.client else None)


CountedSignInDep = Annotated[None, Depends(sign_in_counted)]
