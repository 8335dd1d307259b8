"""The door of this room: a request to write a mail as one reading, from the most explicit form to the least.

Must not read a plain reply; that is the work of `commands`, on the words this room leaves.
"""

from dataclasses import replace

from countersign.understanding.grammar import refusals
from countersign.understanding.grammar.messages.beside.clauses import take_extras
from countersign.understanding.grammar.messages.forms.forwarding import read_forward
from countersign.understanding.grammar.messages.forms.new_mail import read_new_mail
from countersign.understanding.grammar.messages.forms.undictated import read_undictated
from countersign.understanding.grammar.messages.people import is_among
from countersign.understanding.grammar.messages.reading import (
    Extras,
    ForwardReading,
    MessageReading,
    NewMailReading,
    PossibleSecondRequest,
)
from countersign.understanding.grammar.messages.rewording import reworded
from countersign.understanding.grammar.refusals import Refusal
from countersign.understanding.grammar.saying import Saying
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_SAID = Pattern(r"\b(?:say|saying|that|tell|telling|ask|asking|whether|if|know)\b")
# "... saying ok and another to Bob saying no", "... that we are late and Bob that we are early".
_SAID_TO_ANOTHER = Pattern(
    r"[ ,;.]+(?:and|then|also|plus)[ ]+(?:(?:another|one|a[ ]+(?:second|different)[ ]+\w+)(?:[ ]+(?:one|e-?mail"
    r"|mail|message))?[ ]+to[ ]+\S+"
    r"|(?:to[ ]+)?(?:[A-Z][\w.'-]*|[\w.+-]+@[\w.-]+)(?:[ ]+[A-Z][\w.'-]*)?[ ]+(?:saying|that[ ]+(?:we|i|it|he"
    r"|she|they|the|our|my)\b))"
)
_QUOTED = Pattern(r'"[^"]*"')
_CAN_YOU = Pattern(
    r"(?:(?<=[.!?'\"])|[,;])[ ]+(?:can|could|would|will)[ ]you[ ](?:please[ ])?(?:do|handle|manage|arrange)"
    r"[ ](?:that|this|it)(?:[ ]for[ ]me)?(?:[ ]please)?[ ]*[?.!]*$"
)
_ASKED_POLITELY = Pattern(r"\b(?:can|could|would|will|are)\s+you\b|\bpossible\s+to\b")


def prepared(text: RequestText, start: int) -> tuple[RequestText, Extras]:
    """The request without what goes beside the mail, in plainer words, and what was taken out."""
    rest, extras = take_extras(_without_mark(text, start), start)
    return reworded(rest, start, extras)


def _without_mark(text: RequestText, start: int) -> RequestText:
    """The request without the mark of "Could you forward it to Eva?", which is no word of any mail."""
    text = _without_second_asking(text)
    asks_us = _ASKED_POLITELY.search(text.folded[:start]) and not _SAID.search(text.folded, start)
    if not asks_us or '"' in text.folded or ":" in text.folded:
        return text
    stop = len(text.folded.rstrip("? "))
    return RequestText(text.words[:stop], text.folded[:stop])


def _without_second_asking(text: RequestText) -> RequestText:
    """The request without "Can you do that?" behind it, which asks for nothing new."""
    asked = _CAN_YOU.search(text.folded)
    return RequestText(text.words[: asked.start()], text.folded[: asked.start()]) if asked else text


