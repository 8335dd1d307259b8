"""Chat words about a card: a "yes, send it" that decides nothing, and "make it shorter" that asks for a change.

Must not let any chat text count as a decision: what is recognised here only points at the card.
"""

from typing import Literal

from countersign.understanding.grammar.terms import ABOUT, WEEKDAY
from countersign.understanding.matching.pattern import Pattern

ConsentVerb = Literal["approve", "reject", "undo"]

_OBJECT = (
    r"(?:(?:it|that|this|them|those|these|both|all(?:\s+of\s+(?:them|it))?|everything"
    r"|(?:the|that|this|your|all|my)\s+)?\s*"
    r"(?:first\s+|second\s+|last\s+|open\s+)?(?:cards?|approvals?|repl(?:y|ies)|e-?mails?"
    r"|mails?|messages?|drafts?|actions?|proposals?|one|ones)?)"
)
_FILLER = (
    r"(?:please|pls|plz|now|then|ok|okay|k|kk|yes|yeah|yep|yup|yea|ya|sure|right|alright"
    r"|fine|great|perfect|good|nice|cool|thanks"
    r"|thank\s+you|thx|absolutely|definitely|certainly|of\s+course|correct|exactly|agreed"
    r"|just|so|and|at\s+once|away|immediately|asap"
    r"|right\s+away|for\s+me|as\s+is|as\s+it\s+is|i|you|can|could|may|will|have\s+my"
    r"|to\s+me|all|done|hey|hi|well|oui|ja|si|s\u00ed|da|both)"
)
_YES = (
    rf"(?:approv(?:e|ed|ing)\s*{_OBJECT}|send\s*{_OBJECT}(?:\s+off|\s+out|\s+to\s+(?:her"
    rf"|him|them))?|ship\s*{_OBJECT}|do\s+(?:it|that|so|this)|go(?:\s+(?:ahead|for\s+it"
    rf"|on))?(?:\s+and\s+send\s*{_OBJECT})?"
    rf"|confirm(?:ed)?\s*{_OBJECT}|accept(?:ed)?\s*{_OBJECT}|proceed|execute\s*{_OBJECT}"
    r"|(?:i\s+)?agree|looks?\s+(?:good|great|fine|ok|okay|right|perfect)(?:\s+to\s+me)?"
    r"|lgtm|sounds?\s+(?:good|great|fine)"
    r"|that(?:'s|\s+is)\s+(?:fine|good|ok|okay|right|perfect|great|it)|it(?:'s"
    rf"|\s+is)\s+(?:fine|good|ok|okay|right|perfect)|countersign(?:ed)?\s*{_OBJECT}"
    r"|sign\s+off|make\s+it\s+so|approval\s+granted|(?:you\s+)?have\s+my\s+(?:approval|ok"
    r"|consent|permission)"
    rf"|i\s+(?:hereby\s+)?(?:approve|confirm|consent)\s*{_OBJECT}|permission\s+granted"
    rf"|green\s+light|authori[sz]ed?\s*{_OBJECT}|y"
    r"|[\U0001f44d\u2705\U0001f44c\u2714][\U0001f3fb-\U0001f3ff\ufe0f]*)"
)
_NO = (
    rf"(?:no|nope|nah|reject(?:ed)?\s*{_OBJECT}|(?:do\s+not|don't|dont"
    rf"|never)\s+send\s*{_OBJECT}|cancel\s*{_OBJECT}|discard\s*{_OBJECT}"
    rf"|decline\s*{_OBJECT}|stop|never\s+mind|forget\s+(?:it|that)|not\s+(?:now|yet)"
    rf"|dismiss\s*{_OBJECT}|abort|\U0001f44e)"
)
_UNDO = (
    rf"(?:undo\s*{_OBJECT}|unsend\s*{_OBJECT}|take\s+(?:it|that)\s+back|call\s+(?:it"
    rf"|that)\s+back|recall\s*{_OBJECT}|revert\s*{_OBJECT})"
)
_SEPARATOR = r"[\s,;.!\-\u2014:)]*"


def _whole(core: str) -> Pattern:
    return Pattern(
        rf"{_SEPARATOR}(?:{_FILLER}\b{_SEPARATOR}){{0,6}}(?:{core}){_SEPARATOR}(?:(?:{core}"
        rf"|{_FILLER})(?!\w){_SEPARATOR}){{0,6}}"
    )


