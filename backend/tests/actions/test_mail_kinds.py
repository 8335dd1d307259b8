"""Every kind of mail that leaves: shown whole, sent once as it was approved, with the bytes of its files."""

from __future__ import annotations

import base64
import email
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from countersign.accounts.services import Services
from countersign.accounts.tokens import credentials
from countersign.actions import proposals
from countersign.actions.mail.files import FromMail
from countersign.actions.proposals import NewMail, Recipient, ReplySource, ResolvedReply
from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail.files import file_bytes
from countersign.conversations import attachments
from countersign.errors import InvalidError
from countersign.kit.ids import to_public
from tests.actions.desk import ALEX, DANA, WORDS, Desk
from tests.actions.people import sit_down
from tests.actions.test_leftovers import gmail
from tests.cluster import ProductDatabase
from tests.sandbox.server import Sandbox

LEE = "lee@acme.test"
EVE = "eve@acme.test"
PDF = b"%PDF-1.7\n1 0 obj\n\xff\x00 not really\n"
MAIL = "18c0000000000001"


@pytest.fixture
async def desk(services: Services, database: ProductDatabase, google_sandbox: Sandbox) -> Desk:
    """Alex, also known as sales, with a mail from Dana to several people that has two files."""
    mail = {
        "id": MAIL,
        "from": f"Dana Ito <{DANA}>",
        "to": ["Acme Sales <sales@acme.test>", "Noreply <noreply@acme.test>"],
        "cc": [f"Lee Okafor <{LEE}>", ALEX, f"Dana Ito <{DANA}>", "alex+orders@acme.test"],
        "subject": "Lieferung",
        "message_id": "<delivery-1@client.test>",
        "date": "2026-03-02T09:00:00Z",
        "text": "Können wir das bitte für Mittwoch planen? Danke und viele Grüße\nDana",
        "thread": "delivery-1",
        "labels": ["INBOX"],
        "attachments": [
            {"filename": "Plan ä, b.pdf", "mimeType": "application/pdf", "base64": encoded(PDF)},
            {"filename": "tools.zip", "mimeType": "application/zip", "base64": encoded(b"PK\x03\x04" * 9)},
        ],
    }
    sales = {
        "sendAsEmail": "sales@acme.test",
        "displayName": "Acme Sales",
        "signature": "The <b>sales</b> desk",
    }
    google_sandbox.seed(
        {"email": ALEX, "name": "Alex Moreno", "send_as": [sales], "messages": [mail]},
        *({"email": other, "name": "", "messages": []} for other in (DANA, LEE, EVE)),
    )
    return await sit_down(services, database, google_sandbox)


def encoded(content: bytes) -> str:
    """As the seed wants it."""
    return base64.b64encode(content).decode()


async def files_of(desk: Desk, source: ReplySource) -> list[proposals.AttachedFile]:
    """The files of the mail, as they would be passed on."""
    (message,) = source.thread.messages
    access = await credentials(desk.services, desk.user_id, desk.account_id)
    return [
        proposals.file_from_mail(
            message, part, await file_bytes(desk.services.google, access, message.id, part.part_id)
        )
        for part in message.attachments
    ]


async def upload(desk: Desk, name: str, content: bytes) -> proposals.AttachedFile:
    """A file the person uploaded."""
    async with desk.services.db.session(desk.user_id) as session:
        new = attachments.new_file(name, content)
        row = await attachments.store(session, desk.services.keys, desk.services.settings, new)
    return proposals.file_from_upload(to_public("att", row.id), row.name, row.media_type, content)


async def propose(desk: Desk, kind: str, resolved: ResolvedReply) -> dict[str, Any]:
    """The card of that mail."""
    return await desk.propose(kind=kind, payload=resolved.payload, facts=resolved.facts)


async def sent(desk: Desk, card: dict[str, Any]) -> EmailMessage:
    """The mail that left when this card was approved and executed."""
    approved = await desk.decide(card)
    await desk.after_hold()
    await desk.execute(approved)
    assert (await desk.state(card), len(desk.sends()), desk.drafts()) == ("done", 1, [])
    (raw,) = desk.raw_mails_of(ALEX, "SENT")
    message = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def received(desk: Desk, address: str) -> EmailMessage:
    """The one mail in that mailbox."""
    (raw,) = desk.raw_mails_of(address, "INBOX")
    message = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


async def test_an_answer_to_all_leaves_once_and_copies_none_of_ones_own_addresses(desk: Desk) -> None:
    card = await desk.propose(kind="mail.reply_all")

    left = await sent(desk, card)

    assert (left["From"], left["To"]) == ("Acme Sales <sales@acme.test>", "Dana Ito <dana@client.test>")
    assert left["Cc"] == "Lee Okafor <lee@acme.test>"
    assert (left["In-Reply-To"], left["Subject"]) == ("<delivery-1@client.test>", "Re: Lieferung")
    assert card["title"] == "Send reply to all: Dana Ito and 1 more"
    assert "The sales desk" in str(received(desk, LEE).get_body(("plain",)))


