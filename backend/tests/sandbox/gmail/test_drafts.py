"""Drafts: a stable id around a message that is replaced, and a single use."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.gmail.conftest import Mailbox
from tests.sandbox.gmail.letters import ALEX, DANA, find, header, letter, only, raw, raw_of, text_of
from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.server import Sandbox


def create(mailbox: Any, mail: str, **more: Any) -> dict[str, Any]:
    draft: dict[str, Any] = (
        mailbox.drafts().create(userId="me", body={"message": {"raw": mail, **more}}).execute()
    )
    return draft


def test_a_draft_is_kept_and_nobody_receives_it(mailbox: Mailbox) -> None:
    draft = create(mailbox(ALEX), letter(subject="Later"))
    shown = mailbox(ALEX).drafts().get(userId="me", id=draft["id"]).execute()
    assert shown["message"]["labelIds"] == ["DRAFT"]
    assert header(shown["message"], "Subject") == "Later"
    assert find(mailbox(DANA)) == []


def test_sending_uses_the_draft_up(mailbox: Mailbox) -> None:
    draft = create(mailbox(ALEX), letter())
    sent = mailbox(ALEX).drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert sent["labelIds"] == ["SENT"]
    assert sent["threadId"] == draft["message"]["threadId"]
    assert sent["id"] != draft["message"]["id"]
    for again in (
        mailbox(ALEX).drafts().send(userId="me", body={"id": draft["id"]}),
        mailbox(ALEX).drafts().get(userId="me", id=draft["id"]),
        mailbox(ALEX).messages().get(userId="me", id=draft["message"]["id"]),
    ):
        with pytest.raises(HttpError) as gone:
            again.execute()
        assert gone.value.status_code == 404
    assert len(find(mailbox(DANA))) == 1


def test_twelve_sends_at_once_send_one_mail(offices: Sandbox, mailbox: Mailbox) -> None:
    draft = create(mailbox(ALEX), letter())
    token = offices.token(ALEX, FULL)

    def attempt(_: int) -> int:
        try:
            gmail_with(offices, token).users().drafts().send(userId="me", body={"id": draft["id"]}).execute()
        except HttpError as error:
            return int(error.status_code)
        return 200

    with ThreadPoolExecutor(12) as pool:
        answers = sorted(pool.map(attempt, range(12)))
    assert answers == [200] + [404] * 11
    assert len(find(mailbox(DANA))) == 1


def test_a_draft_that_cannot_be_sent_stays(mailbox: Mailbox) -> None:
    draft = create(mailbox(ALEX), raw("Subject: to nobody yet\n\nx\n"))
    with pytest.raises(HttpError, match="Recipient address required"):
        mailbox(ALEX).drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert mailbox(ALEX).drafts().get(userId="me", id=draft["id"]).execute()["id"] == draft["id"]
    assert find(mailbox(ALEX), "in:sent") == []


def test_an_update_replaces_the_message_and_keeps_the_draft(mailbox: Mailbox) -> None:
    draft = create(mailbox(ALEX), letter(text="first"))
    updated = (
        mailbox(ALEX)
        .drafts()
        .update(userId="me", id=draft["id"], body={"message": {"raw": letter(text="second")}})
    ).execute()
    assert updated["id"] == draft["id"]
    assert updated["message"]["id"] != draft["message"]["id"]
    assert updated["message"]["threadId"] == draft["message"]["threadId"]
    with pytest.raises(HttpError, match="404"):
        mailbox(ALEX).messages().get(userId="me", id=draft["message"]["id"]).execute()
    mailbox(ALEX).drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert text_of(only(mailbox(DANA))["payload"]).strip() == "second"


def test_a_message_given_with_the_send_is_the_one_that_goes(mailbox: Mailbox) -> None:
    draft = create(mailbox(ALEX), letter(text="first"))
    body = {"id": draft["id"], "message": {"raw": letter(text="last")}}
    mailbox(ALEX).drafts().send(userId="me", body=body).execute()
    assert text_of(only(mailbox(DANA))["payload"]).strip() == "last"


def test_the_newest_drafts_are_listed_first_and_show_their_markers(
    offices: Sandbox, mailbox: Mailbox
) -> None:
    for number in range(3):
        create(mailbox(ALEX), letter(fields=f"X-Countersign-Action: m-{number}\n"))
        offices.advance(60)
    listed = mailbox(ALEX).drafts().list(userId="me", maxResults=2).execute()
    ids = [draft["message"]["id"] for draft in listed["drafts"]]
    get = mailbox(ALEX).messages().get
    markers = [
        header(get(userId="me", id=one, format="metadata", metadataHeaders=["X-Countersign-Action"]).execute(),
               "X-Countersign-Action")
        for one in ids
    ]  # fmt: skip
    assert markers == ["m-2", "m-1"]
    rest = mailbox(ALEX).drafts().list(userId="me", pageToken=listed["nextPageToken"]).execute()
    assert len(rest["drafts"]) == 1


def test_a_deleted_draft_is_gone(mailbox: Mailbox) -> None:
    draft = create(mailbox(ALEX), letter())
    mailbox(ALEX).drafts().delete(userId="me", id=draft["id"]).execute()
    assert mailbox(ALEX).drafts().list(userId="me").execute() == {"resultSizeEstimate": 0}
    assert find(mailbox(ALEX)) == []


def test_the_sent_bytes_are_the_drafted_bytes(mailbox: Mailbox) -> None:
    mail = letter(fields=f"From: Alex <{ALEX}>\nMessage-ID: <a@b>\nDate: Mon, 2 Mar 2026 10:00:00 +0100\n")
    draft = create(mailbox(ALEX), mail)
    before = raw_of(mailbox(ALEX), draft["message"]["id"])
    sent = mailbox(ALEX).drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert raw_of(mailbox(ALEX), sent["id"]) == before
