"""Tickets that open a WebSocket: a browser sends no CSRF token with one, so a page asks for a ticket first.

A ticket is bound to the user and the session that asked, opens one socket, and lives half a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.identity.models import Ticket
from countersign.identity.sessions import SignedIn
from countersign.kit.crypto import hash_token, random_token
from countersign.kit.db import Database

TICKET_SECONDS = 30

_REDEEM = text("SELECT user_id, session_id FROM redeem_ws_ticket(:token_hash)")


@dataclass(frozen=True)
class Bearer:
    """Whom a redeemed ticket was given to."""

    user_id: UUID
    session_id: UUID


async def issue(session: AsyncSession, person: SignedIn) -> str:
    """A new ticket of 256 random bits, kept as its hash; tickets of this user that nobody used are dropped."""
    await session.execute(
        delete(Ticket).where(Ticket.user_id == person.user_id, Ticket.expires_at <= func.app_now())
    )
    ticket = random_token()
    await session.execute(
        insert(Ticket).values(
            token_hash=hash_token(ticket),
            user_id=person.user_id,
            session_id=person.session_id,
            expires_at=func.app_now() + timedelta(seconds=TICKET_SECONDS),
        )
    )
    return ticket


async def redeem_and_commit(db: Database, ticket: str) -> Bearer | None:
    """Whom the ticket was given to; None when it is unknown, used or too old. It is used up either way."""
    async with db.session(None) as session:
        row = (await session.execute(_REDEEM, {"token_hash": hash_token(ticket)})).one_or_none()
    return Bearer(row.user_id, row.session_id) if row else None
