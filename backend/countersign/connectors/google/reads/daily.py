"""When Google's daily quotas begin anew; it stops nothing by itself.

Source: https://cloud.google.com/docs/quotas/overview ("daily quotas reset at midnight Pacific time").
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_PACIFIC: Final = ZoneInfo("America/Los_Angeles")


def next_reset(now: datetime) -> datetime:
    """The next midnight in California after `now` (aware), in UTC: 07:00 in summer, 08:00 in winter."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=_PACIFIC).astimezone(UTC)
