"""What a person finds under which tab, in which order; titles say what would be done, whatever picture was stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from countersign.approvals import expiry, listing, postponing, reading
from countersign.approvals.listing import Filter, Tab
from countersign.kit import clock
from tests.actions.desk import Desk, uuid_of
from tests.approvals.piles import LOOK_ALIKE, Card, alike, opened, pile, saying, submit, with_payload


async def listed(desk: Desk, tab: Tab, page: int = 50) -> list[str]:
    """The ids of that tab's cards, read in pages of that size."""
    found: list[str] = []
    async with desk.services.db.session(desk.user_id) as session:
        last: listing.ShownCard | None = None
        while True:
            some = await listing.some_cards(
                session, Filter(tab=tab), after=last.place if last else None, limit=page
            )
            found += [one.card["id"] for one in some]
            if len(some) < page:
                return found
            last = some[-1]


async def every_tab(desk: Desk) -> dict[str, Card]:
    """One card for each tab, by its name, and the rejected one that has none."""
    late = await desk.propose(2)
    await desk.advance(30 * 60)
    await expiry.keep_time(desk.services, desk.user_id, uuid_of(late["id"], "apr"))
    done = await desk.decide(await desk.propose(3))
    await desk.after_hold()
    await desk.execute(done)
    waiting, held, unknown, asleep, rejected = await pile(desk, 5)
    await submit(desk, saying(held), saying(unknown), saying(rejected, "reject"))
    await desk.force(unknown, state="needs_review")
    async with desk.services.db.session(desk.user_id) as session:
        until = await clock.now(session) + timedelta(hours=1)
        await postponing.snooze(session, desk.services, uuid_of(asleep["id"], "apr"), until)
    return {
        "needs_you": waiting,
        "snoozed": asleep,
        "held": held,
        "done": done,
        "failed": unknown,
        "expired": late,
    }


async def test_every_card_is_under_the_tab_a_person_looks_in(desk: Desk) -> None:
    cards = await every_tab(desk)
    tabs: tuple[Tab, ...] = ("needs_you", "snoozed", "held", "done", "failed", "expired")

    found = {tab: await listed(desk, tab) for tab in tabs}
    async with desk.services.db.session(desk.user_id) as session:
        counts = await listing.counts(session)
        held = await listing.some_cards(
            session, Filter(tab="held", batch_id=uuid_of(cards["held"]["batch_id"], "bat"))
        )
        views = await listing.views(session, held)
        await desk.advance(3601)
        awake = await listing.counts(session)

    assert found == {tab: [cards[tab]["id"]] for tab in tabs}
    assert counts == dict.fromkeys(tabs, 1)
    assert [view["undo"]["state"] for view in views.values()] == ["offered"]
    assert (awake["needs_you"], awake["snoozed"]) == (2, 0)


@pytest.mark.parametrize("page", [1, 50])
async def test_what_needs_you_is_ordered_by_deadline_then_risk_then_age(desk: Desk, page: int) -> None:
    plain, risky, third, later = await alike(desk, 4)
    cards = await opened(desk, [plain, with_payload(risky, **LOOK_ALIKE), third, later])
    ages = {cards[0]["id"]: 2, cards[2]["id"]: 1}
    for card_id, minutes in ages.items():
        await desk.database.as_owner(
            "UPDATE approvals SET created_at = created_at - CAST($2 AS interval) WHERE id = $1",
            uuid_of(card_id, "apr"),
            timedelta(minutes=minutes),
        )
    async with desk.services.db.session(desk.user_id) as session:
        await postponing.extend(session, desk.services, uuid_of(cards[3]["id"], "apr"), 5)

    found = await listed(desk, "needs_you", page)

    assert found == [cards[1]["id"], cards[0]["id"], cards[2]["id"], cards[3]["id"]]


@pytest.mark.parametrize("page", [1, 50])
async def test_what_is_over_is_listed_newest_first(desk: Desk, page: int) -> None:
    cards = await pile(desk, 3)
    for hours, card in enumerate(cards):
        await desk.force(card, state="failed", closed_at=datetime(2026, 3, 2, hours, tzinfo=UTC))

    assert await listed(desk, "failed", page) == [card["id"] for card in reversed(cards)]


async def test_a_stored_picture_with_another_title_is_shown_nowhere(desk: Desk) -> None:
    card = await desk.edit(await desk.propose(), subject="Re: Soon")
    for sql in (
        "ALTER TABLE action_versions DISABLE TRIGGER USER",
        'UPDATE action_versions SET preview = preview || \'{"title": "Nothing at all"}\'',
        "ALTER TABLE action_versions ENABLE TRIGGER USER",
    ):
        await desk.database.as_owner(sql)

    async with desk.services.db.session(desk.user_id) as session:
        titles = [title.title for title in await reading.open_titles(session)]
        titles += [result.title for result in await reading.actions_of_run(session, desk.run_id)]
        versions = await reading.versions_of(session, uuid_of(card["id"], "apr"))

    assert titles + [version["preview"]["title"] for version in versions] == [card["title"]] * 4
