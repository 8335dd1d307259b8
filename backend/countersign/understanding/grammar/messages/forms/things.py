"""The mail to pass on, named by what it is: "Sarah's invoice", "the contract Sarah sent me", "number 2".

Must not choose: several mails, a file alone and another than the newest are refused in words.
"""

import re
from dataclasses import replace
from typing import Literal

from countersign.understanding.grammar import refusals, terms
from countersign.understanding.grammar.messages.people import read_person
from countersign.understanding.grammar.refusals import Refusal
from countersign.understanding.grammar.target import Target, read_target, topic_words
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

FILE_ONLY = Refusal(
    "mail.forward.file",
    "forward a file alone",
    "I can't forward a file without its mail. Ask for the whole mail, or for a new mail with the file: "
    "“Email Bob saying … and attach the invoice from Sarah's mail”. Nothing was done.",
)
_IT = Pattern(
    r"(?:it|this|that|(?:this|that)[ ]+(?:one|e-?mail|mail|message|thread)|the[ ]+(?:e-?mail|mail|message"
    r"|thread|conversation|one))$"
)
_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_NUMBERED = Pattern(
    rf"(?:the[ ]+)?(?P<word>{'|'.join(_ORDINALS)})(?:[ ]+(?:one|e-?mail|mail|message|result))?$"
    r"|(?:the[ ]+)?(?:e-?mail[ ]+|mail[ ]+|message[ ]+|result[ ]+)?(?:number|no\.?|nr\.?|#)[ ]*(?P<number>\d{1,2})$"
)
_STOP = r"(?:from|by|of|about|regarding|that|which|to|sent|and|with|in|on|re|for)\b"
_NOUNS = rf"(?P<noun>(?:(?!{_STOP})[^\W_][\w\-.]*[ ]*){{1,6}})"
_OWNED = Pattern(rf"(?P<person>{terms.PERSON})'s?[ ]+{_NOUNS}")
_THE = Pattern(rf"(?:(?:the|that|this|an?)[ ]+)(?:{terms.LAST}[ ]+)?{_NOUNS}")
_FROM = Pattern(
    r"(?:(?:that|which)[ ]+(?:i[ ]+(?:got|received|had)[ ]+)?)?(?:i[ ]+(?:got|received|had)[ ]+)?(?:from|by|of"
    r"|sent[ ]+by)[ ]+(?=\S)"
)
_SENT = Pattern(r"(?:(?:that|which)[ ]+)?(?=\S)")
_HAS_SENT = Pattern(
    r"[ ]+(?:has[ ]+|just[ ]+|last[ ]+|recently[ ]+)*(?:sent|mailed|e-?mailed|wrote)(?:[ ]+(?:to[ ]+)?(?:me|us))?"
)
_LAST_WORDS = Pattern(rf"^(?:{terms.LAST}|most|very)[ ]+", re.IGNORECASE)
_SEVERAL = Pattern(
    r"\b(?:all|every|each|both|two|three|four|five|several|\d+)\b|\b(?:e-?mails|mails|messages|threads|letters)\b"
)
_FILE = Pattern(r"\b(?:attachments?|files?|pdfs?|documents?|docs?|spreadsheets?|images?|photos?|pictures?)$")
_NO_ORDER = Pattern(r"\b(?:first|second|third|oldest|earliest|earlier|previous|penultimate|other|older)\b")
_PLURAL_MAIL = Pattern(r"[ ]*(?:e-?mails?|mails?|messages?)$")

NamedMail = Target | int | Literal["it"]


def read_mail(text: RequestText, start: int, end: int, *, is_sure: bool) -> NamedMail | Refusal | None:
    """The mail that exactly the words between two offsets name."""
    words = RequestText(text.words[start:end].rstrip(" ,"), text.folded[start:end].rstrip(" ,"))
    if _IT.match(words.folded):
        return "it" if is_sure else None
    if numbered := _NUMBERED.match(words.folded):
        return _ORDINALS[numbered.group("word")] if numbered.group("word") else int(numbered.group("number"))
    target = read_target(words, 0)
    if target is not None and target.names_mail and target.end >= len(words.words):
        if not is_sure and not (target.person or target.pronoun or target.subject):
            return None
        return checked(target, words.folded)
    return _thing(words) if is_sure else None


def checked(target: Target, folded: str) -> Target | Refusal:
    """The mail, or why it is not one newest mail."""
    if target.is_several or _SEVERAL.search(folded):
        return refusals.SEVERAL
    return refusals.OTHER_MAIL if target.other_order else target


def _thing(words: RequestText) -> Target | Refusal | None:
    """A mail named by what it is: "Sarah's invoice", "the invoice from Sarah", "the contract Sarah sent me"."""
    if owned := _OWNED.match(words.folded):
        return _named(
            words, owned.span("noun"), words.slice(*owned.span("person")).strip("<>. "), owned.end()
        )
    the = _THE.match(words.folded)
    if the is None:
        return None
    if split := _sender_at_end(words, (the.start("noun"), len(words.words))):
        return split
    person = _origin(words, the.end())
    return _named(words, the.span("noun"), person[0] if person else None, person[1] if person else the.end())


def _origin(words: RequestText, position: int) -> tuple[str, int] | None:
    """The sender named behind the thing: "from Sarah", "that Sarah sent me"."""
    if origin := _FROM.match(words.folded, position):
        return read_person(words, origin.end())
    sent = _SENT.match(words.folded, position)
    return _sent_by(words, sent.end()) if sent else None


def _sender_at_end(words: RequestText, span: tuple[int, int]) -> Target | Refusal | None:
    """'the contract Sarah sent me': the noun and the sender without a word between them."""
    for word in re.finditer(r"[ ]+(?=\S)", words.words[: span[1]]):
        person = _sent_by(words, word.end()) if word.start() > span[0] else None
        if person is not None and person[1] == len(words.words):
            return _named(words, (span[0], word.start()), person[0], person[1])
    return None


def _sent_by(words: RequestText, position: int) -> tuple[str, int] | None:
    person = read_person(words, position)
    sent = _HAS_SENT.match(words.folded, person[1]) if person else None
    return (person[0], sent.end()) if person and sent else None


def _named(
    words: RequestText, span: tuple[int, int], person: str | None, position: int
) -> Target | Refusal | None:
    """The mail with what narrows it down behind `position`; None when a word there does not."""
    noun = _LAST_WORDS.sub("", words.slice(*span))
    if _SEVERAL.search(noun.lower()):
        return refusals.SEVERAL
    if _FILE.search(noun.lower()):
        return FILE_ONLY
    if _NO_ORDER.search(noun.lower()):
        return refusals.OTHER_MAIL
    rest = RequestText(words.words[position:].strip(), words.folded[position:].strip())
    more = (
        read_target(RequestText(f"mail {rest.words}", f"mail {rest.folded}"), 0) if rest.words else Target(0)
    )
    if more is None or (rest.words and more.end < len(f"mail {rest.words}")):
        return None
    topic = (*topic_words(_PLURAL_MAIL.sub("", noun)), *more.topic_words)
    named = replace(more, end=0, person=person or more.person, names_mail=True, topic_words=topic)
    return named if not named.is_empty else None
