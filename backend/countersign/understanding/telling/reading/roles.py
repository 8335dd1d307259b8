"""What a sentence of a mail does: asks for something, asks a question, reports a decision, promises, names a date.

Must not read intent into small talk, set phrases of mail, or languages it does not know.
"""

from collections.abc import Sequence
from typing import Literal

from countersign.understanding.language import detect_language
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.telling.asking.model import asks_for_action
from countersign.understanding.telling.mail import MailText
from countersign.understanding.telling.reading.phrases import (
    CONTENTLESS,
    DECIDED,
    ENDS_OPEN,
    IMPERATIVE,
    NOT_DECIDED,
    OFFER,
    PROMISED,
    REQUEST,
    SET_PHRASE,
    SMALL_TALK,
)
from countersign.understanding.telling.reading.sentences import Sentence, sentences_of

Role = Literal["asked", "question", "decided", "promised", "other"]

_FEWEST_WORDS = 2
_BARE_VERB = Pattern(
    r"^(?!the\b|a\b|an\b|no\b|we\b|i\b|it\b)[A-Za-z]+\s+(?!is\b|are\b|was\b|were\b|has\b|will\b)\S"
)


def read(mail: MailText) -> Sequence[tuple[Sentence, Role]]:
    """Every sentence of the mail with its role, in order; items below "please do the following:" are asked too."""
    sentences = sentences_of(mail)
    english = _is_english(sentences)
    found: list[tuple[Sentence, Role]] = []
    lists_wishes = False
    for sentence in sentences:
        role = role_of(sentence, is_english=english)
        if sentence.is_item and role == "other" and (lists_wishes or _continues_wishes(found, sentence)):
            role = "asked"
        elif not sentence.is_item:
            lists_wishes = english and ENDS_OPEN.search(sentence.text) is not None and _asks(sentence.text)
        found.append((sentence, role))
    return found


def role_of(sentence: Sentence, *, is_english: bool) -> Role:
    """The one thing the sentence mainly does."""
    text = OFFER.sub("", sentence.text)
    if len(text.split()) < _FEWEST_WORDS or SET_PHRASE.search(text):
        return "other"
    if sentence.is_question:
        return _question_role(sentence.text, is_english=is_english)
    if not is_english:
        return "other"
    if DECIDED.search(text) and not NOT_DECIDED.search(text):
        return "decided"
    if PROMISED.match(text):
        return "promised"
    if ENDS_OPEN.search(text):
        return "other"
    return "asked" if _asks(text) else "other"


def _continues_wishes(found: Sequence[tuple[Sentence, Role]], item: Sentence) -> bool:
    """Whether the item of a list goes on asking as the item before it ("1. Please sign", "2. Pay")."""
    before = found[-1] if found else None
    return (
        before is not None
        and before[0].is_item
        and before[1] == "asked"
        and _BARE_VERB.match(item.text) is not None
    )


def is_contentless(sentence: Sentence) -> bool:
    """Whether it asks without saying for what ("Let me know!")."""
    return CONTENTLESS.match(sentence.text) is not None


def _asks(text: str) -> bool:
    return (REQUEST.search(text) or IMPERATIVE.match(text)) is not None and asks_for_action(text)


def _question_role(text: str, *, is_english: bool) -> Role:
    if SMALL_TALK.search(text):
        return "other"
    if is_english and REQUEST.search(text) and asks_for_action(text):
        return "asked"
    return "question"


def _is_english(sentences: Sequence[Sentence]) -> bool:
    words = " ".join(sentence.text for sentence in sentences)
    language = detect_language(words)
    return language == "en" or (language is None and words.isascii())
