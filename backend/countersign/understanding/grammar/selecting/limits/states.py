"""The marks a mail can bear in words: unread, starred, unanswered, with a file; before the noun and behind it."""

from countersign.understanding.grammar.selecting.selection import Flag
from countersign.understanding.matching.pattern import Pattern

_THAT = r"(?:(?:that|which)\s+)?"
_NEVER = (
    r"(?:have\s+not|haven't|havent|have\s+never|'ve\s+not|did\s+not|didn't|didnt|never"
    r"|have\s+yet\s+to|still\s+have\s+to)"
)
_UNREAD_BEHIND = Pattern(
    rf"{_THAT}(?:(?:are|is)\s+(?:still\s+)?|still\s+)?(?:unread|unopened)\b"
    rf"|{_THAT}(?:i|we)\s*(?:still\s+)?{_NEVER}\s+(?:yet\s+)?(?:read|open(?:ed)?|look(?:ed)?\s+at|seen?)(?:\s+yet)?\b"
    r"|(?:have|did)\s+(?:i|we)\s+not\s+(?:yet\s+)?(?:read|open(?:ed)?|seen?)(?:\s+yet)?\b"
    r"|haven't\s+(?:i|we)\s+(?:read|opened|seen)(?:\s+yet)?\b"
)
_STARRED_BEHIND = Pattern(
    rf"{_THAT}(?:(?:are|is)\s+)?(?:starred|flagged)\b|with\s+(?:an?\s+|the\s+)?stars?\b|(?:i"
    r"|we)(?:'ve|\s+have)?\s+(?:starred|flagged)\b"
)
_ANSWER = r"(?:an?\s+|my\s+|any\s+|some\s+)?(?:answers?|repl(?:y|ies)|responses?)\b(?:\s+from\s+(?:me|us)\b)?"
_UNANSWERED_BEHIND = Pattern(
    rf"{_THAT}(?:do\s+)?(?:(?:are|is)\s+)?(?:(?:still|yet|currently)\s+)?(?:need|needs|require"
    r"|requires|await|awaits|awaiting|want|wants"
    rf"|expect|expects|deserve|deserves|waiting\s+(?:for|on)|wait\s+for|waits\s+for)\s+(?:{_ANSWER}"
    r"|me\b|to\s+be\s+(?:answered|replied\s+to)\b)"
    rf"|{_THAT}(?:i|we)\s*(?:still\s+)?{_NEVER}\s+(?:yet\s+)?(?:answer(?:ed)?|repl(?:y"
    r"|ied)(?:\s+to)?|respond(?:ed)?(?:\s+to)?)\b(?:\s+yet)?"
    r"|(?:have|did)\s+(?:i|we)\s+(?:still\s+)?not\s+(?:yet\s+)?(?:answer(?:ed)?|repl(?:y"
    r"|ied)(?:\s+to)?|respond(?:ed)?(?:\s+to)?)\b(?:\s+yet)?"
    r"|(?:haven't|didn't)\s+(?:i|we)\s+(?:answer(?:ed)?|repl(?:y|ied)(?:\s+to)?"
    r"|respond(?:ed)?(?:\s+to)?)\b(?:\s+yet)?"
    rf"|{_THAT}(?:(?:do|must|should)\s+)?(?:i|we)\s+(?:still\s+)?(?:need\s+to|have\s+to|must|should"
    r"|ought\s+to|owe)\s+(?:still\s+)?"
    r"(?:answer|reply(?:\s+to)?|respond(?:\s+to)?|get\s+back\s+to|an?\s+(?:answer|reply|response)(?:\s+to)?)\b"
    rf"|{_THAT}(?:i|we)\s+(?:have\s+|may\s+have\s+)?(?:forg[eo]t(?:ten)?|fail(?:ed)?|miss(?:ed)?"
    r"|neglected)\s+(?:to\s+)?(?:answer|reply(?:\s+to)?|respond(?:\s+to)?)(?:ing)?\b"
    rf"|{_THAT}(?:(?:are|is|remain|remains)\s+)?(?:still\s+)?(?:unanswered|open|not\s+answered"
    r"|without\s+(?:an?\s+|my\s+)(?:answer|reply|response))\b"
)
_ATTACHMENT_BEHIND = Pattern(
    r"with\s+(?:an?\s+|any\s+|the\s+|some\s+)?(?:attachments?|attached\s+files?"
    r"|files?(?:\s+attached)?|something\s+attached)\b"
    rf"|{_THAT}(?:have|has|having|contain|contains|carry|include|includes)\s+(?:an?\s+"
    r"|any\s+)?(?:attachments?|(?:attached\s+)?files?(?:\s+attached)?)\b"
)
BEFORE: tuple[tuple[Flag, Pattern], ...] = (
    ("unread", Pattern(r"(?:unread|unopened|unseen)\b")),
    ("starred", Pattern(r"(?:starred|flagged)\b")),
    ("unanswered", Pattern(r"(?:unanswered|open)\b")),
)
BEHIND: tuple[tuple[Flag, Pattern], ...] = (
    ("unread", _UNREAD_BEHIND),
    ("starred", _STARRED_BEHIND),
    ("unanswered", _UNANSWERED_BEHIND),
    ("attachment", _ATTACHMENT_BEHIND),
)
