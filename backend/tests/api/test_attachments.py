"""Files uploaded over HTTP: stored sealed, used by one message, counted against a limit."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest

from countersign.conversations import attachments
from countersign.errors import UnavailableError
from countersign.kit.crypto import Keys
from countersign.kit.ids import from_public
from tests.api.person import Person
from tests.api.serving import Served
from tests.cluster import ProductDatabase

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nthe price is 4,200\n%%EOF"
FILE = ("Offer.pdf", PDF, "application/x-whatever-the-browser-said")


async def upload(person: Person, file: object = FILE, **request: object) -> httpx.Response:
    """Send a form with this file as the person."""
    return await person.send("POST", "/attachments", files={"file": file}, **request)


async def test_a_file_is_stored_with_its_type_size_and_hash_and_its_bytes_are_sealed(
    maya: Person, database: ProductDatabase
) -> None:
    answer = await upload(maya)
    told = answer.json()
    (row,) = await database.as_owner("SELECT content FROM attachments")
    assert answer.status_code == 201
    assert (told["name"], told["media_type"], told["size_bytes"]) == (
        "Offer.pdf",
        "application/pdf",
        len(PDF),
    )
    assert told["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert b"the price" not in row["content"]


async def test_its_owner_gets_the_very_bytes_back_and_a_changed_row_does_not_open(
    maya: Person, database: ProductDatabase, keys: Keys
) -> None:
    file_id = from_public("att", (await upload(maya)).json()["id"])
    (row,) = await database.as_owner("SELECT user_id FROM attachments")
    async with database.db.session(row["user_id"]) as session:
        assert await attachments.content(session, keys, file_id) == PDF
    await database.as_owner("UPDATE attachments SET sha256 = '\\x00'")
    async with database.db.session(row["user_id"]) as session:
        with pytest.raises(UnavailableError):
            await attachments.content(session, keys, file_id)


async def test_the_same_file_under_the_same_key_is_stored_once_whatever_the_form_looks_like(
    maya: Person, database: ProductDatabase
) -> None:
    key = {"Idempotency-Key": "upload-1"}
    first, second = await upload(maya, headers=key), await upload(maya, headers=key)
    other = await upload(maya, ("Offer.pdf", b"another price"), headers=key)
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(await database.as_owner("SELECT 1 FROM attachments")) == 1


async def test_a_message_takes_its_files_in_order_and_shows_them(maya: Person) -> None:
    ids = [(await upload(maya, (name, PDF))).json()["id"] for name in ("second.pdf", "first.pdf")]
    said = await maya.post("/messages", {"text": "Send this to Dana", "attachment_ids": ids[::-1]})
    conversation = said.json()["conversation_id"]
    (message,) = (await maya.get(f"/conversations/{conversation}/messages")).json()["items"]
    assert said.status_code == 202
    assert [file["name"] for file in message["attachments"]] == ["first.pdf", "second.pdf"]
    assert (await maya.get("/attachments")).json() == {"items": []}


async def test_a_used_file_goes_with_no_other_message_and_is_not_deleted(
    maya: Person, database: ProductDatabase
) -> None:
    file_id = (await upload(maya)).json()["id"]
    await maya.post("/messages", {"text": "Send this to Dana", "attachment_ids": [file_id]})
    again = await maya.post("/messages", {"text": "And to Lee", "attachment_ids": [file_id]})
    deleted = await maya.send("DELETE", f"/attachments/{file_id}")
    assert (again.status_code, again.json()["code"]) == (409, "attachment_used")
    assert (deleted.status_code, deleted.json()["code"]) == (409, "attachment_used")
    assert len(await database.as_owner("SELECT 1 FROM messages")) == 1
    assert len(await database.as_owner("SELECT 1 FROM attachments")) == 1


async def test_an_unused_file_is_listed_until_it_is_deleted(maya: Person) -> None:
    told = (await upload(maya)).json()
    listed = (await maya.get("/attachments")).json()["items"]
    deleted = await maya.send("DELETE", f"/attachments/{told['id']}")
    assert listed == [told]
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await maya.get("/attachments")).json() == {"items": []}


async def test_nobody_sends_a_file_of_somebody_else(
    maya: Person, lee: Person, database: ProductDatabase
) -> None:
    file_id = (await upload(lee)).json()["id"]
    said = await maya.post("/messages", {"text": "Send this to Dana", "attachment_ids": [file_id]})
    assert (said.status_code, said.json()["code"]) == (404, "not_found")
    assert await database.as_owner("SELECT 1 FROM messages") == []


@pytest.mark.parametrize(
    "form",
    [
        {"json": {"file": "x"}},
        {"data": {"note": "no file"}},
        {"files": {"document": FILE}},
        {"files": [("file", FILE), ("file", FILE)]},
        {"files": {"file": ("empty.txt", b"")}},
        {"files": {"file": FILE}, "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"--x\r\nnonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    ],
)
async def test_anything_but_one_file_is_refused_in_words(
    maya: Person, database: ProductDatabase, form: dict[str, object]
) -> None:
    answer = await maya.send("POST", "/attachments", **form)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await database.as_owner("SELECT 1 FROM attachments") == []


async def in_pieces(size_bytes: int) -> AsyncIterator[bytes]:
    """A form with a file of that size and no declared length."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n'
    for _ in range(size_bytes // 1_000_000 + 1):
        yield b"\x00" * 1_000_000
    yield b"\r\n--x--\r\n"


async def test_a_file_over_the_limit_is_cut_off_while_it_arrives(
    maya: Person, served: Served, database: ProductDatabase
) -> None:
    limit = served.settings.attachment_limit_bytes
    declared = await upload(maya, ("big", bytes(limit + 1)))
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    streamed = await maya.send("POST", "/attachments", content=in_pieces(limit), headers=headers)
    assert [(answer.status_code, answer.json()["code"]) for answer in (declared, streamed)] == [
        (413, "too_large")
    ] * 2
    assert await database.as_owner("SELECT 1 FROM attachments") == []


async def test_the_largest_file_is_taken_and_a_person_s_total_is_not_passed(
    maya: Person, served: Served, database: ProductDatabase
) -> None:
    largest = await upload(maya, ("big", bytes(served.settings.attachment_limit_bytes)))
    await database.as_owner(
        "UPDATE attachments SET size_bytes = $1", served.settings.attachments_total_limit_bytes
    )
    refused = await upload(maya)
    assert largest.status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (413, "attachment_storage_full")
