"""A person's own audit over HTTP: readable for its owner, unreadable in the database, whole or known not to be."""

from __future__ import annotations

from tests.api.person import Person
from tests.cluster import ProductDatabase


async def test_the_owner_reads_what_the_database_keeps_sealed(
    anyone: Person, database: ProductDatabase
) -> None:
    await anyone.arrive()
    entries = (await anyone.get("/audit")).json()["entries"]
    rows = await database.as_owner("SELECT encode(details, 'escape') AS details FROM audit WHERE verb <> 'x'")
    assert [entry["verb"] for entry in entries] == ["user.register", "session.login"]
    assert [entry["seq"] for entry in entries] == [1, 2]
    assert entries[0]["details"]["request"]["ip"] == "127.0.0.1"
    assert [row for row in rows if "127.0.0.1" in row["details"]] == []


async def test_entries_go_on_after_a_position(anyone: Person) -> None:
    await anyone.arrive()
    assert [
        entry["seq"] for entry in (await anyone.get("/audit", params={"after": 1})).json()["entries"]
    ] == [2]


async def test_a_whole_chain_verifies_and_a_missing_entry_is_found(
    anyone: Person, database: ProductDatabase
) -> None:
    await anyone.arrive()
    whole = (await anyone.get("/audit/verify")).json()
    await database.as_owner("ALTER TABLE audit DISABLE TRIGGER audit_append_only")
    await database.as_owner("DELETE FROM audit WHERE verb = 'user.register'")
    await database.as_owner("ALTER TABLE audit ENABLE TRIGGER audit_append_only")
    broken = (await anyone.get("/audit/verify")).json()
    assert whole == {"is_whole": True, "entries": 2, "broken_at_seq": None}
    assert (broken["is_whole"], broken["broken_at_seq"]) == (False, 1)


async def test_nobody_reads_the_audit_of_another(anyone: Person, lee: Person) -> None:
    await anyone.arrive()
    assert (await lee.get("/audit")).json()["entries"] == []
