"""A read that fails is tried again by the documented waits; what counts against a mailbox, and what ends its day."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httplib2
import pytest
from googleapiclient.errors import HttpError

from countersign.connectors.errors import (
    DailyQuotaUsed,
    NeedsReconnect,
    ProviderMissing,
    ProviderRefusal,
    ProviderUnknown,
    ReadsHeldBack,
)
from countersign.connectors.google.failures import translate_http, translate_transport
from countersign.connectors.google.reads.guarding import ReadGuard
from countersign.connectors.google.transport import GoogleClient
from countersign.errors import CountersignError
from countersign.settings import ServiceQuota, Settings
from tests.connectors.leaping_time import leaping

PROFILE = "gmail.users.getProfile"
ACCOUNT, OTHER = uuid4(), uuid4()


def answered_with(
    status: int, reason: str = "backendError", retry_after: int | None = None
) -> CountersignError:
    """What the transport makes of that answer of Google's."""
    headers = {"status": str(status)} | ({} if retry_after is None else {"retry-after": str(retry_after)})
    envelope = {"error": {"code": status, "errors": [{"reason": reason}]}}
    return translate_http(HttpError(httplib2.Response(headers), json.dumps(envelope).encode()))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, environment="test", keys_dir=tmp_path)


@pytest.fixture
def client(settings: Settings) -> Iterator[GoogleClient]:
    client = GoogleClient(settings)
    yield client
    client.close()


async def gaps_between_tries(
    client: GoogleClient, settings: Settings, error: CountersignError
) -> list[float]:
    """Seconds between the tries of one read that always ends with `error`."""
    moments: list[float] = []

    async def call() -> None:
        moments.append(time.time())
        raise error

    guard = ReadGuard(settings, clock=time.time)
    with pytest.raises(CountersignError), guard.entered("gmail", ACCOUNT) as admitted:
        await client.tried_again(lambda: admitted.once(call), settings.google_read_retry_waits_seconds)
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


@pytest.mark.parametrize(
    "error",
    [*(answered_with(status) for status in (429, 500, 502, 503, 504)), translate_transport(TimeoutError())],
    ids=["429", "500", "502", "503", "504", "time-out"],
)
def test_a_failing_read_is_tried_again_after_1_2_4_8_and_16_seconds(
    client: GoogleClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, error: CountersignError
) -> None:
    gaps = leaping(monkeypatch, gaps_between_tries(client, settings, error))

    assert len(gaps) == 5
    assert all(
        planned * 0.75 <= gap <= planned * 1.25 for planned, gap in zip((1, 2, 4, 8, 16), gaps, strict=True)
    )


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "badRequest"),
        (401, "authError"),
        (403, "insufficientPermissions"),
        (403, "userRateLimitExceeded"),
        (404, "notFound"),
        (403, "dailyLimitExceeded"),
        (429, "dailyLimitExceeded"),
        (429, "quotaExceeded"),
    ],
)
def test_what_no_repetition_helps_is_asked_once(
    client: GoogleClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, status: int, reason: str
) -> None:
    error = answered_with(status, reason)

    assert leaping(monkeypatch, gaps_between_tries(client, settings, error)) == []


@pytest.mark.parametrize(("asked", "gaps"), [(7, [7] * 5), (60, [60] * 5), (61, [])])
def test_retry_after_is_honoured_up_to_a_minute(
    client: GoogleClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, asked: int, gaps: list[float]
) -> None:
    error = answered_with(429, retry_after=asked)

    assert leaping(monkeypatch, gaps_between_tries(client, settings, error)) == pytest.approx(gaps, abs=0.01)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ProviderUnknown(503, "backendError", may_retry=True), "open"),
        (ProviderUnknown(None, "timeout", may_retry=True), "open"),
        (ProviderRefusal(403, "insufficientPermissions"), "closed"),
        (ProviderMissing(404, "notFound"), "closed"),
        (NeedsReconnect(), "closed"),
    ],
)
async def test_only_what_may_pass_counts_as_a_failure(
    settings: Settings, error: CountersignError, state: str
) -> None:
    guard = ReadGuard(settings)

    async def call() -> None:
        raise error

    for _ in range(5):
        with pytest.raises(CountersignError), guard.entered("gmail", ACCOUNT) as admitted:
            await admitted.once(call)

    assert guard.state_of("gmail", ACCOUNT) == state
    assert guard.state_of("gmail", OTHER) == "closed"
    assert guard.state_of("calendar", ACCOUNT) == "closed"


async def test_the_daily_quota_ends_reads_until_googles_midnight_and_no_longer(settings: Settings) -> None:
    now = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    guard = ReadGuard(settings, google_time=lambda: now)

    async def used_up() -> None:
        raise answered_with(403, "dailyLimitExceeded")

    async def fine() -> str:
        return "fine"

    with pytest.raises(DailyQuotaUsed) as first, guard.entered("gmail", ACCOUNT) as admitted:
        await admitted.once(used_up)
    now += timedelta(hours=18, minutes=59)
    with pytest.raises(DailyQuotaUsed) as later, guard.entered("gmail", ACCOUNT):
        pass
    now += timedelta(minutes=1)
    with guard.entered("gmail", ACCOUNT) as admitted:
        answer = await admitted.once(fine)

    # From 12:00 to 07:00 UTC of the next day, which is midnight in California, are 19 hours.
    assert first.value.retry_after_seconds == 19 * 3600
    assert first.value.message == "Google's daily quota is used up until 2026-07-02 07:00 UTC."
    assert later.value.retry_after_seconds == 60
    assert first.value.changed == "no"
    assert answer == "fine"


async def test_a_quota_full_for_longer_than_a_minute_is_said_at_once(settings: Settings) -> None:
    tiny = {"drive": ServiceQuota(units=1, window_seconds=100)}
    guard = ReadGuard(settings.model_copy(update={"google_quotas": tiny}))

    async def fine() -> None: ...

    with guard.entered("drive", ACCOUNT) as admitted:
        await admitted.once(fine)
        with pytest.raises(ReadsHeldBack) as full:
            await admitted.once(fine)

    assert full.value.reason == "quota_full"
    assert full.value.retry_after_seconds is not None
    assert 99 <= full.value.retry_after_seconds <= 101


async def test_a_service_without_a_quota_is_asked_whatever_happened(settings: Settings) -> None:
    guard = ReadGuard(settings)

    async def call() -> None:
        raise ProviderUnknown(503, "backendError", may_retry=True)

    for _ in range(6):
        with pytest.raises(ProviderUnknown), guard.entered("oauth2", ACCOUNT) as admitted:
            await admitted.once(call)

    assert guard.state_of("oauth2", ACCOUNT) == "closed"


async def test_accounts_that_hold_nothing_are_forgotten(settings: Settings) -> None:
    now = 0.0
    guard = ReadGuard(settings, clock=lambda: now)

    async def fine() -> None: ...

    async def read(account_id: UUID) -> None:
        with guard.entered("gmail", account_id) as admitted:
            await admitted.once(fine)

    for _ in range(1_000):
        await read(uuid4())
    now = 61.0
    await read(ACCOUNT)

    assert guard.number_in("gmail", "closed") == 1
