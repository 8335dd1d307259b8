"""What a reply is to say: reads "and tell her we can take delivery" into speech acts in the person's own words.

Must not rewrite a word: turning reported into direct speech is the writer's work (`speech.direct`).
"""

import re
from dataclasses import dataclass
from typing import Literal

from countersign.understanding.grammar import terms
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Say, SayKind
from countersign.understanding.words.text import RequestText, read_text

# More speech acts than this in one request are read as one long text.
MOST_ACTS = 8
PronounWord = Literal["she", "he", "they"]

_PRONOUNS: dict[str, PronounWord] = {"her": "she", "him": "he", "them": "they"}
_LEAD = r"\s*[,;.!?]?\s*(?:(?:and|to|by|then|also|so|just|please|pls|kindly)\b\s*,?\s*)*"
_WHO = rf"(?:(?P<pronoun>her|him|them)\b|(?P<person>{terms.PERSON}))"
# What may follow "tell Dana" without "that": a sentence, a bare answer or words set apart, but not "my location".
_TELLABLE = (
    rf"\s*[:\"\n]|\s+-|\s*,?\s+(?:{terms.SUBJECT}|(?:hi|hello|thanks|thank\s+you|sorry|congratulations|please|maybe|not)\b"
    r"|(?:the|our|my|your|his|her|their|this|these|those|an?|all|everything|nobody)\s+\w+\s+\w+\s*\w*"
    rf"|{terms.WEEKDAY}\b|\w+\s+(?:is|are|was|were|will|can|has|have|works|sounds)\b)|\s*[.!]?$"
)
_QUESTION_WORD = r"(?:when|where|what|which|who|whom|whose|why|how)\b"
_OPENER_PATTERNS: tuple[tuple[SayKind, str], ...] = (
    ("ask_to", rf"{terms.TELL}\s+{_WHO}\s+(?=(?:not\s+)?to\b)"),
    (
        "state",
        rf"(?:(?:let|letting)\s+{_WHO}\s+know|(?!let){terms.TELL}\s+{_WHO.replace('>', '_told>')})"
        rf"(?:\s*,?\s*that\b|(?={_TELLABLE}))(?=\W)",
    ),
    ("ask_if", rf"{terms.ASK}\s+(?:{_WHO}\s+)?(?:if|whether)\b"),
    ("ask_to", rf"{terms.ASK}\s+(?:{_WHO}\s+)?(?=(?:not\s+)?to\b)"),
    ("ask_what", rf"{terms.ASK}\s+(?:{_WHO}\s+)?(?={_QUESTION_WORD})"),
    ("ask_for", rf"{terms.ASK}\s+(?:{_WHO}\s+)?for\b"),
    ("ask_about", rf"{terms.ASK}\s+(?:{_WHO}\s+)?about\b"),
    ("thank", rf"{terms.THANK}\s+{_WHO}(?=\s+for\b|[\s.!,]*$|\s+and\b|\s*,)"),
    (
        "apologise",
        rf"{terms.APOLOGISE}(?:\s+to\s+{_WHO})?(?=\s+(?:for|that|because)\b|[\s.!]*$|\s+and\b)",
    ),
    ("state", rf"confirm(?:ing)?(?:\s+to\s+{_WHO})?\s+(?:that\b|(?={terms.SUBJECT}))"),
    ("confirm", r"confirm(?:ing)?\s+(?=[\w\"])"),
    ("state", rf"(?:in\s+\w+\s+)?{terms.SAY}(?:\s+back)?(?:\s+to\s+{_WHO})?(?:\s*,?\s*that\b)?(?=\W)"),
    ("state", r"with\s+(?:an?\s+)?(?=(?:yes|no|thanks|thank\s+you|ok|okay)\b)"),
    (
        "state",
        r"with\s+(?:the\s+|this\s+)?(?:(?:following|words?|text|message|reply|answer|note|body|contents?)\b\s*)+"
        r"(?:saying\b\s*|that\b\s*|reading\b\s*)?(?=\W|\w)",
    ),
    (
        "state",
        r"(?:with\s+)?(?:the\s+)?(?:body|text|contents?)(?:\s+(?:is|as|being|should\s+(?:be|say|read)|saying|reading))?"
        r"(?=\s*[:\"']\s*\S)",
    ),
    ("state", rf"with(?:\s*(?=:)|\s+(?=[\":]|'\S|{terms.SUBJECT}))"),
    ("state", r"(?:that|which)\s+(?:says|reads|states)\b(?:\s+that\b)?"),
    ("state", r"that\b"),
    ("state", rf"(?={terms.SUBJECT}|(?:the|our|my)\s+\w+\s+\w+)"),
)
_OPENERS = tuple((kind, Pattern(_LEAD + pattern)) for kind, pattern in _OPENER_PATTERNS)
_COLON = Pattern(r"\s*[,.]?\s*(?:please\s*)?(?::|-+\s)\s*(?=\S)")
_COLON_AFTER_OPENER = Pattern(r"\s*(?::|\s-+\s)\s*(?=\S)")
_NEWLINE = Pattern(r"[ ]*[:,.\-]*[ ]*\n\s*(?=\S)")
_OPENING_QUOTE = Pattern(r"\s*:?\s*(?P<mark>\"|'(?=\S))")
_THANKS = Pattern(
    r"(?:[\s,;.!-]{0,8}[,;.!\n-]\s{0,8}(?:(?:many\s+)?thanks(?:\s+a\s+lot|\s+in\s+advance)?"
    r"|thank\s+you|thx|cheers)|[\s,;.!-]{0,8}\b(?:please|pls|plz)"
    r"|\s+thanks(?<!\bno thanks))[\s.!]*$"
)
_NEXT_ACT = Pattern(
    rf"(?:\s*[,;.!]?\s*\b(?:and|then|also|but)\b[\s,]*|\s*[.;!,]\s+)(?:(?:also|then|and|please)\b[\s,]*)*"
    rf"(?=(?:{terms.TELL}|{terms.ASK}|{terms.THANK})\s+(?:her|him|them)\b"
    rf"|(?:telling|asking|thanking|apologi[sz]ing|confirming)\b|apologi[sz]e\s+(?:for|to)\b"
    rf"|ask\s+(?:if|whether)\b|say(?:ing)?\s+that\b)"
)
_ANSWER_LEAD = Pattern(r"(?:(?:please\s+)?(?:just\s+)?(?:say|tell|write|ask|answer|reply|thank)\b|that\b)")
_EMPTY = Pattern(
    r"[\W_]*(?:\[[^\]]*\]|<[^>]*>|x{3,}|t\.?b\.?[dca]\.?|to-?do|placeholder|(?:blah?[\s,]*)+|lorem\s+ipsum.*|something|anything|this|that|it|so)?[\W_]*"
)


