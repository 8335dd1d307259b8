"""Making an account for a person; it opens no session and sends no mail."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from countersign.audit import log as audit
from countersign.errors import ConflictError, InvalidError
from countersign.identity.addresses import read_address
from countersign.identity.models import User
from countersign.identity.passwords import check_password_rules, hash_password
from countersign.identity.sessions import Client
from countersign.kit.crypto import Keys
from countersign.kit.db import Database
from countersign.kit.ids import new_id, to_public

_MAX_NAME_LENGTH = 200


class AddressTakenError(ConflictError):
    """Somebody already registered with this address."""

    code = "address_taken"
    action = "Sign in with this address, or ask the administrator to reset its password."


@dataclass(frozen=True)
class Registration:
    """What a person types to register."""

    email: str
    name: str
    password: str


async def register(
    db: Database, keys: Keys, wanted: Registration, client: Client, *, memory_mib: int
) -> User:
    """The new user, committed with an audit entry, in a transaction of the new user's own.

    The password is hashed before the transaction begins, so no connection waits for it.

    Raises:
        InvalidError: the address, name or password breaks a rule; the words say which.
        AddressTakenError: the address is registered; nothing was changed.
    """
    address = read_address(wanted.email)
    name = _checked_name(wanted.name)
    check_password_rules(wanted.password, email_key=address.key)
    password_hash = await hash_password(wanted.password, memory_mib=memory_mib)
    user_id = new_id()
    async with db.session(user_id) as session:
        session.info["request"] = client.as_details()
        added = await session.execute(
            insert(User)
            .values(
                id=user_id, email=address.shown, email_key=address.key, name=name, password_hash=password_hash
            )
            .on_conflict_do_nothing(index_elements=[User.email_key])
            .returning(User.id)
        )
        if added.one_or_none() is None:
            msg = "This address is already registered."
            raise AddressTakenError(msg)
        audit.record(session, keys, "user.register", {"user_id": to_public("usr", user_id)})
        return await session.get_one(User, user_id)


def _checked_name(name: str) -> str:
    stripped = " ".join(name.split())
    if not 1 <= len(stripped) <= _MAX_NAME_LENGTH:
        problem = f"The name needs 1 to {_MAX_NAME_LENGTH} characters."
        raise InvalidError(problem, fields=[{"path": "/name", "text": problem}])
    return stripped
