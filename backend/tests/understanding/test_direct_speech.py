"""Reported words become what the recipient reads: pronouns, questions, wishes, and nothing invented."""

from __future__ import annotations

import pytest

from countersign.understanding.planned.steps import Pronoun, Say, SayKind
from countersign.understanding.speech.direct import direct


@pytest.mark.parametrize(
    ("reported", "written"),
    [
        ("we can take delivery on Wednesday", "We can take delivery on Wednesday."),
        ("I will be late", "I will be late."),
        ("i got her mail", "I got your mail."),
        ("I will call her", "I will call you."),
        ("I will call her back", "I will call you back."),
        ("I will call her on Friday about her order", "I will call you on Friday about your order."),
        ("I'll see her Wednesday", "I'll see you Wednesday."),
        ("the choice is hers", "The choice is yours."),
        ("she is right", "You are right."),
        ("She's right", "You're right."),
        ("she's been very kind", "You've been very kind."),
        ("she'll get the box", "You'll get the box."),
        ("she has two days", "You have two days."),
        ("she was right", "You were right."),
        ("she doesn't owe us anything", "You don't owe us anything."),
        ("she needs to sign", "You need to sign."),
        ("she always carries the keys", "You always carry the keys."),
        ("she watches the gate herself", "You watch the gate yourself."),
        ("she can come", "You can come."),
        ("he is late", "He is late."),
        ("his driver called", "His driver called."),
        ("she should call me", "Please call me."),
        ("she should not call me", "Please do not call me."),
        ("she shouldn't wait", "Please do not wait."),
        ("we agree and that she can start", "We agree and you can start."),
        ("it is done!", "It is done!"),
        ("see you on friday", "See you on Friday."),
        ("yes", "Yes."),
        ("https://acme.example/x has it", "https://acme.example/x has it."),
    ],
)
def test_a_statement_turns_to_the_reader(reported: str, written: str) -> None:
    assert direct(Say(kind="state", text=reported), "she") == written


@pytest.mark.parametrize(
    ("reported", "pronoun", "written"),
    [
        ("he can send his list to him", "he", "You can send your list to you."),
        ("the list is his", "he", "The list is yours."),
        ("he hurt himself", "he", "You hurt yourself."),
        ("they were right about their dock", "they", "You were right about your dock."),
        ("I will call them", "they", "I will call you."),
        ("she can come", None, "She can come."),
        ("they can come", "she", "They can come."),
    ],
)
def test_only_the_pronoun_of_the_recipient_turns(
    reported: str, pronoun: Pronoun | None, written: str
) -> None:
    assert direct(Say(kind="state", text=reported), pronoun) == written


@pytest.mark.parametrize(
    ("kind", "reported", "written"),
    [
        ("ask_if", "he can send the invoice", "Can you send the invoice?"),
        ("ask_if", "he has sent the invoice", "Have you sent the invoice?"),
        ("ask_if", "he is coming", "Are you coming?"),
        ("ask_if", "he received the invoice", "Did you receive the invoice?"),
        ("ask_if", "he wants a copy", "Do you want a copy?"),
        ("ask_if", "he has time", "Do you have time?"),
        ("ask_if", "we should wait", "Should we wait?"),
        ("ask_if", "I need a permit", "Do I need a permit?"),
        ("ask_if", "it works", "Does it work?"),
        ("ask_if", "the invoice is paid", "Is the invoice paid?"),
        ("ask_if", "his invoice was paid", "Was your invoice paid?"),
        ("ask_if", "the truck leaves early", "Please let me know whether the truck leaves early."),
        ("ask_what", "when he can come", "When can you come?"),
        ("ask_what", "what time the meeting is", "What time is the meeting?"),
        ("ask_what", "who is coming", "Who is coming?"),
        ("ask_what", "how many boxes we should order", "How many boxes should we order?"),
        ("ask_what", "when the truck arrives", "Please let me know when the truck arrives."),
        ("ask_what", "where to park", "Please let me know where to park."),
        ("ask_to", "to call me", "Please call me."),
        ("ask_to", "not to call me before nine", "Please do not call me before nine."),
        ("ask_to", "to bring his keys", "Please bring your keys."),
        ("ask_for", "a discount", "May I ask for a discount?"),
        ("ask_about", "his dock", "May I ask about your dock?"),
        ("thank", "for his photos", "Thank you for your photos."),
        ("thank", "", "Thank you."),
        ("apologise", "for the delay", "I apologise for the delay."),
        ("confirm", "the delivery on Wednesday", "I confirm the delivery on Wednesday."),
        ("direct", "he said so", "He said so."),
        ("verbatim", "he said so", "he said so"),
    ],
)
def test_a_speech_act_becomes_the_sentence_it_stands_for(kind: SayKind, reported: str, written: str) -> None:
    assert direct(Say(kind=kind, text=reported), "he") == written
