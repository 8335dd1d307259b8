"""More time for a card, and putting it off: its clock moves, its words do not, and its owner is reminded in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from countersign.approvals import expiry, postponing
from countersign.approvals.deciding import ExpiredError
from countersign.approvals.postponing import ClockLimitError
from countersign.errors import ConflictError, InvalidError
from countersign.identity.preferences import set_expiry
from tests.actions.desk import Desk, uuid_of
from tests.approvals.piles import Card, events_of, pile

DAYS = 24 * 60


def moment(text: str) -> datetime:
    """A time of a card."""
    return datetime.fromisoformat(text)


async def extend(desk: Desk, card: Card, minutes: int | None = None) -> Card:
    """The card with more time."""
    async with desk.services.db.session(desk.user_id) as session:
        return await postponing.extend(session, desk.services, uuid_of(card["id"], "apr"), minutes)


async def snooze(desk: Desk, card: Card, minutes: int | None) -> Card:
    """The card, put off until so long after it would have ended unsnoozed; None wakes it."""
    until = None if minutes is None else moment(card["expires_at"]) + timedelta(minutes=minutes)
    async with desk.services.db.session(desk.user_id) as session:
        return await postponing.snooze(session, desk.services, uuid_of(card["id"], "apr"), until)


async def minutes_later(desk: Desk, card: Card, minutes: float) -> list[dict[str, Any]]:
    """What the person was told by then, after the scan looked at the card twice."""
    await desk.advance(minutes * 60)
    for _ in range(2):
        await expiry.keep_time(desk.services, desk.user_id, uuid_of(card["id"], "apr"))
    return await events_of(desk, "approval.updated")


def longer(before: Card, after: Card) -> timedelta:
    """How much later the card ends; nothing else of it may have changed."""
    clock = ("expires_at", "snoozed_until")
    assert {**after, **{name: before[name] for name in clock}} == before
    return moment(after["expires_at"]) - moment(before["expires_at"])


async def test_keeping_a_card_longer_moves_its_end_and_nothing_else_up_to_14_days(desk: Desk) -> None:
    card = await desk.propose()

    usual = await extend(desk, card)
    named = await extend(desk, usual, 10 * DAYS)
    with pytest.raises(ClockLimitError):
        await extend(desk, named, 5 * DAYS)
    for _ in range(3):
        await extend(desk, named, DAYS)
    last = await extend(desk, named)

    assert (longer(card, usual), longer(usual, named)) == (timedelta(minutes=30), timedelta(days=10))
    assert longer(card, last) == timedelta(days=13, minutes=60)
    await desk.advance(13 * DAYS * 60)
    await desk.decide(last)


async def test_at_the_limit_a_card_is_not_kept_longer(desk: Desk) -> None:
    card = await desk.propose()
    nearly = await extend(desk, card, 14 * DAYS - 40)
    full = await extend(desk, nearly)
    assert longer(nearly, full) == timedelta(minutes=10)

    for call in (extend(desk, full), extend(desk, full, 1), snooze(desk, full, 1)):
        with pytest.raises(ClockLimitError) as refused:
            await call
        assert "latest" in refused.value.details


async def test_a_snoozed_card_sleeps_comes_back_by_itself_and_has_its_usual_time(desk: Desk) -> None:
    card = await desk.propose()

    asleep = await snooze(desk, card, 60)
    still = await extend(desk, asleep, 5)
    told = await minutes_later(desk, card, 89)
    back = await minutes_later(desk, card, 1.5)

    assert longer(card, asleep) == timedelta(minutes=90)
    assert longer(asleep, still) == timedelta(minutes=5)
    assert moment(asleep["snoozed_until"]) == moment(card["expires_at"]) + timedelta(minutes=60)
    assert len(told) == 2
    assert back[2]["reason"] == "It is back. 34 minutes are left to decide."
    assert back[2]["clock"]["snoozed_until"] is None
    await desk.decide(card)


async def test_a_snooze_is_ended_by_hand_and_never_shortens_a_card(desk: Desk) -> None:
    card = await extend(desk, await desk.propose(), 3 * DAYS)

    asleep = await snooze(desk, card, -DAYS)
    awake = await snooze(desk, asleep, None)

    assert (longer(card, asleep), longer(card, awake)) == (timedelta(0), timedelta(0))
    assert (asleep["snoozed_until"] is None, awake["snoozed_until"]) == (False, None)
    with pytest.raises(InvalidError) as past:
        await snooze(desk, card, -4 * DAYS)
    assert past.value.details["fields"] == ["until"]


async def test_decided_and_expired_cards_have_no_clock_to_move(desk: Desk) -> None:
    decided, late = await pile(desk, 2)
    await desk.decide(decided, "reject")
    with pytest.raises(ConflictError, match="already been decided"):
        await extend(desk, decided)
    await desk.advance(45 * 60)
    with pytest.raises(ExpiredError):
        await snooze(desk, late, 60)
    await expiry.keep_time(desk.services, desk.user_id, uuid_of(late["id"], "apr"))
    with pytest.raises(ExpiredError):
        await extend(desk, late)


async def test_the_person_is_reminded_at_half_time_and_five_minutes_before_the_end(desk: Desk) -> None:
    card = await desk.propose()

    half = await minutes_later(desk, card, 15)
    last = await minutes_later(desk, card, 10)
    over = await minutes_later(desk, card, 5)

    assert [one["reason"] for one in half] == ["15 minutes are left to decide."]
    assert [one["reason"] for one in last[1:]] == ["5 minutes are left to decide."]
    assert [(one["status"], one["by"]) for one in over] == [("pending", "clock")] * 2 + [("expired", "clock")]


@pytest.mark.parametrize(
    ("left", "spoken"),
    [
        (timedelta(days=3), "3 days are"),
        (timedelta(hours=5), "5 hours are"),
        (timedelta(minutes=119), "119 minutes are"),
        (timedelta(seconds=70), "One minute is"),
    ],
)
def test_what_is_left_is_said_in_the_unit_people_use(left: timedelta, spoken: str) -> None:
    assert postponing.spoken(left) == spoken


async def test_cards_are_open_as_long_as_the_person_set(desk: Desk) -> None:
    async with desk.services.db.session(desk.user_id) as session:
        await set_expiry(session, desk.services.keys, "approval_expiry_minutes", 60)

    alone = await desk.propose()
    together = await pile(desk, 2)

    lives = [moment(card["expires_at"]) - moment(card["created_at"]) for card in (alone, together[0])]
    assert [round(life.total_seconds() / 60) for life in lives] == [60, 45]
