"""Many cards of one person at once, made from one resolved reply: what differs is said, the rest is alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from countersign.actions.types import ProposedAction
from countersign.approvals import gate
from countersign.approvals.batches import many
from countersign.approvals.batches.many import Answer, Item
from countersign.approvals.deciding import Verdict
from tests.actions.desk import Desk, uuid_of

LOOK_ALIKE = {"to": [{"email": "dana@c1ient.test", "name": "Dana Ito"}]}
"""A payload change that makes a card high risk."""

Card = dict[str, Any]


async def alike(desk: Desk, n: int) -> list[ProposedAction]:
    """That many proposals of one step that differ only in their target."""
    one = await desk.proposal(1)
    return [replace(one, target=f"{one.target}-{number}") for number in range(n)]


def with_payload(proposed: ProposedAction, **changes: Any) -> ProposedAction:
    """The proposal with these fields of its payload replaced."""
    return replace(proposed, payload={**proposed.payload, **changes})


async def opened(desk: Desk, proposed: Sequence[ProposedAction]) -> list[Card]:
    """The cards of these proposals, opened together."""
    async with desk.services.db.session(desk.user_id) as session:
        ids = await gate.open(session, desk.services, proposed)
    return [await desk.card(approval_id) for approval_id in ids]


async def pile(desk: Desk, n: int) -> list[Card]:
    """That many cards of one batch."""
    return await opened(desk, await alike(desk, n))


def saying(card: Card, verb: str = "approve", **said: Any) -> Item:
    """That verb on exactly what the card says."""
    verdict = Verdict(verb, card["version"], card["digest"], tuple(card["requires"]), said.get("note"))
    return Item(uuid_of(card["id"], "apr"), replace(verdict, **said.get("other", {})))


async def submit(desk: Desk, *items: Item, nonce: str | None = None) -> list[Answer]:
    """What became of each item of one submit."""
    async with desk.services.db.session(desk.user_id) as session:
        return await many.decide_many(
            session, desk.services, items, nonce=nonce or desk.nonce(), decider=desk.decider
        )


def codes(answers: Sequence[Answer]) -> list[str | None]:
    """Why each item was refused; None for one that was not."""
    return [answer.refusal.code if answer.refusal else None for answer in answers]


async def events_of(desk: Desk, type_: str) -> list[dict[str, Any]]:
    """The data of the person's events of that type, in order."""
    rows = await desk.database.as_owner("SELECT data FROM events WHERE type = $1 ORDER BY seq", type_)
    return [json.loads(row["data"]) for row in rows]
