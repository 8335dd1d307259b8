"""The served application and people who use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from countersign.kit.db import Database
from countersign.kit.embedded.databases import DatabaseAddresses
from tests.api.person import Person
from tests.api.serving import Served, serving
from tests.cluster import ProductDatabase


@pytest.fixture(scope="session")
def served(database_addresses: DatabaseAddresses, keys_dir: Path) -> Iterator[Served]:
    """The application on this process's database; one for all tests, since it keeps nothing in memory."""
    database = ProductDatabase(database_addresses, Database(database_addresses.app_url))
    with serving(database.settings(keys_dir)) as served:
        yield served


@pytest.fixture
async def anyone(served: Served, database: ProductDatabase) -> AsyncIterator[Person]:
    """Somebody who is not signed in, in an empty installation."""
    async with Person(served.origin) as person:
        yield person


@pytest.fixture
async def maya(anyone: Person, served: Served) -> AsyncIterator[Person]:
    """A signed-in person."""
    async with Person(served.origin) as person:
        yield await person.arrive()


@pytest.fixture
async def lee(anyone: Person, served: Served) -> AsyncIterator[Person]:
    """A second signed-in person."""
    async with Person(served.origin, email="lee@other.example") as person:
        yield await person.arrive()
