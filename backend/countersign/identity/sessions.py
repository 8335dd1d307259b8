"""Sessions: opening one, finding out whose a token is, ending one; it knows nothing of cookies or headers.

A token is 256 random bits and leaves this file once, to its owner; the database holds SHA-256 of it.
The CSRF token is derived from the session token by a one-way function, so every tab of a session has the same one
and knowing it does not help to know the session token.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.audit import log as audit
from countersign.events import log as events
from countersign.identity.models import Session, User
from countersign.kit import clock
from countersign.kit.crypto import Keys, constant_time_equal, hash_token, random_token
from countersign.kit.db import Database
from countersign.kit.ids import new_id, to_public
from countersign.settings import Settings

_SEEN_GRAIN = timedelta(minutes=1)
"""`last_seen_at` is written at most this often: against an idle limit of hours a finer grain only costs writes."""

_FIND = text("SELECT found.*, app_now() AS now FROM find_session(:token_hash) AS found")


@dataclass(frozen=True)
class SignedIn:
    """Who a request comes from."""

    user_id: UUID
    session_id: UUID
    role: str
    csrf_hash: bytes


@dataclass(frozen=True)
class Client:
    """Where a request comes from, as far as it tells; for the session list and the audit entry only."""

    ip: str | None
    user_agent: str | None

    def as_details(self) -> dict[str, str]:
        """What an audit entry keeps of it, sealed like the rest of the entry."""
        known = {"ip": self.ip, "user_agent": self.user_agent}
        return {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True)
class OpenedSession:
    """A new session's secrets; given to the client and not kept."""

    session_id: UUID
    token: str
    csrf_token: str
    expires_at: datetime


def csrf_token_of(token: str) -> str:
    """The CSRF token that belongs to a session token (HMAC-SHA256, RFC 2104), in hexadecimal."""
    return hmac.new(
        token.encode("utf-8", "surrogatepass"), b"countersign csrf token", hashlib.sha256
    ).hexdigest()


def csrf_token_matches(signed_in: SignedIn, csrf_token: str) -> bool:
    """Whether this CSRF token belongs to that session."""
    return constant_time_equal(hash_token(csrf_token), signed_in.csrf_hash)


async def open_session(
    session: AsyncSession, settings: Settings, user_id: UUID, client: Client
) -> OpenedSession:
    """Add a session that lives `session_days` at most and `session_idle_hours` unused."""
    token = random_token()
    now = await clock.now(session)
    row = Session(
        id=new_id(),
        user_id=user_id,
        token_hash=hash_token(token),
        csrf_hash=hash_token(csrf_token_of(token)),
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=settings.session_days),
        ip=client.ip,
        user_agent=client.user_agent,
    )
    session.add(row)
    await session.flush()
    return OpenedSession(row.id, token, csrf_token_of(token), row.expires_at)


async def session_of(db: Database, settings: Settings, token: str) -> SignedIn | None:
    """Whose live session this token is; None when it is unknown, ended, idle too long or too old.

    Remembers that the session was used, at most once a minute, in a transaction of its own.
    """
    row = await _live_row(db, settings, token)
    if row is None:
        return None
    if row.now - row.last_seen_at >= _SEEN_GRAIN:
        async with db.session(row.user_id) as session:
            await session.execute(
                update(Session)
                .where(Session.id == row.session_id, Session.ended_at.is_(None))
                .values(last_seen_at=row.now)
            )
    return SignedIn(row.user_id, row.session_id, row.role, bytes(row.csrf_hash))


async def is_live(db: Database, settings: Settings, token: str, user_id: UUID) -> bool:
    """Whether this token is still that user's live session; asking is no use of it, so an idle one runs out."""
    row = await _live_row(db, settings, token)
    return row is not None and row.user_id == user_id


async def log_out(session: AsyncSession, keys: Keys, session_id: UUID) -> None:
    """End this session at once, everywhere it is open; ending an ended one changes nothing."""
    ended = await session.execute(
        update(Session)
        .where(Session.id == session_id, Session.ended_at.is_(None))
        .values(ended_at=await clock.now(session))
        .returning(Session.id)
    )
    await _announce(session, keys, "session.logout", [row.id for row in ended])


async def end_every_session(session: AsyncSession, keys: Keys, user_id: UUID, *, why: str) -> int:
    """End all live sessions of the user; returns how many there were."""
    ended = await session.execute(
        update(Session)
        .where(Session.user_id == user_id, Session.ended_at.is_(None))
        .values(ended_at=await clock.now(session))
        .returning(Session.id)
    )
    session_ids = [row.id for row in ended]
    await _announce(session, keys, why, session_ids)
    return len(session_ids)


async def user_of(session: AsyncSession) -> User:
    """The user of this transaction."""
    user: User = await session.get_one(User, session.info["user_id"])
    return user


async def _live_row(db: Database, settings: Settings, token: str) -> Row[Any] | None:
    async with db.session(None) as session:
        row = (await session.execute(_FIND, {"token_hash": hash_token(token)})).one_or_none()
    if row is None or row.expires_at <= row.now:
        return None
    unused_for = row.now - row.last_seen_at
    return row if unused_for < timedelta(hours=settings.session_idle_hours) else None


async def _announce(session: AsyncSession, keys: Keys, verb: str, session_ids: list[UUID]) -> None:
    for session_id in session_ids:
        public_id = to_public("ses", session_id)
        events.append(session, "session.revoked", {"session_id": public_id})
        audit.record(session, keys, verb, {"session_id": public_id})
