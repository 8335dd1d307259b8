"""Reading a mailbox through Google's real client."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countersign.connectors.errors import NeedsReconnect, ProviderMissing, ProviderRefusal
from countersign.connectors.google.mail_types import Address, MessageRef
from countersign.connectors.google.readers import MailReader
from countersign.connectors.google.transport import GoogleClient
from tests.connectors.conftest import ALEX, DANA, NewCredentials
from tests.sandbox.server import Sandbox


async def test_search_finds_mail_newest_first_and_stops_at_the_limit(mailbox: MailReader) -> None:
    found = await mailbox.search("in:anywhere", limit=2)

    assert [ref.id for ref in found] == ["18c0000000000003", "18c0000000000002"]


async def test_search_follows_pages_until_everything_is_listed(
    google_sandbox: Sandbox, google: GoogleClient, as_account: NewCredentials
) -> None:
    mails = [
        {"from": DANA, "to": [ALEX], "subject": f"n{n}", "date": "2026-03-01T00:00:00Z", "text": "x"}
        for n in range(620)
    ]
    google_sandbox.seed({"email": ALEX, "messages": mails})

    ids = await MailReader(google, as_account()).list_message_ids("from:dana")

    assert len(set(ids)) == 620


async def test_a_message_arrives_whole(mailbox: MailReader) -> None:
    message = await mailbox.get_message("18c0000000000002")

    assert message.from_ == Address(ALEX)
    assert message.to == (Address(DANA, "Dana Ito"),)
    assert message.cc == (Address("lee@acme.test", "Lee"),)
    assert message.subject == "Re: Delivery"
    assert message.rfc_message_id == "<delivery-2@acme.test>"
    assert message.in_reply_to == "<delivery-1@client.test>"
    assert message.references == ("<delivery-1@client.test>",)
    assert message.date == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert message.text.strip() == "Let me check."
    assert message.labels == ("SENT",)


async def test_a_thread_arrives_oldest_first_and_its_heads_tell_the_same_messages(
    mailbox: MailReader,
) -> None:
    first = await mailbox.get_message("18c0000000000001")

    thread = await mailbox.get_thread(first.thread_id)
    heads = await mailbox.get_thread_heads(first.thread_id, ["Message-ID"])

    assert [message.id for message in thread.messages] == ["18c0000000000001", "18c0000000000002"]
    assert [head.header("message-id") for head in heads] == [
        "<delivery-1@client.test>",
        "<delivery-2@acme.test>",
    ]


async def test_raw_bytes_are_the_mail_itself(mailbox: MailReader) -> None:
    raw = await mailbox.get_raw("18c0000000000001")

    assert b"Can you take delivery on Wednesday?" in raw


async def test_a_mail_that_is_not_there_is_missing_and_not_tried_again(
    mailbox: MailReader, google_sandbox: Sandbox
) -> None:
    google_sandbox.fault("nothing.*", latency_seconds=0)

    with pytest.raises(ProviderMissing) as missing:
        await mailbox.get_message("18cfffffffffffff")

    assert missing.value.provider_status == 404


async def test_history_lists_what_arrived_since_and_tells_when_it_is_too_old(
    mailbox: MailReader, google_sandbox: Sandbox
) -> None:
    before = await mailbox.profile()
    copies = google_sandbox.deliver(**{"from": DANA, "to": [ALEX], "subject": "New", "text": "hello"})

    history = await mailbox.history_since(before.history_id)

    assert before.email == ALEX
    assert history is not None
    assert history.added == (MessageRef(copies[0]["id"], history.added[0].thread_id),)
    assert int(history.history_id) > int(before.history_id)
    assert await mailbox.history_since("1") is None or before.history_id == "1"


async def test_the_primary_address_is_an_alias(mailbox: MailReader) -> None:
    aliases = await mailbox.send_as()

    assert [(alias.email, alias.is_primary, alias.is_default) for alias in aliases] == [(ALEX, True, True)]


async def test_a_mail_is_found_by_its_message_id_and_only_by_that(mailbox: MailReader) -> None:
    found = await mailbox.find_by_message_id("<delivery-1@client.test>", ["Subject"])
    none = await mailbox.find_by_message_id("<other@client.test>")
    odd = await mailbox.find_by_message_id('<x" OR in:anywhere @y>')

    assert [(head.id, head.header("Subject")) for head in found] == [("18c0000000000001", "Delivery")]
    assert none == []
    assert odd == []


async def test_people_are_found_by_part_of_their_name(mailbox: MailReader) -> None:
    contacts = await mailbox.contacts_from_mail("Dana")

    assert [(c.address, c.written_to, c.heard_from) for c in contacts] == [(Address(DANA, "Dana Ito"), 1, 1)]


async def test_without_the_permission_reading_is_refused_by_name(
    two_people: None, google: GoogleClient, as_account: NewCredentials
) -> None:
    reader = MailReader(google, as_account(ALEX, "https://www.googleapis.com/auth/gmail.labels"))

    with pytest.raises(ProviderRefusal) as refusal:
        await reader.search("x")

    assert refusal.value.provider_status == 403
    assert refusal.value.changed == "no"


async def test_a_refused_token_is_renewed_once_and_the_read_goes_on(
    two_people: None, google: GoogleClient, as_account: NewCredentials, google_sandbox: Sandbox
) -> None:
    fresh = as_account().token.value
    credentials = as_account(renewals=[fresh])
    google_sandbox.fault("gmail.users.getProfile", status=401, reason="authError", count=1)

    profile = await MailReader(google, credentials).profile()

    assert profile.email == ALEX
    assert credentials.token.value == fresh


async def test_a_token_that_cannot_be_renewed_asks_for_reconnecting(
    two_people: None, google: GoogleClient, as_account: NewCredentials, google_sandbox: Sandbox
) -> None:
    google_sandbox.fault("gmail.users.getProfile", status=401, reason="authError")

    with pytest.raises(NeedsReconnect):
        await MailReader(google, as_account()).profile()

    assert google_sandbox.faults()[0]["fired"] == 1
