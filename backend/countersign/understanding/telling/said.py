"""What somebody wrote about something: their own sentences, newest mail first.

Must not put their words into others, and must not tell what they wrote about something else.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from countersign.understanding.people import fold_name
from countersign.understanding.telling.framing import Frame
from countersign.understanding.telling.listing import latest_first
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.reading.addressing import readers_of
from countersign.understanding.telling.reading.phrases import COURTESY
from countersign.understanding.telling.reading.roles import Role, is_contentless, read
from countersign.understanding.telling.reading.sentences import Sentence
from countersign.understanding.words.text import word_set

_MOST_OF_ONE = 4
_ABOUT_IN_ALL = 24
"""Sentences an answer should stay near: of many mails one sentence each is told, and none is left out."""

_SHORTEST_STEM = 4
_EMPTY_WORDS = word_set(
    "the and for with about from that this what our your their her his its mail mails email emails message"
    " thread topic"
    " project regarding any all new last latest"
)


def said_about(
    conversations: Sequence[Sequence[MailText]], *, topic: str, person: str, now: datetime, zone: str
) -> list[Cited]:
    """Their sentences about the topic; of a mail that has the topic only in its subject, its main sentences."""
    words = topic_words(topic)
    theirs = _theirs(conversations, person)
    of_topic = [one for one in theirs if mentions(f"{one[0].subject}\n{one[0].body_text}", words)] or theirs
    most = max(1, min(_MOST_OF_ONE, _ABOUT_IN_ALL // max(1, len(of_topic))))
    told: dict[str, Cited] = {}
    for mail, conversation in of_topic:
        frame = Frame(mail, readers_of(mail, conversation), now, zone)
        for sentence in _about(mail, words)[:most]:
            cited = frame.said(sentence.text)
            told.setdefault(cited.text, cited)
    return list(told.values())


def topic_words(topic: str) -> frozenset[str]:
    """The words that carry the topic, folded; a name such as "Project X" keeps its other words."""
    words = re.findall(r"[^\W_]+", fold_name(topic))
    return frozenset(word for word in words if word not in _EMPTY_WORDS and len(word) > 1) or frozenset(words)


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether any of the words stands in the text, also with another ending ("budgets" for "budget")."""
    own = re.findall(r"[^\W_]+", fold_name(text))
    return any(_same(word, other) for word in words for other in own)


def _theirs(
    conversations: Sequence[Sequence[MailText]], person: str
) -> list[tuple[MailText, Sequence[MailText]]]:
    homes = {mail.key: conversation for conversation in conversations for mail in conversation}
    mails = [mail for conversation in conversations for mail in conversation if _is_by(mail, person)]
    return [(mail, homes[mail.key]) for mail in latest_first(mails)]


def _is_by(mail: MailText, person: str) -> bool:
    wanted = person.strip().casefold()
    if not wanted:
        return not mail.is_own
    if "@" in wanted:
        return mail.sender_email.casefold() in wanted
    names = set(
        re.findall(r"[^\W_]+", fold_name(f"{mail.sender_name} {mail.sender_email.partition('@')[0]}"))
    )
    return set(re.findall(r"[^\W_]+", fold_name(person))) <= names


def _about(mail: MailText, words: frozenset[str]) -> list[Sentence]:
    sentences = read(mail)
    about = [sentence for sentence, _ in sentences if mentions(sentence.text, words)]
    return about[:_MOST_OF_ONE] or main_sentences(sentences)


def main_sentences(sentences: Sequence[tuple[Sentence, Role]]) -> list[Sentence]:
    """The few sentences that carry a mail: what it asks, decides and promises, else how it begins."""
    chosen = [sentence for sentence, role in sentences if role != "other" and not is_contentless(sentence)]
    saying = [sentence for sentence, _ in sentences if not COURTESY.match(sentence.text)]
    return (chosen or saying[:2] or [sentence for sentence, _ in sentences][:1])[:_MOST_OF_ONE]


def _same(word: str, other: str) -> bool:
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    return len(short) >= _SHORTEST_STEM and long.startswith(short) and len(long) - len(short) <= 3
