"""The live socket: opened by a ticket, replayed without gap, kept up to date, and closed with its session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.api.person import API, Person
from tests.api.test_event_stream import is_watching, notice, user_id_of
from tests.cluster import ProductDatabase

_WAIT_SECONDS = 10


async def ticket_of(person: Person) -> str:
    """A fresh ticket of that person's session."""
    answer = await person.post("/ws-ticket")
    assert answer.status_code == 201
    assert answer.json()["expires_in"] == 30
    return str(answer.json()["ticket"])


@asynccontextmanager
async def opened(
    person: Person, ticket: str, *, origin: str = "", token: str | None = None
) -> AsyncIterator[ClientConnection]:
    """A socket as a browser opens it."""
    cookie = person.token if token is None else token
    async with connect(
        f"{person.origin.replace('http', 'ws', 1)}{API}/ws",
        origin=origin or person.origin,  # type: ignore[arg-type]  # a NewType of str
        subprotocols=["countersign.v1", f"ticket.{ticket}"],  # type: ignore[list-item]  # a NewType of str
        additional_headers={"Cookie": f"__Host-countersign={cookie}"} if cookie else {},
        proxy=None,
    ) as socket:
        yield socket


@asynccontextmanager
async def greeted(person: Person, last_seq: int = 0) -> AsyncIterator[ClientConnection]:
    """A socket that has said hello."""
    async with opened(person, await ticket_of(person)) as socket:
        await say(socket, op="hello", v=1, last_seq=last_seq, subscribe=["user"])
        yield socket


async def say(socket: ClientConnection, **word: Any) -> None:
    await socket.send(json.dumps(word))


async def word(socket: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    async with asyncio.timeout(_WAIT_SECONDS):
        heard: dict[str, Any] = json.loads(await socket.recv())
    return heard


async def words_until(socket: ClientConnection, op: str) -> list[dict[str, Any]]:
    """All frames up to and with the first of that kind."""
    heard = [await word(socket)]
    while heard[-1]["op"] != op:
        heard.append(await word(socket))
    return heard


async def close_code(socket: ClientConnection) -> int | None:
    """How the server closed; frames before it are passed over."""
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            while True:
                await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def test_a_socket_replays_the_log_and_then_tells_what_happens(
    maya: Person, database: ProductDatabase
) -> None:
    user_id = await user_id_of(maya)
    for n in range(3):
        await notice(database, user_id, f"before {n}")

    async with greeted(maya, last_seq=1) as socket:
        heard = await words_until(socket, "replay_done")
        await notice(database, user_id, "live")
        live = await word(socket)
        in_another_tab = await maya.get("/events", params={"after": 1})

    assert await is_watching(database, user_id)
    assert socket.subprotocol == "countersign.v1"
    assert [frame["op"] for frame in heard] == ["welcome", "event", "event", "replay_done"]
    assert (heard[0]["head_seq"], heard[0]["tail_seq"], heard[-1]["seq"]) == (3, 1, 3)
    events = [frame["event"] for frame in [*heard[1:3], live]]
    assert events == in_another_tab.json()["events"]


async def test_a_storm_of_reconnects_loses_and_doubles_nothing(
    maya: Person, database: ProductDatabase
) -> None:
    user_id, seen, seq = await user_id_of(maya), [], 0

    async def write() -> None:
        for n in range(40):
            await notice(database, user_id, str(n))

    writing = asyncio.create_task(write())
    while seq < 40:
        async with greeted(maya, last_seq=seq) as socket:
            for frame in await words_until(socket, "replay_done"):
                if frame["op"] == "event":
                    seq = frame["event"]["seq"]
                    seen.append(frame["event"]["data"]["text"])
    await writing

    assert seen == [str(n) for n in range(40)]


async def test_a_ticket_opens_one_socket_for_half_a_minute(maya: Person, database: ProductDatabase) -> None:
    used, old = await ticket_of(maya), await ticket_of(maya)
    async with opened(maya, used) as socket:
        await say(socket, op="hello", v=1, last_seq=0)
        assert (await word(socket))["op"] == "welcome"
    async with opened(maya, used) as socket:
        assert await close_code(socket) == 4401
    await database.advance_clock(timedelta(seconds=31))
    async with opened(maya, old) as socket:
        assert await close_code(socket) == 4401


@pytest.mark.parametrize("who", ["nobody", "another session", "another person", "no ticket"])
async def test_a_ticket_is_worth_nothing_without_its_own_session(maya: Person, lee: Person, who: str) -> None:
    ticket = "" if who == "no ticket" else await ticket_of(maya)
    token = {"nobody": "", "another session": "x" * 43, "another person": lee.token, "no ticket": maya.token}
    async with opened(maya, ticket, token=token[who]) as socket:
        assert await close_code(socket) == 4401


async def test_another_origin_is_refused_before_the_handshake(maya: Person) -> None:
    ticket = await ticket_of(maya)
    with pytest.raises(InvalidStatus) as refused:
        async with opened(maya, ticket, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('{"op": "pong"}', 4408),
        ("hello", 1008),
        ('{"op": "decide", "verb": "approve"}', 1008),
        ('{"op": "hello", "v": 1, "last_seq": -1}', 1008),
        ("x" * 5_000, 1009),
    ],
)
async def test_what_is_no_greeting_closes_the_socket(maya: Person, said: str, code: int) -> None:
    async with opened(maya, await ticket_of(maya)) as socket:
        await socket.send(said)
        assert await close_code(socket) == code


async def test_a_position_that_cannot_be_continued_asks_for_a_fresh_look(
    maya: Person, database: ProductDatabase
) -> None:
    await notice(database, await user_id_of(maya), "one")
    async with greeted(maya, last_seq=7) as socket:
        heard = await words_until(socket, "replay_done")
    assert [(frame["op"], frame.get("head_seq")) for frame in heard[1:]] == [
        ("resync_required", 1),
        ("replay_done", None),
    ]


async def test_signing_out_closes_the_sockets_of_that_session_only(maya: Person) -> None:
    async with greeted(maya) as socket:
        await words_until(socket, "replay_done")
        assert (await maya.post("/auth/logout")).status_code == 204
        assert await close_code(socket) == 4409


async def test_a_ninth_socket_of_one_person_is_turned_away(maya: Person, lee: Person) -> None:
    async with AsyncExitStack() as tabs:
        for _ in range(8):
            socket = await tabs.enter_async_context(greeted(maya))
            await words_until(socket, "replay_done")
        ninth = await tabs.enter_async_context(opened(maya, await ticket_of(maya)))
        assert await close_code(ninth) == 4429
        others = await tabs.enter_async_context(greeted(lee))
        assert (await word(others))["op"] == "welcome"
