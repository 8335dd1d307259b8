"""What every test may ask for: a real Postgres, keys, settings; rooms add their own fixtures beside their tests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from countersign.kit.crypto import Keys
from countersign.kit.embedded.databases import DatabaseAddresses
from countersign.settings import Settings
from tests import cluster
from tests.cluster import ProductDatabase

_SERVER = pytest.StashKey[cluster.embedded_postgres.ServerHandle]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the shared Postgres once, in the process that steers the run; its workers find it by the environment.

    A run inside a run (sabotage) finds it there too, and uses a database of its own in it.
    """
    is_inside = hasattr(config, "workerinput") or cluster.ENVIRONMENT_NAME in os.environ
    if not is_inside and not config.option.collectonly:
        config.stash[_SERVER] = cluster.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the shared Postgres."""
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.stop()


@pytest.fixture(scope="session")
def database_addresses(worker_id: str) -> Iterator[DatabaseAddresses]:
    """This test process's own copy of the migrated database."""
    name = f"{cluster.TEST_DATABASE}{worker_id}_{os.getpid()}"
    addresses = cluster.copy_for(name)
    yield addresses
    cluster.databases.drop_database(addresses.superuser_url, name)


@pytest.fixture
async def database(database_addresses: DatabaseAddresses) -> AsyncIterator[ProductDatabase]:
    """The database, empty at the start of the test."""
    async with cluster.opened(database_addresses) as opened:
        yield opened


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with this run's key files."""
    folder = tmp_path_factory.mktemp("keys")
    Keys.create(folder)
    return folder


@pytest.fixture(scope="session")
def keys(keys_dir: Path) -> Keys:
    """This run's keys."""
    return Keys.load(keys_dir)


@pytest.fixture
def settings(database: ProductDatabase, keys_dir: Path) -> Settings:
    """Settings of an installation on this test's database."""
    return database.settings(keys_dir)
