"""Whoever has a mailbox that hangs holds up nobody else, however much of theirs is due."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from countersign import worker
from countersign.accounts.services import Services
from countersign.settings import Settings
from tests.actions.desk import ALEX
from tests.actions.people import mailboxes, sit_down
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox

BOB = "bob@other.test"
SLOW_MAILS = 12
LOOKED_AT_ONCE = 8
PATIENCE_SECONDS = 10


async def test_due_mails_of_a_hanging_mailbox_do_not_delay_another_persons(
    services: Services, database: ProductDatabase, google_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What hangs is due first and more than one look of the scan takes.
    monkeypatch.setattr(worker, "DUE_AT_ONCE", LOOKED_AT_ONCE)
    google_sandbox.seed(*mailboxes(SLOW_MAILS), bobs_mailbox())
    slow = await sit_down(services, database, google_sandbox)
    quick = await sit_down(services, database, google_sandbox, BOB)
    for number in range(1, SLOW_MAILS + 1):
        await slow.decide(await slow.propose(number))
    card = await quick.decide(await quick.propose())
    google_sandbox.fault("gmail.users.threads.get", account=ALEX, stall_seconds=30)
    await slow.after_hold()

    async with working(services.settings), asyncio.timeout(PATIENCE_SECONDS):
        while await quick.state(card) != "done":  # noqa: ASYNC110 - the state is a row of the worker's
            await asyncio.sleep(0.1)


def bobs_mailbox() -> dict[str, object]:
    """Bob with one mail of Dana's."""
    mails = [{**mail, "to": [BOB]} for mail in mailboxes(1)[0]["messages"]]
    return {"email": BOB, "name": "Bob", "messages": mails}


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A small worker, at work until the block ends."""
    stopping = asyncio.Event()
    small = settings.model_copy(update={"worker_concurrency": 4, "google_threads": 4})
    process = asyncio.create_task(worker.run(small, stopping=stopping))
    try:
        yield
    finally:
        stopping.set()
        await process
