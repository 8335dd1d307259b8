"""What a benchmark says: figures with the line they are held against, and the machine they come from.

It measures nothing. A line that is missed is shown as missed.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Line:
    """What a figure has to reach."""

    side: Literal["at least", "at most"]
    limit: float

    def is_met(self, value: float) -> bool:
        """Whether the value is on the right side; the limit itself is."""
        return value >= self.limit if self.side == "at least" else value <= self.limit


@dataclass(frozen=True)
class Figure:
    """One measured number; `unit` is empty for a bare count, `note` says what a reader could get wrong."""

    what: str
    value: float
    unit: str
    line: Line | None = None
    note: str = ""

    def cells(self) -> tuple[str, str, str, str]:
        """What, value with unit, line with verdict, note."""
        verdict = ""
        if self.line is not None:
            met = "met" if self.line.is_met(self.value) else "MISSED"
            verdict = f"{self.line.side} {_short(self.line.limit)}: {met}"
        return self.what, f"{_short(self.value)} {self.unit}".strip(), verdict, self.note


@dataclass(frozen=True)
class Result:
    """The figures of one benchmark and how busy the machine was: load averages of one minute, before and after."""

    name: str
    says: str
    figures: tuple[Figure, ...]
    load_before: float
    load_after: float
    seconds: float


def at_least(limit: float) -> Line:
    """More is better."""
    return Line("at least", limit)


def at_most(limit: float) -> Line:
    """Less is better."""
    return Line("at most", limit)


def p50(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def p95(values: Iterable[float]) -> float:
    """The smallest measured value that at least 95 % of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]


def machine() -> str:
    """Date, processor, cores, memory and Python in one line."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {_processor()}, {os.cpu_count()} cores, {memory_gb:.0f} GB; "
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}"
    )


def busy(result: Result) -> str:
    """How busy the machine was, and how long the benchmark took."""
    return (
        f"load average {result.load_before:.1f} before, {result.load_after:.1f} after; "
        f"{result.seconds:.0f} s in all"
    )


def table(figures: Sequence[Figure]) -> list[str]:
    """Lines for a terminal, columns aligned."""
    rows = [figure.cells() for figure in figures]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return [
        f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip()
        for row in rows
    ]


def markdown_table(figures: Sequence[Figure]) -> list[str]:
    """The same as a Markdown table."""
    head = ["| what | measured | line | note |", "|---|---:|---|---|"]
    return [*head, *(f"| {' | '.join(cell.replace('|', '/') for cell in f.cells())} |" for f in figures)]


def _short(value: float) -> str:
    if value == int(value):
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
