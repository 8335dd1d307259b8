"""Messages in every format, labels with counters, settings."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.gmail.conftest import Mailbox
from tests.sandbox.gmail.letters import ALEX, DANA, ORDERS, encoded, find, letter, only, send
from tests.sandbox.server import Sandbox

WITH_FILE = (
    b"From: Dana <dana@harborline.example>\r\nTo: alex@alderway.example\r\nSubject: Note\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"see file \xf0\x9f\x93\xa6\r\n--b\r\nContent-Type: text/csv\r\n"
    b"Content-Disposition: attachment; filename=a.csv\r\n\r\n"
    b"1;2\r\n--b--\r\n"
)


@pytest.fixture
def note(offices: Sandbox) -> str:
    """The id of a mail with a file in Alex's inbox."""
    return str(offices.deliver(raw=encoded(WITH_FILE))[0]["id"])


def test_each_format_shows_what_it_promises(mailbox: Mailbox, note: str) -> None:
    get = mailbox(ALEX).messages().get
    shown = {
        name: get(userId="me", id=note, format=name).execute()
        for name in ("full", "metadata", "minimal", "raw")
    }
    assert "payload" not in shown["minimal"]
    assert "raw" not in shown["minimal"]
    assert set(shown["metadata"]["payload"]) == {"mimeType", "headers"}
    assert urlsafe_b64decode(shown["raw"]["raw"]).endswith(WITH_FILE)
    text, table = shown["full"]["payload"]["parts"]
    assert urlsafe_b64decode(text["body"]["data"]).decode() == "see file 📦"
    assert "data" not in table["body"]
    assert all(one["snippet"] == "see file 📦" for one in shown.values())
    assert all(one["sizeEstimate"] == len(urlsafe_b64decode(shown["raw"]["raw"])) for one in shown.values())


def test_an_attachment_is_fetched_by_its_id(mailbox: Mailbox, note: str) -> None:
    messages = mailbox(ALEX).messages()
    table = messages.get(userId="me", id=note).execute()["payload"]["parts"][1]
    found = (
        messages.attachments().get(userId="me", messageId=note, id=table["body"]["attachmentId"]).execute()
    )
    assert urlsafe_b64decode(found["data"]) == b"1;2"
    with pytest.raises(HttpError, match="400"):
        messages.attachments().get(userId="me", messageId=note, id="x").execute()


def test_an_inserted_mail_is_stored_and_not_sent(offices: Sandbox, mailbox: Mailbox) -> None:
    offices.set_clock("2026-03-20T12:00:00Z")
    mail = letter(fields="Date: Mon, 2 Mar 2026 10:00:00 +0000\n")
    messages = mailbox(ALEX).messages()
    stored = messages.insert(userId="me", body={"raw": mail, "labelIds": ["INBOX", "UNREAD"]}).execute()
    imported = messages.import_(userId="me", body={"raw": mail}).execute()
    assert stored["labelIds"] == ["INBOX", "UNREAD"]
    assert find(mailbox(DANA)) == []
    dates = [messages.get(userId="me", id=one["id"]).execute()["internalDate"] for one in (stored, imported)]
    # 2026-03-20 12:00 UTC (the clock, to the second) and 2026-03-02 10:00 UTC (the Date field).
    assert [date[:10] for date in dates] == ["1774008000", "1772445600"]


def test_many_messages_change_labels_at_once_and_unknown_ids_are_passed_over(mailbox: Mailbox) -> None:
    ids = [send(mailbox(ALEX), letter())["id"] for _ in range(3)]
    messages = mailbox(ALEX).messages()
    messages.batchModify(userId="me", body={"ids": [*ids, "18c0"], "addLabelIds": ["STARRED"]}).execute()
    assert len(find(mailbox(ALEX), "is:starred")) == 3
    messages.batchDelete(userId="me", body={"ids": [*ids[:2], "18c0"]}).execute()
    assert [one["id"] for one in find(mailbox(ALEX))] == ids[2:]
    with pytest.raises(HttpError, match="400"):
        messages.batchModify(userId="me", body={"ids": [str(number) for number in range(1001)]}).execute()


def test_trash_takes_a_mail_out_of_the_inbox_and_untrash_out_of_the_trash(
    mailbox: Mailbox, note: str
) -> None:
    messages = mailbox(ALEX).messages()
    assert messages.trash(userId="me", id=note).execute()["labelIds"] == ["TRASH", "UNREAD"]
    assert find(mailbox(ALEX)) == []
    assert messages.untrash(userId="me", id=note).execute()["labelIds"] == ["UNREAD"]


