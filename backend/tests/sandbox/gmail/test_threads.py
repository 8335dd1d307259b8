"""Which mails belong together, on the side of the sender and of the recipient."""

from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.gmail.conftest import Mailbox
from tests.sandbox.gmail.letters import ALEX, DANA, encoded, letter, only, send
from tests.sandbox.server import Sandbox

FIRST = "<first@alderway.example>"
ANSWER = f"In-Reply-To: {FIRST}\nReferences: {FIRST}\n"


@pytest.fixture
def question(mailbox: Mailbox) -> dict[str, Any]:
    """Alex asks Dana; the sent message."""
    return send(mailbox(ALEX), letter(fields=f"Message-ID: {FIRST}\n"))


def test_an_answer_joins_the_thread_on_both_sides(mailbox: Mailbox, question: dict[str, Any]) -> None:
    thread = only(mailbox(DANA))["threadId"]
    answer = send(mailbox(DANA), letter(ALEX, subject="Re: Delivery", fields=ANSWER), threadId=thread)
    assert answer["threadId"] == thread
    shown = mailbox(ALEX).threads().get(userId="me", id=question["threadId"]).execute()
    assert [message["labelIds"] for message in shown["messages"]] == [["SENT"], ["INBOX", "UNREAD"]]
    assert question["threadId"] != thread


def test_an_answer_without_thread_id_still_joins_by_its_headers(
    mailbox: Mailbox, question: dict[str, Any]
) -> None:
    send(mailbox(DANA), letter(ALEX, subject="AW: Delivery", fields=ANSWER))
    assert only(mailbox(ALEX), "in:inbox")["threadId"] == question["threadId"]


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("Re: Something else", ANSWER),
        ("Re: Delivery", ""),
        ("Re: Delivery", "References: <other@x.example>\n"),
    ],
)
def test_a_thread_id_the_headers_do_not_earn_makes_a_new_thread(
    mailbox: Mailbox, question: dict[str, Any], subject: str, fields: str
) -> None:
    sent = send(mailbox(ALEX), letter(subject=subject, fields=fields), threadId=question["threadId"])
    assert sent["threadId"] == sent["id"]


def test_a_thread_id_that_does_not_exist_is_refused(mailbox: Mailbox) -> None:
    for thread_id, status in (("18c0000000000000", 404), ("no such thread!", 400)):
        with pytest.raises(HttpError) as refused:
            send(mailbox(ALEX), letter(), threadId=thread_id)
        assert refused.value.status_code == status


def test_a_new_subject_starts_a_new_thread_for_the_reader(mailbox: Mailbox, question: dict[str, Any]) -> None:
    send(mailbox(DANA), letter(ALEX, subject="Lunch", fields=ANSWER))
    assert only(mailbox(ALEX), "in:inbox")["threadId"] != question["threadId"]


def test_mails_that_arrive_in_the_wrong_order_come_together(offices: Sandbox, mailbox: Mailbox) -> None:
    head = b"From: x@y.example\r\nTo: alex@alderway.example\r\n"
    mails = [
        head + b"Subject: Re: Plan\r\nMessage-ID: <2@y>\r\nReferences: <1@y>\r\n\r\nb",
        head + b"Subject: Plan\r\nMessage-ID: <1@y>\r\n\r\na",
        head + b"Subject: Re: Plan\r\nMessage-ID: <3@y>\r\nReferences: <1@y>\r\n\r\nc",
    ]
    copies = [offices.deliver(raw=encoded(mail))[0] for mail in mails]
    assert len({copy["thread_id"] for copy in copies}) == 1


def test_a_thread_is_labelled_trashed_and_brought_back_as_a_whole(
    mailbox: Mailbox, question: dict[str, Any]
) -> None:
    send(mailbox(DANA), letter(ALEX, subject="Re: Delivery", fields=ANSWER))
    threads = mailbox(ALEX).threads()
    key = {"userId": "me", "id": question["threadId"]}
    changed = threads.modify(**key, body={"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}).execute()
    assert [one["labelIds"] for one in changed["messages"]] == [["SENT", "STARRED"], ["INBOX", "STARRED"]]
    threads.trash(**key).execute()
    assert threads.list(userId="me").execute() == {"resultSizeEstimate": 0}
    threads.untrash(**key).execute()
    [listed] = threads.list(userId="me").execute()["threads"]
    assert listed["id"] == question["threadId"]
    threads.delete(**key).execute()
    with pytest.raises(HttpError, match="404"):
        threads.get(**key).execute()


def test_seeded_mails_that_name_one_thread_are_one_thread(google_sandbox: Sandbox) -> None:
    mails = [{"from": DANA, "to": [ALEX], "subject": subject, "thread": "plan"} for subject in ("One", "Two")]
    google_sandbox.seed(
        {"email": ALEX, "messages": [*mails, {"from": DANA, "to": [ALEX], "subject": "Three"}]}
    )
    threads = {one["subject"]: one["thread_id"] for one in google_sandbox.state(ALEX)["messages"]}
    assert threads["One"] == threads["Two"] != threads["Three"]


def test_a_seed_with_an_unreadable_mail_names_it_and_changes_nothing(offices: Sandbox) -> None:
    world = {"accounts": [{"email": ALEX, "messages": [{"from": DANA, "to": [ALEX]}, {"raw": "###"}]}]}
    refused = offices.http.post("/_sandbox/seed", json=world)
    assert refused.status_code == 400
    assert "message 1 of an account cannot be read" in refused.text
    assert offices.state(DANA)["email"] == DANA
