"""The sandbox's own clock: real time plus an offset that tests and the demo can move.

Must not be read from anywhere but the store, so that one request sees one time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Time in UTC that runs on at real speed from wherever it was set."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """The present moment of the sandbox, aware, in UTC."""
        return datetime.now(UTC) + self.offset

    def set(self, moment: datetime) -> None:
        """Make `moment` the present; an aware datetime is required (ValueError otherwise)."""
        if moment.tzinfo is None:
            raise ValueError("The clock needs a moment with a time zone, for example 2026-03-02T09:00:00Z")
        self.offset = moment - datetime.now(UTC)

    def advance(self, step: timedelta) -> None:
        """Move the present by `step`, also backwards when it is negative."""
        self.offset += step
