"""Files that go with a mail: uploaded ones by their hash, and those of other mails as the words name them."""

from __future__ import annotations

import hashlib

import pytest

from countersign.conversations import attachments
from countersign.kit.ids import to_public
from countersign.understanding.planned.steps import AttachmentWanted, DraftMail, Propose, SearchMail, Step
from tests.workflows.mailroom import MailDesk
from tests.workflows.papers import INVOICE, alex, names_on_the_card, says
from tests.workflows.planned import person, planned, search

__all__ = ["alex"]


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


async def test_changes_can_be_asked_for_on_mails_that_answer_none(alex: MailDesk) -> None:
    run = await planned(alex, "mail.send", *with_file("the invoice", "Sarah Chen"))
    await alex.decide("respond", "add that payment is due in May")
    await alex.drive(run)

    card = await alex.card()
    assert (card["version"], card["being_revised"]) == (2, False)
    assert "Payment is due in May." in card["change"]["body_text"]
    assert await names_on_the_card(alex) == ["Invoice-2211.pdf"]
    assert card["recipients"][0]["provenance"] == "user"
