"""Slows the reads of one account before Google refuses them; the counting is the library's.

Each process counts its own calls. It must never hold back a write: writes are only counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from prometheus_client import Counter, Histogram

from countersign.connectors.google.failures import LONGEST_WAIT_SECONDS
from countersign.settings import ServiceQuota

_USED = Histogram(
    "countersign_google_quota_used_percent",
    "Share of the account's quota used in its window, at each call.",
    ["service"],
    buckets=(20, 40, 60, 80, 90, 100),
)
_WAITED = Counter(
    "countersign_google_paced_seconds_total", "Time reads waited for room in the quota.", ["service"]
)

# A unit is free the moment after its window; the library counts it to the last.
_MOMENT_SECONDS: Final = 0.002


class Pace:
    """How much of each service's quota each account has used in this process."""

    def __init__(self, quotas: Mapping[str, ServiceQuota]) -> None:
        """Nothing used; a service without a line in `quotas` is not paced."""
        self._quotas = quotas
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._items = {
            service: RateLimitItemPerSecond(quota.units, quota.window_seconds)
            for service, quota in quotas.items()
        }

    async def take(self, service: str, account_id: UUID) -> float:
        """Zero, as soon as one more read fits the quota and is counted; or the seconds it would have to wait.

        It waits by itself unless room comes later than a wait may last (60 s): then nothing is counted.
        """
        quota = self._quotas.get(service)
        if quota is None:
            return 0
        started = time.time()
        while not await self._hit(service, account_id, quota.read_units):
            wait = await self._seconds_to_room(service, account_id)
            if time.time() - started + wait > LONGEST_WAIT_SECONDS:
                return wait
            await asyncio.sleep(wait)
        _WAITED.labels(service).inc(max(0.0, time.time() - started))
        _USED.labels(service).observe(await self.used_percent(service, account_id))
        return 0

    async def note_read(self, service: str, account_id: UUID) -> None:
        """Nothing; one read that must not wait is counted as far as there is room."""
        quota = self._quotas.get(service)
        if quota is not None:
            await self._hit(service, account_id, quota.read_units)

    async def note_write(self, service: str, account_id: UUID) -> None:
        """Nothing; one write is counted as far as there is room."""
        quota = self._quotas.get(service)
        if quota is not None:
            await self._hit(service, account_id, quota.write_units)

    async def used_percent(self, service: str, account_id: UUID) -> float:
        """Share of the quota used in the window that ends now, 0 to 100; 0 for a service that is not paced."""
        quota = self._quotas.get(service)
        if quota is None:
            return 0.0
        stats = await self._limiter.get_window_stats(self._items[service], service, str(account_id))
        return 100 * (quota.units - stats.remaining) / quota.units

    async def _hit(self, service: str, account_id: UUID, units: int) -> bool:
        return await self._limiter.hit(self._items[service], service, str(account_id), cost=units)

    async def _seconds_to_room(self, service: str, account_id: UUID) -> float:
        stats = await self._limiter.get_window_stats(self._items[service], service, str(account_id))
        return max(0.0, stats.reset_time - time.time()) + _MOMENT_SECONDS
