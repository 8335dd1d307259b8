"""Which conversations wait for the account's owner, and which only look like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.understanding.telling.mail import MailText
from countersign.understanding.telling.open_questions import waiting_for_me
from tests.understanding.telling.test_what_mails_say import DANA, OWN

TO_BOTH = replace(DANA, to=("sam@work.example", "bob@acme.example"))


def asks(body: str, mail: MailText = DANA) -> MailText:
    return replace(mail, body_text=body)


@pytest.mark.parametrize(
    ("conversation", "quote"),
    [
        ((asks("Can you come on Monday?"),), "Can you come on Monday?"),
        ((asks("Please send the list."),), "Please send the list."),
        ((asks("", OWN), asks("And the list?")), "And the list?"),
        ((asks("Do we need a crane?"), asks("PS: the plan is attached.")), "Do we need a crane?"),
        ((asks("Is it late? Let me know! Please call Lee."),), "Please call Lee."),
        ((asks("Is it late? Let me know!"),), "Is it late?"),
        ((asks("Hi Sam,\n\nis it late?", TO_BOTH),), "is it late?"),
        ((asks("Hi all,\n\nBob, is it late? Sam, is it early?", TO_BOTH),), "Sam, is it early?"),
        ((asks("Hi Samuel,\n\nis it late?", TO_BOTH),), "is it late?"),
        ((asks("Dear Bob and Sam,\nis it late?", TO_BOTH),), "is it late?"),
        ((asks("Hi Robert,\n\nis it late?", DANA),), "is it late?"),
        ((asks("Hallo Sam,\n\nkommst du am Montag?"),), "kommst du am Montag?"),
        ((asks("Pouvez-vous confirmer la livraison ?"),), "Pouvez-vous confirmer la livraison ?"),
        ((asks("Is it late?"), replace(OWN, labels=("DRAFT",), body_text="No")), "Is it late?"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_conversation_whose_last_word_asks_something_waits(
    conversation: tuple[MailText, ...], quote: str
) -> None:
    waiting = waiting_for_me(conversation)

    assert waiting is not None
    assert (waiting.quote, waiting.sources) == (quote, ("m1",))


@pytest.mark.parametrize(
    "conversation",
    [
        (),
        (asks("Is it late?"), asks("No.", OWN)),
        (asks("Is it late?", OWN),),
        (asks("Is it late?"), replace(DANA, sender_email="lee@acme.example", body_text="No, it is not.")),
        (asks("The truck is full."),),
        (asks("How are you?\n\nBest,\nDana"),),
        (asks("Thanks!\n\n> Is it late?"),),
        (replace(DANA, is_automatic=True, body_text="Is it late?"),),
        (replace(DANA, labels=("CATEGORY_PROMOTIONS",), body_text="Ready to save?"),),
        (replace(DANA, sender_email="no-reply@shop.example", body_text="Is it late?"),),
        (asks("Ready to save?\n\nClick here to unsubscribe."),),
        (asks("Hi Bob,\n\nis it late?", TO_BOTH),),
        (asks("Hi all,\n\nBob, is it late?", TO_BOTH),),
        (asks("The plan is attached. Is it late, Bob?", TO_BOTH),),
        (asks("@Bob please check the crane.", TO_BOTH),),
        (asks("Bob and Lee, can you check?", TO_BOTH),),
        (asks("If you have any questions, please contact us."),),
        (asks(""),),
    ],
)
def test_nothing_waits_when_nobody_asks_the_owner(conversation: tuple[MailText, ...]) -> None:
    assert waiting_for_me(conversation) is None
