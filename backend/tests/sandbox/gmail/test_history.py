"""History: every change once, in order, from any point still remembered."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.gmail.conftest import Mailbox
from tests.sandbox.gmail.letters import ALEX, DANA, letter, only, send


def newest(mailbox: Any) -> str:
    return str(mailbox.getProfile(userId="me").execute()["historyId"])


def since(mailbox: Any, start: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = mailbox.history().list(userId="me", startHistoryId=start, **more).execute()
    return answer


def kinds(answer: dict[str, Any]) -> list[str]:
    return [name for record in answer.get("history", []) for name in record if name not in ("id", "messages")]


def test_a_mail_sent_read_and_deleted_leaves_each_change_in_order(mailbox: Mailbox) -> None:
    start = newest(mailbox(DANA))
    send(mailbox(ALEX), letter())
    arrived = only(mailbox(DANA))
    messages = mailbox(DANA).messages()
    messages.modify(
        userId="me", id=arrived["id"], body={"removeLabelIds": ["UNREAD"], "addLabelIds": ["STARRED"]}
    ).execute()
    messages.delete(userId="me", id=arrived["id"]).execute()
    answer = since(mailbox(DANA), start)
    assert kinds(answer) == ["messagesAdded", "labelsAdded", "labelsRemoved", "messagesDeleted"]
    added, relabelled, _ = answer["history"]
    assert added["messagesAdded"][0]["message"]["labelIds"] == ["INBOX", "UNREAD"]
    assert relabelled["labelsRemoved"][0]["labelIds"] == ["UNREAD"]
    ids = [int(record["id"]) for record in answer["history"]]
    assert ids == sorted(set(ids))
    assert answer["historyId"] == str(ids[-1]) == newest(mailbox(DANA))


def test_sending_a_draft_shows_the_draft_going_and_the_sent_mail_coming(mailbox: Mailbox) -> None:
    draft = mailbox(ALEX).drafts().create(userId="me", body={"message": {"raw": letter()}}).execute()
    start = newest(mailbox(ALEX))
    sent = mailbox(ALEX).drafts().send(userId="me", body={"id": draft["id"]}).execute()
    deleted, added = since(mailbox(ALEX), start)["history"]
    assert deleted["messagesDeleted"][0]["message"]["id"] == draft["message"]["id"]
    assert added["messagesAdded"][0]["message"]["id"] == sent["id"]


def test_changes_can_be_limited_by_kind_and_label(mailbox: Mailbox) -> None:
    start = newest(mailbox(ALEX))
    sent = send(mailbox(ALEX), letter())
    mailbox(ALEX).messages().modify(userId="me", id=sent["id"], body={"addLabelIds": ["STARRED"]}).execute()
    assert kinds(since(mailbox(ALEX), start, historyTypes=["labelAdded"])) == ["labelsAdded"]
    assert kinds(since(mailbox(ALEX), start, labelId="STARRED")) == ["labelsAdded"]
    assert kinds(since(mailbox(ALEX), start, labelId="TRASH")) == []


def test_changes_come_in_pages_without_gap_or_repeat(mailbox: Mailbox) -> None:
    start = newest(mailbox(ALEX))
    for _ in range(5):
        send(mailbox(ALEX), letter())
    seen: list[str] = []
    token: str | None = None
    for _ in range(3):
        page = since(mailbox(ALEX), start, maxResults=2, pageToken=token)
        seen += [record["id"] for record in page["history"]]
        token = page.get("nextPageToken")
    assert token is None
    assert seen == [str(int(start) + step) for step in range(1, 6)]


def test_nothing_new_is_an_answer_without_records(mailbox: Mailbox) -> None:
    start = newest(mailbox(ALEX))
    assert since(mailbox(ALEX), start) == {"historyId": start}


@pytest.mark.parametrize(("start", "status"), [("1", 404), ("99999999", 404), ("soon", 400)])
def test_a_start_out_of_range_asks_for_a_full_sync(mailbox: Mailbox, start: str, status: int) -> None:
    with pytest.raises(HttpError) as refused:
        since(mailbox(ALEX), start)
    assert refused.value.status_code == status
