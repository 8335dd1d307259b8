"""An installation with short leases, its mailbox in the sandbox, and workers that may be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from countersign.settings import Settings
from tests.actions.conftest import google_sandbox, sandbox_process, services
from tests.actions.desk import Desk
from tests.actions.people import mailboxes, sit_down
from tests.cluster import ProductDatabase
from tests.crash.workers import Nursery, Watch, nursery, watching
from tests.sandbox.server import Sandbox

__all__ = ["google_sandbox", "sandbox_process", "services"]

N_ACTIONS = 60


@pytest.fixture
def settings(settings: Settings, google_sandbox: Sandbox) -> Settings:
    """No hold, a lease of 3 s and calls of 2 s: the figures change how long a test waits, not what may happen."""
    return settings.model_copy(
        update={
            "google_base_url": google_sandbox.base_url,
            "hold_seconds": 0,
            "action_lease_seconds": 3,
            "provider_call_timeout_seconds": 2,
            "google_read_retry_waits_seconds": (),
        }
    )


@pytest.fixture
async def desk(services: object, database: ProductDatabase, google_sandbox: Sandbox) -> Desk:
    """Alex with many conversations; the run is over, so that waking it drives nothing."""
    google_sandbox.seed(*mailboxes(2 * N_ACTIONS))
    sat = await sit_down(services, database, google_sandbox)  # type: ignore[arg-type]  # the imported fixture
    await database.as_owner("UPDATE runs SET state = 'cancelled'")
    return sat


@pytest.fixture
def children(settings: Settings, tmp_path: Path) -> Iterator[Nursery]:
    """Worker processes on demand."""
    with nursery(settings, tmp_path) as opened:
        yield opened


@pytest.fixture
async def watch(database: ProductDatabase) -> AsyncIterator[Watch]:
    """The database as the killers watch it."""
    async with watching(database.addresses.superuser_url) as opened:
        yield opened
