"""Our main job beside stock LangGraph: request to card, card to executed, by a whole installation of processes.

Api, worker, sandbox and Postgres are processes of their own, as `make run` starts them; people are HTTP clients whose
open page hears events. It looks into none of them but for their processor time.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg

from benchmarks import mailboxes, ten_nodes
from benchmarks.figures import Figure, at_least, at_most, p50, p95
from benchmarks.hearing import Hearing, Seen
from benchmarks.load import Load, at_once, parent_of, processor_seconds, processor_seconds_with_children
from benchmarks.place import Place
from countersign.kit.crypto import Keys
from countersign.kit.db import Database
from tests.api.person import Person
from tests.cluster import ProductDatabase
from tests.flows.installation import Installation, free_port
from tests.flows.story import Json, Story
from tests.sandbox.server import start_sandbox

WARM_UP = 3
# What a person should not have to wait longer for; how it is measured: docs/benchmarks.md.
RATIO = at_least(0.4)
CARD_P50_MS = at_most(400)
CARD_P95_MS = at_most(1000)
ABOVE_SANDBOX_P95_MS = at_most(50)
ENDED = frozenset({"succeeded", "partial", "failed", "cancelled"})
WRONG = frozenset({"failed", "refused", "needs_review", "cancelled"})


@dataclass
class Desk:
    """A signed-in person with a connected mailbox and an open page."""

    story: Story
    hearing: Hearing

    async def card(self) -> tuple[float, Json]:
        """Seconds from sending the request until the page has its card, and the card."""
        started = time.perf_counter()
        run_id = (await self.story.ask(mailboxes.REQUEST))["run_id"]
        seen = await self.hearing.first(lambda event: event["run_id"] == run_id and _is_card_or_end(event))
        if seen.event["type"] != "approval.requested":
            msg = f"the request made no card: {seen.event['data']}"
            raise RuntimeError(msg)
        return seen.moment - started, seen.event["data"]

    async def waits(self, card: Json) -> None:
        """Return when the run of that card waits for the decision."""
        await self._run_is(card, frozenset({"waiting"}))

    async def ended(self, card: Json) -> None:
        """Return when the run of that card has ended."""
        await self._run_is(card, ENDED)

    async def rejected(self, card: Json) -> float:
        """Seconds from rejecting the card until its run has ended."""
        started = time.perf_counter()
        response = await self.story.decide(card, "reject")
        await self.story.accepted(response)
        return (await self._run_is(card, ENDED)).moment - started

    async def executed(self, card: Json) -> tuple[float, float]:
        """Seconds until the page says that it is done: from approving, and from the click on "send now" alone."""
        approving = time.perf_counter()
        await self.story.approve(card)
        sending = time.perf_counter()
        await self.story.accepted(await self.story.keyed(f"/actions/{card['action_id']}/send-now"))
        seen = await self.hearing.first(
            lambda event: (
                event["type"] == "action.updated"
                and event["data"]["action_id"] == card["action_id"]
                and event["data"]["state"] in {"done", *WRONG}
            )
        )
        if seen.event["data"]["state"] != "done":
            msg = f"the mail was not sent: {seen.event['data']}"
            raise RuntimeError(msg)
        return seen.moment - approving, seen.moment - sending

    async def _run_is(self, card: Json, states: frozenset[str]) -> Seen:
        return await self.hearing.first(
            lambda event: (
                event["type"] == "run.updated"
                and event["run_id"] == card["run_id"]
                and event["data"]["state"] in states
            )
        )


@dataclass
class Office:
    """The installation with everybody at their desk."""

    installation: Installation
    desks: list[Desk]
    postmaster: int

    def processor_seconds(self) -> dict[str, float]:
        """What each part has used so far."""
        processes = self.installation.processes
        return {
            "worker": processor_seconds(processes["worker"].pid),
            "api": processor_seconds(processes["api"].pid),
            "Postgres": processor_seconds_with_children(self.postmaster),
            "sandbox": processor_seconds(self.installation.sandbox.process.pid),
            "the people's clients": processor_seconds(os.getpid()),
        }


async def measure(place: Place) -> list[Figure]:
    """Alone, executed, then all at once in turns with stock."""
    async with _opened(place) as office:
        place.say("requests one after the other ...")
        first = office.desks[0]
        for _ in range(WARM_UP):
            await first.rejected((await first.card())[1])
        alone = await _alone(first, place.size.alone)
        place.say("approve, send now, executed ...")
        executed = await _executed(office, place.size.alone)
        return [*alone, *executed, *await _together(place, office)]


async def _alone(desk: Desk, count: int) -> list[Figure]:
    seconds = []
    for _ in range(count):
        taken, card = await desk.card()
        seconds.append(taken)
        await desk.rejected(card)
    note = f"{count} requests, one at a time"
    return [
        Figure("request to first card, p50", p50(seconds) * 1000, "ms", CARD_P50_MS, note),
        Figure("request to first card, p95", p95(seconds) * 1000, "ms", CARD_P95_MS, note),
    ]


async def _executed(office: Office, count: int) -> list[Figure]:
    """Mails really sent, spread over the desks so that no mailbox grows much."""
    taken: list[tuple[float, float]] = []
    sandbox = 0.0
    for number in range(count):
        desk = office.desks[number % len(office.desks)]
        _, card = await desk.card()
        await desk.waits(card)
        used = office.processor_seconds()["sandbox"]
        taken.append(await desk.executed(card))
        sandbox += office.processor_seconds()["sandbox"] - used
        await desk.ended(card)
    own = sandbox / count
    both, click = ([seconds[which] * 1000 for seconds in taken] for which in (0, 1))
    own *= 1000
    note = f"p50 {p50(click) - own:.0f} ms; sandbox's processor time, {own:.0f} ms, taken off"
    return [
        Figure("approve and send now to executed, p50", p50(both), "ms", note=f"{count} mails sent, two clicks each"),
        Figure("approve and send now to executed, p95", p95(both), "ms"),
        Figure("send now to executed above the sandbox, p95", p95(click) - own, "ms", ABOVE_SANDBOX_P95_MS, note),
    ]  # fmt: skip


async def _together(place: Place, office: Office) -> list[Figure]:
    """Everybody asks at once, in turns with stock at the same concurrency, so that both meet the same machine."""
    size, people = place.size, len(office.desks)
    cards: list[Load] = []
    jobs: list[float] = []
    stocks: list[Load] = []
    used = dict.fromkeys(office.processor_seconds(), 0.0)
    async with ten_nodes.stock(place) as (workflow, _):
        await at_once(2, 0, workflow)
        for number in range(size.rounds):
            place.say(f"{people} people at once in turns with stock, round {number + 1} of {size.rounds} ...")
            stocks.append(await at_once(people, size.seconds, workflow))
            before = office.processor_seconds()
            asked, whole = await _round(office, size.seconds * 1.5)
            used = {name: used[name] + now - before[name] for name, now in office.processor_seconds().items()}
            cards.append(asked)
            jobs.append(whole)
    stock = p50(load.per_second for load in stocks)
    ratios = [ours.per_second / theirs.per_second for ours, theirs in zip(cards, stocks, strict=True)]
    wholes = [ours / theirs.per_second for ours, theirs in zip(jobs, stocks, strict=True)]
    taken = [seconds for load in cards for seconds in load.answers]
    note = f"{len(taken)} requests of {people} people at once; median of {size.rounds} rounds"
    return [
        Figure(f"stock: ten-node workflows, {people} at a time", stock, "/s", note="in turns with the next line"),
        Figure(f"requests to first card, {people} at a time", p50(load.per_second for load in cards), "/s", note=note),
        Figure("ratio to stock", p50(ratios), "x", RATIO, "the ambition is 1"),
        Figure("requests to card, rejected, run ended", p50(jobs), "/s", note="start, wait, resume, end as in stock"),
        Figure("ratio to stock, whole job", p50(wholes), "x"),
        Figure(f"request to first card, {people} at a time, p95", p95(taken) * 1000, "ms"),
        *(Figure(f"processor time of one whole job: {name}", seconds / len(taken) * 1000, "ms")
          for name, seconds in used.items()),
    ]  # fmt: skip


async def _round(office: Office, seconds: float) -> tuple[Load, float]:
    """Cards a second, and whole jobs a second when the time of rejecting them all is added."""
    open_cards: list[tuple[Desk, Json]] = []

    async def ask(line: int) -> float:
        desk = office.desks[line]
        taken, card = await desk.card()
        open_cards.append((desk, card))
        return taken

    started = time.perf_counter()
    load = await at_once(len(office.desks), seconds, ask)
    await asyncio.gather(*(desk.waits(card) for desk, card in open_cards))
    slots = asyncio.Semaphore(len(office.desks))

    async def reject(desk: Desk, card: Json) -> None:
        async with slots:
            await desk.rejected(card)

    await asyncio.gather(*(reject(desk, card) for desk, card in open_cards))
    return load, len(open_cards) / (time.perf_counter() - started)


@asynccontextmanager
async def _opened(place: Place) -> AsyncIterator[Office]:
    place.say(f"starting sandbox, api and worker; {place.size.people} people connect their mailboxes ...")
    addresses = place.database()
    keys = place.folder / f"keys-{uuid4()}"
    keys.mkdir(mode=0o700)
    Keys.create(keys)
    async with AsyncExitStack() as stack:
        sandbox = start_sandbox()
        stack.callback(sandbox.stop)
        sandbox.seed(*mailboxes.office(place.size.people, place.size.mailbox))
        database = ProductDatabase(addresses, Database(addresses.app_url))
        stack.push_async_callback(database.db.close)
        settings = database.settings(keys, google_base_url=sandbox.base_url, port=free_port())
        installation = Installation(settings, database, sandbox, place.folder / "processes.log")
        stack.callback(installation.stop)
        installation.start_api()
        installation.start_worker()
        desks = [await stack.enter_async_context(_desk(installation, n)) for n in range(place.size.people)]
        yield Office(installation, desks, await _postmaster(addresses.owner_url))


@asynccontextmanager
async def _desk(installation: Installation, number: int) -> AsyncIterator[Desk]:
    address = mailboxes.address(number)
    async with Person(installation.origin, f"{uuid4()}.{address}") as person:
        story = Story(await person.arrive(), installation)
        await story.connect(address)
        async with Hearing.opened(person) as hearing:
            yield Desk(story, hearing)


async def _postmaster(url: str) -> int:
    """The process whose children serve Postgres's connections."""
    connection = await asyncpg.connect(url)
    try:
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        return parent_of(int(backend)) or 0
    finally:
        await connection.close()


def _is_card_or_end(event: Json) -> bool:
    return event["type"] == "approval.requested" or (
        event["type"] == "run.updated" and event["data"]["state"] in ENDED
    )
