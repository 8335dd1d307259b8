"""Batches over HTTP: shown in groups, decided in one submit with a result for each card, stopped and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.actions.desk import Desk
from tests.api.person import Person
from tests.approvals.piles import pile


def item(card: dict[str, Any], verb: str = "approve", **said: Any) -> dict[str, Any]:
    """That verb on exactly what the card says."""
    return {"id": card["id"], "verb": verb, "version": card["version"], "digest": card["digest"], **said}


async def submit(person: Person, *items: dict[str, Any], key: str = "k-1") -> Any:
    """The answer to one submit."""
    return await person.post("/approvals/decide", {"items": items}, headers={"Idempotency-Key": key})


async def test_a_batch_is_decided_in_one_submit_watched_by_tab_and_taken_back(
    desk: Desk, alex: Person
) -> None:
    cards = await pile(desk, 4)
    batch = f"/batches/{cards[0]['batch_id']}"
    shown = (await alex.get(batch)).json()
    items = [
        item(cards[0]),
        item(cards[1], "reject", reason="not needed"),
        item(cards[2], "respond", instructions="shorter"),
        item(cards[3], version=2),
    ]

    answers = [await submit(alex, *items) for _ in range(2)]
    counts = (await alex.get("/approvals/counts")).json()
    held = (await alex.get("/approvals", params={"tab": "held", "batch": cards[0]["batch_id"]})).json()[
        "items"
    ]
    undone = await alex.post(f"{batch}/undo", headers={"Idempotency-Key": "k-2"})
    stopped = await alex.post(f"{batch}/stop")

    assert [(group["count"], len(group["samples"])) for group in shown["groups"]] == [(4, 3)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    results = answers[0].json()["items"]
    assert [(one["id"], one["ok"], one["status"]) for one in results] == [
        (cards[0]["id"], True, "approved"),
        (cards[1]["id"], True, "rejected"),
        (cards[2]["id"], True, "pending"),
        (cards[3]["id"], False, "pending"),
    ]
    problem = results[3]["problem"]
    assert (problem["code"], problem["status"], problem["details"]["card"]["version"]) == (
        "stale_card",
        409,
        1,
    )
    assert (counts["needs_you"], counts["held"]) == (2, 1)
    assert [(one["id"], one["action"]["undo"]["state"]) for one in held] == [(cards[0]["id"], "offered")]
    assert [(one["ok"], one["action"]["state"]) for one in undone.json()["items"]] == [(True, "cancelled")]
    assert [(one["ok"], one["action"]["state"]) for one in stopped.json()["items"]] == [
        (True, "cancelled")
    ] * 2
    again = await alex.post(f"{batch}/undo", headers={"Idempotency-Key": "k-3"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_a_submit_of_the_wrong_shape_decides_nothing(desk: Desk, alex: Person) -> None:
    card = await desk.propose()
    wrong = [[], [item(card)] * 101, [item(card)] * 2, [item(card, "send")], [item(card, digest="none")]]

    statuses = [(await submit(alex, *items, key=f"k-{n}")).status_code for n, items in enumerate(wrong)]
    without_key = await alex.post("/approvals/decide", {"items": [item(card)]})

    assert (statuses, without_key.status_code) == ([422] * 5, 422)
    assert await desk.state(card) == "proposed"


async def test_a_card_is_kept_longer_and_put_off_and_says_when_that_is_not_possible(
    desk: Desk, alex: Person
) -> None:
    card = await desk.propose()
    address = f"/approvals/{card['id']}"
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    longer = await alex.post(f"{address}/extend", {"minutes": 60})
    asleep = await alex.post(f"{address}/snooze", {"until": tomorrow})
    full = await alex.post(f"{address}/extend", {"minutes": 20_160})
    vague = await alex.post(f"{address}/snooze", {"until": "2026-12-01T09:00:00"})

    assert [answer.status_code for answer in (longer, asleep, full, vague)] == [200, 200, 409, 422]
    assert asleep.json()["snoozed_until"] is not None
    assert full.json()["code"] == "clock_limit"
    assert (await alex.get("/approvals/counts")).json()["snoozed"] == 1
