"""A run's states and the only moves between them; the database refuses every other (run_transitions).

It decides nothing and touches no row.
"""

from __future__ import annotations

from typing import Literal, get_args

RunState = Literal["queued", "running", "waiting", "succeeded", "partial", "failed", "cancelled"]
EndState = Literal["succeeded", "partial", "failed", "cancelled"]
WaitingFor = Literal["approval", "clarification", "hold"]

ENDED: frozenset[str] = frozenset(get_args(EndState))
"""No driver works on these; only retry leaves them."""

RETRYABLE: frozenset[str] = frozenset({"partial", "failed", "cancelled"})
"""What retry may queue again."""

TRANSITIONS: frozenset[tuple[RunState, RunState]] = frozenset(
    {
        ("queued", "running"),
        ("queued", "cancelled"),
        ("queued", "failed"),
        ("running", "waiting"),
        ("running", "succeeded"),
        ("running", "partial"),
        ("running", "failed"),
        ("running", "cancelled"),
        ("waiting", "running"),
        ("waiting", "cancelled"),
        ("failed", "queued"),
        ("partial", "queued"),
        ("cancelled", "queued"),
    }
)
