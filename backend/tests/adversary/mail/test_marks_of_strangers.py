"""Strangers who dress up as somebody known: the card of an answer to them says so before anybody decides."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.workflows.mailroom import ALEX, DANA, DANA_ITO, MailDesk, connect, mail, world

SAYING = "saying we can take delivery on Wednesday"
SENT = mail(9, ALEX, "Hello", "Hi", to=[DANA_ITO], labels=["SENT"])


async def card_of(desk: MailDesk, whom: str, *mails: dict[str, Any]) -> dict[str, Any]:
    """The card of an answer to the last mail from there, in a mailbox with these mails more."""
    desk.sandbox.seed(*world(*mails))
    await connect(desk.services, desk.sandbox, desk.user_id)
    await desk.ask_and_drive(f"Reply to the last mail from {whom} {SAYING}")
    return await desk.card()


def stranger(sender: str) -> dict[str, Any]:
    """A mail from outside."""
    return mail(20, sender, "New bank details", "Please confirm.")


def raw(*head: str) -> dict[str, Any]:
    """A mail to Alex with these header lines."""
    lines = (*head, f"To: {ALEX}", "Subject: Hm", "Date: Fri, 20 Mar 2026 09:00:00 +0000", "", "Hello?", "")
    return {"raw": base64.urlsafe_b64encode("\r\n".join(lines).encode()).decode(), "labels": ["INBOX"]}


def codes(card: dict[str, Any]) -> list[str]:
    """The codes of the card's reasons."""
    return [reason["code"] for reason in card["risk"]["reasons"]]


@pytest.mark.parametrize("email", ["dana@c1ient.test", "dana@xn--clint-psa.test"])
async def test_a_look_alike_of_somebody_written_to_is_high_risk(newcomer: MailDesk, email: str) -> None:
    card = await card_of(newcomer, email, SENT, stranger(f"Dana Ito <{email}>"))

    assert codes(card)[0] == "look_alike"
    assert card["requires"] == ["ack_recipients"]
    assert card["title"] == f"Send reply to Dana Ito <{email}>"


async def test_a_look_alike_chosen_after_the_question_is_still_marked(newcomer: MailDesk) -> None:
    newcomer.sandbox.seed(*world(SENT, stranger("Dana Ito <dana@c1ient.test>")))
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id)
    run = await newcomer.ask_and_drive(f"Reply to the last mail from Dana Ito {SAYING}")

    await newcomer.resume(run, "dana@c1ient.test")

    assert "look_alike" in codes(await newcomer.card())


async def test_the_same_name_at_another_address_is_high_risk(newcomer: MailDesk) -> None:
    card = await card_of(newcomer, "d@evil.test", SENT, stranger('"Ito, Dana (Client)" <d@evil.test>'))

    assert codes(card)[0] == "known_name_other_address"


async def test_a_first_mail_from_somebody_new_is_no_impersonation(newcomer: MailDesk) -> None:
    card = await card_of(newcomer, "Bob Smith", SENT, stranger("Bob Smith <bob@smith.test>"))

    assert set(codes(card)) <= {"promises_date", "first_contact", "external_recipient"}
    assert card["risk"]["level"] == "medium"
    assert card["title"] == "Send reply to Bob Smith <bob@smith.test>"


async def test_a_name_that_is_somebody_elses_address_is_high_risk_and_no_title(newcomer: MailDesk) -> None:
    card = await card_of(newcomer, "x@evil.test", SENT, stranger(f'"{DANA}" <x@evil.test>'))

    assert codes(card)[0] == "name_is_an_address"
    assert card["title"] == "Send reply to x@evil.test"


async def test_an_address_slipped_into_reply_to_is_marked_with_its_own_evidence(newcomer: MailDesk) -> None:
    slipped = raw(f"From: {DANA_ITO}", f"Reply-To: {DANA_ITO}, Mallory <mallory@evil.test>")

    card = await card_of(newcomer, "Dana", SENT, slipped)
    dana, mallory = card["recipients"]
    (reason,) = [one for one in card["risk"]["reasons"] if one["code"] == "reply_to_differs"]

    assert card["risk"]["level"] == "high"
    assert reason["ref"] == "recipients/1"
    assert mallory["evidence"]["quote"] == "Reply-To: Mallory <mallory@evil.test>"
    assert dana["evidence"]["quote"] == f"Reply-To: {DANA_ITO}"


async def test_somebody_written_to_carries_no_first_contact_mark(newcomer: MailDesk) -> None:
    card = await card_of(newcomer, DANA, SENT)

    assert "first_contact" not in codes(card)
    assert card["title"] == "Send reply to Dana Ito"
