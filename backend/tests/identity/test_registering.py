"""Registering: who may have an account, and under which address."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from pydantic import SecretStr, ValidationError

from countersign.audit import log as audit
from countersign.errors import InvalidError
from countersign.identity import passwords
from countersign.identity.registration import AddressTakenError, Registration, register
from countersign.identity.sessions import Client
from countersign.kit.crypto import Keys
from countersign.settings import SAFE_PASSWORD_MEMORY_MIB, Settings
from tests.cluster import ProductDatabase

PASSWORD = "correct horse battery"
CLIENT = Client(ip="127.0.0.1", user_agent="test")


async def test_a_registered_person_keeps_the_address_as_typed_and_is_an_ordinary_user(
    database: ProductDatabase, keys: Keys
) -> None:
    user = await register(
        database.db, keys, Registration("Maya@ACME.example", "Maya  Rao", PASSWORD), CLIENT, memory_mib=1
    )
    assert (user.email, user.name, user.role) == ("Maya@acme.example", "Maya Rao", "user")


@pytest.mark.parametrize("again", ["maya@acme.example", "MAYA@Acme.Example", "Maya@acme.EXAMPLE"])
async def test_an_address_registers_once_whatever_the_case(
    database: ProductDatabase, keys: Keys, again: str
) -> None:
    await register(
        database.db, keys, Registration("maya@acme.example", "Maya", PASSWORD), CLIENT, memory_mib=1
    )
    with pytest.raises(AddressTakenError):
        await register(database.db, keys, Registration(again, "Other", PASSWORD), CLIENT, memory_mib=1)
    assert len(await database.as_owner("SELECT 1 FROM users")) == 1


async def test_composed_and_decomposed_letters_are_one_address(database: ProductDatabase, keys: Keys) -> None:
    await register(
        database.db, keys, Registration("zo\u00eb@acme.example", "Zoë", PASSWORD), CLIENT, memory_mib=1
    )
    with pytest.raises(AddressTakenError):
        await register(
            database.db, keys, Registration("zoe\u0308@acme.example", "Zoë", PASSWORD), CLIENT, memory_mib=1
        )


@pytest.mark.parametrize(
    "address", ["", "maya", "maya@", "@acme.example", "a b@acme.example", "maya@localhost", "m@[127.0.0.1]"]
)
async def test_what_is_no_address_is_refused_with_words(
    database: ProductDatabase, keys: Keys, address: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        await register(database.db, keys, Registration(address, "Maya", PASSWORD), CLIENT, memory_mib=1)
    assert refused.value.details["fields"][0]["path"] == "/email"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "too short"),
        ("x" * 257, "too long"),
        ("aaaaaaaaaaaa", "repeated"),
        ("MAYA@acme.example", "address"),
        ("maya-the-long", ""),
    ],
)
async def test_password_rules_say_what_is_wrong(
    database: ProductDatabase, keys: Keys, password: str, words: str
) -> None:
    wanted = Registration("maya@acme.example", "Maya", password)
    said = await _refusal_of(database, keys, wanted)
    assert words in said
    assert bool(said) == bool(words)


async def test_the_password_is_stored_as_argon2id_only(database: ProductDatabase, keys: Keys) -> None:
    await register(
        database.db,
        keys,
        Registration("maya@acme.example", "Maya", PASSWORD),
        CLIENT,
        memory_mib=SAFE_PASSWORD_MEMORY_MIB,
    )
    (row,) = await database.as_owner("SELECT password_hash FROM users")
    assert row["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_registering_leaves_one_audit_entry_in_the_persons_own_chain(
    database: ProductDatabase, keys: Keys
) -> None:
    user = await register(
        database.db, keys, Registration("maya@acme.example", "Maya", PASSWORD), CLIENT, memory_mib=1
    )
    async with database.db.session(user.id) as session:
        (entry,) = await audit.entries(session, keys)
    assert (entry.verb, (entry.details or {})["request"]) == (
        "user.register",
        {"ip": "127.0.0.1", "user_agent": "test"},
    )


@pytest.mark.parametrize("memory_mib", [1, SAFE_PASSWORD_MEMORY_MIB])
async def test_an_unknown_address_costs_the_same_work_as_a_known_one(memory_mib: int) -> None:
    stand_in = passwords._STAND_IN_HASH.format(memory_kib=memory_mib * 1024)
    known = await passwords.hash_password("whatever it is", memory_mib=memory_mib)
    assert extract_parameters(stand_in) == extract_parameters(known)
    assert await passwords.verify_password(None, "whatever it is", memory_mib=memory_mib) is False


def test_production_refuses_cheap_password_hashes() -> None:
    with pytest.raises(ValidationError, match="PASSWORD_MEMORY_MIB is below 64"):
        Settings(
            _env_file=None,
            environment="production",
            google_client_secret=SecretStr("own"),
            password_memory_mib=63,
        )


async def _refusal_of(database: ProductDatabase, keys: Keys, wanted: Registration) -> str:
    try:
        await register(database.db, keys, wanted, CLIENT, memory_mib=1)
    except InvalidError as refused:
        return refused.message
    return ""
