"""What one process holds for its whole life, passed explicitly to whoever needs it; it decides nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from countersign.accounts.flights import Flights
from countersign.connectors.google.credentials import AccessToken
from countersign.connectors.google.oauth import GoogleOAuth
from countersign.connectors.google.transport import GoogleClient
from countersign.kit.bus import Bus
from countersign.kit.crypto import Keys
from countersign.kit.db import Database
from countersign.settings import Settings


@dataclass(frozen=True)
class Services:
    """Settings, database (app role), keys, bus and the way to Google of this process.

    `oauth` (token endpoints) and `renewals` (one token renewal per account at a time) follow from the others.
    """

    settings: Settings
    db: Database
    keys: Keys
    bus: Bus
    google: GoogleClient
    oauth: GoogleOAuth = field(init=False)
    renewals: Flights[AccessToken] = field(init=False, default_factory=Flights)

    def __post_init__(self) -> None:
        """Prepare the token endpoints; no call is made."""
        object.__setattr__(self, "oauth", GoogleOAuth(self.google, self.settings))


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
            services = Services(settings, db, keys, bus, google)
            try:
                yield services
            finally:
                await services.renewals.close()
    finally:
        await db.close()
        google.close()
