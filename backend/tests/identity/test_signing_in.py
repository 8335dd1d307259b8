"""Signing in: what opens a session, what locks an address, and when a session ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from countersign.audit import log as audit
from countersign.errors import TooManyError
from countersign.events import log as events
from countersign.identity.login import AddressLockedError, WrongCredentialsError, log_in
from countersign.identity.models import User
from countersign.identity.password_reset import reset_password_and_commit
from countersign.identity.passwords import verify_password
from countersign.identity.registration import Registration, register
from countersign.identity.sessions import Client, OpenedSession, log_out, session_of
from countersign.kit.crypto import Keys
from countersign.kit.db import NOBODY
from countersign.settings import Settings
from tests.cluster import ProductDatabase

ADDRESS = "maya@acme.example"
PASSWORD = "correct horse battery"
CLIENT = Client(ip="127.0.0.1", user_agent="test")
CROWD = 64
"""As many as may wait for a password hash in one process."""


@pytest.fixture
async def maya(database: ProductDatabase, keys: Keys) -> User:
    """A registered person."""
    return await register(database.db, keys, Registration(ADDRESS, "Maya", PASSWORD), CLIENT, memory_mib=1)


class Door:
    """Signing in to one installation."""

    def __init__(self, database: ProductDatabase, settings: Settings, keys: Keys) -> None:
        self.database, self.settings, self.keys = database, settings, keys

    async def enter(self, address: str = ADDRESS, password: str = PASSWORD) -> OpenedSession:
        return (await log_in(self.database.db, self.settings, self.keys, address, password, CLIENT))[0]

    async def refusal(self, address: str = ADDRESS, password: str = "wrong password") -> str:
        """The code of the refusal; empty when it was let in."""
        try:
            await self.enter(address, password)
        except (WrongCredentialsError, TooManyError) as refused:
            return refused.code
        return ""

    async def knows(self, opened: OpenedSession) -> bool:
        return await session_of(self.database.db, self.settings, opened.token) is not None


@pytest.fixture
def door(database: ProductDatabase, settings: Settings, keys: Keys) -> Door:
    """The way in."""
    return Door(database, settings, keys)


async def test_the_right_password_opens_a_session_of_that_person(door: Door, maya: User) -> None:
    opened = await door.enter("MAYA@acme.example")
    found = await session_of(door.database.db, door.settings, opened.token)
    assert found is not None
    assert (found.user_id, found.session_id, found.role) == (maya.id, opened.session_id, "user")


async def test_the_database_holds_neither_token_nor_csrf_token(door: Door, maya: User) -> None:
    opened = await door.enter()
    rows = await door.database.as_owner("SELECT s::text AS line FROM sessions s")
    assert len(rows) == 1
    assert opened.token not in rows[0]["line"]
    assert opened.csrf_token not in rows[0]["line"]
    assert opened.token.encode().hex() not in rows[0]["line"]


async def test_tokens_have_256_random_bits(door: Door, maya: User) -> None:
    opened = await door.enter()
    assert len(opened.token) == 43  # 32 bytes in unpadded base64


async def test_wrong_password_and_unknown_address_get_the_same_refusal(door: Door, maya: User) -> None:
    with pytest.raises(WrongCredentialsError) as known:
        await door.enter(password="not this one")
    with pytest.raises(WrongCredentialsError) as unknown:
        await door.enter(address="nobody@acme.example")
    assert (known.value.message, known.value.action) == (unknown.value.message, unknown.value.action)


@pytest.mark.parametrize("address", [ADDRESS, "nobody@acme.example"])
async def test_ten_failed_tries_lock_an_address_registered_or_not(
    door: Door, maya: User, address: str
) -> None:
    codes = [await door.refusal(address) for _ in range(11)]
    assert codes == ["wrong_credentials"] * 10 + ["address_locked"]


async def test_while_locked_even_the_right_password_waits_until_15_minutes_have_passed(
    door: Door, maya: User
) -> None:
    for _ in range(10):
        await door.refusal()
    with pytest.raises(AddressLockedError) as locked:
        await door.enter()
    assert locked.value.retry_after_seconds is not None
    assert 14 * 60 < locked.value.retry_after_seconds <= 15 * 60
    await door.database.advance_clock(timedelta(minutes=14, seconds=30))
    assert await door.refusal(password=PASSWORD) == "address_locked"
    await door.database.advance_clock(timedelta(seconds=31))
    assert await door.knows(await door.enter())


async def test_thirty_tries_at_once_get_no_more_than_ten_guesses(door: Door, maya: User) -> None:
    codes = await asyncio.gather(*(door.refusal() for _ in range(30)))
    assert (codes.count("wrong_credentials"), codes.count("address_locked")) == (10, 20)


@asynccontextmanager
async def full_line() -> AsyncIterator[None]:
    """Others keep the line for password hashes full: whoever was served stands in it again at once."""
    over = asyncio.Event()

    async def one() -> None:
        while not over.is_set():
            await verify_password(None, "anything", memory_mib=8)

    async with asyncio.TaskGroup() as crowd:
        for _ in range(CROWD):
            crowd.create_task(one())
        await asyncio.sleep(0)  # lets every one of them take its place
        yield
        over.set()


async def test_tries_turned_away_by_a_crowd_do_not_lock_the_address(door: Door, maya: User) -> None:
    async with full_line():
        codes = [await door.refusal(password=PASSWORD) for _ in range(12)]
    assert codes == ["too_many"] * 12
    assert await door.knows(await door.enter())


async def test_a_crowd_gives_nobody_an_eleventh_guess(door: Door, maya: User) -> None:
    guesses = [await door.refusal() for _ in range(9)]
    async with full_line():
        guesses += [await door.refusal() for _ in range(5)]
    guesses += [await door.refusal() for _ in range(2)]
    assert guesses == ["wrong_credentials"] * 9 + ["too_many"] * 5 + ["wrong_credentials", "address_locked"]


async def test_signing_in_forgets_earlier_failed_tries(door: Door, maya: User) -> None:
    for _ in range(9):
        await door.refusal()
    await door.enter()
    assert [await door.refusal() for _ in range(10)] == ["wrong_credentials"] * 10


async def test_locking_one_address_leaves_others_alone(door: Door, maya: User) -> None:
    for _ in range(10):
        await door.refusal("nobody@acme.example")
    assert await door.knows(await door.enter())


async def test_a_session_ends_12_hours_after_its_last_use(door: Door, maya: User) -> None:
    opened = await door.enter()
    await door.database.advance_clock(timedelta(hours=11, minutes=59))
    assert await door.knows(opened)
    await door.database.advance_clock(timedelta(hours=11, minutes=59))
    assert await door.knows(opened)
    await door.database.advance_clock(timedelta(hours=12))
    assert not await door.knows(opened)


async def test_a_session_in_daily_use_ends_after_30_days(door: Door, maya: User) -> None:
    opened = await door.enter()
    for _ in range(59):
        await door.database.advance_clock(timedelta(hours=11, minutes=59))
        assert await door.knows(opened)
    await door.database.advance_clock(timedelta(hours=11, minutes=59))  # 60 x 11:59 h = 29 days 23 h
    assert await door.knows(opened)
    await door.database.advance_clock(timedelta(hours=2))
    assert not await door.knows(opened)


async def test_logging_out_ends_only_that_session_and_is_announced(door: Door, maya: User) -> None:
    left, kept = await door.enter(), await door.enter()
    async with door.database.db.session(maya.id) as session:
        await log_out(session, door.keys, left.session_id)
    async with door.database.db.session(maya.id) as session:
        page = await events.after(session, 0)
    assert [await door.knows(left), await door.knows(kept)] == [False, True]
    assert [event.type for event in page.events] == ["session.revoked"]


async def test_sessions_of_a_backup_do_not_come_back_to_life(door: Door, maya: User) -> None:
    opened = await door.enter()
    await door.database.as_owner("SELECT mark_restored()")  # the last step of `countersign restore`
    assert not await door.knows(opened)
    assert await door.knows(await door.enter())


async def test_a_made_up_token_is_nobodys(door: Door, maya: User) -> None:
    assert await session_of(door.database.db, door.settings, "x" * 43) is None


async def test_resetting_a_password_ends_every_session_and_lifts_the_lock(door: Door, maya: User) -> None:
    opened = [await door.enter(), await door.enter()]
    for _ in range(10):
        await door.refusal()
    ended = await reset_password_and_commit(
        door.database.db, door.keys, "Maya@ACME.example", "another long password", memory_mib=1
    )
    assert ended == 2
    assert [await door.knows(session) for session in opened] == [False, False]
    assert await door.refusal(password=PASSWORD) == "wrong_credentials"
    assert await door.knows(await door.enter(password="another long password"))


async def test_who_signs_in_out_or_fails_is_in_the_audit(door: Door, maya: User) -> None:
    opened = await door.enter()
    await door.refusal()
    async with door.database.db.session(maya.id) as session:
        await log_out(session, door.keys, opened.session_id)
    async with door.database.db.session(maya.id) as session:
        own = await audit.entries(session, door.keys)
        whole = await audit.verify(session, door.keys)
    async with door.database.db.session(NOBODY) as session:
        system = await audit.entries(session, door.keys)
    assert [entry.verb for entry in own] == ["user.register", "session.login", "session.logout"]
    assert [(entry.verb, entry.actor) for entry in system] == [("session.login_failed", "nobody")]
    assert whole.is_whole
