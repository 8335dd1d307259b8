"""Signing in with address and password; an answer never tells whether an address is registered.

Known and unknown addresses take the same steps: the lock is checked and the try counted under one lock per address,
one Argon2id comparison runs, and the same words come back.
"""

from __future__ import annotations

import math

from sqlalchemy import text

from countersign.audit import log as audit
from countersign.errors import NotSignedInError, TooManyError
from countersign.identity.addresses import key_of
from countersign.identity.models import User
from countersign.identity.passwords import verify_password
from countersign.identity.sessions import Client, OpenedSession, open_session
from countersign.kit.crypto import Keys
from countersign.kit.db import NOBODY, Database
from countersign.kit.ids import to_public
from countersign.settings import Settings

_ONE_TRY_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(encode(:address_hash, 'hex'), 0))")
_LOCKED_FOR = text(
    "SELECT extract(epoch FROM login_locked_until(:address_hash, :allowed, :minutes) - app_now()) AS seconds"
)
_COUNT_TRY = text("SELECT record_login_failure(:address_hash)")
_TAKE_BACK_TRY = text("SELECT take_back_login_failure(:address_hash, :failure_id)")
_FORGET_TRIES = text("SELECT clear_login_failures(:address_hash)")
_FIND = text("SELECT user_id, password_hash FROM find_login(:email_key)")


class WrongCredentialsError(NotSignedInError):
    """Address and password do not belong together; which of them is wrong is not told."""

    code = "wrong_credentials"
    action = "Check both and try again. The administrator can reset a password with `countersign user reset-password`."


class AddressLockedError(TooManyError):
    """Too many failed tries for this address, registered or not."""

    code = "address_locked"
    action = "Wait, then try again; the right password is not accepted before either."


async def log_in(
    db: Database, settings: Settings, keys: Keys, email: str, password: str, client: Client
) -> tuple[OpenedSession, User]:
    """A new session of the user, committed with an audit entry; forgets earlier failed tries of this address.

    A try is counted before the password is compared and taken back when it was right or never compared, so that
    many tries at once cannot get past the limit and a crowd of others cannot lock the address.

    Raises:
        AddressLockedError: `login_failures_allowed` tries failed within `login_lock_minutes`.
        WrongCredentialsError: unknown address or wrong password; the failed try is counted and audited.
        TooManyError: too many passwords wait to be compared in this process; the try does not count.
    """
    email_key = key_of(email)
    _, address_hash = keys.mac("login", email_key.encode("utf-8", "surrogatepass"))
    failure_id = await _count_try(db, settings, address_hash)
    async with db.session(None) as session:
        found = (await session.execute(_FIND, {"email_key": email_key})).one_or_none()
    try:
        kept = found.password_hash if found else None
        matches = await verify_password(kept, password, memory_mib=settings.password_memory_mib)
    except TooManyError:
        await _take_back_try(db, address_hash, failure_id)
        raise
    if not matches or found is None:
        await _audit_failure(db, keys, email_key, client)
        msg = "Address or password is wrong."
        raise WrongCredentialsError(msg)
    async with db.session(found.user_id) as session:
        session.info["request"] = client.as_details()
        await session.execute(_FORGET_TRIES, {"address_hash": address_hash})
        opened = await open_session(session, settings, found.user_id, client)
        audit.record(session, keys, "session.login", {"session_id": to_public("ses", opened.session_id)})
        return opened, await session.get_one(User, found.user_id)


async def _count_try(db: Database, settings: Settings, address_hash: bytes) -> int:
    async with db.session(None) as session:
        await session.execute(_ONE_TRY_AT_A_TIME, {"address_hash": address_hash})
        seconds = await session.scalar(
            _LOCKED_FOR,
            {
                "address_hash": address_hash,
                "allowed": settings.login_failures_allowed,
                "minutes": settings.login_lock_minutes,
            },
        )
        if seconds is not None and seconds > 0:
            msg = "There were too many failed tries to sign in with this address."
            raise AddressLockedError(msg, retry_after_seconds=math.ceil(seconds))
        failure_id: int = (await session.execute(_COUNT_TRY, {"address_hash": address_hash})).scalar_one()
        return failure_id


async def _take_back_try(db: Database, address_hash: bytes, failure_id: int) -> None:
    async with db.session(None) as session:
        await session.execute(_TAKE_BACK_TRY, {"address_hash": address_hash, "failure_id": failure_id})


async def _audit_failure(db: Database, keys: Keys, email_key: str, client: Client) -> None:
    async with db.session(NOBODY) as session:
        session.info["request"] = client.as_details()
        audit.record(session, keys, "session.login_failed", {"address": email_key}, actor="nobody")
