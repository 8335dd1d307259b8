"""Reads are spread so that no second takes more than the quota; the daily quota ends by Google's own day."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from countersign.connectors.google.reads.daily import next_reset
from countersign.connectors.google.reads.pacing import Pace
from countersign.settings import ServiceQuota, Settings
from tests.connectors.leaping_time import leaping

MAIL = ServiceQuota(units=250, window_seconds=1, read_units=5, write_units=10)
ALEX, DANA = uuid4(), uuid4()


async def moments_of(pace: Pace, account_id: UUID, number: int) -> list[float]:
    """When each of so many reads, all wanted at once, was let through; in seconds from now."""
    started = time.time()

    async def one() -> float:
        assert await pace.take("gmail", account_id) == 0
        return time.time() - started

    return sorted(await asyncio.gather(*(one() for _ in range(number))))


def test_a_burst_stays_under_250_units_in_any_second(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = leaping(monkeypatch, moments_of(Pace({"gmail": MAIL}), ALEX, 200))

    # 250 units at 5 a read are 50 reads: whichever read one takes, the 50th after it comes a second later.
    assert all(later - earlier >= 1 for earlier, later in zip(moments, moments[50:], strict=False))
    # 200 reads in bursts of 50 are let through within the third second: slowed, not starved.
    assert 3 <= moments[-1] < 3.1


def test_one_accounts_burst_does_not_slow_another(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> list[float]:
        pace = Pace({"gmail": MAIL})
        await moments_of(pace, ALEX, 50)
        return await moments_of(pace, DANA, 50)

    assert leaping(monkeypatch, scene())[-1] < 0.01


def test_use_is_told_in_percent_and_falls_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> list[float]:
        pace = Pace({"gmail": MAIL})
        shares = [await pace.used_percent("gmail", ALEX)]
        await moments_of(pace, ALEX, 20)
        await pace.note_write("gmail", ALEX)
        await pace.note_read("gmail", ALEX)
        shares.append(await pace.used_percent("gmail", ALEX))
        await asyncio.sleep(1.01)
        return [*shares, await pace.used_percent("gmail", ALEX)]

    # 20 reads at 5, a write at 10 and a look at 5 are 115 of 250 units.
    assert leaping(monkeypatch, scene()) == [0, 46, 0]


def test_a_write_never_waits_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> float:
        pace = Pace({"gmail": MAIL})
        await moments_of(pace, ALEX, 50)
        started = time.time()
        await pace.note_write("gmail", ALEX)
        return time.time() - started

    assert leaping(monkeypatch, scene()) == 0


def test_nobody_waits_longer_than_a_minute_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    files = ServiceQuota(units=2, window_seconds=100)

    async def scene() -> tuple[float, float]:
        pace = Pace({"drive": files})
        await pace.take("drive", ALEX)
        await pace.take("drive", ALEX)
        started = time.time()
        return await pace.take("drive", ALEX), time.time() - started

    too_long, waited = leaping(monkeypatch, scene())
    assert 99 < too_long <= 100.1
    assert waited == 0


def test_a_service_without_a_line_in_the_table_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> float:
        pace = Pace({})
        await pace.note_read("gmail", ALEX)
        await pace.note_write("gmail", ALEX)
        return await pace.take("gmail", ALEX) + await pace.used_percent("gmail", ALEX)

    assert leaping(monkeypatch, scene()) == 0


def test_the_table_of_quotas_is_the_documented_one() -> None:
    quotas = Settings(_env_file=None).google_quotas

    assert quotas == {
        "gmail": ServiceQuota(units=15_000, window_seconds=60, read_units=5, write_units=10),
        "calendar": ServiceQuota(units=500, window_seconds=1),
        "drive": ServiceQuota(units=1000, window_seconds=100),
    }


@pytest.mark.parametrize(
    ("now", "reset"),
    [
        ("2026-07-01T12:00", "2026-07-02T07:00"),  # summer: UTC-7
        ("2026-07-01T06:59", "2026-07-01T07:00"),
        ("2026-01-15T07:59", "2026-01-15T08:00"),  # winter: UTC-8
        ("2026-01-15T08:00", "2026-01-16T08:00"),
        ("2026-03-08T09:00", "2026-03-09T07:00"),  # clocks go forward on that day: it has 23 hours
    ],
)
def test_the_daily_quota_begins_anew_at_midnight_in_california(now: str, reset: str) -> None:
    assert next_reset(datetime.fromisoformat(now).replace(tzinfo=UTC)) == datetime.fromisoformat(
        reset
    ).replace(tzinfo=UTC)
