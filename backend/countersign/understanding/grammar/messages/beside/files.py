"""Files to attach: "the invoice from Sarah's mail", "the file I uploaded", "Sarah's contract".

Must not guess where a file is: without a place it stays words, and the plan asks.
"""

import re

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.messages.reading import FileWords
from countersign.understanding.grammar.target import Target, read_target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_ARTICLE = r"(?:(?:the|my|our|this|that|these|those|both|all|an?|her|his|their)[ ]+)*"
_STOP = (
    r"(?:from|in|of|out|and|or|but|to|saying|say|that|which|with|for|on|at|by|i|we|you|he|she|it|they|is|are|was|were"
    r"|will|please|as|about|when|if|because|cc|bcc|subject)\b"
)
_NOUNS = rf"(?P<noun>(?:(?!{_STOP})[^\W_](?:[\w\-]|\.(?=\w))*(?:[ ]+|(?=[^\w\-.]|$))){{0,5}}?)"
_UPLOADED = Pattern(
    rf"{_ARTICLE}{_NOUNS}[ ]*(?:(?:that|which)[ ]+)?(?:i|we)(?:'ve|[ ]+have)?[ ]+(?:just[ ]+|already[ ]+)?"
    r"(?:uploaded|attached|added|dropped|shared|provided|sent[ ]+you|gave[ ]+you|put)"
    r"(?:[ ]+(?:here|above|below|in|with[ ]+this(?:[ ]+request)?|just[ ]+now|to[ ]+this|earlier))*\b"
)
_UPLOAD_FIRST = Pattern(
    rf"{_ARTICLE}(?:uploaded|attached"
    rf"|enclosed)[ ]+(?P<noun>(?:(?!{_STOP})[^\W_](?:[\w\-]|\.(?=\w))*[ ]?){{1,4}}?)(?=[ ]*(?:[,;.!?)\n]|$"
    rf"|and\b|{terms.SAYING_AHEAD}|[ ]?(?:to|with|as|in)\b))"
)
_UPLOAD_NAMED = Pattern(
    r"(?:(?:the|my|both|all)[ ]+)*uploads?\b|(?:this|these)[ ]+(?P<noun>files?|documents?|pdfs?|uploads?)\b"
    r"|(?:this|these)(?=[ ]*(?:$|[,.;]|to\b|and\b|with\b))"
)
_FILE_NAME = Pattern(
    r"[\w\-]{1,60}\.(?:pdf|docx?|xlsx?|pptx?|csv|txt|md|rtf|odt|ods|png|jpe?g|gif|heic|zip|ics|eml)\b"
)
_FROM_MAIL = Pattern(
    rf"{_ARTICLE}{_NOUNS}[ ]*(?P<where>from|in|of|out[ ]+of|that[ ]+(?:is|was|came)[ ]+(?:in|with))[ ]+"
)
_SENT_BY = Pattern(
    rf"{_ARTICLE}{_NOUNS}[ ]*(?:(?:that|which)[ ]+)?(?P<person>{terms.PERSON})[ ]+(?:has[ ]+|just[ ]+|last[ ]+)*"
    r"(?:sent|mailed|e-?mailed|attached|gave|shared|forwarded)(?:[ ]+(?:to[ ]+)?(?:me|us))?\b"
)
_OWNED = Pattern(
    rf"(?P<person>{terms.PERSON})'s?[ ]+(?:(?:{terms.LAST})[ ]+)?"
    rf"(?P<noun>(?:(?!{_STOP})[^\W_](?:[\w\-]|\.(?=\w))*[ ]?){{1,4}}?)"
)
_PLAIN = Pattern(rf"(?:the|my|our|this|that|these|an?)[ ]+{_NOUNS}")
_MAIL_NOUN = Pattern(rf"(?:{terms.LAST}[ ]+)?{terms.MAIL}$")
# What is in a mail but is no file of it.
_NO_FILE = Pattern(
    r"(?:\w+[ ]+)*(?:summary|overview|digest|answers?|text|words|names?|address(?:es)?|numbers?|links?|dates?"
    r"|time|details?|info"
    r"|information|news|content|contents|gist|points?|story|idea|wishes|regards|love)$"
)
# Where the words for a file end: at a mark, a further wish, or what is to be said.
_OVER = Pattern(
    r"[ ]*(?:[,;.!?()\n\"]|$|and\b|but\b|to\b|as\b|too\b|please\b|in[ ]+(?:it|the)\b|for\b|attached\b|with\b"
    rf"|{terms.SAYING_AHEAD})"
)


def read_file(text: RequestText, start: int) -> tuple[FileWords, int] | None:
    """The file named at `start` and the offset behind its last word; None when no file is."""
    found = _placed(text, start) or _in_mail(text, start) or _without_place(text, start)
    return (found[0], len(text.folded[: found[1]].rstrip())) if found else None


def _placed(text: RequestText, start: int) -> tuple[FileWords, int] | None:
    named = _FILE_NAME.match(text.folded, start)
    if named:
        return FileWords(text.slice(*named.span()), is_upload=True), named.end()
    for pattern in (_UPLOADED, _UPLOAD_FIRST, _UPLOAD_NAMED):
        match = pattern.match(text.folded, start)
        if match and _OVER.match(text.folded, match.end()):
            return FileWords(_noun(text, match), is_upload=True), match.end()
    return None


def _in_mail(text: RequestText, start: int) -> tuple[FileWords, int] | None:
    match = _FROM_MAIL.match(text.folded, start)
    if match is not None and match.group("noun").strip():
        target = read_target(text, match.end())
        if (
            target is not None
            and (target.names_mail or match.group("where") == "from")
            and (target.person or target.topic_words or target.subject)
            and _OVER.match(text.folded, target.end)
        ):
            noun = _noun(text, match)
            return None if _NO_FILE.match(noun.lower()) else (FileWords(noun, mail=target), target.end)
    for pattern in (_SENT_BY, _OWNED):
        for match in _longest_first(pattern, text, start):
            noun = _noun(text, match)
            if not noun and pattern is _SENT_BY:
                continue
            if _MAIL_NOUN.match(noun.lower()) or _NO_FILE.match(noun.lower()):
                continue
            person = text.slice(*match.span("person")).strip("<>. ")
            return FileWords(noun, mail=Target(end=match.end(), person=person, names_mail=True)), match.end()
    return None


def _without_place(text: RequestText, start: int) -> tuple[FileWords, int] | None:
    for match in _longest_first(_PLAIN, text, start):
        if noun := _noun(text, match):
            return FileWords(noun), match.end()
    return None


def _longest_first(pattern: Pattern, text: RequestText, start: int) -> list[re.Match[str]]:
    """The matches of a lazy pattern that end where words for a file can end, the shortest such first."""
    match = pattern.match(text.folded, start)
    while match is not None:
        if _OVER.match(text.folded, match.end()):
            return [match]
        following = Pattern(r"[ ]?[\w\-.]+").match(text.folded, match.end())
        if following is None:
            return []
        match = pattern.fullmatch(text.folded, start, following.end())
    return []


def _noun(text: RequestText, match: re.Match[str]) -> str:
    """The words for the file without its article; "" for "file" and the like, which say nothing."""
    if not match.groupdict().get("noun"):
        return ""
    words = text.slice(*match.span("noun")).strip(" .,")
    return "" if words.lower() in {"file", "attachment", "document", "upload"} else words
