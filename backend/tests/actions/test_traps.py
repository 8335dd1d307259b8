"""What bit other mail assistants: copies to oneself, lost signatures and quotes, drafts that leave, mail to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.actions.mail import mime
from countersign.actions.mail.forms import FORWARD, REPLY
from countersign.actions.mail.payload import parse
from countersign.actions.mail.resolving.new_mail import NewMail, resolve_forward, resolve_new_mail
from countersign.actions.mail.resolving.quoting import forward_subject
from countersign.actions.mail.resolving.reply import resolve_reply
from countersign.actions.mail.resolving.source import MailSource, Recipient, ReplySource, ResolvedMail
from countersign.connectors.google.mail_types import Address
from countersign.errors import InvalidError, NotFoundError, TooLargeError
from tests.actions.desk import Desk
from tests.actions.replies import ALEX, ALIASES, DANA, SALES, mail, thread

LEE = "lee@acme.test"


def source(message: Any, **changes: Any) -> ReplySource:
    """That mail in Alex's mailbox."""
    values = {"thread": thread(message), "message_id": message.id, "aliases": ALIASES, **changes}
    return ReplySource(account_email=ALEX, account_type="work", **values)


def to_all(message: Any, **changes: Any) -> ResolvedMail:
    """The answer to everybody on that mail."""
    return resolve_reply(source(message, **changes), "Yes.", to_all=True)


def emails(boxes: list[dict[str, str]]) -> list[str]:
    """The addresses."""
    return [box["email"] for box in boxes]


def test_an_answer_to_all_never_copies_an_address_of_ones_own() -> None:
    message = mail(
        to=(Address(SALES), Address("ALEX@acme.test"), Address(LEE)),
        cc=(Address("alex+orders@acme.test"), Address(DANA.upper()), Address("kim@acme.test"), Address(LEE)),
    )

    payload = to_all(message).payload

    assert (emails(payload["to"]), emails(payload["cc"])) == ([DANA], [LEE, "kim@acme.test"])


def test_an_answer_to_all_says_where_each_recipient_stood() -> None:
    facts = to_all(mail(to=(Address(LEE),), cc=(Address("kim@acme.test"),))).facts

    quotes = {email: origin["quote"].split(":")[0] for email, origin in facts["origins"].items()}
    assert quotes == {DANA: "From", LEE: "To", "kim@acme.test": "Cc"}


def test_an_answer_to_all_on_ones_own_mail_goes_to_those_it_went_to() -> None:
    own = mail(from_=Address(SALES), to=(Address(DANA),), cc=(Address(LEE),))

    payload = to_all(own).payload

    assert (emails(payload["to"]), emails(payload["cc"])) == ([DANA], [LEE])


def test_nobody_is_drafted_to_who_reads_nothing() -> None:
    machine = mail(from_=Address("no-reply@shop.test"), to=(Address(ALEX),))
    beside = mail(from_=Address("no-reply@shop.test"), cc=(Address("noreply@b.test"), Address(LEE)))

    with pytest.raises(InvalidError, match="does not read answers"):
        resolve_reply(source(machine), "Yes.")
    with pytest.raises(InvalidError, match="does not read answers"):
        to_all(machine)
    payload = to_all(beside).payload
    assert (emails(payload["to"]), payload["cc"]) == ([LEE], [])


def test_a_reply_loses_neither_signature_nor_quote() -> None:
    payload = resolve_reply(source(mail()), "Yes.").payload
    reply = parse(payload, REPLY)

    for text in (mime.plain_text(reply), mime.html_text(reply)):
        assert text.index("Yes.") < text.index("Acme") < text.index("wrote:") < text.index("take delivery")


async def test_recipients_are_those_that_were_approved(desk: Desk) -> None:
    card = await desk.propose(kind="mail.reply_all")
    approved = await desk.decide(await desk.edit(card, cc=["Eve <eve@acme.test>"]))
    await desk.after_hold()

    await desk.execute(approved)

    (raw,) = desk.raw_mails_of(ALEX, "SENT")
    assert (await desk.state(card), b'\r\nCc: "Eve" <eve@acme.test>\r\n' in raw) == ("done", True)


def test_a_mail_is_passed_on_below_a_block_that_says_what_it_was() -> None:
    told = resolve_forward(
        source(
            mail(
                subject="FW: WG: Lieferung",
                cc=(Address(LEE, "Lee"),),
                text="Können wir das bitte für Mittwoch planen und auch",
                references=("<delivery-0@client.test>",),
            ),
            time_zone="Europe/Berlin",
        ),
        NewMail(to=(Recipient(LEE),), body_text="Bitte lesen."),
    )

    assert told.payload["quote_intro"] == (
        "---------- Weitergeleitete Nachricht ---------\nVon: Dana Ito <dana@client.test>\n"
        "Datum: 02.03.2026, 10:00\nBetreff: FW: WG: Lieferung\nAn: Alex Moreno <alex@acme.test>\n"
        "Cc: Lee <lee@acme.test>"
    )
    assert told.payload["subject"] == "Fwd: Lieferung"
    assert told.payload["references"] == ["<delivery-0@client.test>", "<delivery-1@client.test>"]
    assert (told.payload["in_reply_to"], told.payload["thread_id"]) == ("", "")
    assert (told.group_key, told.target) == ("thread:t-1", "m-1")


def test_a_block_leaves_out_what_the_mail_did_not_say() -> None:
    bare = mail(from_=None, to=(), date=None, received_at=None, subject="", text="1", is_complete=False)

    told = resolve_forward(source(bare), NewMail(to=(Recipient(LEE),), body_text="", subject="Look"))

    assert told.payload["quote_intro"] == "---------- Forwarded message ---------"
    assert (told.payload["subject"], told.payload["quote_text"]) == ("Look", "1\n[…]")
    assert forward_subject("") == "Fwd:"


def test_a_mail_passed_on_has_the_same_words_in_both_parts() -> None:
    told = resolve_forward(source(mail()), NewMail(to=(Recipient(LEE),), body_text=""))
    passed_on = parse(told.payload, FORWARD)
    plain = mime.plain_text(passed_on)

    assert plain.startswith("-- \n")
    assert "From: Dana Ito <dana@client.test>" in plain
    assert "> Can you" not in plain
    assert "Dana Ito &lt;dana@client.test&gt;" in mime.html_text(passed_on)


def test_a_new_mail_is_from_the_default_alias_and_says_who_named_whom() -> None:
    told = resolve_new_mail(
        MailSource(aliases=ALIASES, account_email=ALEX, account_type="work", user_addresses=(LEE,)),
        NewMail(to=(Recipient(LEE.upper()),), cc=(Recipient(DANA, "Dana"),), body_text="Hi."),
    )

    assert told.payload["from"]["email"] == ALEX
    assert (told.group_label, told.target, told.payload["quote_text"]) == ("New mail", "new", "")
    assert told.facts["origins"][DANA] == {"provenance": "user", "message_id": None, "quote": None}


def test_a_mail_needs_somebody_and_a_mail_passed_on_must_be_there() -> None:
    with pytest.raises(InvalidError):
        resolve_new_mail(source(mail()), NewMail(to=(), body_text="Hi.", cc=(Recipient(LEE),)))
    with pytest.raises(NotFoundError):
        resolve_forward(source(mail(), message_id="m-9"), NewMail(to=(Recipient(LEE),), body_text=""))
    with pytest.raises(TooLargeError):
        resolve_new_mail(source(mail()), NewMail(to=(Recipient(LEE),), body_text="x" * 100_001))
