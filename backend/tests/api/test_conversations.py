"""Conversations and messages over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.person import Person
from tests.cluster import ProductDatabase

REQUEST = "Reply to the last mail from Dana saying we can take delivery on Wednesday"


async def test_a_message_answers_202_with_its_run_and_is_stored_with_it(
    maya: Person, database: ProductDatabase
) -> None:
    answer = await maya.post("/messages", {"text": REQUEST})
    accepted = answer.json()
    said = (await maya.get(f"/conversations/{accepted['conversation_id']}/messages")).json()["items"]
    assert answer.status_code == 202
    assert [(message["role"], message["text"], message["run_id"]) for message in said] == [
        ("user", REQUEST, accepted["run_id"])
    ]
    assert len(await database.as_owner("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'drive_run'")) == 1


async def test_a_conversation_is_named_after_its_first_message(maya: Person) -> None:
    conversation = (await maya.post("/conversations", {})).json()
    await maya.post(f"/conversations/{conversation['id']}/messages", {"text": "  " + "word " * 40})
    title = (await maya.get(f"/conversations/{conversation['id']}")).json()["title"]
    assert title.startswith("word word")
    assert len(title) <= 80


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "a" * 20_001])
async def test_an_empty_or_endless_message_is_refused_and_nothing_is_stored(
    maya: Person, database: ProductDatabase, text: str
) -> None:
    assert (await maya.post("/messages", {"text": text})).status_code == 422
    assert await database.as_owner("SELECT 1 FROM conversations") == []


async def test_the_same_key_and_body_answer_the_first_answer_and_start_one_run(
    maya: Person, database: ProductDatabase
) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await maya.post("/messages", {"text": REQUEST}, headers=key)
    second = await maya.post("/messages", {"text": REQUEST}, headers=key)
    assert (second.status_code, second.json()) == (202, first.json())
    assert len(await database.as_owner("SELECT 1 FROM runs")) == 1


async def test_the_same_key_with_another_body_is_refused(maya: Person, database: ProductDatabase) -> None:
    key = {"Idempotency-Key": "k-1"}
    await maya.post("/messages", {"text": REQUEST}, headers=key)
    second = await maya.post("/messages", {"text": "something else"}, headers=key)
    assert (second.status_code, second.json()["code"]) == (422, "idempotency_key_reused")
    assert len(await database.as_owner("SELECT 1 FROM runs")) == 1


async def test_the_same_request_ten_times_at_once_starts_one_run(
    maya: Person, database: ProductDatabase
) -> None:
    key = {"Idempotency-Key": "k-1"}
    answers = await asyncio.gather(
        *(maya.post("/messages", {"text": REQUEST}, headers=key) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.text for answer in answers if answer.status_code == 202}) == 1
    assert len(await database.as_owner("SELECT 1 FROM runs")) == 1


async def test_two_people_may_use_the_same_key(maya: Person, lee: Person) -> None:
    key = {"Idempotency-Key": "k-1"}
    mine = await maya.post("/messages", {"text": REQUEST}, headers=key)
    theirs = await lee.post("/messages", {"text": "something else"}, headers=key)
    assert (mine.status_code, theirs.status_code) == (202, 202)


async def test_pages_show_every_conversation_once_last_used_first(maya: Person) -> None:
    made = [(await maya.post("/conversations", {"title": f"c{n}"})).json()["title"] for n in range(5)]
    first = (await maya.get("/conversations", params={"limit": 3})).json()
    second = (await maya.get("/conversations", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [item["title"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


async def test_conversations_of_others_are_not_listed(maya: Person, lee: Person) -> None:
    await maya.post("/conversations", {"title": "mine"})
    assert (await lee.get("/conversations")).json() == {"items": [], "next_cursor": None}
