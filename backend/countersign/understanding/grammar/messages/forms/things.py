"""The mail to pass on, named by what it is: "Sarah's invoice", "the contract Sarah sent me", "number 2".

Must not choose: several mails, a file alone and another than the newest are refused in words.
"""

import re
from typing import Literal

from countersign.understanding.grammar import refusals, terms
from countersign.understanding.grammar.messages.people import read_person
from countersign.understanding.grammar.refusals import Refusal
from countersign.understanding.grammar.target import Target, read_target, topic_words
from countersign.understanding.words.text import RequestText

FILE_ONLY = Refusal(
    "mail.forward.file",
    "forward a file alone",
    "I can't forward a file without its mail. Ask for the whole mail, or for a new mail with the file: "
    "“Email Bob saying … and attach the invoice from Sarah's mail”. Nothing was done.",
)
_IT = re.compile(
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
_NUMBERED = re.compile(
    rf"(?:the[ ]+)?(?P<word>{'|'.join(_ORDINALS)})(?:[ ]+(?:one|e-?mail|mail|message|result))?$"
    r"|(?:the[ ]+)?(?:e-?mail[ ]+|mail[ ]+|message[ ]+|result[ ]+)?(?:number|no\.?|nr\.?|#)[ ]*(?P<number>\d{1,2})$"
)
_STOP = r"(?:from|by|of|about|regarding|that|which|to|sent|and|with|in|on|re|for)\b"
_NOUNS = rf"(?P<noun>(?:(?!{_STOP})[^\W_][\w\-.]*[ ]*){{1,6}})"
_OWNED = re.compile(rf"(?P<person>{terms.PERSON})'s?[ ]+{_NOUNS}")
_THE = re.compile(rf"(?:(?:the|that|this|an?)[ ]+)(?:{terms.LAST}[ ]+)?{_NOUNS}")
_FROM = re.compile(
    r"(?:(?:that|which)[ ]+(?:i[ ]+(?:got|received|had)[ ]+)?)?(?:i[ ]+(?:got|received|had)[ ]+)?(?:from|by|of"
    r"|sent[ ]+by)[ ]+(?=\S)"
)
_SENT = re.compile(r"(?:(?:that|which)[ ]+)?(?=\S)")
_HAS_SENT = re.compile(
    r"[ ]+(?:has[ ]+|just[ ]+|last[ ]+|recently[ ]+)*(?:sent|mailed|e-?mailed|wrote)(?:[ ]+(?:to[ ]+)?(?:me|us))?"
)
_LAST_WORDS = re.compile(rf"^(?:{terms.LAST}|most|very)[ ]+", re.IGNORECASE)
_SEVERAL = re.compile(
    r"\b(?:all|every|each|both|two|three|four|five|several|\d+)\b|\b(?:e-?mails|mails|messages|threads|letters)\b"
)
_FILE = re.compile(
    r"\b(?:attachments?|files?|pdfs?|documents?|docs?|spreadsheets?|images?|photos?|pictures?)$"
)
_NO_ORDER = re.compile(r"\b(?:first|second|third|oldest|earliest|earlier|previous|penultimate|other|older)\b")
_PLURAL_MAIL = re.compile(r"[ ]*(?:e-?mails?|mails?|messages?)$")

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
    owned = _OWNED.fullmatch(words.folded)
    if owned is not None:
        return _named(words, owned.span("noun"), words.slice(*owned.span("person")).strip("<>. "))
    the = _THE.match(words.folded)
    if the is None:
        return None
    split = _sender_at_end(words, (the.start("noun"), len(words.words)))
    if split is not None or the.end() == len(words.folded):
        return split or _named(words, the.span("noun"), None)
    origin = _FROM.match(words.folded, the.end())
    if origin is None:
        sent = _SENT.match(words.folded, the.end())
        origin = sent if sent and _sent_by(words, sent.end()) else None
        person = _sent_by(words, sent.end()) if sent else None
    else:
        person = read_person(words, origin.end())
    if origin is None or person is None:
        about = read_target(
            RequestText("mail " + words.words[the.end() :], "mail " + words.folded[the.end() :]), 0
        )
        if about is None or about.end < len(words.words) - the.end() + len("mail "):
            return None
        named = _named(words, the.span("noun"), None)
        return named if named is None or isinstance(named, Refusal) else _both(named, about)
    rest = read_target(RequestText("mail" + words.words[person[1] :], "mail" + words.folded[person[1] :]), 0)
    named = _named(words, the.span("noun"), person[0])
    if rest is None or rest.end < len(words.words) - person[1] + len("mail"):
        return None
    return named if named is None or isinstance(named, Refusal) else _both(named, rest)


def _sender_at_end(words: RequestText, span: tuple[int, int]) -> Target | Refusal | None:
    """'the contract Sarah sent me': the noun and the sender without a word between them."""
    for word in re.finditer(r"[ ]+(?=\S)", words.words[: span[1]]):
        person = _sent_by(words, word.end()) if word.start() > span[0] else None
        if person is not None and person[1] == len(words.words):
            return _named(words, (span[0], word.start()), person[0])
    return None


def _sent_by(words: RequestText, position: int) -> tuple[str, int] | None:
    person = read_person(words, position)
    sent = _HAS_SENT.match(words.folded, person[1]) if person else None
    return (person[0], sent.end()) if person and sent else None


def _both(named: Target, more: Target) -> Target:
    return Target(
        end=0,
        person=named.person or more.person,
        names_mail=True,
        topic_words=(*named.topic_words, *more.topic_words),
        subject=more.subject,
        when_words=more.when_words,
        account_words=more.account_words,
    )


def _named(words: RequestText, span: tuple[int, int], person: str | None) -> Target | Refusal | None:
    noun = _LAST_WORDS.sub("", words.slice(*span))
    if _SEVERAL.search(noun.lower()):
        return refusals.SEVERAL
    if _FILE.search(noun.lower()):
        return FILE_ONLY
    if _NO_ORDER.search(noun.lower()):
        return refusals.OTHER_MAIL
    topic = topic_words(_PLURAL_MAIL.sub("", noun))
    return Target(end=0, person=person, names_mail=True, topic_words=topic) if topic or person else None
