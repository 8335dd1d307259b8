"""The written reply holds the person's words and the conversation's facts, and nothing else."""

from __future__ import annotations

import pytest

from countersign.understanding.planned.steps import ReplyInstruction, Say
from countersign.understanding.writing import ThreadFacts, compose_reply, facts_of_mail


def saying(text: str, kind: str = "state") -> ReplyInstruction:
    return ReplyInstruction(parts=(Say.model_validate({"kind": kind, "text": text}),))


@pytest.mark.parametrize(
    ("facts", "greeting"),
    [
        (ThreadFacts(sender_name="Dana Reyes", sign_off_name="Dee"), "Hi Dee,"),
        (ThreadFacts(sender_name="Dana Reyes"), "Hi Dana,"),
        (ThreadFacts(sender_name="Reyes, Dana"), "Hi Dana,"),
        (ThreadFacts(sender_name="Dr. Dana Reyes"), "Hi Dr. Dana Reyes,"),
        (ThreadFacts(sender_name="dana@acme.example"), "Hi,"),
        (ThreadFacts(), "Hi,"),
        (ThreadFacts(sender_name="Jürgen Groß", language="de"), "Hallo Jürgen,"),
        (ThreadFacts(sender_name="Zoé Petit", language="fr"), "Bonjour Zoé,"),
        (ThreadFacts(sender_name="Dana", sign_off_name="http://evil.example"), "Hi Dana,"),
    ],
)
def test_the_greeting_is_in_the_threads_language_with_the_name_they_sign_with(
    facts: ThreadFacts, greeting: str
) -> None:
    assert compose_reply(saying("ok"), facts).body_text == f"{greeting}\n\nOk."


def test_words_that_greet_get_no_second_greeting() -> None:
    draft = compose_reply(
        saying("Dear Dana,\n\nwe agree.", "verbatim"), ThreadFacts(sender_name="Dana Reyes")
    )

    assert draft.body_text == "Dear Dana,\n\nwe agree."


def test_words_in_another_language_than_the_thread_are_greeted_in_theirs_and_noted() -> None:
    facts = ThreadFacts(sender_name="Lena Groß", language="de")

    draft = compose_reply(saying("we can take delivery on Wednesday"), facts)

    assert draft.body_text == "Hi Lena,\n\nWe can take delivery on Wednesday."
    assert draft.notes == ("The conversation is in German, your words are in English.",)


def test_several_speech_acts_follow_each_other() -> None:
    instruction = ReplyInstruction(
        parts=(Say(kind="state", text="I will be late"), Say(kind="ask_if", text="she can wait")),
        recipient_pronoun="she",
    )

    assert compose_reply(instruction, ThreadFacts()).body_text == "Hi,\n\nI will be late. Can you wait?"


def test_the_facts_used_are_named() -> None:
    draft = compose_reply(saying("ok"), ThreadFacts(sender_name="Dana Reyes", sign_off_name="Dana"))

    assert draft.facts_used == ("the name they sign with",)


def test_facts_come_from_the_senders_own_words_only() -> None:
    mail = (
        "Hallo Sam,\n\nkönnt ihr am Mittwoch liefern?\n\nViele Grüße\nLena\n\n"
        "Am 16.11.2026 um 09:00 schrieb Sam <sam@work.example>:\n> Hello Lena,\n> when do you want it?\n> Best,\n"
    )

    assert facts_of_mail("Lena Groß", mail) == ThreadFacts(
        sender_name="Lena Groß", sign_off_name="Lena", language="de"
    )
