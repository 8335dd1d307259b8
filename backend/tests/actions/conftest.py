"""A desk: one person with a mailbox in the sandbox, on this test's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from countersign.accounts.services import Services, opened_services
from countersign.settings import Settings
from tests.actions.desk import Desk
from tests.actions.people import mailboxes, sit_down
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox, google_sandbox, sandbox_process

__all__ = ["google_sandbox", "sandbox_process"]


@pytest.fixture
def settings(settings: Settings, google_sandbox: Sandbox) -> Settings:
    """This test's installation, pointed at the sandbox; a call may take 3 s, a lease 8 s, a read one try."""
    return settings.model_copy(
        update={
            "google_base_url": google_sandbox.base_url,
            "provider_call_timeout_seconds": 3,
            "action_lease_seconds": 8,
            "google_read_retry_waits_seconds": (),
        }
    )


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """The product's parts as one process holds them."""
    async with opened_services(settings) as opened:
        yield opened


@pytest.fixture
async def desk(services: Services, database: ProductDatabase, google_sandbox: Sandbox) -> Desk:
    """Alex, with three conversations with Dana."""
    google_sandbox.seed(*mailboxes(3))
    return await sit_down(services, database, google_sandbox)
