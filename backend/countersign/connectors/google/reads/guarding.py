"""The one door every waiting read goes through: daily quota, breaker, pace, and what each call's outcome means.

It must not see writes (only their number) nor the executor's looks: the evidence whether a mail was sent never waits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar
from uuid import UUID
from weakref import WeakSet

import structlog
from prometheus_client import Counter, Gauge

from countersign.connectors.errors import DailyQuotaUsed, ProviderUnknown, ReadsHeldBack
from countersign.connectors.google.failures import DAILY_QUOTA_REASONS
from countersign.connectors.google.reads.breaker import Breaker, BreakerTerms, Entry, State
from countersign.connectors.google.reads.daily import next_reset
from countersign.connectors.google.reads.pacing import Pace
from countersign.errors import CountersignError
from countersign.settings import Settings

T = TypeVar("T")
Place = tuple[str, UUID]

_log = structlog.get_logger()
_READS = Counter(
    "countersign_google_reads_total",
    "Reads by how each call ended: answered, refused, failed, held_back.",
    ["service", "outcome"],
)
_RETRIES = Counter("countersign_google_read_retries_total", "Further tries of reads.", ["service"])
_BREAKERS = Gauge(
    "countersign_google_breakers", "Breakers of accounts that are not closed.", ["service", "state"]
)
# Above so many accounts, what holds nothing is forgotten; a breaker with a full window takes a few kilobytes.
_KEPT_BREAKERS: Final = 1_000


class ReadGuard:
    """Pace, breakers and daily quotas of this process, by service and account."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        google_time: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Everything closed and unused. `google_time` is real time: Google's day does not move with ours."""
        self.pace = Pace(settings.google_quotas)
        self._watched = frozenset(settings.google_quotas)
        self._terms = BreakerTerms(
            settings.breaker_failure_percent,
            settings.breaker_min_calls,
            settings.breaker_window_seconds,
            settings.breaker_open_seconds,
        )
        self._clock = clock
        self._google_time = google_time
        self._breakers: dict[Place, Breaker] = {}
        self._used_up_until: dict[Place, datetime] = {}
        _guards.add(self)
        for service in self._watched:
            for state in _NOT_CLOSED:
                _BREAKERS.labels(service, state).set_function(partial(_count, service, state))

    @contextmanager
    def entered(self, service: str, account_id: UUID) -> Iterator[Admitted]:
        """Leave for one read and its further tries; a service without a quota line is not watched.

        Raises:
            DailyQuotaUsed: the account's daily quota of that service is used up; nothing was asked.
            ReadsHeldBack: the breaker is open; nothing was asked.
        """
        place = (service, account_id)
        if service not in self._watched:
            yield Admitted(self, place, None)
            return
        self._check_day(place)
        breaker = self._breaker(place)
        entry = breaker.enter()
        if entry is None:
            _READS.labels(service, "held_back").inc()
            raise ReadsHeldBack("breaker_open", retry_after_seconds=breaker.wait_seconds)
        try:
            yield Admitted(self, place, entry)
        finally:
            breaker.leave(entry)

    def state_of(self, service: str, account_id: UUID) -> State:
        """How the breaker of that account and service stands now."""
        breaker = self._breakers.get((service, account_id))
        return "closed" if breaker is None else breaker.state

    def number_in(self, service: str, state: State) -> int:
        """How many accounts' breakers of that service stand so."""
        return sum(place[0] == service and one.state == state for place, one in self._breakers.items())

    def counted(self, place: Place, entry: Entry, error: CountersignError | None) -> CountersignError | None:
        """The error to raise for a call that ended so; the outcome is counted.

        A failure is what may pass: 429, 5xx, timeouts, network. Any other answer shows that the service works.
        """
        service = place[0]
        has_failed = isinstance(error, ProviderUnknown) and error.may_retry
        outcome = "answered" if error is None else "failed" if has_failed else "refused"
        _READS.labels(service, outcome).inc()
        breaker = self._breaker(place)
        before = breaker.state
        breaker.count(entry, has_failed=has_failed)
        if breaker.state != before:
            _log.warning(
                "google.breaker_turned", service=service, account_id=str(place[1]), state=breaker.state
            )
        if isinstance(error, ProviderUnknown) and error.reason in DAILY_QUOTA_REASONS:
            self._used_up_until[place] = next_reset(self._google_time())
            return self._used_up(place, error.provider_status, error.reason)
        return error

    def _check_day(self, place: Place) -> None:
        until = self._used_up_until.get(place)
        if until is None:
            return
        if until <= self._google_time():
            del self._used_up_until[place]
            return
        _READS.labels(place[0], "held_back").inc()
        raise self._used_up(place, None, "quotaExceeded")

    def _used_up(self, place: Place, status: int | None, reason: str) -> DailyQuotaUsed:
        until = self._used_up_until[place]
        wait = math.ceil((until - self._google_time()).total_seconds())
        return DailyQuotaUsed(status, reason, until=until, retry_after_seconds=wait)

    def _breaker(self, place: Place) -> Breaker:
        breaker = self._breakers.get(place)
        if breaker is None:
            if len(self._breakers) >= _KEPT_BREAKERS:
                self._breakers = {kept: one for kept, one in self._breakers.items() if not one.is_idle}
            breaker = self._breakers[place] = Breaker(self._terms, self._clock)
        return breaker


class Admitted:
    """One read that may be asked, again and again, until it is answered or given up."""

    def __init__(self, guard: ReadGuard, place: Place, entry: Entry | None) -> None:
        """Made by `ReadGuard.entered` only; without an entry nothing is counted or paced."""
        self._guard = guard
        self._place = place
        self._entry = entry
        self._tries = 0

    async def once(self, call: Callable[[], Awaitable[T]]) -> T:
        """The answer of one try, made as soon as the quota has room; its outcome is counted.

        Raises:
            ReadsHeldBack: there is no room in the quota within 60 s; nothing was asked.
            DailyQuotaUsed: Google said so just now.
            CountersignError: whatever else the call ended with.
        """
        service, account_id = self._place
        if self._tries:
            _RETRIES.labels(service).inc()
        self._tries += 1
        if self._entry is None:
            return await call()
        too_long = await self._guard.pace.take(service, account_id)
        if too_long:
            _READS.labels(service, "held_back").inc()
            raise ReadsHeldBack("quota_full", retry_after_seconds=math.ceil(too_long))
        try:
            answer = await call()
        except CountersignError as error:
            failure = error
        else:
            self._guard.counted(self._place, self._entry, None)
            return answer
        raise self._guard.counted(self._place, self._entry, failure) or failure


_NOT_CLOSED: Final[tuple[State, ...]] = ("open", "half_open")
_guards: WeakSet[ReadGuard] = WeakSet()


def _count(service: str, state: State) -> float:
    return sum(guard.number_in(service, state) for guard in _guards)
