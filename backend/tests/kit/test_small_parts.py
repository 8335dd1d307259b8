"""Ids, canonical bytes, cursors, redaction and the bus, each by what a person or a room relies on."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from countersign.errors import InvalidError, NotFoundError
from countersign.kit import bus, clock, ids, paging, telemetry
from countersign.kit.canonical import canonical_json, digest_of
from tests.cluster import ProductDatabase
from tests.kit.served_logging import logging_as_served


@given(st.uuids())
def test_every_id_survives_its_public_form(value: UUID) -> None:
    public = ids.to_public("run", value)
    assert len(public) == 30
    assert ids.from_public("run", public) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "run_",
        "act_" + "a" * 26,
        "run_" + "1" * 26,
        "run_" + "a" * 25,
        "run_" + "A" * 26,
        "run_" + "a" * 25 + "b",
    ],
)
def test_what_is_not_an_id_of_that_kind_is_simply_not_found(text: str) -> None:
    with pytest.raises(NotFoundError):
        ids.from_public("run", text)


def test_ids_sort_by_the_time_they_were_made_and_derived_ids_repeat() -> None:
    assert [ids.new_id().version for _ in range(2)] == [7, 7]
    namespace = ids.new_id()
    assert ids.derived_id(namespace, "a", "bc") == ids.derived_id(namespace, "a", "bc")
    assert ids.derived_id(namespace, "a", "bc") != ids.derived_id(namespace, "ab", "c")


def test_an_id_field_reads_both_forms_and_writes_the_public_one() -> None:
    adapter: TypeAdapter[UUID] = TypeAdapter(ids.RunId)
    value = ids.new_id()
    assert adapter.validate_python(ids.to_public("run", value)) == value
    assert adapter.validate_python(value) == value
    assert adapter.dump_python(value, mode="json") == ids.to_public("run", value)
    with pytest.raises(ValidationError):
        adapter.validate_python(ids.to_public("act", value))


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    # RFC 8785, section 3.2: keys sorted, no white space, minimal escapes.
    assert canonical_json({"b": [1, "é\n"], "a": None}) == '{"a":null,"b":[1,"é\\n"]}'.encode()
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of({"a": 1}) == "sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


@pytest.mark.parametrize("value", [1.5, {"a": "\x00"}, ["\ud800"], {"\x00": 1}, 2**60])
def test_what_storage_would_not_keep_exactly_is_refused(value: Any) -> None:
    with pytest.raises(InvalidError):
        canonical_json(value)


def test_a_page_cursor_survives_and_a_made_up_one_is_refused() -> None:
    when, item = datetime(2026, 11, 20, 12, 0, tzinfo=UTC), ids.new_id()
    assert paging.read_cursor(paging.write_cursor(when, item)) == paging.Cursor(when, item)
    for text in ("", "x", "bm90IGpzb24", "WzEsMl0", paging.write_cursor(when.replace(tzinfo=None), item)):
        with pytest.raises(InvalidError):
            paging.read_cursor(text)


def test_secrets_and_addresses_never_reach_a_log_line() -> None:
    event = {
        "event": "google.called dana@example.org with Bearer abc.def at /callback?code=4/secret",
        "access_token": "canary",
        "password": "canary",
        "subject": "canary",
        "nested": {"refresh_token": "canary", "n": 3},
        "many": ["dana@example.org", 2],
        "error": ValueError("mail from dana@example.org"),
    }
    line = json.dumps(telemetry.redact(None, "info", event))
    for secret in ("canary", "dana@", "abc.def", "4/secret"):
        assert secret not in line
    assert '"n": 3' in line


def _fail_over_a_mail() -> None:
    try:
        b"x".decode("canary")
    except LookupError as exc:
        msg = "invalid input canary"
        raise ValueError(msg) from exc


def test_an_exception_is_logged_by_its_kind_and_places_never_by_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ValueError, match="canary") as raised:
        _fail_over_a_mail()
    exc = raised.value
    with logging_as_served():
        structlog.get_logger().error("worker.failed", exc_info=exc)
        logging.getLogger("library").error("failed over %s", exc, exc_info=exc)
        logging.getLogger("asyncio").error("never retrieved\nfuture: <Task %r>", exc, exc_info=exc)
        logging.getLogger("library").error("no words: %s", exc)
        logging.getLogger("library").error(exc)
    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines()]
    assert "canary" not in written
    assert len(lines) == 5
    for line in lines[:3]:
        assert line["where"][0] == "ValueError"
        assert any(
            "test_small_parts.py:" in place and "_fail_over_a_mail" in place for place in line["where"]
        )
        assert "from LookupError" in line["where"]


@pytest.fixture
async def listening(database: ProductDatabase) -> AsyncIterator[bus.Bus]:
    async with bus.Bus(database.app_url) as opened:
        await opened.ready()
        yield opened


async def test_a_listener_hears_what_was_committed_and_nothing_that_was_not(
    database: ProductDatabase, listening: bus.Bus
) -> None:
    async with listening.listen("events") as stream:
        with pytest.raises(RuntimeError):
            async with database.db.session(None) as session:
                await bus.publish(session, "events", "rolled back")
                raise RuntimeError
        async with database.db.session(None) as session:
            await bus.publish(session, "events", "committed")
        assert await asyncio.wait_for(anext(stream), 5) == "committed"


async def test_a_lost_connection_comes_back_and_says_read_the_log_again(
    database: ProductDatabase, listening: bus.Bus
) -> None:
    async with listening.listen("events") as stream:
        await database.as_owner("SELECT 1")
        await asyncio.to_thread(_end_listeners, database)
        assert await asyncio.wait_for(anext(stream), 10) == ""
        async with database.db.session(None) as session:
            await bus.publish(session, "events", "after")
        assert await asyncio.wait_for(anext(stream), 5) == "after"


async def test_a_slow_listener_loses_the_oldest_hints_and_never_blocks_the_others(listening: bus.Bus) -> None:
    async with listening.listen("events") as slow:
        for number in range(1_100):
            listening._deliver("events", str(number))
        assert await anext(slow) == "100"


async def test_every_process_reads_the_one_movable_clock(database: ProductDatabase) -> None:
    await database.advance_clock(timedelta(days=2))
    async with database.db.session(None) as session:
        ahead = await clock.now(session) - datetime.now(UTC)
        assert await clock.offset(session) == timedelta(days=2)
    assert timedelta(days=2) - timedelta(minutes=1) < ahead < timedelta(days=2, minutes=1)


def _end_listeners(database: ProductDatabase) -> None:
    with psycopg.connect(database.addresses.superuser_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
