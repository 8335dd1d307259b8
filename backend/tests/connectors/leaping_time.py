"""An event loop whose clock leaps to the next thing to do: hours of waiting are tested in no time.

Must not be used together with threads that take real time.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


class _Leaping(selectors.DefaultSelector):
    """Waits for nothing: the time it was told to wait has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout if timeout is None else 0)
        if not ready and timeout:
            self.now += timeout
        return ready


def leaping(monkeypatch: pytest.MonkeyPatch, scene: Coroutine[Any, Any, T]) -> T:
    """What the scene answers; the loop's time, and with it `time.time`, leap over every wait."""
    selector = _Leaping()

    def new_loop() -> asyncio.AbstractEventLoop:
        loop = asyncio.SelectorEventLoop(selector)
        setattr(loop, "time", lambda: selector.now)  # noqa: B010 - a method cannot be assigned by name
        return loop

    with monkeypatch.context() as patch, asyncio.Runner(loop_factory=new_loop) as runner:
        patch.setattr(time, "time", lambda: selector.now)
        return runner.run(scene)
