"""People who connect accounts of a real sandbox to the product on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from countersign.accounts.services import Services, opened_services
from countersign.settings import Settings
from tests.accounts.person import ALEX, ALEX_HOME, PASSWORD, Person, sign_up
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox, google_sandbox, sandbox_process

__all__ = ["PASSWORD", "google_sandbox", "sandbox_process"]


@pytest.fixture
def settings(settings: Settings, google_sandbox: Sandbox) -> Settings:
    """This test's installation, pointed at the sandbox with both accounts of Alex."""
    google_sandbox.seed(
        {"email": ALEX, "name": "Alex Moreno", "messages": []},
        {"email": ALEX_HOME, "name": "Alex", "messages": []},
    )
    return settings.model_copy(
        update={
            "google_base_url": google_sandbox.base_url,
            "provider_call_timeout_seconds": 3,
            "google_read_retry_waits_seconds": (0.01, 0.01),
        }
    )


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """The product's parts as one process holds them."""
    async with opened_services(settings) as opened:
        yield opened


@pytest.fixture
async def maya(services: Services, database: ProductDatabase, google_sandbox: Sandbox) -> Person:
    """A signed-in person."""
    return await sign_up(services, database, google_sandbox, "maya@acme.example")


@pytest.fixture
async def lee(services: Services, database: ProductDatabase, google_sandbox: Sandbox) -> Person:
    """Somebody else who is signed in."""
    return await sign_up(services, database, google_sandbox, "lee@acme.example")
