"""Folders for tests that start a Postgres of their own, where the system user that runs it can reach them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from countersign.kit.embedded.home import data_root

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that is gone after the test."""
    folder = data_root(CHECKOUT) / "tests" / uuid4().hex[:12]
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
