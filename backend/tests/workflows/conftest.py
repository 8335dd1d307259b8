"""Alex with a mailbox in the sandbox."""

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
from tests.sandbox.server import Sandbox, google_sandbox, sandbox_process
from tests.workflows.mailroom import MailDesk, connect, world

__all__ = ["google_sandbox", "sandbox_process"]


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Errors as one line of JSON: the default drawing of a traceback takes seconds."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def settings(settings: Settings, google_sandbox: Sandbox) -> Settings:
    """This test's installation, pointed at the sandbox."""
    return settings.model_copy(
        update={"google_base_url": google_sandbox.base_url, "provider_call_timeout_seconds": 3}
    )


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
async def newcomer(
    services: Services, checkpoints: Checkpoints, database: ProductDatabase, google_sandbox: Sandbox
) -> MailDesk:
    """Alex before connecting an account."""
    google_sandbox.seed(*world())
    wanted = Registration("alex@home.example", "Alex Moreno", "correct horse battery")
    user = await register(services.db, services.keys, wanted, Client(None, None), memory_mib=1)
    return MailDesk(user.id, services, checkpoints, database, google_sandbox)


@pytest.fixture
async def alex(newcomer: MailDesk) -> MailDesk:
    """Alex with the mailbox connected."""
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id)
    return newcomer
