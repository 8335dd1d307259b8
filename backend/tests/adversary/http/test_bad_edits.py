"""Edits and decisions nobody should send: each is refused with a field and words, and the card stays as it was."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.actions.desk import Desk
from tests.api.person import Person

A_HUNDRED_AND_ONE = [f"person{number}@world.test" for number in range(101)]
BAD_CHANGES: list[dict[str, Any]] = [
    {"/to": []},
    {"/to": "dana@client.test"},
    {"/to": ["nobody"]},
    {"/to": [1]},
    {"/to": [None]},
    {"/to": [{}]},
    {"/to": [{"email": "dana@client.test", "name": 5}]},
    {"/to": [{"email": "dana@client.test", "name": "Dana", "bcc": "x@evil.test"}]},
    {"/to": ["dana@client.test\r\nBcc: x@evil.test"]},
    {"/to": [{"email": "dana@client.test", "name": "Dana\r\nBcc: x@evil.test"}]},
    {"/to": ["dana@client"]},
    {"/to": ["dana@[127.0.0.1]"]},
    {"/to": ['"dana ito"@client.test']},
    {"/to": ["dänä@client.test"]},
    {"/to": ["dana@" + "ä" * 300 + ".test"]},
    {"/to": A_HUNDRED_AND_ONE},
    {"/bcc": ["x@evil.test\r\nBcc: y@evil.test"]},
    {"/from": {"email": "x@evil.test", "name": ""}},
    {"/thread_id": "another"},
    {"/in_reply_to": "<another@client.test>"},
    {"/signature_html": "<b>Alex</b>"},
    {"": "x"},
    {"/body_text": ""},
    {"/body_text": None},
    {"/body_text": "a\rb"},
    {"/body_text": "x" * 100_001},
    {"/subject": "a\nBcc: x@evil.test"},
    {"/subject": "x" * 901},
]
BAD_BODIES = [
    '{"version": 1, "changes": {"/body_text": "a\\u0000b"}}',
    '{"version": 1, "changes": {"/body_text": "a\\ud800b"}}',
    '{"version": 1, "changes": {"/subject": "a\\ud800b"}}',
    '{"version": 1, "changes": {"/to": ["dana@\\ud800.test"]}}',
    '{"version": 1, "changes": {"/to": [{"email": "dana@client.test", "name": "\\ud800"}]}}',
    '{"version": 1, "changes": {"/body_text": NaN}}',
    '{"version": 1e30, "changes": {"/body_text": "x"}}',
    '{"version": 1, "changes": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
    '{"version": 1, "changes": {"/to": ' + "[" * 900 + "]" * 900 + "}}",
]
BAD_DECISIONS: list[dict[str, Any]] = [
    {"verb": "undo"},
    {"verb": "send_now"},
    {"verb": "respond"},
    {"version": 0},
    {"version": 2},
    {"version": 2**31},
    {"digest": "sha256:" + "0" * 64},
    {"digest": "yes"},
    {"decider_id": "usr_aaaaaaaaaaaaaaaaaaaaaaaaaa"},
]


@pytest.mark.parametrize("changes", BAD_CHANGES, ids=lambda changes: json.dumps(changes)[:60])
async def test_an_edit_that_cannot_be_sent_is_refused_and_changes_nothing(
    alex: Person, desk: Desk, changes: dict[str, Any]
) -> None:
    card = await desk.propose()
    refused = await alex.post(f"/approvals/{card['id']}/edit", {"version": 1, "changes": changes})

    problem = refused.json()
    assert refused.status_code in {413, 422}
    assert (problem["changed"], len(problem["fields"]) > 0) == ("no", True)
    assert await desk.card(card["id"]) == card


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body[:60])
async def test_an_edit_no_text_can_hold_is_refused_and_changes_nothing(
    alex: Person, desk: Desk, body: str
) -> None:
    card = await desk.propose()
    refused = await alex.send(
        "POST",
        f"/approvals/{card['id']}/edit",
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )

    assert (refused.status_code, refused.json()["changed"]) == (422, "no")
    assert await desk.card(card["id"]) == card


@pytest.mark.parametrize("changed", BAD_DECISIONS, ids=str)
async def test_a_decision_on_something_else_or_by_another_verb_decides_nothing(
    alex: Person, desk: Desk, changed: dict[str, Any]
) -> None:
    card = await desk.propose()
    said = {"verb": "approve", "version": 1, "digest": card["digest"], "acknowledged": card["requires"]}
    refused = await alex.post(
        f"/approvals/{card['id']}/decide", {**said, **changed}, headers={"Idempotency-Key": str(uuid4())}
    )

    assert refused.status_code in {409, 422}
    assert refused.json()["changed"] == "no"
    assert await desk.database.as_owner("SELECT 1 FROM decisions") == []
    assert await desk.state(card) == "proposed"


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 201}])
async def test_a_decision_without_a_usable_key_decides_nothing(
    alex: Person, desk: Desk, key: dict[str, str]
) -> None:
    card = await desk.propose()
    said = {"verb": "approve", "version": 1, "digest": card["digest"], "acknowledged": card["requires"]}

    assert (await alex.post(f"/approvals/{card['id']}/decide", said, headers=key)).status_code == 422
    assert await desk.state(card) == "proposed"
