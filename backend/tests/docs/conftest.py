"""An installation as `make run` starts it, with the demo world, on a database of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.kit.db import Database
from countersign.kit.embedded.databases import drop_database
from tests import cluster
from tests.cluster import ProductDatabase
from tests.flows.installation import Installation, free_port
from tests.sandbox.server import start_sandbox


@pytest.fixture
def demo_installation(worker_id: str, keys_dir: Path, tmp_path: Path) -> Iterator[Installation]:
    """Sandbox, api and worker, each a process of its own; its database is shared with no other test."""
    name = f"{cluster.TEST_DATABASE}docs_{worker_id}_{os.getpid()}"
    addresses = cluster.copy_for(name)
    database = ProductDatabase(addresses, Database(addresses.app_url))
    sandbox = start_sandbox(world="demo")
    settings = database.settings(keys_dir, google_base_url=sandbox.base_url, port=free_port())
    installation = Installation(settings, database, sandbox, tmp_path / "processes.log")
    try:
        installation.start_worker()
        installation.start_api()
        yield installation
    finally:
        installation.stop()
        sandbox.stop()
        drop_database(addresses.superuser_url, name)