async def test_a_new_mail_leaves_once_and_nobody_sees_who_was_copied_in_secret(desk: Desk) -> None:
    file = await upload(desk, "plan.pdf", PDF)
    wanted = NewMail(
        to=(Recipient(DANA, "Dana Ito"),),
        body_text=WORDS,
        subject="Delivery",
        bcc=(Recipient(EVE),),
        attachments=(file,),
    )
    card = await propose(desk, "mail.send", proposals.resolve_new_mail(await desk.source(), wanted))

    await sent(desk, card)

    assert [(one["email"], one["role"]) for one in card["recipients"]] == [(DANA, "to"), (EVE, "bcc")]
    assert card["title"] == "Send mail to Dana Ito"
    at_dana, at_eve = received(desk, DANA), received(desk, EVE)
    assert at_dana["Bcc"] is None
    assert WORDS in str(at_dana.get_body(("plain",)))
    for copy in (at_dana, at_eve):
        (part,) = copy.iter_attachments()
        assert (part.get_filename(), part.get_content_type()) == ("plan.pdf", "application/pdf")
        assert part.get_payload(decode=True) == PDF


async def test_a_mail_is_passed_on_with_its_headers_and_every_file(desk: Desk) -> None:
    source = await desk.source()
    wanted = NewMail(to=(Recipient(LEE),), body_text="", attachments=await files_of(desk, source))
    card = await propose(desk, "mail.forward", proposals.resolve_forward(source, wanted))

    left = await sent(desk, card)

    (files,) = [field["after"] for field in card["fields"] if field["path"] == "/attachments"]
    assert files.count("sha256") == 2
    assert f"Plan ä, b.pdf · application/pdf · {len(PDF)} bytes" in files
    assert card["risk"]["reasons"][0]["code"] == "uninspectable_attachment"
    assert card["requires"] == ["ack_recipients"]
    assert (left["Subject"], left["In-Reply-To"]) == ("Fwd: Lieferung", None)
    assert left["References"] == "<delivery-1@client.test>"
    assert "Weitergeleitete Nachricht" in str(left.get_body(("plain",)))
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in left.iter_attachments()] == [
        ("Plan ä, b.pdf", PDF),
        ("tools.zip", b"PK\x03\x04" * 9),
    ]


async def test_a_mail_that_is_gone_is_not_passed_on(desk: Desk) -> None:
    card = await desk.approved(kind="mail.forward")
    gmail(desk, "POST", f"messages/{MAIL}/trash")

    await desk.execute(card)

    again = await desk.card(card["id"])
    assert again["stale_reason"] == "The mail this passes on is no longer in your mailbox."
    desk.sandbox.fault("gmail.users.messages.get", status=404, reason="notFound", count=1)
    approved = await desk.decide(again)
    await desk.after_hold()
    await desk.execute(approved)
    assert (await desk.state(card), desk.sends()) == ("proposed", [])


@pytest.mark.parametrize("change", ["other bytes", "upload deleted", "mail part gone"])
async def test_files_are_compared_before_anything_is_prepared_and_a_mismatch_refuses(
    desk: Desk, change: str
) -> None:
    file = await upload(desk, "plan.pdf", PDF)
    if change == "other bytes":
        file = file.model_copy(update={"sha256": "0" * 64})
    if change == "mail part gone":
        file = file.model_copy(update={"origin": FromMail(message_id=MAIL, part_id="9")})
    wanted = NewMail(to=(Recipient(DANA),), body_text=WORDS, subject="Plan", attachments=(file,))
    card = await propose(desk, "mail.send", proposals.resolve_new_mail(await desk.source(), wanted))
    approved = await desk.decide(card)
    if change == "upload deleted":
        await desk.database.as_owner("DELETE FROM attachments")
    await desk.after_hold()

    await desk.execute(approved)

    row = await desk.row(card)
    assert (row["state"], row["outcome"]["problem"]["code"]) == ("refused", "changed_file")
    assert desk.sandbox.ledger(method="gmail.users.drafts.*") == []


async def test_files_can_be_taken_off_a_card_but_not_slipped_in(desk: Desk) -> None:
    source = await desk.source()
    wanted = NewMail(to=(Recipient(LEE),), body_text="", attachments=await files_of(desk, source))
    card = await propose(desk, "mail.forward", proposals.resolve_forward(source, wanted))
    pdf, _ = card["change"]["attachments"]

    with pytest.raises(InvalidError):
        await desk.edit(card, attachments=[{**pdf, "sha256": "0" * 64}])
    with pytest.raises(InvalidError):
        await desk.edit(card, attachments="all")
    edited = await desk.edit(card, attachments=[pdf])

    assert edited["change"]["attachments"] == [pdf]
    assert "uninspectable_attachment" not in [reason["code"] for reason in edited["risk"]["reasons"]]
    assert edited["requires"] == []


async def test_an_edit_of_who_receives_a_copy_in_secret_is_checked_like_any_other(desk: Desk) -> None:
    card = await desk.edit(await desk.propose(kind="mail.send"), bcc=["Dana Ito <dana@c1ient.test>"])

    assert card["requires"] == ["ack_recipients"]
    assert {"look_alike", "first_contact"} <= {reason["code"] for reason in card["risk"]["reasons"]}
    assert card["recipients"][1]["role"] == "bcc"


async def test_a_small_file_comes_with_its_mail_and_one_without_content_is_missing(desk: Desk) -> None:
    access = await credentials(desk.services, desk.user_id, desk.account_id)

    assert await file_bytes(desk.services.google, access, MAIL, "0") != b""
    with pytest.raises(ProviderMissing):
        await file_bytes(desk.services.google, access, MAIL, "")
