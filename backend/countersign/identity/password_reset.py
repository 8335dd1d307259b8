"""A new password set by whoever runs this installation; there is no reset by mail."""

from __future__ import annotations

from sqlalchemy import text, update

from countersign.audit import log as audit
from countersign.errors import NotFoundError
from countersign.identity.addresses import read_address
from countersign.identity.models import User
from countersign.identity.passwords import check_password_rules, hash_password
from countersign.identity.sessions import end_every_session
from countersign.kit.crypto import Keys
from countersign.kit.db import Database

_FIND = text("SELECT user_id FROM find_login(:email_key)")
_FORGET_TRIES = text("SELECT clear_login_failures(:address_hash)")


async def reset_password_and_commit(
    db: Database, keys: Keys, email: str, password: str, *, memory_mib: int
) -> int:
    """Set the password, end every session of that user, lift a lock of the address; returns how many sessions ended.

    Only for the command line of the machine that serves: it asks for no old password. Committed as one, with an
    audit entry in the user's own chain.

    Raises:
        InvalidError: not an address, or the password breaks a rule.
        NotFoundError: nobody registered with this address.
    """
    address = read_address(email)
    check_password_rules(password, email_key=address.key)
    password_hash = await hash_password(password, memory_mib=memory_mib)
    async with db.session(None) as session:
        user_id = await session.scalar(_FIND, {"email_key": address.key})
    if user_id is None:
        msg = "Nobody is registered with this address."
        raise NotFoundError(msg, action="Check the address.")
    _, address_hash = keys.mac("login", address.key.encode())
    async with db.session(user_id) as session:
        await session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
        await session.execute(_FORGET_TRIES, {"address_hash": address_hash})
        ended = await end_every_session(session, keys, user_id, why="session.ended_by_reset")
        audit.record(session, keys, "user.password_reset", {"sessions_ended": ended}, actor="administrator")
        return ended
