"""References to the mails the last answer named: "the second one", "the first two", "numbers 1 and 3", "them".

Must not say whether such a mail was shown: the caller compares with the context.
"""

import re
from dataclasses import dataclass

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.selecting.selection import Reference
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "sixth": 6,
    "6th": 6,
    "seventh": 7,
    "7th": 7,
    "eighth": 8,
    "8th": 8,
    "ninth": 9,
    "9th": 9,
    "tenth": 10,
    "10th": 10,
    "last": -1,
    "second to last": -2,
    "next to last": -2,
    "second last": -2,
}
_CARDINALS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_NOUN = (
    r"(?:ones?|e-?mails?|mails?|messages?|threads?|conversations?|results?|items?|entr(?:y|ies)"
    r"|hits?|newsletters?|lists?|senders?)"
)
_ORDINAL = rf"(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)"
_ORDINAL_LIST = Pattern(
    rf"(?:the\s+)?(?P<list>{_ORDINAL}(?:{_AND}(?:the\s+)?{_ORDINAL})*)(?P<noun>\s+{_NOUN})?\b(?:"
    r"\s+(?:on|in|of|from)\s+(?:the|that|this|your)\s+list\b)?"
)
_SPAN = Pattern(
    rf"(?:the\s+)?(?P<side>first|last|top)\s+(?P<count>\d{{1,3}}"
    rf"|{'|'.join(_CARDINALS)})(?:\s+(?:ones|of\s+(?:them|those|these)))?\b(?!\s+\w)"
)
_NUMBER_LIST = Pattern(
    rf"(?:(?:{_NOUN}\s+)?(?:numbers?|nos?\.?|nr\.?|#)\s*"
    rf"|(?:the\s+)?{_NOUN}\s+#?)(?P<list>\d{{1,3}}(?:(?:{_AND}|\s+)(?:number\s+|#)?\d{{1,3}})*)\b"
    rf"|(?P<bare>\d{{1,3}}(?:{_AND}\d{{1,3}})*)(?=\s*$)"
)
_ALL = Pattern(
    r"(?:(?:all|both|each)(?:\s+of)?\s+(?:them|these|those)|them(?:\s+(?:all|both))?"
    rf"|these(?:\s+{_NOUN})?|those(?:\s+{_NOUN})?"
    rf"|both(?:\s+{_NOUN})?|all\s+(?:\d+|{'|'.join(_CARDINALS)})(?:\s+of\s+them)?"
    rf"|all\s+(?:of\s+)?(?:these|those)(?:\s+{_NOUN})?|the\s+lot)\b(?!\s+\w)"
)
_ONE = Pattern(
    rf"(?:it|this|that)\b(?:\s+(?:one|{_NOUN}))?(?!\s+\w)|the\s+(?:one|e-?mail|mail|message)\b(?=\s*$)"
)
_ANSWERING = Pattern(
    r"(?:(?:repl(?:y|ying)|respond(?:ing)?|write\s+back|get\s+back|(?:send|write|draft|give)\s+(?:an?\s+|my\s+)?"
    r"(?:reply|answer|response))\s+to\s+|answer(?:ing)?\s+(?:to\s+)?)"
)
_PLAIN = "the mail"
_IT_AHEAD = Pattern(
    r"(?:it|this|that)\b(?:\s+(?:one|e-?mail|mail|message)\b)?(?=\s*(?:[:,.\n]|$)|\s+(?:saying"
    r"|with|and|to\s+say|telling|asking)\b)"
)
_LIMITED = Pattern(r"\s+(?:from|by|of|about|regarding|concerning|which|sent)\b")
_COUNTED = Pattern(rf"\b(?:both|\d+|{'|'.join(_CARDINALS)})\b")


def read_reference(folded: str, start: int) -> tuple[Reference, int] | None:
    """The reference that begins at `start` and the offset behind it; None when none does."""
    if match := _SPAN.match(folded, start):
        count = _count(match["count"])
        side = Reference(last=count) if match["side"] == "last" else Reference(first=count)
        return side, match.end()
    if match := _NUMBER_LIST.match(folded, start):
        return Reference(
            numbers=tuple(int(one) for one in re.findall(r"\d+", match["list"] or match["bare"]))
        ), match.end()
    if match := _ORDINAL_LIST.match(folded, start):
        words = re.findall(_ORDINAL, match["list"])
        if match["noun"] or match["list"] != "last":
            return Reference(numbers=tuple(_ORDINALS[word] for word in words)), match.end()
    if match := _ALL.match(folded, start):
        said = _COUNTED.search(match.group())
        how_many = (2 if said[0] == "both" else _count(said[0])) if said else None
        return Reference(is_all=True, count=how_many), match.end()
    if match := _ONE.match(folded, start):
        return Reference(is_one=True), match.end()
    return None


@dataclass(frozen=True)
class NamedShown:
    """A request with plain words in the place of the shown mail it is to answer.

    Attributes:
        text: the request with "the mail" in that place.
        end: offset behind those words in `text`.
        reference: the words they stand for.
    """

    text: RequestText
    end: int
    reference: Reference


def name_shown(text: RequestText, start: int) -> NamedShown | None:
    """The request that answers one shown mail, in plainer words; None when it names none.

    "The second mail from Dana" and "the last mail" are no shown ones.
    """
    verb = _ANSWERING.match(text.folded, start)
    if verb is None:
        return None
    begin, it = verb.end(), _IT_AHEAD.match(text.folded, verb.end())
    found = (Reference(is_one=True), it.end()) if it else read_reference(text.folded, begin)
    if found is None or _LIMITED.match(text.folded, found[1]):
        return None
    reference, end = found
    if not (reference.is_one or (len(reference.numbers) == 1 and reference.numbers != (-1,))):
        return None
    words = RequestText(
        f"{text.words[:begin]}{_PLAIN}{text.words[end:]}", f"{text.folded[:begin]}{_PLAIN}{text.folded[end:]}"
    )
    return NamedShown(words, begin + len(_PLAIN), reference)


def numbers_meant(reference: Reference, context: RequestContext) -> tuple[int, ...]:
    """The numbers of the mails meant, in their order; empty when they were not shown, or which one is open."""
    known = [mail.number for mail in context.shown]
    if reference.is_all:
        return tuple(known) if reference.count in {None, len(known)} else ()
    if reference.is_one:
        return tuple(known) if len(known) == 1 else ()
    if reference.first is not None or reference.last is not None:
        count = reference.first or reference.last or 0
        if count > len(known):
            return ()
        return tuple(known[:count] if reference.first is not None else known[-count:])
    meant = [known[one] if -len(known) <= one < 0 else one for one in reference.numbers]
    return tuple(meant) if meant and all(one in known for one in meant) else ()


def _count(words: str) -> int:
    return _CARDINALS.get(words) or int(words)


def number_named(words: str, context: RequestContext) -> tuple[int, ...]:
    """The shown mail that an answer names by number, sender or subject; empty when none or several fit."""
    found = read_reference(words.lower().strip(" .!?"), 0)
    if found:
        return numbers_meant(found[0], context)
    wanted = set(re.findall(r"\w+", words.lower()))
    fitting = [
        mail.number
        for mail in context.shown
        if wanted and wanted <= set(re.findall(r"\w+", f"{mail.sender} {mail.subject}".lower()))
    ]
    return tuple(fitting) if len(fitting) == 1 else ()
