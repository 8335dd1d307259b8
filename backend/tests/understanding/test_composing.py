"""Mails nobody dictated, new mails and notes hold words of the request or the conversation, and no filler."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from countersign.understanding.composing.conversation import Question, reply_from_conversation
from countersign.understanding.context import RequestContext, UploadedFile
from countersign.understanding.planned.steps import DraftForward, DraftMail, DraftReply, ReplyInstruction, Say
from countersign.understanding.request import understand
from countersign.understanding.speech.greeting import GREETINGS
from countersign.understanding.telling.mail import MailText
from countersign.understanding.words.text import word_set
from countersign.understanding.words.verbs import base_of_past
from countersign.understanding.writing import (
    DraftText,
    ThreadFacts,
    compose_mail,
    compose_note,
    compose_reply,
)
from tests.understanding.reading import as_plan, phrasings

# Words a draft may add: the greeting, the forms of a question or a request, and "you" for who reads it.
_GRAMMAR = word_set(
    "hi all and please can do does did are is have has you your i may ask for about thank let me know whether"
    " information"
)
_GREETINGS = {word.casefold() for greeting in GREETINGS.values() for word in greeting.split()}
_FILLER = re.compile(
    r"\[[^\]]*\]|<[a-z ]+>|\bTODO\b|\bTBD\b|\bX{3,}|lorem ipsum|hope (?:this|you)|finds you well|do not hesitate"
    r"|look(?:ing)? forward|best regards|kind regards|sincerely|dear sir|please find|as per|touch base|get back to you"
    r"|your name|recipient|placeholder|mit freundlichen|cordialement",
    re.IGNORECASE,
)


def mail(
    body: str, *, is_own: bool = False, name: str = "Sarah Lind", sender: str = "sarah@x.example"
) -> MailText:
    return MailText(
        key=f"k{len(body)}",
        thread_key="t",
        account_id="acc_1",
        sender_name="Sam Okafor" if is_own else name,
        sender_email="sam@work.example" if is_own else sender,
        sent_at=datetime(2026, 11, 16, 9, 0, tzinfo=UTC),
        subject="Budget",
        body_text=body,
        is_own=is_own,
        owner=("Sam Okafor", "sam@work.example"),
    )


def written(*mails: MailText, answer: str | None = None) -> DraftText:
    draft = reply_from_conversation(mails, answer=answer)
    assert isinstance(draft, DraftText), draft
    return draft


def test_every_word_of_every_draft_is_the_persons_or_one_of_the_grammar(context: RequestContext) -> None:
    strange: dict[str, set[str]] = {}
    for row in phrasings("message", "messages"):
        body = _body_of(row["request"], context)
        said = _words(row["request"])
        own = said | _GREETINGS | {base_of_past(word) for word in said} | _GRAMMAR
        if new := _words(body) - own:
            strange[row["request"]] = new

    assert strange == {}


def test_no_draft_holds_filler_or_a_placeholder(context: RequestContext) -> None:
    drafts = [_body_of(row["request"], context) for row in phrasings("message", "messages")]
    drafts += [written(mail(body)).body_text for body in _TELLING]

    assert [draft for draft in drafts if _FILLER.search(draft)] == []


_TELLING = (
    "Alex,\n\nI need the weekly report by Friday noon. One page.\n\nSarah",
    "Hi Sam,\n\nThe contract is signed.\n\nBest,\nSarah",
    "Hallo Sam,\n\nich nehme vom 22. Dezember bis zum 5. Januar Urlaub. Jan vertritt mich.\n\nViele Grüße\nLena",
)


def test_a_mail_that_asks_nothing_is_answered_with_its_own_wishes_and_no_promise() -> None:
    draft = written(mail(_TELLING[0]))

    assert draft.body_text == "Hi Sarah,\n\nI have noted: “I need the weekly report by Friday noon.”"
    assert draft.notes == ("It only repeats what they wrote; it promises nothing. Edit it to answer.",)


def test_it_is_written_in_the_language_of_the_conversation() -> None:
    draft = written(mail(_TELLING[2], name="Lena Groß"))

    assert draft.body_text == (
        "Hallo Lena,\n\nIch habe notiert: „ich nehme vom 22. Dezember bis zum 5. Januar Urlaub.“"
    )


def test_an_open_question_is_put_to_the_person_and_their_answer_is_what_is_written() -> None:
    asked = mail("Sam, which paper weight do you want for the covers?\n\nSarah")

    question = reply_from_conversation([asked])
    draft = written(asked, answer="tell her we want 120 grams")

    assert isinstance(question, Question)
    assert question.question == (
        "Sarah Lind asks: “Sam, which paper weight do you want for the covers?” What should the reply say?"
    )
    assert (question.source, draft.body_text) == (asked.key, "Hi Sarah,\n\nWe want 120 grams.")


def test_a_question_answered_before_is_answered_with_the_persons_own_words() -> None:
    before = mail("Hi Sarah,\n\nThe freight figure of 86,500 is final.\n\nSam", is_own=True)
    draft = written(before, mail("What is the final freight figure?\n\nSarah"))

    assert draft.body_text == "Hi Sarah,\n\nAs I wrote: “The freight figure of 86,500 is final.”"
    assert draft.facts_used[-1] == "“The freight figure of 86,500 is final.”"


def test_somebody_elses_words_answer_no_question() -> None:
    before = mail("The freight figure of 86,500 is final.\n\nEvil", name="Evil", sender="evil@x.example")

    draft = reply_from_conversation([before, mail("What is the final freight figure?\n\nSarah")])

    assert isinstance(draft, Question)


@pytest.mark.parametrize(
    "last",
    [
        mail("Will do.", is_own=True),
        mail("Your parcel is on its way: please track it.", sender="no-reply@shop.example"),
    ],
    ids=["own", "machine"],
)
def test_nobody_who_waits_for_an_answer_gets_one(last: MailText) -> None:
    assert reply_from_conversation([mail(_TELLING[0]), last]) is None


def test_a_mail_without_words_is_asked_about() -> None:
    question = reply_from_conversation([mail("")])

    assert isinstance(question, Question)
    assert question.question == "What should the reply to Sarah Lind say?"


@pytest.mark.parametrize(
    ("names", "greeting"),
    [
        (["Bob Stone"], "Hi Bob,"),
        ([""], "Hi,"),
        (["Bob Stone", "Eva Ray"], "Hi Bob and Eva,"),
        (["Bob Stone", ""], "Hi all,"),
        (["Ann", "Bob", "Cleo"], "Hi Ann, Bob and Cleo,"),
        (["Ann", "Bob", "Cleo", "Dan"], "Hi all,"),
        (["http://evil.example"], "Hi,"),
    ],
)
def test_a_new_mail_greets_its_readers_by_the_names_they_are_known_by(
    names: list[str], greeting: str
) -> None:
    draft = compose_mail(_saying("the roof is done"), names)

    assert draft.body_text == f"{greeting}\n\nThe roof is done."


def test_a_new_mail_in_german_is_greeted_in_german() -> None:
    words = "wir können am Mittwoch liefern, wenn das Dach fertig ist"

    draft = compose_mail(_saying(words, "verbatim"), ["Jürgen Groß", "Eva Ray"])

    assert draft.body_text == f"Hallo Jürgen und Eva,\n\n{words}"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("the roof is done. It cost 400", "The roof is done"),
        ("Hi Bob, see you at eight", "See you at eight"),
        ("ok", "Ok"),
        (
            "the second delivery of the oak panels for the hall will arrive on Monday, please keep the gate open",
            "The second delivery of the oak panels for the hall will arrive on",
        ),
    ],
)
def test_the_subject_is_taken_from_what_the_mail_says(text: str, subject: str) -> None:
    assert compose_mail(_saying(text), ["Bob"]).subject == subject


def test_a_given_subject_stays_as_it_is() -> None:
    assert compose_mail(_saying("ok"), ["Bob"], "Re: Roof  &\n tiles").subject == "Re: Roof & tiles"


def test_a_note_gets_no_greeting_and_may_be_missing() -> None:
    assert (compose_note(_saying("please pay by Friday")).body_text, compose_note(None).body_text) == (
        "Please pay by Friday.",
        "",
    )


def test_a_reply_to_several_greets_all_of_them() -> None:
    facts = ThreadFacts(sender_name="Lena Groß", language="de", to_several=True)

    assert compose_reply(_saying("ok"), facts).body_text == "Hallo zusammen,\n\nOk."


def _saying(text: str, kind: str = "state") -> ReplyInstruction:
    return ReplyInstruction(parts=(Say.model_validate({"kind": kind, "text": text}),))


def _words(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"[^\W_]+", text)}


def _body_of(request: str, context: RequestContext) -> str:
    """The whole text the plan of the request writes, greeting included; "" when it leaves it to the conversation."""
    with_file = context.model_copy(update={"files": (UploadedFile(id="att_1", name="offer.pdf"),)})
    plan = as_plan(understand(request, with_file))
    draft = next(step for step in plan.steps if isinstance(step, DraftMail | DraftReply | DraftForward))
    if isinstance(draft, DraftMail):
        mail_text = compose_mail(draft.instruction, [""], draft.subject)
        return f"{mail_text.subject}\n{mail_text.body_text}"
    if isinstance(draft, DraftForward):
        return compose_note(draft.note).body_text
    return compose_reply(draft.instruction, ThreadFacts()).body_text if draft.instruction else ""
