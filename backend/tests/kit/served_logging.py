"""Logging as a process of the product has it, for a test that reads what such a process would write."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from countersign.kit.telemetry import configure_logging


@contextmanager
def logging_as_served() -> Iterator[None]:
    """Every log is a line on stdout until the block ends."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    configure_logging("info", "test")
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = before