@dataclass(frozen=True)
class Saying:
    """What to say, and to whom it was said to say it.

    Attributes:
        start: offset where the saying begins in the request, its opener included.
        body_start: offset of the first word that will be written.
        is_quoted: whether the words were set apart by the person (quotes, a line of their own).
        rest: folded words behind a closed quotation, to be checked by the caller; "" for none.
    """

    parts: tuple[Say, ...]
    start: int
    body_start: int
    pronoun: PronounWord | None = None
    person: str | None = None
    is_quoted: bool = False
    rest: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that could be written."""
        return not any(
            part.kind in {"thank", "apologise"} or not _EMPTY.fullmatch(part.text.lower())
            for part in self.parts
        )


def read_saying(text: RequestText, start: int, end: int | None = None) -> Saying | None:
    """What the words from `start` on (up to `end`) ask to be said; None when they do not say it.

    Set apart words (quotes, after a colon or on a new line) are taken as they stand; all others are cut into speech
    acts, and a "please" or "thanks" that speaks to the assistant is left out.
    """
    stop = len(text.words) if end is None else end
    newline = _NEWLINE.match(text.folded, start, stop)
    if newline:
        return _verbatim(text, start, newline.end(), stop)
    colon = _COLON.match(text.folded, start, stop)
    position = colon.end() if colon else start
    if quoted := _quoted(text, start, position, stop):
        return quoted
    opened = _open(text, position, stop, only_addressed=colon is not None)
    if opened:
        return opened
    return _direct(text, start, position, stop) if colon else None


def said_as_answer(answer: str) -> tuple[Say, ...]:
    """The speech acts of an answer to "what should it say?"; plain words are said as they stand, none give none."""
    words = read_text(answer)
    is_told = _ANSWER_LEAD.match(words.folded) or words.folded[:1] in {'"', "'"}
    saying = read_saying(words, 0) if is_told else None
    if saying is not None and not saying.is_empty:
        return saying.parts
    return (Say(kind="direct", text=words.words),) if words.words else ()


def _verbatim(text: RequestText, start: int, body_start: int, stop: int) -> Saying:
    quoted = _quoted(text, start, body_start, stop)
    if quoted and not quoted.rest:
        return quoted
    say = Say(kind="verbatim", text=text.slice(body_start, stop))
    return Saying((say,), start, body_start, is_quoted=True)


def _direct(text: RequestText, start: int, body_start: int, stop: int) -> Saying:
    return Saying((Say(kind="direct", text=text.slice(body_start, stop)),), start, body_start)


def _quoted(text: RequestText, start: int, position: int, stop: int) -> Saying | None:
    """The words between the first and the last quotation mark, when they stand at `position`."""
    opening = _OPENING_QUOTE.match(text.folded, position, stop)
    if not opening:
        return None
    mark = opening.group("mark")
    closing = text.folded.rfind(mark, opening.end(), stop)
    if closing < 0 and mark == "'":
        return None
    body_end = stop if closing < 0 else closing
    say = Say(kind="verbatim", text=text.slice(opening.end(), body_end))
    rest = "" if closing < 0 else _THANKS.sub("", text.folded[closing + 1 : stop]).strip(" \n.,;!")
    return Saying((say,), start, opening.end(), is_quoted=True, rest=rest)


def _open(
    text: RequestText, position: int, stop: int, *, only_addressed: bool, acts_left: int = MOST_ACTS
) -> Saying | None:
    """The speech acts behind the first opener that fits at `position`."""
    for kind, opener in _OPENERS:
        match = opener.match(text.folded, position, stop)
        groups = _addressee(match) if match else {}
        if match is None or (only_addressed and not groups.get("pronoun")):
            continue
        found = _body(text, kind, position, match.end(), stop, acts_left)
        return Saying(
            found.parts,
            found.start,
            found.body_start,
            _PRONOUNS.get(groups.get("pronoun") or "") or found.pronoun,
            text.slice(*match.span(groups["group"])).strip("<>. ") if groups.get("person") else found.person,
            found.is_quoted,
            found.rest,
        )
    return None


def _addressee(match: re.Match[str]) -> dict[str, str]:
    """Who an opener speaks to: its pronoun or person, and the group that holds the person."""
    named = {name: words for name, words in match.groupdict().items() if words}
    group = next((name for name in ("person", "person_told") if name in named), "")
    pronoun = named.get("pronoun") or named.get("pronoun_told") or ""
    return {"pronoun": pronoun, "person": named.get(group, ""), "group": group}


def _body(text: RequestText, kind: SayKind, start: int, body_start: int, stop: int, acts_left: int) -> Saying:
    newline = _NEWLINE.match(text.folded, body_start, stop)
    if newline:
        return _verbatim(text, start, newline.end(), stop)
    colon = _COLON_AFTER_OPENER.match(text.folded, body_start, stop)
    quoted = _quoted(text, start, colon.end() if colon else body_start, stop)
    if quoted:
        return quoted
    if colon:
        return _direct(text, start, colon.end(), stop)
    return _reported(text, kind, start, body_start, stop, acts_left)


def _reported(
    text: RequestText, kind: SayKind, start: int, body_start: int, stop: int, acts_left: int
) -> Saying:
    """Speech acts of reported speech, cut where another one begins ("... and ask her whether ...")."""
    cut = _NEXT_ACT.search(text.folded, body_start, stop)
    if cut is None or acts_left <= 1:
        return Saying((_said(text, kind, body_start, stop),), start, body_start)
    following = _open(text, cut.end(), stop, only_addressed=False, acts_left=acts_left - 1)
    if following is None:
        return Saying((_said(text, kind, body_start, stop),), start, body_start)
    first = text.slice(body_start, cut.start())
    parts = (Say(kind=kind, text=first), *following.parts)
    return Saying(parts, start, body_start, following.pronoun, following.person, rest=following.rest)


def _said(text: RequestText, kind: SayKind, body_start: int, stop: int) -> Say:
    folded = text.folded[body_start:stop]
    thanks = _THANKS.search(folded)
    end = stop if thanks is None or _keeps_thanks(folded, thanks) else body_start + thanks.start()
    return Say(kind=kind, text=text.slice(body_start, end).strip(" ,;"))


def _keeps_thanks(folded: str, thanks: re.Match[str]) -> bool:
    """Whether the last words belong to the reply: "no, thanks" does, "... on Wednesday, thanks" speaks to us."""
    before = folded[: thanks.start()].split()
    is_set_apart = re.match(r"\s*[,;.!\n-]", thanks.group()) is not None
    if "thank" not in thanks.group() and "thx" not in thanks.group() and "cheers" not in thanks.group():
        return not before
    return len(before) < (2 if is_set_apart and before[:1] != ["no"] else 4)
