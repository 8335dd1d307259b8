"""A whole installation on this test process's database, and a person who has just arrived at it.

Starting processes takes seconds, so they serve a file of tests; rows, mailboxes and clocks are each test's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from countersign.kit.db import Database
from countersign.kit.embedded.databases import DatabaseAddresses
from tests.api.person import Person
from tests.cluster import ProductDatabase
from tests.flows.installation import Installation, free_port
from tests.flows.story import Story
from tests.sandbox.server import Sandbox, google_sandbox, sandbox_process

__all__ = ["google_sandbox", "sandbox_process"]


@pytest.fixture(scope="module")
def running_installation(
    database_addresses: DatabaseAddresses,
    keys_dir: Path,
    sandbox_process: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """An api and a worker, each a process of its own, for the flows of one file.

    No longer than that: a worker that outlived them would carry on the runs of other tests on the same database.
    """
    database = ProductDatabase(database_addresses, Database(database_addresses.app_url))
    settings = database.settings(keys_dir, google_base_url=sandbox_process.base_url, port=free_port())
    log = tmp_path_factory.mktemp("installation") / "processes.log"
    running = Installation(settings, database, sandbox_process, log)
    running.start_api()
    running.start_worker()
    yield running
    running.stop()


@pytest.fixture
def installation(
    running_installation: Installation, database: ProductDatabase, google_sandbox: Sandbox
) -> Installation:
    """The installation with nobody registered, no account at the sandbox, and both clocks at the real time."""
    running_installation.database = database
    running_installation.sandbox = google_sandbox
    running_installation.start_what_died()
    return running_installation


@pytest.fixture
async def maya(installation: Installation) -> AsyncIterator[Story]:
    """A person who has registered and signed in."""
    async with Person(installation.origin) as person:
        yield Story(await person.arrive(), installation)
