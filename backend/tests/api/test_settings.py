"""A person says in which time zone they live and how long their cards wait; dates and cards follow it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.person import Person


async def zone_of(person: Person) -> Any:
    """What the person's settings say."""
    return (await person.get("/settings")).json()["time_zone"]


async def changed(person: Person, body: dict[str, Any]) -> int:
    """The status of a change."""
    return (await person.send("PATCH", "/settings", json=body)).status_code


async def changes_noted(person: Person) -> list[dict[str, Any]]:
    """What the person's audit says about changed settings."""
    entries = (await person.get("/audit?limit=200")).json()["entries"]
    return [entry["details"] for entry in entries if entry["verb"] == "user.settings_changed"]


async def test_a_zone_is_set_once_audited_and_taken_back(maya: Person, lee: Person) -> None:
    assert await zone_of(maya) is None
    statuses = [await changed(maya, {"time_zone": "America/Bogota"}) for _ in range(2)]
    assert (statuses, await zone_of(maya), await zone_of(lee)) == ([200, 200], "America/Bogota", None)
    session = (await maya.get("/auth/session")).json()
    assert session["user"]["time_zone"] == "America/Bogota"
    assert (await changed(maya, {}), await zone_of(maya)) == (200, "America/Bogota")
    assert (await changed(maya, {"time_zone": None}), await zone_of(maya)) == (200, None)
    assert [(entry["before"], entry["after"]) for entry in await changes_noted(maya)] == [
        ({"time_zone": None}, {"time_zone": "America/Bogota"}),
        ({"time_zone": "America/Bogota"}, {"time_zone": None}),
    ]


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "europe/berlin", "../../etc/passwd", "+02:00", "x" * 101]
)
async def test_a_zone_that_does_not_exist_is_refused_and_changes_nothing(maya: Person, name: str) -> None:
    answer = await maya.send("PATCH", "/settings", json={"time_zone": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [field["path"] for field in answer.json()["fields"]] == ["/time_zone"]
    assert (await zone_of(maya), await changes_noted(maya)) == (None, [])


async def test_a_person_says_how_long_cards_wait_within_5_minutes_and_14_days(maya: Person) -> None:
    fine = {"approval_expiry_minutes": 60, "batch_expiry_minutes": 20_160}
    statuses = [await changed(maya, body) for body in (fine, {"batch_expiry_minutes": None})]
    refused = [await changed(maya, {"approval_expiry_minutes": minutes}) for minutes in (4, 20_161)]
    settings = (await maya.get("/settings")).json()
    assert (statuses, refused) == ([200, 200], [422, 422])
    assert (settings["approval_expiry_minutes"], settings["batch_expiry_minutes"]) == (60, None)
    assert len(await changes_noted(maya)) == 3
