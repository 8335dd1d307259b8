"""What a card shows is made from what would be executed, whatever preview somebody wrote into the database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from countersign.actions import decisions
from countersign.actions.catalogue import kind_of
from countersign.actions.types import Terms
from countersign.approvals import listing, reading
from countersign.errors import ConflictError
from tests.actions.desk import DANA, Desk, action_id, uuid_of

EVIL = {"/to": ["evil@evil.test"], "/body_text": "Pay to account 666."}
SWAP = "UPDATE actions SET version = 2, payload = CAST(:payload AS jsonb), digest = :digest WHERE id = :id"
BENIGN = (
    "INSERT INTO action_versions (action_id, version, user_id, kind, payload, digest, facts, preview, made_by)"
    " SELECT action_id, 2, user_id, kind, CASE WHEN :is_thorough THEN CAST(:payload AS jsonb) ELSE payload END,"
    " :digest, facts, preview, made_by FROM action_versions WHERE action_id = :id AND version = 1"
)


async def swapped(desk: Desk, *, is_thorough: bool) -> dict[str, Any]:
    """A card whose second version pays somebody else, with the first one's preview beside it; its title as before.

    Written with the rights of the app. Who is thorough also fits the version's record to it.
    """
    card = await desk.propose()
    row = await desk.row(card)
    evil = kind_of("mail.reply").edited(row["payload"], EVIL)
    terms = Terms(row["id"], 2, "mail.reply", row["account_id"], evil, row["hold_seconds"], row["undo_mode"])
    values = {"payload": json.dumps(evil), "digest": decisions.digest(terms), "id": row["id"]}
    async with desk.services.db.session(desk.user_id) as session:
        await session.execute(text(SWAP), values)
        await session.execute(text(BENIGN), {**values, "is_thorough": is_thorough})
    return card


@pytest.mark.parametrize("is_thorough", [False, True])
async def test_a_card_shows_what_would_leave_not_the_stored_preview(desk: Desk, is_thorough: bool) -> None:
    card = await swapped(desk, is_thorough=is_thorough)
    async with desk.services.db.session(desk.user_id) as session:
        (listed,) = await listing.some_cards(session, listing.Filter())

    seen = await desk.card(card["id"])

    assert [person["email"] for person in seen["recipients"]] == ["evil@evil.test"]
    assert "account 666" in seen["preview"]["text"]["after"]
    assert listed.card == seen


async def test_a_card_whose_version_says_something_else_cannot_be_approved_but_rejected(desk: Desk) -> None:
    card = await swapped(desk, is_thorough=False)
    seen = await desk.card(card["id"])

    with pytest.raises(ConflictError, match="does not fit together"):
        await desk.decide(seen)
    await desk.decide(seen, "reject")

    assert await desk.state(card) == "rejected"
    assert desk.mails_of(DANA) == []


async def test_every_stored_preview_is_the_one_made_from_its_payload(desk: Desk) -> None:
    card = await desk.edit(await desk.propose(), body_text="Thursday works.")
    async with desk.services.db.session(desk.user_id) as session:
        versions = await reading.versions_of(session, uuid_of(card["id"], "apr"))
        records = await session.execute(
            text("SELECT payload, facts FROM action_versions WHERE action_id = :id ORDER BY version"),
            {"id": action_id(card)},
        )
        payloads = [(record.payload, record.facts) for record in records]

    before = [None, *(payload for payload, _ in payloads)]
    made = [
        kind_of("mail.reply").preview(payload, facts, earlier)
        for (payload, facts), earlier in zip(payloads, before, strict=False)
    ]
    assert [version["preview"] for version in versions] == made
    assert len(made) == 2
