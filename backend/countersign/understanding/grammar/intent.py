"""The reading of one request by the grammar: a reply, a chat consent, words about a card, or what cannot be done yet.

Must not ask or plan: it says what was said; `request` decides what follows from it.
"""

import re
from dataclasses import dataclass, replace

from countersign.understanding.grammar import cards, refusals, terms
from countersign.understanding.grammar.commands import (
    ReplyReading,
    after_politeness,
    read_back,
    read_tell,
    read_verb,
)
from countersign.understanding.grammar.refusals import Refusal
from countersign.understanding.grammar.stories import read_front, read_mail_first
from countersign.understanding.grammar.target import Target
from countersign.understanding.words.text import RequestText


@dataclass(frozen=True)
class PossibleSecondRequest:
    """A reply whose last words may be a second request; `words` are those words."""

    reply: ReplyReading
    words: str


@dataclass(frozen=True)
class ConsentReading:
    """A chat message that is nothing but a decision word."""

    verb: cards.ConsentVerb


@dataclass(frozen=True)
class CardReading:
    """Words that ask to change something already written."""


Reading = ReplyReading | PossibleSecondRequest | ConsentReading | CardReading | Refusal

_SECOND_PERSON = re.compile(
    rf"[ ]*(?:,[ ]*(?:and[ ]+)?|&[ ]*|and[ ]+)(?:to[ ]+)?(?P<who>{terms.ADDRESS}|{terms.NAME})"
)
_SAYING_AHEAD = re.compile(terms.SAYING_AHEAD)
_LATER_HERE = re.compile(
    r"[ ,]*(?:tomorrow|tonight|later|(?:at|by|after|before)[ ]+\d|(?:on|next"
    rf"|this)[ ]+(?:{terms.WEEKDAY}|week|month|evening|afternoon)"
    r"|in[ ]+(?:an?|\d+|two|three|five|ten)[ ]+(?:minutes?|hours?|days?|weeks?))\b"
)
_ASKED_POLITELY = re.compile(r"\b(?:can|could|would|will|are)\s+you\b|\bpossible\s+to\b")


def read_request(text: RequestText) -> Reading:
    """What the request says, by the grammar alone.

    Order matters and is the safety of it: a pure "yes" is a consent before anything else, words that no command can
    begin with are refused before any verb is looked at, and a draft or a second wish is never read as a plain reply.
    """
    consent = cards.read_consent(text.folded)
    if consent:
        return ConsentReading(consent)
    start = after_politeness(text, 0)
    opening = refusals.refuse_opening(text.folded[start:])
    if opening:
        return CardReading() if cards.refers_to_card(text.folded) else opening
    if refusal := refusals.refuse_reply_all(text.folded[start:]):
        return refusal
    reply = _read_reply(text, start)
    if reply is not None:
        return _checked(text, _without_own_question_mark(text, reply, start), start)
    if cards.refers_to_card(text.folded[start:]):
        return CardReading()
    return refusals.refuse_verb(text.folded[start:]) or refusals.UNKNOWN


def _without_own_question_mark(text: RequestText, reply: ReplyReading, start: int) -> ReplyReading:
    """The reading without the mark of "Can you reply ...?", which asks us and not the reader of the mail."""
    saying = reply.saying
    if saying is None or saying.is_quoted or not _ASKED_POLITELY.search(text.folded[:start]):
        return reply
    last = saying.parts[-1]
    if last.kind in {"verbatim", "direct"}:
        return reply
    parts = (*saying.parts[:-1], last.model_copy(update={"text": last.text.rstrip("? ")}))
    return replace(reply, saying=replace(saying, parts=parts))


def _read_reply(text: RequestText, start: int) -> ReplyReading | None:
    """The first reading that fits, from the most explicit shape to the least."""
    for reader in (read_front, read_back, read_verb, read_tell, read_mail_first):
        reading = reader(text, start)
        if reading is not None:
            return reading
    return None


def _checked(text: RequestText, reply: ReplyReading, start: int) -> Reading:
    """The reply itself, or why it must not be done as a plain reply."""
    target = reply.target
    head = text.folded[start : reply.saying.body_start if reply.saying else len(text.folded)]
    if (
        re.search(r"\bdrafts?\b|\bwithout\s+sending\b", re.sub(r'"[^"]*"', "", head))
        and not target.topic_words
    ):
        return refusals.DRAFT
    if target.is_several or _names_several_people(text, target):
        return refusals.SEVERAL
    if target.other_order or text.folded.startswith("'s", target.end):
        return refusals.OTHER_MAIL
    if (target.when_words and not target.names_mail) or _LATER_HERE.match(text.folded, target.end):
        return refusals.LATER
    return _without_second_request(text, reply)


def _names_several_people(text: RequestText, target: Target) -> bool:
    """Whether "Dana and Ralph" are meant; "and decline" is no name, unless names are written small here."""
    following = _SECOND_PERSON.match(text.folded, target.end)
    if following is None or target.person is None:
        return False
    if refusals.find_second_request(text.folded, target.end) is not None:
        return False
    first_letter = text.words[following.start("who") : following.start("who") + 1]
    is_written_small = (
        target.person[:1].islower() and _SAYING_AHEAD.match(text.folded, following.end()) is not None
    )
    return first_letter.isupper() or is_written_small or "@" in following.group("who")


def _without_second_request(text: RequestText, reply: ReplyReading) -> Reading:
    saying = reply.saying
    if saying is None:
        found = refusals.find_second_request(text.folded, reply.target.end)
        return found[0] if found else reply
    if saying.rest:
        found = refusals.find_second_request(" ; " + saying.rest, 0)
        return found[0] if found else replace(reply, saying=None)
    if saying.is_quoted:
        return reply
    other = refusals.find_other_addressee(
        text.folded, saying.body_start, reply.target.person or saying.person
    )
    found = refusals.find_second_request(text.folded, saying.body_start)
    if other is not None and (found is None or other < found[1]):
        found = (refusals.TWO_REQUESTS, other, True)
    if found is None:
        return reply
    refusal, position, may_be_text = found
    return PossibleSecondRequest(reply, text.slice(position).lstrip(" ,.;")) if may_be_text else refusal
