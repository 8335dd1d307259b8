"""The served application and people who use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY

from countersign.accounts.services import opened_services
from countersign.identity.models import User
from countersign.identity.sessions import Client, open_session
from countersign.kit.db import Database
from countersign.kit.embedded.databases import DatabaseAddresses
from countersign.kit.ids import new_id
from countersign.settings import Settings
from tests.actions.desk import Desk
from tests.actions.people import mailboxes, sit_down
from tests.api.person import PASSWORD, Person
from tests.api.serving import Served, serving
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox, google_sandbox, sandbox_process

__all__ = ["google_sandbox", "sandbox_process"]

_PASSWORD_HASH = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(PASSWORD)


@pytest.fixture(scope="session")
def served(
    database_addresses: DatabaseAddresses, keys_dir: Path, sandbox_process: Sandbox
) -> Iterator[Served]:
    """The application on this process's database; one for all tests, since it keeps nothing in memory."""
    database = ProductDatabase(database_addresses, Database(database_addresses.app_url))
    with serving(database.settings(keys_dir, google_base_url=sandbox_process.base_url)) as served:
        yield served


@pytest.fixture
async def anyone(served: Served, database: ProductDatabase) -> AsyncIterator[Person]:
    """Somebody who is not signed in, in an empty installation."""
    async with Person(served.origin) as person:
        yield person


@pytest.fixture
async def maya(served: Served, database: ProductDatabase) -> AsyncIterator[Person]:
    """A signed-in person."""
    async with Person(served.origin) as person:
        await let_in(person, database, served.settings)
        yield person


@pytest.fixture
async def lee(served: Served, database: ProductDatabase) -> AsyncIterator[Person]:
    """A second signed-in person."""
    async with Person(served.origin, email="lee@other.example") as person:
        await let_in(person, database, served.settings)
        yield person


@pytest.fixture
async def desk(served: Served, database: ProductDatabase, google_sandbox: Sandbox) -> AsyncIterator[Desk]:
    """Alex at work: a connected mailbox with conversations, and a run that can propose replies."""
    google_sandbox.seed(*mailboxes(3))
    async with opened_services(served.settings) as services:
        yield await sit_down(services, database, google_sandbox)


@pytest.fixture
async def alex(desk: Desk, served: Served) -> AsyncIterator[Person]:
    """Alex at a browser."""
    async with desk.database.db.session(desk.user_id) as session:
        opened = await open_session(session, served.settings, desk.user_id, Client(ip=None, user_agent=None))
    async with Person(served.origin, token=opened.token, csrf=opened.csrf_token) as person:
        yield person


async def let_in(person: Person, database: ProductDatabase, settings: Settings) -> None:
    """Make the person and a session of theirs without the cost of two password hashes (`_PASSWORD_HASH` is one)."""
    user_id = new_id()
    async with database.db.session(user_id) as session:
        session.add(
            User(
                id=user_id,
                email=person.email,
                email_key=person.email,
                name="Maya",
                password_hash=_PASSWORD_HASH,
            )
        )
        await session.flush()
        opened = await open_session(session, settings, user_id, Client(ip=None, user_agent=None))
    person.token, person.csrf = opened.token, opened.csrf_token
