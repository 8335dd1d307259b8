"""Executors of a set killed in the middle, also while it is undone: every mail ends as wanted, then as it was."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from countersign.accounts.services import Services
from countersign.actions import execute
from tests.actions.desk import ALEX, Desk, action_id
from tests.actions.mailbox.tidying import mailbox, propose_ids, undo, undoing
from tests.actions.people import sit_down
from tests.cluster import ProductDatabase
from tests.crash.test_kills import until
from tests.crash.workers import Nursery
from tests.sandbox.server import Sandbox

N_MAILS = 16
SLOW = {"latency_seconds": 0.1}
# Killed when so many mails were moved by calls that end one after the other, eight at a time.
MOVED_BEFORE_THE_KILL = 3


@pytest.fixture
async def desk(services: Services, database: ProductDatabase, google_sandbox: Sandbox) -> Desk:
    """Alex with newsletters; the run is over, so that waking it drives nothing."""
    google_sandbox.seed(*mailbox(N_MAILS))
    sat = await sit_down(services, database, google_sandbox)
    await database.as_owner("UPDATE runs SET state = 'cancelled'")
    return sat


async def killed_in_the_middle(desk: Desk, children: Nursery, action: UUID, method: str) -> int:
    """How many mails an executor had moved by that method when it was killed."""
    rule = desk.sandbox.fault(method, **SLOW)
    pid = children.start("execute", user_id=str(desk.user_id), action_id=str(action))
    await until(lambda: len(desk.sandbox.ledger(method=method)) >= MOVED_BEFORE_THE_KILL)
    children.kill(pid, signal.SIGKILL)
    desk.sandbox.control("DELETE", "faults", id=rule["id"])
    return len(desk.sandbox.ledger(method=method))


async def finished(desk: Desk, action: UUID) -> str:
    """The state after other executors took it over."""
    for _ in range(4):
        await desk.advance(20)
        await execute.run(desk.services, desk.user_id, action)
    (row,) = await desk.database.as_owner("SELECT state FROM actions WHERE id = $1", action)
    return str(row["state"])


def labels(desk: Desk) -> dict[str, Any]:
    """The labels of every mail of Alex's."""
    return {mail["id"]: mail["labels"] for mail in desk.mails_of(ALEX)}


async def test_a_set_killed_half_way_is_finished_and_its_undo_killed_half_way_too(
    desk: Desk, children: Nursery
) -> None:
    before = labels(desk)
    ids = [message_id for message_id in before if message_id.startswith("19d00000000001")]
    card = await desk.decide(await propose_ids(desk, "mail.trash", ids))

    moved = await killed_in_the_middle(desk, children, action_id(card), "gmail.users.messages.trash")
    state = await finished(desk, action_id(card))
    binned = {message_id for message_id, found in labels(desk).items() if "TRASH" in found}
    await undo(desk, card)
    back = (await undoing(desk, card))["id"]
    returned = await killed_in_the_middle(desk, children, back, "gmail.users.messages.untrash")

    assert (state, await finished(desk, back)) == ("done", "done")
    assert moved < N_MAILS > returned
    assert binned == set(ids)
    assert labels(desk) == before
    calls = Counter(e["params"]["id"] for e in desk.sandbox.ledger(method="gmail.users.messages.trash"))
    assert sum(calls.values()) < 2 * N_MAILS
