"""What one process holds for its whole life, passed explicitly to whoever needs it; it decides nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from countersign.connectors.google.transport import GoogleClient
from countersign.kit.bus import Bus
from countersign.kit.crypto import Keys
from countersign.kit.db import Database
from countersign.settings import Settings


@dataclass(frozen=True)
class Services:
    """Settings, database (app role), keys, bus and the way to Google of this process."""

    settings: Settings
    db: Database
    keys: Keys
    bus: Bus
    google: GoogleClient


@asynccontextmanager
async def opened_services(settings: Settings) -> AsyncIterator[Services]:
    """The process's services, all closed at the end.

    Raises:
        ConfigurationError: a key file is missing or damaged, or Google's base URL is unsafe.
    """
    keys = Keys.load(settings.keys_dir)
    google = GoogleClient(settings)
    url = settings.database_url.get_secret_value()
    db = Database(url, pool_size=settings.database_pool_size)
    try:
        async with Bus(url) as bus:
            yield Services(settings, db, keys, bus, google)
    finally:
        await db.close()
        google.close()
