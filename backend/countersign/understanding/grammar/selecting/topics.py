"""What mails are about: takes the person's words up to where something else begins.

Must not take words that turn the meaning round ("except", "not", "or"): such a topic is none.
"""

import re
from collections.abc import Callable

from countersign.understanding.grammar import terms
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText, word_set

MOST_WORDS = 14
# A topic may hold "and"; one of these behind it begins another wish.
_COMMANDS = (
    r"reply|respond|answer|write|draft|prepare|compose|send|forward|fwd|archive|delete|trash|bin|remove|label|tag"
    r"|mark|star|flag|move|file|sort|unsubscribe|schedule|book|create|add|put|remind|tell|let|ask|show|list|find"
    r"|search|summari[sz]e|sum|give|notify|share|save|print|export|translate|call|invite|cancel|block|snooze|mute"
    r"|set|make|approve|reject|post|text|e-?mail|mail|message|copy|cc|bcc|download|attach|get|check|open|read|pin"
    r"|extract|keep|leave|report|do|don't|dont|please|then|also|never|ignore|undo|restore|which|who|what|when|how"
    r"|stop|pay|order|buy|transfer|drop|clear|empty|clean|purge|get|apply|remember"
)
_NEXT_WISH = Pattern(
    rf"\s+(?:(?:and|then|plus|also|but)\s+)+(?:{_COMMANDS})\b|\s+then\b|\s*[,;.!?:\n]\s*\S?|\s+-+\s"
)
# "What happened" asks; it names nothing a mail could be about.
_ASKED = Pattern(r"(?:what|who|whom|which|how|when|where|why)\b")
_INSIDE_WORD = Pattern(r"[.:](?=\w)")
_TURNED = Pattern(
    r"\b(?:except(?:ing)?|excluding|exclude|besides|unless|but|or|nor|not|don't|dont|doesn't|never"
    r"|without|if|whenever"
    r"|automatically|otherwise|instead|every|each|always|everything|anything|than|tomorrow|tonight"
    r"|later|aren't|isn't)\b"
)
_WORD = Pattern(r"[^\W_][\w\-.'&/]*")
_EMPTY_WORDS = word_set(
    "the a an my our your her his their that this these those of for to in on at and with about any some all me us it"
    " is are was were regarding from by"
)
_QUOTED = Pattern(r'"(?P<quoted>[^"\n]{1,120})"')
ABOUT = (
    r"(?:(?:(?:that|which)\s+)?(?:(?:are|is|were|was)\s+)?(?:about|regarding|concerning"
    r"|related\s+to|relating\s+to|around"
    r"|with\s+respect\s+to|in\s+regards?\s+to|with\s+regards?\s+to|to\s+do\s+with|on\s+the\s+(?:topic|subject)\s+of"
    r"|re|on)\b:?"
    r"|(?:(?:that|which)\s+)?(?:mention(?:s|ed|ing)?|contain(?:s|ing)?|discuss(?:es|ed|ing)?|deal(?:s|ing)?\s+with"
    r"|talk(?:s|ing|ed)?\s+about|refer(?:s|ring)?\s+to|cover(?:s|ing)?)(?:\s+the\s+words?)?\b|with\s+the\s+words?\b)"
)
_ABOUT = Pattern(rf"{ABOUT}\s+")
_FOR = Pattern(r"for\s+(?!me\b|us\b|now\b|the\s+(?:last|past)\b)")

Boundary = Callable[[RequestText, int], bool]


def topic_words(phrase: str) -> tuple[str, ...]:
    """The words of a topic that can find something, in the person's spelling and order."""
    words = (word.rstrip(".'&/-") for word in _WORD.findall(re.sub(r"['’]s\b", "", phrase)))
    return tuple(word for word in words if word and word.lower() not in _EMPTY_WORDS)


def begins_topic(text: RequestText, start: int, *, is_set: bool) -> int | None:
    """Offset behind "about" and its like at `start`; None when none stands there.

    For a change of mails "on" and "for" are no sure beginning: "everything on my desk".
    """
    match = _ABOUT.match(text.folded, start)
    if match and is_set and match.group().strip() == "on":
        return None
    match = match or (None if is_set else _FOR.match(text.folded, start))
    return match.end() if match else None


def read_quoted(text: RequestText, start: int) -> tuple[str, int] | None:
    """The words in quotation marks at `start` and the offset behind them."""
    match = _QUOTED.match(text.folded, start)
    return (text.slice(*match.span("quoted")), match.end()) if match else None


def read_topic(text: RequestText, start: int, ends_at: Boundary) -> tuple[str, int] | None:
    """The topic that begins at `start` and the offset behind it; `ends_at` tells where something else begins.

    None when there are no words to search for, too many, or one that turns the meaning round.
    """
    end = len(text.folded)
    for gap in re.finditer(r"\s+|[,;.!?:]", text.folded[start:]):
        position = start + gap.start()
        if _INSIDE_WORD.match(text.folded, position):
            continue
        if _NEXT_WISH.match(text.folded, position) or ends_at(text, position):
            end = position
            break
    phrase = text.folded[start:end]
    if _ASKED.match(phrase):
        return None
    if not topic_words(phrase) or len(phrase.split()) > MOST_WORDS or _TURNED.search(phrase):
        return None
    return text.slice(start, end), end


def begins_next_wish(text: RequestText, start: int) -> bool:
    """Whether another command begins at `start` ("and draft ...")."""
    return (
        re.match(rf"\s*,?\s*(?:(?:and|then|plus|also|,|\.)\s*)+(?:{_COMMANDS})\b", text.folded[start:])
        is not None
    )


def read_name(text: RequestText, start: int) -> tuple[str, int] | None:
    """The person named at `start` and the offset behind the name."""
    match = Pattern(terms.PERSON).match(text.folded, start)
    if match is None:
        return None
    words = text.slice(*match.span()).strip("<>. ")
    return (words, match.end()) if words else None
