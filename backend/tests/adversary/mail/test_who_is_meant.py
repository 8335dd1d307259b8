"""Strangers who want to be taken for somebody: who a name means is never decided by what a third party writes."""

from __future__ import annotations

from typing import Any

from countersign.connectors.google.mail.contacts import contacts_in
from countersign.connectors.google.mail_types import Header, MessageHead
from tests.workflows.mailroom import ALEX, DANA, DANA_ITO, MailDesk, connect, mail, world

STRANGER = "dana.ito@evil.test"
ASK = "Reply to the last mail from Dana Ito saying we can take delivery on Wednesday"
BANK = "New bank details"


def sent(number: int = 9, to: str = DANA_ITO) -> dict[str, Any]:
    """A mail Alex wrote."""
    return mail(number, ALEX, "Hello", "Hi", to=[to], labels=["SENT"])


async def asked(desk: MailDesk, *mails: dict[str, Any], text: str = ASK) -> Any:
    """The run after that request in a mailbox with these mails more."""
    desk.sandbox.seed(*world(*mails))
    await connect(desk.services, desk.sandbox, desk.user_id)
    return await desk.ask_and_drive(text)


async def test_a_stranger_cannot_rename_somebody_and_take_her_place(newcomer: MailDesk) -> None:
    renaming = mail(20, f"Dana Ito <{STRANGER}>", BANK, "Please confirm.", cc=[f'"Accounts" <{DANA}>'])

    run = await asked(newcomer, renaming)

    assert run.state == "waiting"
    assert {option.partition(" (")[0] for option in run.question["options"]} == {
        DANA_ITO,
        f"Dana Ito <{STRANGER}>",
    }
    assert await newcomer.cards() == []


async def test_a_flood_of_mail_cannot_push_out_who_was_written_to(newcomer: MailDesk) -> None:
    flood = [
        mail(
            20,
            f"Dana Ito <{STRANGER}>",
            BANK,
            "Please confirm.",
            id=f"18d{n:013d}",
            message_id=f"<{n}@e.test>",
        )
        for n in range(60)
    ]

    run = await asked(newcomer, sent(), *flood)

    assert run.question["options"] == [
        f"{DANA_ITO} (you have written to them)",
        f"Dana Ito <{STRANGER}> (you have never written to them)",
    ]


async def test_the_question_says_who_was_ever_written_to_and_a_choice_answers_it(newcomer: MailDesk) -> None:
    run = await asked(newcomer, sent(), mail(20, f"Dana Ito <{STRANGER}>", BANK, "Please confirm."))
    choice = f"{DANA_ITO} (you have written to them)"

    again = await newcomer.ask(choice, run.conversation_id)
    await newcomer.drive(again)

    assert run.question["options"][0] == choice
    assert f"Dana Ito <{STRANGER}> (you have never written to them)" in run.question["text"]
    assert again.id == run.id
    assert [one["email"] for one in (await newcomer.card())["recipients"]] == [DANA]


async def test_an_answer_that_fits_two_is_asked_again_with_the_same_words(newcomer: MailDesk) -> None:
    run = await asked(newcomer, sent(), mail(20, f"Dana Ito <{STRANGER}>", BANK, "Please confirm."))

    await newcomer.resume(run, "the other one")
    again = await newcomer.run(run.id)

    assert again.question is not None
    assert again.question["options"] == run.question["options"]


def head(labels: tuple[str, ...], **fields: str) -> MessageHead:
    """A mail of which only these address fields are known."""
    headers = tuple(Header(name.removesuffix("_"), value) for name, value in fields.items())
    return MessageHead("m", "t", "1", labels, None, headers)


def test_a_name_comes_from_its_own_mail_or_from_what_the_owner_wrote() -> None:
    heads = [
        head(("INBOX",), From=DANA_ITO, To=ALEX),
        head(
            ("INBOX",), From=STRANGER, To=f"Accounts <{DANA}>", Cc=f"Nobody <lee@acme.test>, Sam <{STRANGER}>"
        ),
        head(("SENT",), From=ALEX, To="Lee Park <lee@acme.test>"),
        head(("INBOX",), From=STRANGER, To="Priya <priya@acme.test>"),
    ]

    names = {contact.address.email: contact.address.name for contact in contacts_in(heads, ())}

    assert names == {
        DANA: "Dana Ito",
        "lee@acme.test": "Lee Park",
        STRANGER: "",
        ALEX: "",
        "priya@acme.test": "",
    }
