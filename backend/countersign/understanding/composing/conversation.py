"""A reply nobody dictated: written from what the conversation itself holds, or the one question it cannot answer.

Must not decide, promise or assume anything for the person: an open question of the other side is put to them, and
what is written only repeats words that stand in the conversation.
"""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from countersign.understanding.grammar.saying import said_as_answer
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import ReplyInstruction, Say
from countersign.understanding.speech.readers import is_name
from countersign.understanding.telling.listing import called
from countersign.understanding.telling.mail import MailText
from countersign.understanding.telling.open_questions import is_from_machine, waiting_for_me
from countersign.understanding.telling.reading.sentences import Sentence, sentences_in, sentences_of
from countersign.understanding.words import pronouns
from countersign.understanding.words.text import fold, read_text, word_set
from countersign.understanding.writing import DraftText, ThreadFacts, compose_reply, facts_of_mail

_MOST_QUOTED = 2
_LONGEST_QUOTED = 240
# What a sentence must hold to be worth repeating: a wish, a day, an hour or an amount.
_WISH = Pattern(
    r"\b(?:please|pls|need|needs|want|would like|let (?:me|us) know|could you|can you|have to|must|should"
    r"|deadline|due|by|until|bitte|brauche[n]?|bis|merci de|besoin|avant"
    r"|por favor|necesito|antes|per favore|entro|graag|voor)\b"
    r"|\d",
    re.IGNORECASE,
)
_EMPTY_WORDS = word_set(
    "what when where which whose with will would could should have has been does did this that these those from your"
    " yours their they them there here about into than then only just also still very much many please know tell need"
    " want like make made some any are the and for not you can how who why our was were"
)
_FEWEST_SHARED = 2
# How repeated words are led in, by language: the person tells that they have read them, and nothing more.
_NOTED = {
    "en": "I have noted: {}",
    "de": "Ich habe notiert: {}",
    "fr": "J'ai bien noté : {}",
    "es": "He tomado nota: {}",
    "it": "Ho preso nota: {}",
    "pt": "Tomei nota: {}",
    "nl": "Ik heb genoteerd: {}",
}
_AS_WRITTEN = {
    "en": "As I wrote: {}",
    "de": "Wie ich geschrieben habe: {}",
    "fr": "Comme je l'ai écrit : {}",
    "es": "Como escribí: {}",
    "it": "Come ho scritto: {}",
    "pt": "Como escrevi: {}",
    "nl": "Zoals ik schreef: {}",
}
_MARKS = {"de": ("„", "“"), "fr": ("« ", " »"), "es": ("«", "»"), "it": ("«", "»")}
_READ_ONLY_NOTE = "It only repeats what they wrote; it promises nothing. Edit it to answer."
_OWN_WORDS_NOTE = "It repeats what you wrote earlier in this conversation."


class Question(BaseModel):
    """The one thing the conversation does not tell; nothing is written until the person says it.

    Attributes:
        question: one plain sentence that ends in a question mark.
        quote: the other side's words it is about, "" when there are none.
        source: key of the mail they stand in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    quote: str
    source: str


def reply_from_conversation(
    conversation: Sequence[MailText], *, answer: str | None = None
) -> DraftText | Question | None:
    """The reply to the newest mail, or the one question to ask first; None when nobody waits for an answer.

    An open question is answered only with the person's own earlier words in the conversation, or with `answer`. A mail
    that asks nothing is answered by repeating what it asks to be done or lets know, in its own language. Pure.

    Args:
        conversation: oldest mail first.
        answer: the person's words for the question asked before, None when none was.
    """
    if not conversation or conversation[-1].is_own or is_from_machine(conversation[-1]):
        return None
    last = conversation[-1]
    facts = facts_of_mail(last.sender_name, last.body_text)
    if answer is not None and (parts := said_as_answer(answer)):
        meant = pronouns.recipient_pronoun(parts, None, last.sender_name, None)
        pronoun = None if isinstance(meant, pronouns.UnclearPronoun) else meant
        return compose_reply(ReplyInstruction(parts=parts, recipient_pronoun=pronoun), facts)
    language = facts.language or "en"
    waiting = waiting_for_me(conversation)
    if waiting is not None and Sentence(waiting.quote).is_question:
        own = _own_words_on(waiting.quote, conversation[:-1])
        if own is None or language not in _AS_WRITTEN:
            return _asked(last, waiting.quote)
        return _written(facts, _AS_WRITTEN[language], [own], _OWN_WORDS_NOTE)
    told = _worth_repeating(last)
    if not told or language not in _NOTED:
        return Question(
            question=f"What should the reply to {_who(last)} say?", quote=" ".join(told), source=last.key
        )
    return _written(facts, _NOTED[language], told, _READ_ONLY_NOTE)


def _asked(mail: MailText, quote: str) -> Question:
    shown = quote if len(quote) <= _LONGEST_QUOTED else f"{quote[:_LONGEST_QUOTED].rsplit(' ', 1)[0]} …"
    words = f"{_who(mail)} asks: “{shown}” What should the reply say?"
    return Question(question=words, quote=quote, source=mail.key)


def _who(mail: MailText) -> str:
    name = called(mail)
    return name if is_name(name) or "@" in name else "the sender"


def _written(facts: ThreadFacts, lead: str, quotes: Sequence[str], note: str) -> DraftText:
    opening, closing = _MARKS.get(facts.language or "en", ("“", "”"))
    text = lead.format(" ".join(f"{opening}{quote}{closing}" for quote in quotes))
    instruction = ReplyInstruction(parts=(Say(kind="verbatim", text=text),), language=facts.language or "en")
    draft = compose_reply(instruction, facts)
    return draft.model_copy(
        update={
            "facts_used": (*draft.facts_used, *(f"“{quote}”" for quote in quotes)),
            "notes": (*draft.notes, note),
        }
    )


def _worth_repeating(mail: MailText) -> list[str]:
    """Their wishes, days and amounts; without any, the first thing they say."""
    sentences = [one.text for one in sentences_of(mail) if len(one.text) <= _LONGEST_QUOTED]
    telling = [one for one in sentences if _WISH.search(one)]
    return (telling or [one for one in sentences if len(one.split()) > _MOST_QUOTED])[:_MOST_QUOTED]


def _own_words_on(question: str, earlier: Sequence[MailText]) -> str | None:
    """The newest statement of the person that shares the question's words; None when none clearly does."""
    wanted = _content_words(question)
    for mail in reversed(earlier):
        if not mail.is_own:
            continue
        for sentence in sentences_in(mail.body_text):
            shared = wanted & _content_words(sentence.text)
            clear = len(shared) >= _FEWEST_SHARED and 2 * len(shared) >= len(wanted)
            if clear and not sentence.is_question and len(sentence.text) <= _LONGEST_QUOTED:
                return sentence.text
    return None


def _content_words(text: str) -> set[str]:
    words = re.findall(r"[^\W_]+", fold(read_text(text).words))
    return {word for word in words if (len(word) > 3 or word.isdigit()) and word not in _EMPTY_WORDS}
