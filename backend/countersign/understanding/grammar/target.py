"""Which mail a request means: reads "Dana's last mail about the delivery window" into typed words.

Must not guess a person: a pronoun without a name before it stays a pronoun for the caller to ask about.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.selecting.selection import Reference
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText, word_set

PronounWord = Literal["she", "he", "they"]

_PRONOUNS: dict[str, PronounWord] = {
    "her": "she",
    "she": "she",
    "his": "he",
    "him": "he",
    "he": "he",
    "their": "they",
    "them": "they",
    "they": "they",
}
_WHEN = (
    r"(?:from|of|on|this|last)?[ ]*(?:today|yesterday|this[ ]+(?:morning|afternoon|week)|last[ ]+(?:week|night)"
    rf"|(?:last[ ]+)?{terms.WEEKDAY})"
)
_TOPIC = rf"(?P<topic>(?:(?!\n).){{1,80}}?)(?={terms.SAYING_AHEAD}|[ ]+{_WHEN}\b)"
_PERSON = rf"(?P<person>{terms.PERSON})"
_NO_MODIFIER = (
    r"from|by|that|of|to|saying|about|and|or|for|with|in|on|at|an?|the|we|i|you|he|she|it"
    r"|they|her|his|their|our|my|your"
    r"|is|are|was|were|will|can|could|should|would|has|have|had|do|does|did|not|no|yes"
    r"|what|which|who|if|whether|tell|ask"
)
_MODIFIERS = rf"(?P<modifiers>(?:(?!(?:{_NO_MODIFIER})\b)[^\W_][\w\-']*[ ]+){{0,4}}?)(?P<noun>{terms.MAIL})"
_LAST = rf"(?:(?P<last>{terms.LAST})[ ]+)?"
_NAMED_LAST = rf"(?P<named_last>{terms.LAST})[ ]+"
_MODIFIERS_LAST = _MODIFIERS.replace("<modifiers>", "<last_modifiers>").replace("<noun>", "<last_noun>")
_SENT = (
    r"(?:(?:has|have)[ ]+)?(?:(?:last|just|recently)[ ]+)?(?:wrote|written|sent|said|asked"
    r"|mailed|emailed|replied|answered)"
    r"(?:[ ]+(?:to[ ]+)?(?:me|us))?(?:[ ]+(?:last|most[ ]+recently|recently|lately))?\b"
)

# Tried in this order; the first that matches at the position wins.
_SHAPES: tuple[tuple[str, Pattern], ...] = tuple(
    (name, Pattern(pattern))
    for name, pattern in (
        ("possessive", rf"{_PERSON}'s?[ ]+{_LAST}{_MODIFIERS}"),
        (
            "possessive",
            rf"{_PERSON}'s?[ ]+(?P<last>{terms.LAST})(?=[ ]*[:,.\n]|[ ]+(?:saying|and|that|to|with)\b)",
        ),
        ("latest", rf"(?:the[ ]+)(?P<last>{terms.LAST})(?=[ ]+(?:from|by)\b)"),
        ("pronoun", rf"(?P<pronoun>{terms.POSSESSIVE})[ ]+{_LAST}{_MODIFIERS}"),
        ("possessive", rf"(?P<person>[^\W\d_][\w\-]+s)[ ]+(?P<last>{terms.LAST})[ ]+{_MODIFIERS}"),
        ("what", rf"what(?:ever)?[ ]+(?:(?P<pronoun>{terms.PRONOUN})|{_PERSON})[ ]+{_SENT}"),
        (
            "subject",
            rf"(?:{terms.DETERMINER}[ ]+)?{_LAST}(?:{terms.QUOTED}[ ]+{terms.MAIL}|{terms.MAIL}[ ]+"
            rf"(?:(?:with|under)[ ]+)?(?:the[ ]+)?(?:subject|titled|called|named)?(?:[ ]+line)?:?[ ]*"
            rf"{terms.QUOTED.replace('quoted', 'quoted_after')})",
        ),
        (
            "sent",
            rf"(?:{terms.DETERMINER}[ ]+)?{_LAST}{_MODIFIERS}[ ]+(?:(?:that|which)[ ]+)?"
            rf"(?:(?P<pronoun>{terms.PRONOUN})|{_PERSON})[ ]+{_SENT}",
        ),
        (
            "thing",
            rf"(?:{terms.DETERMINER}[ ]+{_LAST}{_MODIFIERS}|{_NAMED_LAST}{_MODIFIERS_LAST}|(?P<bare>{terms.MAIL}))",
        ),
        ("it", r"(?:it|this|that)\b(?![ ]+(?:we|i|you|he|she|they|the|our|it|there)\b)"),
        ("pronoun_person", rf"(?P<pronoun>{terms.PRONOUN})"),
        ("person", _PERSON),
    )
)
_SENDER = Pattern(
    r"[ ]+(?:(?:that[ ]+)?i[ ]+(?:got|received|had)[ ]+)?(?:from|by|of"
    rf"|sent[ ]+by)[ ]+(?:(?P<pronoun>{terms.PRONOUN})|{_PERSON})"
)
_ABOUT = Pattern(rf"[ ]+{terms.ABOUT}[ ]+(?:{terms.QUOTED}|{_TOPIC})")
_DAY = Pattern(rf"[ ]+(?P<when>{_WHEN})\b")
_ACCOUNT = Pattern(
    r"[ ]*,?[ ]+(?:from|with|using|via|through|in|on)[ ]+my[ ]+"
    r"(?P<account>(?:work|personal|private|business|company|home|office|gmail|google|school)\b"
    r"|[\w.+\-]+@[\w.\-]+\w"
    r"|[\w.+\-]+(?=(?:[ ]+(?:e-?mail|mail|google))?[ ]+(?:account|address|mailbox|inbox)\b))"
    r"(?:[ ]+(?:e-?mail|mail|google))?(?:[ ]+(?:account|address|mailbox|inbox))?\b(?![ ]+\w+ing\b\s+that)"
)
_OTHER_ORDER = Pattern(
    r"\b(?:first|second|third|fourth|oldest|earliest|earlier|penultimate"
    r"|next[ ]+to[ ]+last|previous|other|older|all|every|both|two|three"
    r"|four|five|\d+)\b"
)
_SEVERAL = Pattern(r"(?:e-?mails|mails|messages|letters|notes|threads|conversations|questions|requests)$")
_EMPTY_WORDS = word_set("the a an my our your her his their that this of for to in on at and")


@dataclass(frozen=True)
class Target:
    """The mail to answer, in the person's own words.

    Attributes:
        end: offset behind the target in the request.
        person: the words that name the sender, None when none do.
        pronoun: "she", "he" or "they" when a pronoun stands for the sender.
        names_mail: whether a mail was spoken of, not only a person.
        is_several: whether more than one mail was asked for.
        other_order: the word that asks for another than the newest mail, None when none does.
        reference: which mail of the last answer is meant, when the words point at one ("the second one").
    """

    end: int
    person: str | None = None
    pronoun: PronounWord | None = None
    names_mail: bool = False
    topic_words: tuple[str, ...] = ()
    subject: str | None = None
    unread_only: bool = False
    when_words: str | None = None
    account_words: str | None = None
    is_several: bool = False
    other_order: str | None = None
    reference: Reference | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing tells which mail is meant."""
        return not (self.person or self.topic_words or self.subject)


