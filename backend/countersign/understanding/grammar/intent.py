"""The reading of one request by the grammar: a reply, a chat consent, words about a card, or what cannot be done yet.

Must not ask or plan: it says what was said; `request` decides what follows from it.
"""

import re
from dataclasses import dataclass, replace

from countersign.understanding.grammar import cards, refusals, terms
from countersign.understanding.grammar.asking.reading import AskReading, read_asking
from countersign.understanding.grammar.commands import (
    ReplyReading,
    after_politeness,
    read_back,
    read_tell,
    read_verb,
)
from countersign.understanding.grammar.messages.people import is_among
from countersign.understanding.grammar.messages.read import (
    find_said_to_another,
    find_wish_before,
    prepared,
    read_message,
    refuse_reply_extras,
    without_own_question_mark,
)
from countersign.understanding.grammar.messages.reading import (
    Extras,
    MessageReading,
    PossibleSecondRequest,
)
from countersign.understanding.grammar.refusals import Refusal
from countersign.understanding.grammar.refusing.verbs import refuse_verb
from countersign.understanding.grammar.selecting.shown import name_shown
from countersign.understanding.grammar.sets.commands import SetReading, begins_as_change, read_set
from countersign.understanding.grammar.stories import read_front, read_mail_first
from countersign.understanding.grammar.target import Target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText


@dataclass(frozen=True)
class ConsentReading:
    """A chat message that is nothing but a decision word."""

    verb: cards.ConsentVerb


@dataclass(frozen=True)
class CardReading:
    """Words that ask to change something already written."""


Reading = (
    ReplyReading
    | MessageReading
    | PossibleSecondRequest
    | ConsentReading
    | CardReading
    | AskReading
    | SetReading
    | Refusal
)

_SECOND_PERSON = Pattern(
    rf"[ ]*(?:,[ ]*(?:and[ ]+)?|&[ ]*|and[ ]+)(?:to[ ]+)?(?P<who>{terms.ADDRESS}|{terms.NAME})"
)
_SAYING_AHEAD = Pattern(terms.SAYING_AHEAD)
_LATER_HERE = Pattern(
    r"[ ,]*(?:tomorrow|tonight|later|(?:at|by|after|before)[ ]+\d|(?:on|next"
    rf"|this)[ ]+(?:{terms.WEEKDAY}|week|month|evening|afternoon)"
    r"|in[ ]+(?:an?|\d+|two|three|five|ten)[ ]+(?:minutes?|hours?|days?|weeks?))\b"
)


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
    if change := _read_change(text, start, opening):
        return change
    if opening is None and begins_as_change(text, start):
        return refuse_verb(text.folded[start:]) or refusals.UNKNOWN
    if opening in {None, refusals.QUESTION, refusals.RULE} and (asked := read_asking(text, start)):
        return asked
    rest, extras = prepared(text, start)
    mail = read_message(rest, start, extras) if opening is None else None
    if mail is not None and not isinstance(mail, Refusal):
        return mail
    if opening:
        return CardReading() if cards.refers_to_card(text.folded) else opening
    message = mail or _read_any_reply(rest, start, extras)
    if message is not None:
        return message
    if cards.refers_to_card(text.folded[start:]):
        return CardReading()
    return refuse_verb(text.folded[start:]) or refusals.UNKNOWN


def _read_change(text: RequestText, start: int, opening: Refusal | None) -> SetReading | None:
    """A command that changes many mails; a question, a condition or a "don't" is none, "stop my subscription" is."""
    change = read_set(text, start)
    is_stop = change is not None and change.kind == "mail.unsubscribe" and opening is refusals.NOTHING
    return change if opening is None or is_stop else None


def _read_any_reply(text: RequestText, start: int, extras: Extras) -> Reading | None:
    """A reply in prepared words, with all that was said to go with it; None when the request asks for none."""
    if refusal := refusals.refuse_reply_all(text.folded[start:]):
        return refusal
    named = name_shown(text, start)
    reply = _read_reply(named.text, start) if named else None
    if named and reply and reply.target.is_empty and reply.target.end >= named.end:
        text = named.text
        reply = replace(reply, target=replace(reply.target, reference=named.reference))
    else:
        reply = _read_reply(text, start)
    if reply is None:
        return None
    said = without_own_question_mark(text, reply.saying, start)
    return _with_extras(_checked(text, replace(reply, saying=said), start), text, extras)


def _with_extras(reading: Reading, text: RequestText, extras: Extras) -> Reading:
    """The reply with what goes with it; a plain one stays as it is."""
    if extras.is_empty or isinstance(reading, Refusal):
        return reading
    if refusal := refuse_reply_extras(extras):
        return refusal
    if isinstance(reading, PossibleSecondRequest) and isinstance(reading.mail, ReplyReading):
        return replace(reading, mail=MessageReading(reading.mail, text, extras))
    return MessageReading(reading, text, extras) if isinstance(reading, ReplyReading) else reading


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
    if wish := find_wish_before(text, 0, saying):
        return wish
    if saying is None:
        return reply
    if saying.rest:
        found = refusals.find_second_request(" ; " + saying.rest, 0)
        return found[0] if found else replace(reply, saying=None)
    if saying.is_quoted:
        return reply
    named = reply.target.person
    if named and saying.person and not is_among(saying.person, (named,)):
        return PossibleSecondRequest(reply, text.slice(saying.start).lstrip(" ,.;"))
    if (again := find_said_to_another(text, saying.body_start)) is not None:
        return PossibleSecondRequest(reply, text.slice(again).lstrip(" ,.;"))
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
