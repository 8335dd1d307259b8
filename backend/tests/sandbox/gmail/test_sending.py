"""Sending: the sender's copy, the recipients' copies, bounces, the outbox."""

from __future__ import annotations

import pytest
from googleapiclient.errors import HttpError

from tests.sandbox.gmail.conftest import Mailbox
from tests.sandbox.gmail.letters import (
    ALEX,
    DANA,
    ORDERS,
    PRIYA,
    find,
    header,
    letter,
    only,
    raw,
    raw_of,
    send,
    text_of,
)
from tests.sandbox.server import Sandbox


def test_a_sent_mail_arrives_unread_in_the_inbox_with_ids_of_its_own(mailbox: Mailbox) -> None:
    sent = send(mailbox(ALEX), letter(f"Dana <{DANA}>"))
    arrived = only(mailbox(DANA))
    assert sent["labelIds"] == ["SENT"]
    assert arrived["labelIds"] == ["INBOX", "UNREAD"]
    assert arrived["threadId"] == arrived["id"] != sent["id"]
    assert text_of(arrived["payload"]).strip() == "Wednesday is fine."
    assert header(arrived, "From") == "Alex Kim <alex@alderway.example>"
    assert header(arrived, "Delivered-To") == DANA


def test_a_given_message_id_date_and_marker_are_kept_on_both_sides(mailbox: Mailbox) -> None:
    fields = "Message-ID: <own@alderway.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0100\nX-Countersign-Action: m-1\n"
    send(mailbox(ALEX), letter(fields=fields))
    for message in (only(mailbox(ALEX), "in:sent"), only(mailbox(DANA))):
        assert header(message, "Message-ID") == "<own@alderway.example>"
        assert header(message, "Date") == "Mon, 2 Mar 2026 10:00:00 +0100"
        assert header(message, "X-Countersign-Action") == "m-1"
    assert only(mailbox(ALEX), "rfc822msgid:own@alderway.example")["labelIds"] == ["SENT"]


def test_a_mail_without_date_and_message_id_gets_both(mailbox: Mailbox) -> None:
    send(mailbox(ALEX), letter())
    sent, arrived = only(mailbox(ALEX), "in:sent"), only(mailbox(DANA))
    assert header(sent, "Date")
    assert header(sent, "Message-ID").startswith("<")
    assert header(sent, "Message-ID") == header(arrived, "Message-ID")


def test_the_sent_bytes_are_the_given_bytes_when_nothing_is_missing(mailbox: Mailbox) -> None:
    whole = letter(fields=f"From: Alex <{ALEX}>\nMessage-ID: <a@b>\nDate: Mon, 2 Mar 2026 10:00:00 +0100\n")
    sent = send(mailbox(ALEX), whole)
    assert raw(raw_of(mailbox(ALEX), sent["id"]).decode().replace("\r\n", "\n")) == whole


def test_bcc_is_known_to_the_sender_only(mailbox: Mailbox) -> None:
    send(mailbox(ALEX), letter(fields=f"Bcc: {PRIYA}\n"))
    assert header(only(mailbox(ALEX), "in:sent"), "Bcc") == PRIYA
    for_dana, for_priya = only(mailbox(DANA)), only(mailbox(PRIYA))
    assert PRIYA.encode() not in raw_of(mailbox(DANA), for_dana["id"])
    assert (header(for_priya, "Bcc"), header(for_priya, "Delivered-To")) == ("", PRIYA)


def test_one_person_named_twice_gets_one_copy(mailbox: Mailbox) -> None:
    send(
        mailbox(ALEX),
        letter(f"{DANA}, Dana <{DANA.upper()}>", fields=f"Cc: dana+work@harborline.example, {DANA}\n"),
    )
    assert len(find(mailbox(DANA))) == 1


def test_an_alias_may_send_and_receives(mailbox: Mailbox) -> None:
    send(mailbox(ALEX), letter(fields=f"From: Orders <{ORDERS}>\n"))
    assert header(only(mailbox(DANA)), "From") == f"Orders <{ORDERS}>"
    send(mailbox(DANA), letter(ORDERS, subject="Question"))
    assert only(mailbox(ALEX), "in:inbox subject:question")["labelIds"] == ["INBOX", "UNREAD"]


def test_a_foreign_sender_is_replaced_by_the_own_address(mailbox: Mailbox) -> None:
    send(mailbox(ALEX), letter(fields="From: The Boss <boss@alderway.example>\n"))
    assert header(only(mailbox(DANA)), "From") == f"Alex Kim <{ALEX}>"


def test_mail_to_oneself_is_one_message_in_sent_and_inbox(mailbox: Mailbox) -> None:
    send(mailbox(ALEX), letter(ALEX))
    assert only(mailbox(ALEX))["labelIds"] == ["INBOX", "SENT", "UNREAD"]


def test_an_unknown_address_of_a_local_company_bounces_into_the_thread(mailbox: Mailbox) -> None:
    sent = send(mailbox(ALEX), letter("nobody@harborline.example"))
    bounce = only(mailbox(ALEX), "from:mailer-daemon")
    assert bounce["threadId"] == sent["threadId"]
    assert bounce["labelIds"] == ["INBOX", "UNREAD"]
    assert header(bounce, "X-Failed-Recipients") == "nobody@harborline.example"
    assert header(bounce, "Auto-Submitted") == "auto-replied"
    assert [part["mimeType"] for part in bounce["payload"]["parts"]] == [
        "text/plain",
        "message/delivery-status",
        "message/rfc822",
    ]
    assert "nobody@harborline.example" in text_of(bounce["payload"]["parts"][0])


def test_mail_to_the_outside_world_waits_in_the_outbox(offices: Sandbox, mailbox: Mailbox) -> None:
    sent = send(mailbox(ALEX), letter(f"someone@elsewhere.example, {DANA}", subject="Out"))
    [waiting] = offices.state(ALEX)["outbox"]
    assert (waiting["to"], waiting["message"], waiting["subject"]) == (
        "someone@elsewhere.example",
        sent["id"],
        "Out",
    )
    assert len(find(mailbox(DANA))) == 1
    assert find(mailbox(ALEX), "from:mailer-daemon") == []


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (raw("Subject: nobody\n\nx\n"), "Recipient address required"),
        (letter("not an address"), "Invalid To header"),
        (letter(fields="Cc: a@b@c\n"), "Invalid Cc header"),
        ("###", "raw"),
        ("", "payload message string"),
    ],
)
def test_an_unsendable_mail_is_refused_and_nothing_is_stored(mailbox: Mailbox, mail: str, words: str) -> None:
    with pytest.raises(HttpError, match=words) as refused:
        send(mailbox(ALEX), mail)
    assert refused.value.status_code == 400
    assert find(mailbox(ALEX)) == find(mailbox(DANA)) == []


def test_the_ledger_shows_the_bytes_that_were_sent(offices: Sandbox, mailbox: Mailbox) -> None:
    sent = send(mailbox(ALEX), letter())
    [entry] = offices.ledger(method="gmail.users.messages.send")
    stored = mailbox(ALEX).messages().get(userId="me", id=sent["id"], format="raw").execute()
    assert entry["notes"]["raw"] == stored["raw"]
    assert entry["notes"]["recipients"] == [DANA]
