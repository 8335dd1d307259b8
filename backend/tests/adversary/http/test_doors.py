"""Deciding from elsewhere: only our own origin, with this session's cookie and token, opens the door."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from tests.actions.desk import Desk
from tests.api.person import Person

FOREIGN_ORIGINS = [
    "null",
    "",
    "http://127.0.0.1",
    "http://evil.test",
    "HTTP://{host}",
    "http://{host}/",
    "https://{host}",
]
WRONG_COOKIES = [
    "countersign={token}",
    "__host-countersign={token}",
    "__Host-countersign={token}x",
    "__Host-countersign={token}; __Host-countersign=x",
    "__Host-countersign=",
]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
async def test_a_decision_from_a_foreign_origin_decides_nothing(
    alex: Person, desk: Desk, origin: str
) -> None:
    card = await desk.propose()
    shown = origin.format(host=alex.origin.removeprefix("http://"))
    refused = await approve(alex, card, {"Origin": shown})

    assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
    assert await desk.state(card) == "proposed"


async def test_an_origin_that_only_begins_like_ours_decides_nothing(alex: Person, desk: Desk) -> None:
    card = await desk.propose()
    host, _, port = alex.origin.rpartition(":")

    assert (await approve(alex, card, {"Origin": f"{host}.evil.test:{port}"})).status_code == 403
    assert await desk.state(card) == "proposed"


@pytest.mark.parametrize("cookie", WRONG_COOKIES)
async def test_a_cookie_of_another_name_or_value_decides_nothing(
    alex: Person, desk: Desk, cookie: str
) -> None:
    card = await desk.propose()
    refused = await approve(alex, card, {"Cookie": cookie.format(token=alex.token)})

    assert refused.status_code == 401
    assert await desk.state(card) == "proposed"


@pytest.mark.parametrize("token", ["", "0" * 64, "\u00e4"])
async def test_a_wrong_csrf_token_decides_nothing(alex: Person, desk: Desk, token: str) -> None:
    card = await desk.propose()
    headers: dict[str, Any] = {"X-CSRF-Token": token.encode("latin-1")}

    assert (await approve(alex, card, headers)).status_code == 403
    assert await desk.state(card) == "proposed"


async def test_one_key_for_two_cards_at_the_same_moment_decides_one_of_them_once(
    alex: Person, desk: Desk
) -> None:
    first, second, key = await desk.propose(1), await desk.propose(2), str(uuid4())
    answers = await asyncio.gather(
        *(approve(alex, card, {"Idempotency-Key": key}) for card in (first, second) * 6)
    )

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[200] >= 1
    assert set(statuses) <= {200, 409, 422}
    assert sorted([await desk.state(first), await desk.state(second)]) == ["approved", "proposed"]
    assert len(await desk.database.as_owner("SELECT 1 FROM decisions")) == 1


async def approve(person: Person, card: dict[str, Any], headers: dict[str, Any]) -> Any:
    """Approve the card as it is, with these headers in place of the right ones."""
    said = {
        "verb": "approve",
        "version": card["version"],
        "digest": card["digest"],
        "acknowledged": card["requires"],
    }
    return await person.http.post(
        f"/api/v1/approvals/{card['id']}/decide",
        json=said,
        headers={**person.headers, "Idempotency-Key": str(uuid4()), **headers},
    )
