"""What a signed-in person does about accounts, in one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from countersign.accounts.connect import Callback, finish_connect, start_connect, start_widening
from countersign.accounts.keeping import Connected
from countersign.accounts.services import Services
from countersign.accounts.tokens import credentials
from countersign.audit import log as audit
from countersign.connectors.google.credentials import Credentials
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.scopes import Ability
from countersign.events import log as events
from countersign.identity.login import log_in
from countersign.identity.registration import Registration, register
from countersign.identity.sessions import Client, session_of
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox

ALEX = "alex@acme.test"
ALEX_HOME = "alex@home.test"
PASSWORD = "a long enough phrase 42"
CLIENT = Client(ip="127.0.0.1", user_agent="tests")
MAIL: tuple[Ability, ...] = ("read_mail", "draft_and_send")


@dataclass(frozen=True)
class Person:
    """One user in one browser session."""

    services: Services
    database: ProductDatabase
    google: Sandbox
    email: str
    user_id: UUID
    session_id: UUID

    async def asks_to_connect(self, *abilities: Ability, login_hint: str | None = None) -> str:
        """The address at Google."""
        async with self.services.db.session(self.user_id) as session:
            return await start_connect(
                session, self.services, self.session_id, "work", abilities or MAIL, login_hint=login_hint
            )

    async def asks_to_widen(self, account_id: UUID, *abilities: Ability) -> str:
        """The address at Google for more of an account."""
        async with self.services.db.session(self.user_id) as session:
            return await start_widening(session, self.services, self.session_id, account_id, abilities)

    def answers(self, address: str, account: str = ALEX, decision: str = "allow", **more: str) -> Callback:
        """What the browser brings back after this answer on the consent page."""
        answer = {"sandbox_account": account, "sandbox_decision": decision}
        answer |= {f"sandbox_{name}": value for name, value in more.items()}
        response = self.google.http.get(str(httpx.URL(address).copy_merge_params(answer)))
        assert response.status_code == 302, response.text
        query = {
            name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
        }
        return Callback(query.get("state"), query.get("code"), query.get("error"))

    async def returns_with(self, callback: Callback) -> Connected:
        """The browser is back."""
        return await finish_connect(self.services, self.user_id, self.session_id, callback)

    async def connects(self, account: str = ALEX, *abilities: Ability) -> Connected:
        """The whole way, everything allowed."""
        return await self.returns_with(self.answers(await self.asks_to_connect(*abilities), account))

    async def uses(self, account_id: UUID) -> Credentials:
        """Live credentials of the account."""
        return await credentials(self.services, self.user_id, account_id)

    async def reads_own_address(self, account_id: UUID) -> str:
        """Which address Gmail says the account has."""
        return (await MailReader(self.services.google, await self.uses(account_id)).profile()).email

    async def account_rows(self) -> list[dict[str, Any]]:
        """The person's accounts as the database has them."""
        rows = await self.database.as_owner(
            "SELECT * FROM accounts WHERE user_id = $1 ORDER BY created_at, id", self.user_id
        )
        return [dict(row) for row in rows]

    async def audit_trail(self) -> list[tuple[str, dict[str, Any]]]:
        """The person's entries about accounts, opened, and a proof that the chain holds."""
        async with self.services.db.session(self.user_id) as session:
            found = await audit.entries(session, self.services.keys)
            assert (await audit.verify(session, self.services.keys)).is_whole
        return [(entry.verb, entry.details or {}) for entry in found if entry.verb.startswith("account.")]

    async def account_states(self) -> list[str]:
        """States in the person's `account.status` events, in order."""
        async with self.services.db.session(self.user_id) as session:
            page = await events.after(session, 0)
        return [event.data["state"] for event in page.events if event.type == "account.status"]

    async def other_browser(self) -> Person:
        """The same person signed in a second time."""
        return await sign_in(self.services, self.database, self.google, self.email)


async def sign_up(services: Services, database: ProductDatabase, google: Sandbox, email: str) -> Person:
    """Register and sign in."""
    await register(
        services.db,
        services.keys,
        Registration(email=email, name="A Person", password=PASSWORD),
        CLIENT,
        memory_mib=services.settings.password_memory_mib,
    )
    return await sign_in(services, database, google, email)


async def sign_in(services: Services, database: ProductDatabase, google: Sandbox, email: str) -> Person:
    """One more session."""
    opened, user = await log_in(services.db, services.settings, services.keys, email, PASSWORD, CLIENT)
    signed_in = await session_of(services.db, services.settings, opened.token)
    assert signed_in is not None
    return Person(services, database, google, email, user.id, signed_in.session_id)
