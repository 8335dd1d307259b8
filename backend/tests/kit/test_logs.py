"""The event log has no gap and the audit chain notices every change, whatever happens at the same time."""

from __future__ import annotations

import asyncio
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from countersign.audit import log as audit
from countersign.events import log as events
from countersign.kit import ids, queue
from countersign.kit.crypto import Keys
from tests.cluster import ProductDatabase


@pytest.fixture
def user_id() -> UUID:
    return ids.new_id()


async def test_events_of_fifty_writers_at_once_have_no_gap_and_no_double(
    database: ProductDatabase, user_id: UUID
) -> None:
    async def write(number: int) -> None:
        async with database.db.session(user_id) as session:
            events.append(session, "notice", {"text": str(number)})
            events.append(session, "notice", {"text": str(number)})

    await asyncio.gather(*(write(number) for number in range(50)))
    async with database.db.session(user_id) as session:
        page = await events.after(session, 0)
    assert [event.seq for event in page.events] == list(range(1, 101))
    assert page.head_seq == 100
    numbers = [event.data["text"] for event in page.events]
    assert numbers[::2] == numbers[1::2]


async def test_a_transaction_that_fails_leaves_no_event_no_gap_and_no_job(
    database: ProductDatabase, user_id: UUID
) -> None:
    async def fail() -> None:
        async with database.db.session(user_id) as session:
            events.append(session, "notice", {"text": "1"})
            await queue.defer(session, "drive_run", run_id=user_id, user_id=user_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.db.session(user_id) as session:
        events.append(session, "notice", {"text": "2"})
    async with database.db.session(user_id) as session:
        page = await events.after(session, 0)
    assert [(event.seq, event.data["text"]) for event in page.events] == [(1, "2")]
    assert await database.as_owner("SELECT id FROM procrastinate_jobs") == []


async def test_another_users_log_is_invisible_and_cannot_be_written(
    database: ProductDatabase, user_id: UUID
) -> None:
    async with database.db.session(user_id) as session:
        events.append(session, "notice", {"text": "1"})
    other = ids.new_id()
    async with database.db.session(other) as session:
        assert (await events.after(session, 0)).events == []
        rows = await session.execute(text("SELECT count(*) FROM events"))
        assert rows.scalar_one() == 0
    with pytest.raises(Exception, match="row-level security"):
        async with database.db.session(other) as session:
            await session.execute(
                text("INSERT INTO events (user_id, seq, id, type, data) VALUES (:u, 9, :u, 'notice', '{}')"),
                {"u": user_id},
            )


async def test_audit_details_are_unreadable_in_the_database_and_readable_for_their_owner(
    database: ProductDatabase, keys: Keys, user_id: UUID
) -> None:
    async with database.db.session(user_id) as session:
        audit.record(session, keys, "account.connect", {"word": "walnut-canary"})
    rows = await database.as_owner("SELECT row_to_json(a)::text AS row, details FROM audit a")
    assert "walnut-canary" not in rows[0]["row"]
    assert b"walnut-canary" not in rows[0]["details"]
    async with database.db.session(user_id) as session:
        [entry] = await audit.entries(session, keys)
    assert entry.details == {"word": "walnut-canary"}


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit SET verb = 'nothing.happened' WHERE seq = 2",
        "UPDATE audit SET details = (SELECT details FROM audit WHERE seq = 1) WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
    ],
)
async def test_a_changed_or_missing_audit_entry_breaks_the_chain(
    database: ProductDatabase, keys: Keys, user_id: UUID, tamper: str
) -> None:
    for number in range(3):
        async with database.db.session(user_id) as session:
            audit.record(session, keys, "mail.reply", {"text": str(number)})
    async with database.db.session(user_id) as session:
        assert (await audit.verify(session, keys)).is_whole
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await database.as_owner(tamper)
    await database.as_owner("ALTER TABLE audit DISABLE TRIGGER audit_append_only")
    await database.as_owner(tamper)
    await database.as_owner("ALTER TABLE audit ENABLE TRIGGER audit_append_only")
    async with database.db.session(user_id) as session:
        assert not (await audit.verify(session, keys)).is_whole


@pytest.mark.parametrize(
    "tamper",
    [
        "DELETE FROM event_heads",
        "UPDATE event_heads SET audit_head = 2",
        "UPDATE event_heads SET audit_head = 0, audit_chain = ''",
        "UPDATE event_heads SET audit_chain = (SELECT chain FROM audit WHERE seq = 2)",
    ],
)
async def test_a_missing_or_rewound_end_of_the_chain_is_noticed(
    database: ProductDatabase, keys: Keys, user_id: UUID, tamper: str
) -> None:
    for number in range(3):
        async with database.db.session(user_id) as session:
            audit.record(session, keys, "mail.reply", {"text": str(number)})
    await database.as_owner(tamper)
    async with database.db.session(user_id) as session:
        assert not (await audit.verify(session, keys)).is_whole


async def test_nobodys_empty_chain_is_whole(database: ProductDatabase, keys: Keys, user_id: UUID) -> None:
    async with database.db.session(user_id) as session:
        found = await audit.verify(session, keys)
    assert (found.is_whole, found.entries) == (True, 0)


async def test_the_app_role_may_neither_move_the_clock_nor_read_users_it_does_not_know(
    database: ProductDatabase,
) -> None:
    for statement in (
        "UPDATE clock_offset SET offset_by = interval '1 day'",
        "SELECT * FROM login_failures",
        "DELETE FROM decisions",
        "SELECT * FROM due_actions",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with database.db.session(None) as session:
                await session.execute(text(statement))
    async with database.db.session(None) as session:
        assert (await session.execute(text("SELECT count(*) FROM users"))).scalar_one() == 0
