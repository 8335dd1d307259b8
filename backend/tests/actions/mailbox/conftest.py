"""The desk of the tests of actions, with mails in different places of the mailbox."""

from __future__ import annotations

import pytest

from countersign.accounts.services import Services
from tests.actions.conftest import google_sandbox, sandbox_process, services, settings
from tests.actions.desk import Desk
from tests.actions.mailbox.tidying import mailbox
from tests.actions.people import sit_down
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox

__all__ = ["google_sandbox", "sandbox_process", "services", "settings"]


@pytest.fixture
async def desk(services: Services, database: ProductDatabase, google_sandbox: Sandbox) -> Desk:
    """Alex, with six mails in different places."""
    google_sandbox.seed(*mailbox())
    return await sit_down(services, database, google_sandbox)