@pytest.mark.parametrize("label", ["SENT", "DRAFT", "Label_404"])
def test_labels_that_nobody_may_set_are_refused(mailbox: Mailbox, note: str, label: str) -> None:
    with pytest.raises(HttpError, match=f"Invalid label: {label}"):
        mailbox(ALEX).messages().modify(userId="me", id=note, body={"addLabelIds": [label]}).execute()


def test_a_label_is_made_counted_renamed_found_and_deleted(mailbox: Mailbox, note: str) -> None:
    labels = mailbox(ALEX).labels()
    made = labels.create(userId="me", body={"name": "Clients/Harborline"}).execute()
    mailbox(ALEX).messages().modify(userId="me", id=note, body={"addLabelIds": [made["id"]]}).execute()
    counted = labels.get(userId="me", id=made["id"]).execute()
    counters = ("messagesTotal", "messagesUnread", "threadsTotal", "threadsUnread")
    assert [counted[name] for name in counters] == [1, 1, 1, 1]
    labels.patch(userId="me", id=made["id"], body={"name": "Freight"}).execute()
    assert only(mailbox(ALEX), "label:freight")["id"] == note
    assert {"Freight", "INBOX"} <= {one["name"] for one in labels.list(userId="me").execute()["labels"]}
    labels.delete(userId="me", id=made["id"]).execute()
    assert only(mailbox(ALEX))["labelIds"] == ["INBOX", "UNREAD"]


@pytest.mark.parametrize(
    ("name", "status"), [("Freight", 409), ("freight", 409), ("Inbox", 400), ("  ", 400)]
)
def test_a_label_name_must_be_new_and_usable(mailbox: Mailbox, name: str, status: int) -> None:
    labels = mailbox(ALEX).labels()
    labels.create(userId="me", body={"name": "Freight"}).execute()
    with pytest.raises(HttpError) as refused:
        labels.create(userId="me", body={"name": name}).execute()
    assert refused.value.status_code == status


def test_system_labels_stay_as_they_are(mailbox: Mailbox) -> None:
    for change in (
        mailbox(ALEX).labels().patch(userId="me", id="INBOX", body={"name": "Mine"}),
        mailbox(ALEX).labels().delete(userId="me", id="INBOX"),
    ):
        with pytest.raises(HttpError, match="400"):
            change.execute()


def test_the_profile_counts_messages_and_threads(mailbox: Mailbox, note: str) -> None:
    send(mailbox(ALEX), letter())
    profile = mailbox(ALEX).getProfile(userId="me").execute()
    assert (profile["emailAddress"], profile["messagesTotal"], profile["threadsTotal"]) == (ALEX, 2, 2)


def test_send_as_addresses_have_signatures_that_can_be_changed(mailbox: Mailbox) -> None:
    send_as = mailbox(ALEX).settings().sendAs()
    own, orders = send_as.list(userId="me").execute()["sendAs"]
    assert (own["isPrimary"], own["isDefault"], orders["isDefault"]) == (True, True, False)
    assert (orders["sendAsEmail"], orders["signature"]) == (ORDERS, "<b>Orders</b>")
    send_as.patch(
        userId="me", sendAsEmail=ORDERS, body={"signature": "<i>New</i>", "isDefault": True}
    ).execute()
    shown: dict[str, Any] = send_as.get(userId="me", sendAsEmail=ORDERS).execute()
    assert (shown["signature"], shown["isDefault"]) == ("<i>New</i>", True)
    assert send_as.get(userId="me", sendAsEmail=ALEX).execute()["isDefault"] is False
    with pytest.raises(HttpError, match="404"):
        send_as.get(userId="me", sendAsEmail="other@alderway.example").execute()


def test_vacation_is_kept_and_filters_are_none(mailbox: Mailbox) -> None:
    settings = mailbox(ALEX).settings()
    settings.updateVacation(userId="me", body={"enableAutoReply": True, "responseSubject": "Away"}).execute()
    assert settings.getVacation(userId="me").execute() == {"enableAutoReply": True, "responseSubject": "Away"}
    assert settings.filters().list(userId="me").execute() == {}


def test_a_watch_is_not_there_yet_and_says_so(mailbox: Mailbox) -> None:
    with pytest.raises(HttpError, match=r"gmail\.users\.watch") as missing:
        mailbox(ALEX).watch(userId="me", body={"topicName": "projects/a/topics/b"}).execute()
    assert missing.value.status_code == 501


def test_the_state_of_an_account_loads_again_as_the_same_mailbox(
    offices: Sandbox, mailbox: Mailbox, note: str
) -> None:
    mailbox(ALEX).drafts().create(userId="me", body={"message": {"raw": letter()}}).execute()
    mailbox(ALEX).labels().create(userId="me", body={"name": "Freight"}).execute()
    before = offices.state(ALEX)
    offices.seed({name: value for name, value in before.items() if name != "outbox"})
    assert offices.state(ALEX) == before