def read_message(
    text: RequestText, start: int, extras: Extras
) -> MessageReading | PossibleSecondRequest | Refusal | None:
    """The new mail, forward or row of drafts asked for in prepared words; None when it is none of them.

    A copy, a subject or a file that the form cannot carry refuses it, so that nothing said is silently dropped.
    """
    undictated = read_undictated(text, start)
    if undictated is not None:
        plain = replace(extras, is_draft=False) == Extras() and find_wish_before(text, start, None) is None
        return MessageReading(undictated, text, extras) if plain else refusals.SEVERAL
    forward = read_forward(text, start)
    if isinstance(forward, ForwardReading):
        if wish := find_wish_before(text, start, forward.saying):
            return wish
        said = without_own_question_mark(text, forward.saying, start)
        return _forward(replace(forward, saying=said), text, extras)
    if forward is not None:
        return forward
    if extras.to_all:
        return None
    found = read_new_mail(text, start)
    if found is None or isinstance(found, Refusal):
        return found
    reading, file = found.reading, found.file
    more = replace(extras, files=(*extras.files, file)) if file else extras
    said = without_own_question_mark(text, reading.saying, start)
    return _checked(replace(reading, saying=said), text, more)


def find_wish_before(text: RequestText, start: int, saying: Saying | None) -> Refusal | None:
    """The refusal of a second request among the words that name the mail and its readers; None when there is none."""
    head = text.folded[: saying.start] if saying else text.folded
    found = refusals.find_second_request(_QUOTED.sub('""', head), start)
    return found[0] if found else None


def refuse_reply_extras(extras: Extras) -> Refusal | None:
    """Why a reply cannot be written with these: it has the subject and the people of its conversation."""
    if extras.cc or extras.bcc:
        return refusals.COPY
    return refusals.SUBJECT if extras.subject is not None else None


def without_own_question_mark(text: RequestText, saying: Saying | None, start: int) -> Saying | None:
    """The words without the mark of "Can you reply ...?", which asks us and not the reader of the mail."""
    if saying is None or saying.is_quoted or not _ASKED_POLITELY.search(text.folded[:start]):
        return saying
    last = saying.parts[-1]
    if last.kind in {"verbatim", "direct"}:
        return saying
    parts = (*saying.parts[:-1], last.model_copy(update={"text": last.text.rstrip("? ")}))
    return replace(saying, parts=parts)


def _forward(
    reading: ForwardReading, text: RequestText, extras: Extras
) -> MessageReading | PossibleSecondRequest | Refusal:
    if extras.cc or extras.bcc:
        return refusals.COPY
    if extras.is_draft or extras.files or extras.to_all or extras.subject is not None:
        return refusals.FORWARD
    return _checked(reading, text, extras)


def _checked(
    core: NewMailReading | ForwardReading, text: RequestText, extras: Extras
) -> MessageReading | PossibleSecondRequest | Refusal:
    reading = MessageReading(core, text, extras)
    return _second_wish(reading) or reading


def find_said_to_another(text: RequestText, start: int) -> int | None:
    """Where somebody else is to be told something in the same breath; None when nobody is."""
    match = _SAID_TO_ANOTHER.search(text.words, start)
    return match.start() if match else None


def _second_wish(reading: MessageReading) -> PossibleSecondRequest | Refusal | None:
    """What else the request asks for behind the words of a new mail or a note; None when nothing."""
    core, text = reading.core, reading.text
    if not isinstance(core, NewMailReading | ForwardReading) or core.saying is None:
        return None
    saying = core.saying
    if saying.rest:
        found = refusals.find_second_request(" ; " + saying.rest, 0)
        return found[0] if found else refusals.NEW_MAIL
    if saying.is_quoted:
        return None
    if saying.person is not None and core.people and not is_among(saying.person, core.people):
        return PossibleSecondRequest(reading, text.slice(saying.start).lstrip(" ,.;"))
    if (again := find_said_to_another(text, saying.body_start)) is not None:
        return PossibleSecondRequest(reading, text.slice(again).lstrip(" ,.;"))
    own = " ".join((*core.people, saying.person or ""))
    other = refusals.find_other_addressee(text.folded, saying.body_start, own)
    hit = refusals.find_second_request(text.folded, saying.body_start)
    if other is not None and (hit is None or other < hit[1]):
        hit = (refusals.TWO_REQUESTS, other, True)
    if hit is None:
        return None
    refusal, position, may_be_text = hit
    return PossibleSecondRequest(reading, text.slice(position).lstrip(" ,.;")) if may_be_text else refusal
