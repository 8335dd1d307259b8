"""A person at a desk, on this test's database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from countersign.accounts.services import Services, opened_services
from countersign.identity.registration import Registration, register
from countersign.identity.sessions import Client
from countersign.runs.saver import Checkpoints
from countersign.settings import Settings
from tests.cluster import ProductDatabase
from tests.runs.desk import Desk


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Errors as one line of JSON: the default drawing of a traceback takes seconds."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """The product's parts as one process holds them."""
    async with opened_services(settings) as opened:
        yield opened


@pytest.fixture
async def checkpoints(settings: Settings) -> AsyncIterator[Checkpoints]:
    """The pool for checkpoints."""
    async with Checkpoints(settings.database_url.get_secret_value(), pool_size=10) as opened:
        yield opened


@pytest.fixture
async def maya(services: Services, checkpoints: Checkpoints, database: ProductDatabase) -> Desk:
    """A registered person."""
    return await _person(services, checkpoints, database, "maya@acme.example")


@pytest.fixture
async def lee(services: Services, checkpoints: Checkpoints, database: ProductDatabase) -> Desk:
    """Somebody else."""
    return await _person(services, checkpoints, database, "lee@other.example")


async def _person(
    services: Services, checkpoints: Checkpoints, database: ProductDatabase, email: str
) -> Desk:
    wanted = Registration(email, "Maya Reyes", "correct horse battery")
    user = await register(services.db, services.keys, wanted, Client(None, None), memory_mib=1)
    return Desk(user.id, services, checkpoints, database)