_CONSENT: tuple[tuple[ConsentVerb, Pattern], ...] = (
    ("undo", _whole(_UNDO)),
    ("reject", _whole(_NO)),
    ("approve", _whole(_YES)),
    ("approve", Pattern(rf"{_SEPARATOR}(?:{_FILLER}(?!\w){_SEPARATOR}){{1,6}}")),
)
_IT = (
    r"(?:it|this|that|the\s+(?:card|text|reply|draft|mail|e-?mail|message|wording|tone"
    r"|greeting|closing|subject|proposal)|the\s+(?:first|last|second|third)\s+(?:sentence"
    r"|line|paragraph|word|part)|the\s+(?:first|second|last)\s+one)"
)
_CHANGE = Pattern(
    r"(?:(?:please|pls|can\s+you|could\s+you|no|ok|okay|yes|but|actually|hmm|instead|and"
    r"|also|well|now|sorry)\b[\s,]*){0,4}"
    rf"(?:make\s+{_IT}\b|(?:re-?write|re-?phrase|reword|shorten|lengthen|fix|correct"
    r"|improve|translate|simplify|expand|edit|redo|revise|tweak|polish"
    rf"|soften)\b\s*(?:{_IT}|$|to\b|into\b|with\b)"
    r"|(?:a\s+bit\s+|much\s+|even\s+|slightly\s+|a\s+little\s+)?(?:shorter|longer"
    r"|more\s+\w+|less\s+\w+|friendlier|politer|simpler|warmer|nicer)\b(?:\s+(?:please|pls"
    r"|tone))?[\s.!]*$"
    r"|say\s+.+\s+instead\b|(?:write|use|put)\s+.+\s+(?:instead|rather)\b|(?:instead"
    r"|rather)\s+(?:of\s+|than\s+)?.+|change\s+(?!(?:my|your)\b|the\s+(?:\w+\s+)?(?:name|language|settings?|title|time|date)\b).+\s+(?:to|into)\s+.+"
    r"|replace\s+.+\s+(?:with|by)\s+.+"
    r"|add\s+(?:that|a\s+(?:line|sentence|note|greeting|closing|ps|p\.s\.)"
    r"|at\s+the\s+(?:end|beginning|start)|\"|:)|(?:also\s+)?(?:mention|include"
    r"|add)\s+that\b|(?:remove|delete|drop|cut|strike|omit|skip|leave\s+out"
    rf"|take\s+out)\s+(?:{_IT}|the\s+(?:part|bit|sentence|word|line|date|time|greeting"
    r"|closing)|\")"
    r"|(?:start|begin|end|sign|close|open|finish)\s+(?:it\s+)?(?:with|as|off)\b|(?:don't"
    r"|do\s+not)\s+(?:say|mention|write|include|use|promise)\b"
    r"|not\s+\S+\s*,\s*(?:but\s+)?\S+"
    r"|(?:it\s+should|should)\s+(?:say|read|be)\b|(?:i\s+meant|i\s+mean)\b|(?:move"
    rf"|shift)\s+(?:it|that)\s+to\s+(?:{WEEKDAY}|tomorrow|next)|(?:make|say)\s+(?:it"
    rf"|that)\s+{WEEKDAY}\b|(?:{WEEKDAY}|tomorrow)\s+instead\b|(?:use"
    r"|with)\s+(?:my\s+)?(?:work|personal|other)\s+(?:account|address)[\s.!]*$"
    rf"|(?:cc|bcc|copy)\s+\S+.{{0,30}}\bon\s+(?:it|that|this)\b|(?:no|not)\s+(?:greeting"
    rf"|closing|signature)\b|(?:what|who)\s+{ABOUT}?\s*the\s+(?:first|second|last)\s+(?:one"
    r"|card)|the\s+(?:first|second|third|last)\s+(?:one|card)\b)"
)


def read_consent(folded: str) -> ConsentVerb | None:
    """Which decision a chat message sounds like when it is nothing but that; it never is one."""
    if len(folded) > 120:
        return None
    return next((verb for verb, pattern in _CONSENT if pattern.fullmatch(folded)), None)


def refers_to_card(folded: str) -> bool:
    """Whether the words ask to change something already written rather than for something new."""
    return _CHANGE.match(folded) is not None
