"""What a process is doing: spans of waiting by kind, and samples of its processor time by library; it changes nothing.

Both look from outside: spans are opened by subclasses handed in, samples are taken by a timer's signal.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

EVERY_SECONDS = 0.004
"""The kernel's own tick; a shorter time is rounded up to it."""

# The first that names a file of the stack, from the inside out, is what the thread was busy with.
PARTS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("HTTP to Google", ("/googleapiclient/", "/httplib2/", "/google/", "/countersign/connectors/")),
    ("checkpoints", ("/langgraph/checkpoint/", "/psycopg", "/countersign/runs/saver")),
    ("our SQL", ("/sqlalchemy/", "/asyncpg/", "/countersign/kit/journal", "/countersign/kit/db")),
    ("logs", ("/structlog/", "/logging/")),
    ("planning", ("/countersign/understanding/",)),
    ("LangGraph", ("/langgraph/", "/langchain_core/", "/langsmith/")),
    ("our own code", ("/countersign/",)),
)
OTHER_THREADS = "HTTP to Google (threads)"
REST = "event loop and the rest"


@dataclass
class Spans:
    """Spans of several kinds; where two overlap, the kind named first in `order` has the moment."""

    order: tuple[str, ...]
    spans: list[tuple[str, float, float]] = field(default_factory=list)

    @contextmanager
    def during(self, kind: str) -> Iterator[None]:
        """A span of that kind around the block."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.spans.append((kind, started, time.perf_counter()))

    def seconds(self, kind: str) -> float:
        """Seconds that belong to that kind alone or win against later kinds; parallel spans count once."""
        position = self.order.index(kind)
        stronger = _covered([s for s in self.spans if self.order.index(s[0]) < position])
        with_it = _covered([s for s in self.spans if self.order.index(s[0]) <= position])
        return with_it - stronger

    def count(self, kind: str) -> int:
        """How many spans of that kind."""
        return sum(span[0] == kind for span in self.spans)


@dataclass
class Samples:
    """What the main thread was busy with each time this process had used a little more processor time.

    A thread that looks on would see little but system calls: it runs only when the main thread lets go of the
    interpreter. Time of other threads counts as `OTHER_THREADS` while the main thread waits.
    """

    busy: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Sample until the block ends; only in the main thread, which is the one that handles signals."""
        before = signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    def share(self, part: str) -> float:
        """The part's share of all samples, 0 to 1."""
        return self.busy[part] / max(self.busy.total(), 1)

    def _look(self, _number: int, frame: FrameType | None) -> None:
        self.busy[part_of(frame)] += 1


def part_of(frame: FrameType | None) -> str:
    """What the main thread is busy with in this frame."""
    if frame is not None and frame.f_code.co_name == "select":
        return OTHER_THREADS
    while frame is not None:
        for part, marks in PARTS:
            if any(mark in frame.f_code.co_filename for mark in marks):
                return part
        frame = frame.f_back
    return REST


def _covered(spans: list[tuple[str, float, float]]) -> float:
    total, until = 0.0, float("-inf")
    for _, start, end in sorted(spans, key=lambda span: span[1]):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total
