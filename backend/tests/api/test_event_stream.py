"""The event log over HTTP: a page at once, or a stream that has every event once and in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from countersign.events import log as events
from countersign.kit.ids import from_public
from tests.api.person import API, Person
from tests.cluster import ProductDatabase

_WAIT_SECONDS = 20
_EACH = 60


class Stream:
    """An open server-sent event stream, read frame by frame."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def frame(self) -> dict[str, str]:
        """The next frame with data, as its fields."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(_WAIT_SECONDS):
            async for line in self._lines:
                if line == "" and "data" in fields:
                    return fields
                name, _, value = line.partition(":")
                fields = {} if line == "" else {**fields, name: value.removeprefix(" ")}
        return fields

    async def seqs(self, count: int) -> list[int]:
        """The `seq` of the next frames."""
        return [int((await self.frame())["id"]) for _ in range(count)]

    async def ended(self) -> bool:
        """Whether the server closed the stream."""
        return await self.frame() == {}


@asynccontextmanager
async def listening(
    person: Person, after: int = 0, headers: dict[str, str] | None = None
) -> AsyncIterator[Stream]:
    """An open stream of that person."""
    request = {"Accept": "text/event-stream", **person.headers, **(headers or {})}
    async with person.http.stream(
        "GET", f"{API}/events", params={"after": after}, headers=request
    ) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response.aiter_lines())


async def user_id_of(person: Person) -> UUID:
    """The person's id in the database."""
    return from_public("usr", (await person.get("/auth/session")).json()["user"]["id"])


async def is_watching(database: ProductDatabase, user_id: UUID) -> bool:
    """Whether the person counts as having a page open."""
    watching = "SELECT 1 FROM users WHERE id = $1 AND watched_until > app_now()"
    return bool(await database.as_owner(watching, user_id))


async def notice(database: ProductDatabase, user_id: UUID, text: str) -> None:
    """Append one event in a transaction of its own."""
    async with database.db.session(user_id) as session:
        events.append(session, "notice", {"text": text})


async def notices(database: ProductDatabase, user_id: UUID, writer: str) -> None:
    """Append many, one after the other."""
    for n in range(_EACH):
        await notice(database, user_id, f"{writer} {n}")


async def test_a_page_answers_at_once_with_the_newest_position(
    maya: Person, database: ProductDatabase
) -> None:
    user_id = await user_id_of(maya)
    await notices(database, user_id, "a")
    page = (await maya.get("/events", params={"after": 10, "limit": 5})).json()
    assert [event["seq"] for event in page["events"]] == [11, 12, 13, 14, 15]
    assert page["head_seq"] == _EACH
    assert page["events"][0]["data"] == {"text": "a 10"}


async def test_an_empty_log_answers_at_once(maya: Person) -> None:
    assert (await maya.get("/events")).json() == {"events": [], "head_seq": 0}


async def test_a_stream_has_every_event_of_two_writers_once_and_in_order(
    maya: Person, database: ProductDatabase
) -> None:
    user_id = await user_id_of(maya)
    async with listening(maya) as stream, asyncio.TaskGroup() as writers:
        writers.create_task(notices(database, user_id, "a"))
        writers.create_task(notices(database, user_id, "b"))
        seqs = await stream.seqs(2 * _EACH)
    assert seqs == list(range(1, 2 * _EACH + 1))


async def test_a_client_that_reconnects_again_and_again_misses_and_repeats_nothing(
    maya: Person, database: ProductDatabase
) -> None:
    user_id = await user_id_of(maya)
    seen: list[int] = [0]
    async with asyncio.TaskGroup() as writers:
        writers.create_task(notices(database, user_id, "a"))
        writers.create_task(notices(database, user_id, "b"))
        for size in (1, 7, 12, 30, 70):
            async with listening(maya, headers={"Last-Event-ID": str(seen[-1])}) as stream:
                seen += await stream.seqs(size)
    assert seen == list(range(2 * _EACH + 1))


async def test_what_is_streamed_is_what_the_page_says(maya: Person, database: ProductDatabase) -> None:
    await notice(database, await user_id_of(maya), "Grüße 👋")
    async with listening(maya) as stream:
        streamed = json.loads((await stream.frame())["data"])
    assert streamed == (await maya.get("/events")).json()["events"][0]


async def test_two_tabs_see_the_same_events(maya: Person, database: ProductDatabase) -> None:
    user_id = await user_id_of(maya)
    assert not await is_watching(database, user_id)
    async with maya.in_another_tab() as tab, listening(maya) as mine, listening(tab) as other:
        await notice(database, user_id, "hello")
        assert (await mine.frame())["data"] == (await other.frame())["data"]
    assert await is_watching(database, user_id)


async def test_events_of_others_are_neither_streamed_nor_counted(
    maya: Person, lee: Person, database: ProductDatabase
) -> None:
    async with listening(maya) as stream:
        await notice(database, await user_id_of(lee), "for lee")
        await notice(database, await user_id_of(maya), "for maya")
        frame = await stream.frame()
    assert (frame["id"], json.loads(frame["data"])["data"]) == ("1", {"text": "for maya"})


async def test_a_stream_ends_when_its_session_does(maya: Person) -> None:
    async with maya.in_another_tab() as tab, listening(tab) as stream:
        await maya.post("/auth/logout")
        closing = [await stream.frame(), await stream.frame()]
    assert [json.loads(frame["data"])["type"] for frame in closing if frame] in ([], ["session.revoked"])
    assert closing[-1] == {}


async def test_a_position_further_back_than_ten_thousand_is_told_to_read_again(
    maya: Person, database: ProductDatabase
) -> None:
    user_id = await user_id_of(maya)
    await notice(database, user_id, "first")
    await database.as_owner("UPDATE event_heads SET head = 10002 WHERE user_id = $1", user_id)
    async with listening(maya, after=1) as stream:
        frame = await stream.frame()
        await notice(database, user_id, "after it")
        following = await stream.frame()
    assert (frame["event"], json.loads(frame["data"])["head_seq"]) == ("resync_required", 10002)
    assert following["id"] == "10003"


async def test_a_position_from_the_future_is_told_to_read_again(maya: Person) -> None:
    async with listening(maya, after=5) as stream:
        assert (await stream.frame())["event"] == "resync_required"


@pytest.mark.parametrize("after", ["-1", "x", str(2**63), "1.5"])
async def test_a_position_that_is_none_is_refused(maya: Person, after: str) -> None:
    assert (await maya.get("/events", params={"after": after})).status_code == 422


async def test_an_open_stream_does_not_keep_an_idle_session_alive(
    maya: Person, database: ProductDatabase
) -> None:
    user_id = await user_id_of(maya)
    async with listening(maya) as stream:
        await notice(database, user_id, "before")
        assert (await stream.frame())["id"] == "1"
        await database.advance_clock(timedelta(hours=11, minutes=50))
        await notice(database, user_id, "while it may still be used")
        assert (await stream.frame())["id"] == "2"
        await database.advance_clock(timedelta(minutes=11))
        await notice(database, user_id, "too late")
        assert await stream.ended()
    assert (await maya.get("/auth/session")).status_code == 401


async def test_an_idle_session_is_refused_the_stream(maya: Person, database: ProductDatabase) -> None:
    await database.advance_clock(timedelta(hours=12))
    assert (await maya.get("/events", headers={"Accept": "text/event-stream"})).status_code == 401
