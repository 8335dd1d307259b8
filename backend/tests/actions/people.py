"""How a desk comes to be: a person, a connected mailbox in the sandbox, and a run that waits at its gate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from countersign.accounts.models import Account
from countersign.accounts.services import Services
from countersign.accounts.tokens import seal_tokens
from countersign.connectors.google.oauth import TokenGrant
from countersign.identity.models import User
from countersign.kit import clock
from countersign.kit.data_keys import cipher
from tests.actions.desk import ALEX, DANA, SCOPES, Desk
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox

YEARS = timedelta(days=3650)


def mailboxes(n_threads: int = 1) -> list[dict[str, Any]]:
    """Alex with that many conversations with Dana, who has a mailbox of her own."""
    mails = [
        {
            "id": f"18c{number:013d}",
            "from": f"Dana Ito <{DANA}>",
            "to": [ALEX],
            "subject": f"Delivery {number}",
            "message_id": f"<delivery-{number}@client.test>",
            "date": "2026-03-02T09:00:00Z",
            "text": "Can you take delivery on Wednesday?",
            "thread": f"delivery-{number}",
            "labels": ["INBOX", "UNREAD"],
        }
        for number in range(1, n_threads + 1)
    ]
    return [
        {"email": ALEX, "name": "Alex Moreno", "messages": mails},
        {"email": DANA, "name": "Dana Ito", "messages": []},
    ]


async def sit_down(
    services: Services, database: ProductDatabase, sandbox: Sandbox, email: str = ALEX
) -> Desk:
    """A registered person with that mailbox connected and a run waiting."""
    user_id = uuid4()
    async with services.db.session(user_id) as session:
        address = f"{user_id}@home.example"
        session.add(
            User(id=user_id, email=address, email_key=address, name="Alex Moreno", password_hash="none")
        )
    account_id = await _connect(services, sandbox, user_id, email)
    run_id = await new_run(database, user_id)
    return Desk(services, database, sandbox, user_id, account_id, run_id)


async def new_run(database: ProductDatabase, user_id: UUID) -> UUID:
    """A run of that person which waits at its gate."""
    conversation_id, message_id, run_id = uuid4(), uuid4(), uuid4()
    await database.as_owner(
        "INSERT INTO conversations (id, user_id) VALUES ($1, $2)", conversation_id, user_id
    )
    await database.as_owner(
        "INSERT INTO messages (id, user_id, conversation_id, role, text) VALUES ($1, $2, $3, 'user', 'Reply to Dana')",
        message_id,
        user_id,
        conversation_id,
    )
    await database.as_owner(
        "INSERT INTO runs (id, user_id, conversation_id, message_id, request, state, first_pass_over)"
        " VALUES ($1, $2, $3, $4, 'Reply to Dana', 'waiting', true)",
        run_id,
        user_id,
        conversation_id,
        message_id,
    )
    return run_id


async def _connect(services: Services, sandbox: Sandbox, user_id: UUID, email: str) -> UUID:
    """An account with a token that outlives every clock the tests set."""
    account_id = uuid4()
    token = sandbox.token(email, *SCOPES, expires_in=round(YEARS.total_seconds()))
    async with services.db.session(user_id) as session:
        account = Account(
            id=account_id, user_id=user_id, provider="google", email=email, type="work", token_version=0
        )
        grant = TokenGrant(token, round(YEARS.total_seconds()), None, SCOPES)
        user_cipher = await cipher(session, services.keys, user_id)
        seal_tokens(user_cipher, account, grant, await clock.now(session) + YEARS)
        session.add(account)
    return account_id
