"""Stops asking a service that keeps failing for one account, and tries it again with a single read.

It knows no provider, waits for nobody and is not safe to share between event loops. Why it is ours: docs/adr/0006.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, final

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class BreakerTerms:
    """When it opens and for how long.

    Attributes:
        failure_percent: share of failed calls that opens it, reached or passed.
        min_calls: with fewer calls in the window it never opens.
        window_seconds: how far back calls count; each counts to the moment it is exactly that old.
        open_seconds: how long nothing is asked before the one trial.
    """

    failure_percent: int
    min_calls: int
    window_seconds: float
    open_seconds: float


@final
class Entry:
    """Leave for one read and its further tries."""

    __slots__ = ()


class Breaker:
    """Calls of one account to one service, counted over the last seconds.

    Closed: every read enters. Open: none does; reads already under way end their own tries, uncounted. Half open,
    once that time is over: one read enters alone, and its first outcome closes or opens the breaker again.
    """

    def __init__(self, terms: BreakerTerms, clock: Callable[[], float]) -> None:
        """Closed; `clock` answers seconds that never go back."""
        self._terms = terms
        self._clock = clock
        self._calls: deque[tuple[float, bool]] = deque()
        self._trial_from: float | None = None
        self._trial: Entry | None = None

    @property
    def state(self) -> State:
        """`closed`, `open`, or `half_open` when a trial may start or is under way."""
        if self._trial_from is None:
            return "closed"
        return "open" if self._clock() < self._trial_from else "half_open"

    @property
    def wait_seconds(self) -> int:
        """Whole seconds until a trial may start, at least one while nobody may enter, zero when closed."""
        if self._trial_from is None:
            return 0
        return max(1, math.ceil(self._trial_from - self._clock()))

    @property
    def is_idle(self) -> bool:
        """Whether it holds nothing worth keeping."""
        self._forget_old()
        return self._trial_from is None and not self._calls

    def enter(self) -> Entry | None:
        """Leave for one read, or None while the service is not to be asked; `leave` ends it."""
        state = self.state
        if state == "open" or self._trial is not None:
            return None
        entry = Entry()
        if state == "half_open":
            self._trial = entry
        return entry

    def count(self, entry: Entry, *, has_failed: bool) -> None:
        """Nothing; one call of that read is counted, which may open or close the breaker."""
        if self._trial_from is not None:
            if entry is self._trial:
                self._end_trial(has_failed=has_failed)
            return
        self._forget_old()
        self._calls.append((self._clock(), has_failed))
        failures = sum(failed for _, failed in self._calls)
        is_enough = len(self._calls) >= self._terms.min_calls
        if is_enough and failures * 100 >= self._terms.failure_percent * len(self._calls):
            self._open()

    def leave(self, entry: Entry) -> None:
        """Nothing; a trial that ended without an outcome (given up by its caller) leaves its place to the next."""
        if entry is self._trial:
            self._trial = None

    def _end_trial(self, *, has_failed: bool) -> None:
        self._trial = None
        if has_failed:
            self._open()
        else:
            self._trial_from = None

    def _open(self) -> None:
        self._calls.clear()
        self._trial_from = self._clock() + self._terms.open_seconds

    def _forget_old(self) -> None:
        oldest = self._clock() - self._terms.window_seconds
        while self._calls and self._calls[0][0] < oldest:
            self._calls.popleft()
