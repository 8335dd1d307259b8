"""Sixty approved mails of every kind, every worker killed again and again: each leaves once, none is lost or hangs.

What left is read from the sandbox's ledger. Half of the kills are aimed at a phase, half come by time.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from countersign.actions.mail.mime import MARKER_HEADER
from countersign.settings import Settings
from tests.actions.desk import ALEX, SCOPES, Desk, action_id
from tests.crash.conftest import N_ACTIONS
from tests.crash.workers import GATE, Nursery, Watch

PHASES = ("staging", "armed_before", "armed_during", "armed_after", "receipt")
AIMED_EACH = 6
DRAFT = "mail.draft.create"
SENT = ("mail.reply", "mail.send", "mail.reply_all", "mail.forward")
SLOW = {
    "staging": ("gmail.users.drafts.create", "latency_seconds"),
    "armed_before": ("gmail.users.history.list", "latency_seconds"),
    "armed_during": ("gmail.users.drafts.send", "latency_seconds"),
    "armed_after": ("gmail.users.drafts.send", "latency_after_seconds"),
    "receipt": ("gmail.users.drafts.send", "latency_after_seconds"),
}
WEATHER: tuple[dict[str, Any], ...] = (
    {},
    {"method": "gmail.users.drafts.send", "drop": True, "count": 1},
    {"method": "gmail.users.drafts.send", "status": 503, "commit": True, "count": 1},
    {"method": "gmail.users.drafts.create", "drop": True, "count": 1},
    {"method": "gmail.users.*", "status": 500, "probability": 0.2, "count": 3},
    {"method": "gmail.users.drafts.send", "latency_after_seconds": 0.1, "count": 1},
)


async def aim(desk: Desk, watch: Watch, action: UUID, phase: str, n: int) -> bool:
    """Whether an executor stands in that phase of that action right now; it stays there until the faults end."""
    method, where = SLOW[phase]
    at = "latency_after_seconds" if phase == "armed_during" and n % 2 else where
    slow = 0.05 if phase in {"armed_after", "receipt"} else 1.5
    desk.sandbox.fault(method, **{at: slow}, count=1)
    if phase == "armed_after":
        await watch.connection.execute(f"SELECT pg_advisory_lock({GATE})")
        return await watch.until_phase(action, "armed_after") and await watch.until_blocked("attempts")
    if phase == "receipt":
        await watch.until_phase(action, "armed_during")
        holder = await asyncpg.connect(desk.database.owner_url)
        desk_lock = holder.transaction()
        await desk_lock.start()
        await holder.execute("SELECT 1 FROM event_heads WHERE user_id = $1 FOR UPDATE", desk.user_id)
        blocked = await watch.until_blocked("event_heads")
        asyncio.get_running_loop().call_later(0.2, lambda: asyncio.ensure_future(holder.close()))
        return blocked
    return await watch.until_phase(action, phase)


async def test_no_kill_makes_a_second_mail_or_loses_one(
    desk: Desk, children: Nursery, watch: Watch, record_property: Any
) -> None:
    chance = random.Random(7)
    aims = [phase for phase in PHASES for _ in range(AIMED_EACH)]
    plan: list[str | None] = [*aims, *([None] * (N_ACTIONS - len(aims)))]
    chance.shuffle(plan)
    sent, any_kind = itertools.cycle(SENT), itertools.cycle((DRAFT, *SENT))
    kinds = [next(sent) if phase else next(any_kind) for phase in plan]
    cards = [await desk.propose(number, kind=kind) for number, kind in enumerate(kinds, start=1)]
    workers = [children.start("worker"), children.start("worker")]
    killed: Counter[str] = Counter()
    for n, (card, phase) in enumerate(zip(cards, plan, strict=True)):
        if phase is None:
            weather = chance.choice(WEATHER)
            if weather:
                desk.sandbox.fault(**weather)
            await desk.decide(card)
            await asyncio.sleep(chance.uniform(0, 1.2))
            found = await watch.phase(action_id(card))
            hit = "by time: " + (found[0] if found else "before")
        else:
            await desk.decide(card)
            hit = phase if await aim(desk, watch, action_id(card), phase, n) else f"missed {phase}"
        for pid in workers:
            children.kill(pid)
        killed[hit] += 1
        await watch.connection.execute("SELECT pg_advisory_unlock_all()")
        desk.sandbox.clear_faults()
        workers = [children.start("worker"), children.start("worker")]
    slowest = await watch.until_all_ended(60)
    await desk.advance(120)
    record_property("kills", dict(killed))
    record_property("last end after s", round(slowest, 1))

    assert await watch.states() == {"done": N_ACTIONS}, children.log.read_text()[-2000:]
    assert sent_markers(desk) == Counter(await markers(desk))
    assert all(killed[phase] >= 5 for phase in PHASES), killed
    kept = Counter(await markers(desk, of_drafts=True))
    await until(lambda: marked(desk.raw_mails_of(ALEX, "DRAFT")) == kept)


def sent_markers(desk: Desk) -> Counter[str]:
    """How often each marker left, by the ledger."""
    return marked(base64.urlsafe_b64decode(entry["notes"]["raw"] + "==") for entry in desk.sends())


def marked(mails: Iterable[bytes]) -> Counter[str]:
    """How many of these mails bear which marker."""
    return Counter(str(message_from_bytes(raw)[MARKER_HEADER]) for raw in mails)


async def markers(desk: Desk, *, of_drafts: bool = False) -> list[str]:
    """The marker of each action that sends, or of each that only keeps a draft."""
    rows = await desk.database.as_owner(
        "SELECT provider_token->>'marker' AS marker FROM actions WHERE (kind = $1) = $2", DRAFT, of_drafts
    )
    return [row["marker"] for row in rows]


async def until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    """Returns once it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0.01)


async def test_without_looking_first_the_same_kills_do_send_twice(
    desk: Desk, children: Nursery, tmp_path: Path
) -> None:
    mails = [
        base64.urlsafe_b64encode(
            f"To: dana@client.test\r\nSubject: control {n}\r\n\r\nHi\r\n".encode()
        ).decode()
        for n in range(10)
    ]
    command = {
        "base_url": desk.sandbox.base_url,
        "token": desk.sandbox.token(ALEX, *SCOPES),
        "folder": str(tmp_path),
        "mails": mails,
    }
    desk.sandbox.fault("gmail.users.messages.send", latency_after_seconds=0.3, count=5)
    for already in range(5):
        pid = children.start("control", **command)
        await until(lambda: len(desk.sandbox.ledger(method="gmail.users.messages.send")) > already)  # noqa: B023 - called at once
        children.kill(pid)
    pid = children.start("control", **command)
    await until(lambda: not children.is_alive(pid))

    sends = [entry for entry in desk.sandbox.ledger(method="gmail.users.messages.send") if entry["ok"]]
    assert len(sends) > len(mails)


async def test_the_installed_figures_add_up_to_less_than_a_minute() -> None:
    settings = Settings(_env_file=None)
    worst = (
        settings.worker_heartbeat_seconds
        + settings.worker_stalled_seconds
        + settings.reaper_interval_seconds
        + settings.action_lease_seconds
        + settings.scan_interval_seconds
    )
    assert worst < 60
    assert settings.provider_call_timeout_seconds < settings.action_lease_seconds
