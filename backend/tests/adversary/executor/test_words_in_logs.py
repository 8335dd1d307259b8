"""What stands in a mail does not get into a log by way of an error about it."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from countersign import worker
from countersign.accounts.tokens import credentials
from tests.actions.desk import ALEX, DANA, Desk
from tests.kit.served_logging import logging_as_served

CANARY = "canarysecret"
PATIENCE_SECONDS = 20


async def test_a_character_set_named_in_a_mail_does_not_reach_the_workers_log(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    card = await desk.approved()
    desk.sandbox.fault("gmail.users.drafts.create", drop=True, count=1)
    await desk.execute(card)
    await put_words_into_our_draft(desk, (await desk.row(card))["provider_token"]["marker"])
    await desk.advance(20)

    capsys.readouterr()
    with logging_as_served():
        written = await work_until_looked_at(desk, card, capsys)

    assert CANARY not in written
    assert "worker.stopped" in [json.loads(line)["event"] for line in written.splitlines()]


async def work_until_looked_at(desk: Desk, card: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    """What a worker logs until it has failed over the draft or gone on past it."""
    stopping, written = asyncio.Event(), ""
    process = asyncio.create_task(worker.run(desk.services.settings, stopping=stopping))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "worker.failed" not in written and await desk.state(card) == "staging":
                written += capsys.readouterr().out
                await asyncio.sleep(0.1)
    finally:
        stopping.set()
        await process
    return written + capsys.readouterr().out


async def put_words_into_our_draft(desk: Desk, marker: str) -> None:
    """The draft says that it is written in a character set nobody knows."""
    google = desk.services.google
    credential = await credentials(desk.services, desk.user_id, desk.account_id)
    listed = await google.read("gmail", credential, lambda gmail: gmail.users().drafts().list(userId="me"))
    draft_id = listed["drafts"][0]["id"]
    raw = (
        f"From: {ALEX}\r\nTo: {DANA}\r\nX-Countersign-Action: {marker}\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset={CANARY}\r\n\r\nhi\r\n"
    )
    body = {"message": {"raw": urlsafe_b64encode(raw.encode()).decode()}}
    await google.write(
        "gmail", credential, lambda gmail: gmail.users().drafts().update(userId="me", id=draft_id, body=body)
    )
