"""Every kind of mail from its plan to its card: answers to all, new mails, mails passed on, drafts, with their files.

The plans are given here step by step; how words become them is told in the tests of understanding.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from countersign.conversations import attachments
from countersign.kit.ids import to_public
from countersign.understanding.planned.steps import (
    AttachmentWanted,
    DraftForward,
    DraftMail,
    DraftReply,
    Propose,
    ReadThread,
    ReadThreads,
    ReplyInstruction,
    Say,
    SearchMail,
    Step,
)
from tests.workflows.mailroom import ALEX, DANA_ITO, MailDesk, connect, mail, world
from tests.workflows.planned import person, planned, search

LEE = "Lee Okafor <lee@client.test>"
SARAH = "Sarah Chen <sarah@paper.test>"


def file(name: str, content: bytes, media_type: str) -> dict[str, str]:
    """A file of a seeded mail."""
    return {"filename": name, "mimeType": media_type, "base64": base64.urlsafe_b64encode(content).decode()}


INVOICE = b"%PDF-1.4 invoice 2211"
EXTRA = [
    mail(11, DANA_ITO, "Site visit", "The site visit is on 4 May at 10:00.\n\nDana", to=[ALEX, LEE]),
    mail(
        12,
        SARAH,
        "Paper order",
        "Here are the papers.\n\nSarah",
        attachments=[
            file("Invoice-2211.pdf", INVOICE, "application/pdf"),
            file("terms.txt", b"Thirty days.", "text/plain"),
        ],
    ),
    mail(
        13,
        "Ola <ola@scan.test>",
        "Scan",
        "See below.",
        attachments=[file("0007.pdf", b"%PDF-1.4 x", "application/pdf")],
    ),
    mail(14, LEE, "Project Quill timing", "Please confirm the delivery by 12 May.\n\nLee"),
    mail(15, SARAH, "Project Quill paper", "Which paper weight do you want for Quill?\n\nSarah"),
    mail(16, "Quill <no-reply@quill.test>", "Project Quill status", "Status is green."),
]


@pytest.fixture
async def alex(newcomer: MailDesk) -> MailDesk:
    """Alex with more mail, and files in some of it."""
    newcomer.sandbox.seed(*world(*EXTRA))
    await connect(newcomer.services, newcomer.sandbox, newcomer.user_id)
    return newcomer


def says(text: str) -> ReplyInstruction:
    """What to write, in these words."""
    return ReplyInstruction(parts=(Say(kind="state", text=text),))


def thread(step: str, search: str) -> ReadThread:
    """The conversation of the newest mail found."""
    return ReadThread(id=step, label="Read it", search_step=search)


def reply(kind: Any = "mail.reply", **more: Any) -> tuple[DraftReply, Propose]:
    """Write an answer to the conversation read, and propose it."""
    draft = DraftReply(id="d1", label="Write", thread_step="t1", **more)
    return draft, Propose(id="x1", label="Propose", action_kind=kind, draft_step="d1")


async def test_an_answer_to_all_greets_and_names_everybody_but_oneself(alex: MailDesk) -> None:
    await planned(
        alex,
        "mail.reply_all",
        person("p1", "Dana Ito"),
        search("s1", "p1"),
        thread("t1", "s1"),
        *reply("mail.reply_all", instruction=says("we will be there"), to_all=True),
    )

    card = await alex.card()
    assert card["change"]["kind"] == "mail.reply_all"
    assert [box["email"] for box in card["recipients"]] == ["dana@client.test", "lee@client.test"]
    assert card["change"]["body_text"] == "Hi all,\n\nWe will be there."


async def test_a_new_mail_carries_the_uploaded_file_by_its_hash(alex: MailDesk) -> None:
    async with alex.services.db.session(alex.user_id) as session:
        stored = await attachments.store(
            session, alex.services.keys, alex.services.settings, attachments.new_file("Offer.pdf", INVOICE)
        )
    draft = DraftMail(
        id="d1",
        label="Write",
        to_steps=("p1",),
        cc_steps=("p2",),
        instruction=says("here is the offer"),
        attachments=(AttachmentWanted(upload_id=to_public("att", stored.id)),),
    )
    await planned(
        alex,
        "mail.send",
        person("p1", "Sarah Chen"),
        person("p2", "lee@client.test"),
        draft,
        Propose(id="x1", label="Propose", action_kind="mail.send", draft_step="d1"),
    )

    card = await alex.card()
    change = card["change"]
    assert [(box["role"], box["email"], box["provenance"]) for box in card["recipients"]] == [
        ("to", "sarah@paper.test", "contacts"),
        ("cc", "lee@client.test", "user"),
    ]
    assert (change["kind"], change["subject"]) == ("mail.send", "Here is the offer")
    assert change["body_text"] == "Hi Sarah,\n\nHere is the offer."
    assert [(one["name"], one["sha256"]) for one in change["attachments"]] == [
        ("Offer.pdf", hashlib.sha256(INVOICE).hexdigest())
    ]


def with_file(words: str, who: str) -> tuple[Step, ...]:
    """A new mail to Dana with a file of the newest mail of somebody that has one."""
    wanted = AttachmentWanted(search_step="s1", words=words)
    return (
        person("p1", "dana@client.test"),
        person("p2", who),
        search("s1", "p2", has_attachment=True),
        DraftMail(
            id="d1", label="Write", to_steps=("p1",), instruction=says("see attached"), attachments=(wanted,)
        ),
        Propose(id="x1", label="Propose", action_kind="mail.send", draft_step="d1"),
    )


async def names_on_the_card(alex: MailDesk) -> list[str]:
    """The files of the one card."""
    return [one["name"] for one in (await alex.card())["change"]["attachments"]]


async def test_the_one_file_that_fits_the_words_is_attached(alex: MailDesk) -> None:
    await planned(alex, "mail.send", *with_file("the invoice", "Sarah Chen"))

    assert await names_on_the_card(alex) == ["Invoice-2211.pdf"]


async def test_the_words_alone_find_the_person_and_the_file(alex: MailDesk) -> None:
    await alex.ask_and_drive(
        "Send an email to Dana Ito saying the invoice is attached and attach the invoice from Sarah Chen's mail"
    )

    change = (await alex.card())["change"]
    assert (change["kind"], change["to"][0]["email"]) == ("mail.send", "dana@client.test")
    assert "The invoice is attached." in change["body_text"]
    assert await names_on_the_card(alex) == ["Invoice-2211.pdf"]


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("terms.txt", ["terms.txt"]),
        ("the second one", ["terms.txt"]),
        ("both", ["Invoice-2211.pdf", "terms.txt"]),
        ("Write it without the file", []),
    ],
)
async def test_two_files_that_fit_are_asked_about(alex: MailDesk, answer: str, names: list[str]) -> None:
    run = await planned(alex, "mail.send", *with_file("", "Sarah Chen"))
    asked = (await alex.said_in_chat(run.id))[-1]
    await alex.resume(run, "some other one")
    await alex.resume(run, answer)

    assert asked.startswith("Which file of “Paper order” do you mean: Invoice-2211.pdf, terms.txt?")
    assert await names_on_the_card(alex) == names


async def test_a_lone_file_that_is_called_otherwise_is_not_taken_for_the_one_meant(alex: MailDesk) -> None:
    run = await planned(alex, "mail.send", *with_file("the invoice", "ola@scan.test"))
    asked = (await alex.said_in_chat(run.id))[-1]
    await alex.resume(run, "yes")

    assert asked.startswith("The mail “Scan” has one file, “0007.pdf”. Do you mean that one?")
    assert await names_on_the_card(alex) == ["0007.pdf"]


async def test_a_mail_without_a_file_is_not_sent_without_it(alex: MailDesk) -> None:
    steps = with_file("the invoice", "Dana Ito")
    without = [search("s1", "p2") if isinstance(one, SearchMail) else one for one in steps]
    run = await planned(alex, "mail.send", *without)

    assert run.state == "succeeded"
    assert "“Site visit” has no file. I wrote no mail; nothing was changed." in (run.summary or "")


async def test_a_mail_is_passed_on_with_its_files_below_the_persons_own_words(alex: MailDesk) -> None:
    await planned(
        alex,
        "mail.forward",
        person("p1", "Sarah Chen"),
        search("s1", "p1", has_attachment=True),
        thread("t1", "s1"),
        person("p2", "Dana Ito"),
        DraftForward(
            id="d1", label="Write", thread_step="t1", to_steps=("p2",), note=says("for your records")
        ),
        Propose(id="x1", label="Propose", action_kind="mail.forward", draft_step="d1"),
    )

    change = (await alex.card())["change"]
    assert (change["subject"], change["body_text"]) == ("Fwd: Paper order", "For your records.")
    assert "Here are the papers." in change["quote_text"]
    assert await names_on_the_card(alex) == ["Invoice-2211.pdf", "terms.txt"]


def quill() -> tuple[Step, ...]:
    """Write responses to everything about Project Quill, without a word on what they say."""
    return (
        search("s1", None, topic_words=("Quill",)),
        ReadThreads(id="t1", label="Read them", search_step="s1"),
        *reply("mail.reply", instruction=None),
    )


async def test_responses_are_drafted_after_one_question_for_what_nobody_knows(alex: MailDesk) -> None:
    run = await planned(alex, "mail.reply", *quill())
    asked = (await alex.said_in_chat(run.id))[-1]
    await alex.resume(run, "we want 120 grams")

    cards = {card["change"]["subject"]: card["change"] for card in await alex.cards()}
    assert asked.startswith("Sarah Chen asks: “Which paper weight do you want for Quill?”")
    assert sorted(cards) == ["Re: Project Quill paper", "Re: Project Quill timing"]
    assert cards["Re: Project Quill paper"]["body_text"] == "Hi Sarah,\n\nWe want 120 grams."
    assert "“Please confirm the delivery by 12 May.”" in cards["Re: Project Quill timing"]["body_text"]
    assert (
        "“Project Quill status” comes from an address that does not read answers."
        in (await alex.said_in_chat(run.id))[-1]
    )


@pytest.mark.parametrize(
    ("answer", "subjects"),
    [("Leave this one out", ["Re: Project Quill timing"]), ("Leave out the rest", [])],
)
async def test_a_conversation_can_be_left_out_when_asked_about(
    alex: MailDesk, answer: str, subjects: list[str]
) -> None:
    run = await planned(alex, "mail.reply", *quill())
    await alex.resume(run, answer)

    assert [card["change"]["subject"] for card in await alex.cards()] == subjects
    assert (await alex.run(run.id)).state == ("waiting" if subjects else "succeeded")


async def test_changes_can_be_asked_for_on_mails_that_answer_none(alex: MailDesk) -> None:
    run = await planned(alex, "mail.send", *with_file("the invoice", "Sarah Chen"))
    await alex.decide("respond", "add that payment is due in May")
    await alex.drive(run)

    card = await alex.card()
    assert (card["version"], card["being_revised"]) == (2, False)
    assert "Payment is due in May." in card["change"]["body_text"]
    assert await names_on_the_card(alex) == ["Invoice-2211.pdf"]
    assert card["recipients"][0]["provenance"] == "user"


async def test_changes_can_be_asked_for_on_a_mail_passed_on(alex: MailDesk) -> None:
    run = await planned(
        alex,
        "mail.forward",
        person("p1", "ola@scan.test"),
        search("s1", "p1"),
        thread("t1", "s1"),
        DraftForward(id="d1", label="Write", thread_step="t1", to_steps=("p1",), note=says("this is a copy")),
        Propose(id="x1", label="Propose", action_kind="mail.forward", draft_step="d1"),
    )
    await alex.decide("respond", "say the copy instead of a copy")
    await alex.drive(run)

    change = (await alex.card())["change"]
    assert change["body_text"] == "This is the copy."
    assert change["quote_style"] == "forward"
    assert await names_on_the_card(alex) == ["0007.pdf"]
