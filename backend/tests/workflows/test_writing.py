"""Every kind of mail from its plan to its card: answers to all, new mails, mails passed on, drafts, with their files.

The plans are given here step by step; how words become them is told in the tests of understanding.
"""

from __future__ import annotations

from typing import Any

import pytest

from countersign.understanding.planned.steps import (
    DraftForward,
    DraftReply,
    Propose,
    ReadThread,
    ReadThreads,
    Step,
)
from tests.workflows.mailroom import MailDesk
from tests.workflows.papers import alex, names_on_the_card, says
from tests.workflows.planned import person, planned, search

__all__ = ["alex"]


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