def read_target(text: RequestText, start: int) -> Target | None:
    """The target that begins at `start`, with everything that narrows it down; None when none begins there."""
    for name, shape in _SHAPES:
        match = shape.match(text.folded, start)
        if match:
            return _narrow(text, _first_reading(text, name, match))
    return None


def skip_account(text: RequestText, start: int) -> tuple[str, int] | None:
    """The account named at `start` ("from my work account") and the offset behind it; None when none is."""
    match = _ACCOUNT.match(text.folded, start)
    return (match.group("account"), match.end()) if match else None


def _first_reading(text: RequestText, name: str, match: re.Match[str]) -> Target:
    groups = match.groupdict()
    quoted = "quoted" if groups.get("quoted") else "quoted_after"
    span = "modifiers" if groups.get("modifiers") else "last_modifiers"
    modifiers = groups.get(span) or ""
    noun = groups.get("noun") or groups.get("last_noun") or groups.get("bare") or ""
    last = groups.get("last") or groups.get("named_last") or ""
    other = _OTHER_ORDER.search(modifiers)
    return Target(
        end=match.end(),
        person=_person_words(text, match),
        pronoun=_PRONOUNS.get(groups.get("pronoun") or ""),
        names_mail=name not in {"it", "pronoun_person", "person"},
        topic_words=topic_words(text.slice(*match.span(span))) if modifiers else (),
        subject=text.slice(*match.span(quoted)) if groups.get(quoted) else None,
        unread_only=last == "unread",
        is_several=bool(_SEVERAL.search(noun)),
        other_order=other.group() if other else None,
    )


def _narrow(text: RequestText, target: Target) -> Target:
    """The target with sender, topic, day and account added for as long as one of them follows."""
    while True:
        longer = _one_more(text, target)
        if longer is None:
            return target
        target = longer


def _one_more(text: RequestText, target: Target) -> Target | None:
    if target.account_words is None and (match := _ACCOUNT.match(text.folded, target.end)):
        return replace(target, end=match.end(), account_words=match.group("account"))
    if target.when_words is None and (match := _DAY.match(text.folded, target.end)):
        return replace(target, end=match.end(), when_words=text.slice(*match.span("when")))
    if (
        target.names_mail
        and not (target.person or target.pronoun)
        and (match := _SENDER.match(text.folded, target.end))
    ):
        pronoun = _PRONOUNS.get(match.group("pronoun") or "")
        return replace(target, end=match.end(), person=_person_words(text, match), pronoun=pronoun)
    if target.subject is None and (match := _ABOUT.match(text.folded, target.end)):
        if match.group("quoted"):
            return replace(target, end=match.end(), subject=text.slice(*match.span("quoted")))
        words = topic_words(text.slice(*match.span("topic")))
        return replace(target, end=match.end(), topic_words=(*target.topic_words, *words))
    return None


def _person_words(text: RequestText, match: re.Match[str]) -> str | None:
    if not match.groupdict().get("person"):
        return None
    return text.slice(*match.span("person")).strip("<>. ") or None


def topic_words(phrase: str) -> tuple[str, ...]:
    """The words of a topic that can find something, in the person's spelling and order."""
    words = re.findall(r"[^\W_][\w\-.']*", phrase)
    return tuple(word.rstrip(".'") for word in words if word.lower() not in _EMPTY_WORDS)
