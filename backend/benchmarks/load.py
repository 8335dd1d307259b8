"""Doing one thing over and over, so many at a time, for so long; and the processor time that processes used for it.

It knows neither stock LangGraph nor the product.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What came of it: the rate from the first start to the last end, and what each one answered."""

    per_second: float
    answers: tuple[float, ...]


async def at_once(
    concurrency: int, seconds: float, one: Callable[[int], Awaitable[float]], *, at_least: int = 1
) -> Load:
    """`concurrency` lines of `one(line)`, each starting anew until the time is over; what has begun is finished.

    Each line does it `at_least` times, so that a slow machine measures little instead of nothing.
    """
    answers: list[float] = []
    started = time.perf_counter()

    async def line(number: int) -> None:
        done = 0
        while done < at_least or time.perf_counter() - started < seconds:
            answers.append(await one(number))
            done += 1

    await asyncio.gather(*(line(number) for number in range(concurrency)))
    return Load(len(answers) / (time.perf_counter() - started), tuple(answers))


def processor_seconds(pid: int) -> float:
    """What that process has used so far, user and system, with its children that ended; 0 without /proc.

    Source: proc_pid_stat(5), fields utime, stime, cutime, cstime.
    """
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) / TICKS if fields else 0.0


def processor_seconds_with_children(pid: int) -> float:
    """The same with the children that live: Postgres serves each connection by a child."""
    children = [entry.name for entry in Path("/proc").glob("[0-9]*") if parent_of(int(entry.name)) == pid]
    return processor_seconds(pid) + sum(processor_seconds(int(child)) for child in children)


def parent_of(pid: int) -> int | None:
    """The process that started it, None when it is gone."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may contain anything; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
