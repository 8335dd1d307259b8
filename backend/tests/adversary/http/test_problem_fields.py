"""A refusal names the field it is about so that a client finds it in what it sent."""

from __future__ import annotations

import pytest

from tests.actions.desk import Desk
from tests.api.person import Person


@pytest.mark.parametrize(
    ("changes", "path"), [({"/to": ["nobody"]}, "/to/0"), ({"/body_text": ""}, "/body_text")]
)
async def test_a_refused_edit_names_the_field_as_a_json_pointer(
    alex: Person, desk: Desk, changes: dict[str, object], path: str
) -> None:
    card = await desk.propose()
    refused = await alex.post(f"/approvals/{card['id']}/edit", {"version": 1, "changes": changes})
    assert [field["path"] for field in refused.json()["fields"]] == [path]


async def test_a_field_named_without_a_slash_becomes_a_pointer_too(alex: Person, desk: Desk) -> None:
    card = await desk.propose()
    wrong = {"verb": "undo", "version": card["version"], "digest": card["digest"]}
    refused = await alex.post(
        f"/approvals/{card['id']}/decide", wrong, headers={"Idempotency-Key": desk.nonce()}
    )
    assert [field["path"] for field in refused.json()["fields"]] == ["/verb"]
