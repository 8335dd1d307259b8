"""What goes with a mail besides its words: subject, copies, files, "don't send it yet", taken out of the request.

Must not take what may be a sentence of the mail: only words that speak to the assistant; the rest stays, and the
reading of the remaining words asks or refuses.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.messages.beside.files import read_file
from countersign.understanding.grammar.messages.beside.places import (
    hits,
    in_quotes,
    is_block,
    is_set_apart,
    may_be_said,
    said_before,
    turns_to_us,
    without,
)
from countersign.understanding.grammar.messages.people import read_people
from countersign.understanding.grammar.messages.reading import Extras, FileWords
from countersign.understanding.grammar.refusals import find_second_request
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_MOST_CLAUSES = 8
_LEAD = (
    r"(?P<lead>[ ]*[,;.(!\n-][ ]*|[ ]+)(?:(?:and|but|also|only|please|pls|then|just|plus|kindly|though"
    r"|make[ ]sure[ ](?:to|you)"
    r"|be[ ]sure[ ]to|(?:don't|do[ ]not)[ ]forget[ ]to|(?:can|could)[ ]you|i(?:'d[ ]like"
    r"|[ ]want)[ ]you[ ]to)\b[ ,]*)*"
)
_SENDING = r"(?:send(?:ing)?|mail(?:ing)?|dispatch(?:ing)?|deliver(?:ing)?)"
_THE_MAIL = (
    r"(?:it|this|that|them|anything|(?:the[ ]+)?(?:e-?mail|mail|message|reply|draft|text|answer|response)s?)"
)
_NOT_NOW = (
    r"(?:[ ]+(?:just[ ]+yet|yet|now|out|off|for[ ]+now|right[ ]+away|straight[ ]+away|immediately|though"
    r"|until[ ]+i\b[^.;\n]{0,40}))*"
)
_DRAFTS = (
    rf"{_LEAD}(?:(?:do[ ]not|don't|dont|never)[ ]+(?:actually[ ]+|really[ ]+"
    rf"|yet[ ]+)?{_SENDING}(?:[ ]+{_THE_MAIL})?{_NOT_NOW}"
    rf"|(?:do[ ]not|don't)[ ]+(?:hit|press)[ ]+send{_NOT_NOW}|(?:without|no"
    rf"|not)[ ]+{_SENDING}(?:[ ]+{_THE_MAIL})?{_NOT_NOW}"
    rf"|hold[ ]+off[ ]+(?:on[ ]+)?{_SENDING}(?:[ ]+{_THE_MAIL})?{_NOT_NOW}"
    rf"|(?:save|keep|leave|store|put|park)[ ]+(?:{_THE_MAIL}[ ]*)?(?:as|in|into|to|among|with)[ ]+(?:an?[ ]+|my[ ]+"
    r"|the[ ]+)?drafts?(?:[ ]+folder)?"
    r"|(?:only[ ]+|just[ ]+)?draft[ ]+(?:it|this|that|them)(?:[ ]+only)?|(?:as|in|into|to|with)[ ]+(?:an?[ ]+"
    r"|my[ ]+|the[ ]+)?drafts?(?:[ ]+(?:only|folder))?"
    rf"|drafts?[ ]+only|(?:only[ ]+|just[ ]+)an?[ ]+draft|i(?:'ll|[ ]+will)[ ]+send[ ]+{_THE_MAIL}[ ]+(?:myself"
    r"|later)"
    r"|(?:let[ ]+me|i(?:'d[ ]+like|[ ]+want|'ll)?(?:[ ]+to)?|so[ ]+(?:that[ ]+)?i[ ]+can)[ ]+(?:first[ ]+)?"
    r"(?:review|check|read|see|look[ ]+at|edit|go[ ]+over|finish)[ ]+(?:it|this|that|them)"
    r"(?:[ ]+(?:first|before[ ]+(?:it[ ]+goes(?:[ ]+out)?|you[ ]+send(?:[ ]+it)?|sending(?:[ ]+it)?)|over|myself)))"
)
_OVER = rf"(?=[ ]*\)?(?:[,;.!?\n]|[ ]*$)|[ ]+(?:and|but|to|for|please|thanks)\b|{terms.SAYING_AHEAD})[ ]*\)?"
_IS_DRAFT = Pattern(_DRAFTS + _OVER)
_GOES_ON = Pattern(r"[ ]*(?:to|for)\b")
_AS_DRAFT_AT_END = Pattern(r"(?<!\bit)(?<!\bthis)(?<!\bthat)(?<!\bthem)[ ]+(?:as|in)[ ]+an?[ ]+draft[ .!]*$")
_POLITE_TO_READER = Pattern(r"(?:please|pls|kindly)\b")
_SUBJECT_WORD = (
    r"(?:the[ ]+|an?[ ]+|as[ ]+)?(?:e-?mail[ ]+|mail[ ]+)?(?:subject(?:[ ]+line)?|title|heading|headline)\b"
)
_SUBJECT = Pattern(
    r"(?P<lead>[ ]*[,;.(\n-][ ]*|[ ]+)(?:(?:and|with|under|using|use|please|give[ ]+it|set|make|put|having"
    rf"|has)\b[ ,]*)*{_SUBJECT_WORD}"
    r"(?:[ ]+(?:is|should[ ]+(?:be|read|say)|as|being|reading|saying|like|will[ ]+be|must[ ]+be|(?P<by>to|of)))?"
    r"[ ]*[:=]?[ ]*"
    r"(?P<value>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'(?!\w)|[^\"'\n:;][^\n;]*)"
)
# "the subject of the talk" and "subject to approval" give no subject; "set the subject to" does.
_SET = Pattern(r"\b(?:set|make|change|put)\b[^:]*\bto\b")
_TITLED = Pattern(
    r"(?P<lead>[ ]*[,(][ ]*|[ ]+)(?:titled|entitled|headed)[ ]*:?[ ]*(?P<value>\"[^\"\n]{1,200}\""
    r"|'[^'\n]{1,200}'(?!\w))"
)
_SUBJECT_END = Pattern(
    r"[ ]*[,;(][ ]*(?=(?:and|but|with|body|text|content|message|saying|telling|asking|say|tell|ask|write|thank"
    r"|attach\w*|include"
    r"|b?cc\w*|cop(?:y|ying)|don't|do[ ]not|save|keep|as[ ]+an?[ ]+draft|draft|mention|please|the[ ]+(?:body"
    r"|text|message))\b)"
    rf"|[ ]+and[ ]+(?=(?:{terms.SAY}|{terms.TELL}|{terms.ASK}|{terms.THANK}|the[ ]+(?:body|text|message)|body"
    r"|text|with|attach\w*|b?cc\w*"
    r"|don't|do[ ]not)\b)|[ ]+(?=(?:saying|telling|asking|thanking|letting|informing|stating|that[ ]+(?:says"
    r"|reads))\b)"
    rf"|[ ]+(?=that[ ]+{terms.SUBJECT})|[ ]+(?=to[ ]+{terms.ADDRESS})|[ ]+(?=with[ ]+(?:the[ ]+)?(?:body|text"
    r"|message|content|words?)\b)"
    r"|[.!?][ ]+(?=[a-z])"
)
# "the mail with the subject X" names a mail that exists; its subject is no wish.
_NAMED_MAIL = Pattern(
    rf"(?:\b(?:the|that|this|her|his|their|last|latest|newest)|'s?)[ ]+(?:[\w-]+[ ]+){{0,2}}?{terms.MAIL}"
    r"(?:[ ]+(?:with|under|called|having|has|the|its))*[ ]*$"
)
_SURE_COPY = Pattern(r"[ ]*[,;.(][ ]*(?:(?:and|please|also)\b[ ]*)*b?cc\b", re.IGNORECASE)
_CLOSED = Pattern(r"[ ]*\)")
_COPY_KIND = r"(?P<kind>b?cc|blind[ ]+copy|copy)"
_COPY_FIRST = Pattern(
    rf"{_LEAD}(?:with[ ]+)?(?:an?[ ]+)?(?:(?:put|keep|send)[ ]+(?:an?[ ]+)?)?(?:(?P<kind>b?cc|blind[ ]+copy"
    r"|copy)(?:'?ing|ying|'d|ed|ied)?)\b"
    r"(?:[ ]+(?:in|to|for|goes[ ]+to)\b)?[ ]*:?[ ]*"
)
_COPY_LAST = Pattern(rf"{_LEAD}(?:with|put|add|include|keep|have|copy|take)[ ]+(?=\S)")
_IN_COPY = Pattern(
    rf"[ ]+(?:(?:in|on|into|to|as|by)[ ]+(?:the[ ]+|an?[ ]+)?){_COPY_KIND}(?:[ ]+(?:line|field|list))?(?![\w'])"
    r"|[ ]+(?P<loop>in[ ]+the[ ]+loop)(?![\w'])"
)
_LOOP = Pattern(rf"{_LEAD}loop(?:ing)?[ ]+in[ ]+")
_ALL = Pattern(
    rf"{_LEAD}(?:with[ ]+)?(?:(?:keep|include|including|copy|copying|keeping|put|leave|leaving|cc|cc'ing|ccing"
    r"|with|to)[ ]+)(?:everyone|everybody|all)\b"
    r"(?:[ ]+(?:else|of[ ]+them|the[ ]+others|others|recipients|people))*"
    r"(?:[ ]+(?:on|in)[ ]+(?:(?:the[ ]+)?(?:cc|copy|loop|thread|conversation|mail|e-?mail)|it|that|this)"
    r"|[ ]+(?:in|into)[ ]+the[ ]+loop|[ ]+(?:involved|included|copied|who[ ]+(?:is|was)[ ]+(?:on|in)[ ]+(?:it"
    r"|cc|copy|the[ ]+thread)))*" + _OVER
)
_MAIL_BEFORE = Pattern(rf"{terms.MAIL}[ ]*$")
_ATTACH = Pattern(
    rf"{_LEAD}(?:(?:with|by)[ ]+)?(?:(?P<sure>attach(?:ing)?|enclos(?:e|ing)|append(?:ing)?)|(?P<maybe>include"
    r"|including|add|adding|put(?:ting)?"
    r"|with))\b[ ]*:?[ ]*(?:also[ ]+|in[ ]+)?"
)
_ATTACHED = Pattern(
    r"[ ]+(?:attached|enclosed|(?:as[ ]+)?(?:an?[ ]+)?attachments?|along|to[ ]+(?:it|that|the[ ]+(?:e-?mail"
    r"|mail|message|reply)))(?![\w'])"
)
_TOO = Pattern(
    r"[ ]+(?:too|as[ ]+well|please|to[ ]+(?:it|that|the[ ]+(?:e-?mail|mail|message|reply)))(?![\w'])"
)
_FILE_END = Pattern(rf"(?=[ ]*\)?(?:[,;.!?\n]|[ ]*$)|[ ]+(?:and|but)\b|{terms.SAYING_AHEAD})[ ]*\)?")
_MORE_FILES = Pattern(r"[ ]*,?[ ]+and[ ]+|[ ]*,[ ]*")
Taken = tuple[int, int, Extras]
_Taker = Callable[[RequestText, int, Extras], Taken | None]


def take_extras(text: RequestText, start: int, known: Extras | None = None) -> tuple[RequestText, Extras]:
    """The request without the clauses that speak of the mail and not in it, and what they said."""
    rest, extras = text, known or Extras()
    for _ in range(_MOST_CLAUSES):
        taken = next((hit for taker in _TAKERS if (hit := taker(rest, start, extras))), None)
        if taken is None:
            return rest, extras
        begin, end, extras = taken
        rest = without(rest, begin, end)
    return rest, extras


def _take_draft(text: RequestText, start: int, extras: Extras) -> Taken | None:
    for match in hits(_IS_DRAFT, text, start):
        words = text.folded[match.start() : match.end()]
        is_said = said_before(text, start, match.start())
        goes_on = _POLITE_TO_READER.search(words) or _GOES_ON.match(text.folded, match.end())
        if is_set_apart(text, start, match.start()) or (is_said and goes_on):
            continue
        if not turns_to_us(text, start, match) and not _AS_DRAFT_AT_END.match(text.folded, match.start()):
            continue
        return match.start(), match.end(), replace(extras, is_draft=True)
    return None


def _take_subject(text: RequestText, start: int, extras: Extras) -> Taken | None:
    for pattern in (_SUBJECT, _TITLED):
        for match in hits(pattern, text, start):
            if extras.subject is not None or in_quotes(text, start, match.start()):
                continue
            if _NAMED_MAIL.search(text.folded, start, match.start()) or not turns_to_us(text, start, match):
                continue
            if match.groupdict().get("by") and not _SET.search(match.group()):
                continue
            begin = match.start("value")
            end = _end_of_subject(text, start, match)
            value = text.slice(begin, end).strip(" \"'“”„«».,)").strip()
            is_last = not text.folded[end:].strip(" .)")
            heads = text.folded[: match.start() + 1].rstrip().endswith(":")
            if value and (is_last or heads or not is_set_apart(text, start, match.start())):
                end += len(text.folded[end:]) - len(text.folded[end:].lstrip(" .,;")) if heads else 0
                return match.start() + heads, end, replace(extras, subject=value)
    return None


def _end_of_subject(text: RequestText, start: int, match: re.Match[str]) -> int:
    """Where the subject ends: at its quotation mark, before a further wish, or at a colon that opens the words."""
    begin, end = match.span("value")
    if text.folded[begin] in "\"'":
        return end
    wish = find_second_request(text.folded, begin)
    end = min(end, wish[1]) if wish else end
    ended = _SUBJECT_END.search(text.folded, begin, end)
    if ended is not None:
        return ended.start()
    colon = text.folded.find(": ", begin, end)
    opens_words = colon > 0 and not text.folded[end:].strip() and not said_before(text, start, match.start())
    return colon if opens_words and text.folded[begin:colon] not in {"re", "fwd", "fw", "aw"} else end


def _take_copies(text: RequestText, start: int, extras: Extras) -> Taken | None:
    for pattern in (_COPY_FIRST, _LOOP, _COPY_LAST):
        for match in hits(pattern, text, start):
            found = read_people(text, match.end())
            if (
                found is None
                or is_set_apart(text, start, match.start())
                or (may_be_said(text, start, match.start()) and not _SURE_COPY.match(match.group()))
            ):
                continue
            if not turns_to_us(text, start, match):
                continue
            people, end = found
            kind = match.groupdict().get("kind") or ("cc" if pattern is _LOOP else "")
            behind = _IN_COPY.match(text.folded, end)
            if behind is not None:
                kind, end = behind.group("kind") or kind or "cc", behind.end()
            if not kind or (kind == "copy" and behind is None and not _is_copy(text, start, match, end)):
                continue
            paren = _CLOSED.match(text.folded, end) if "(" in match.group("lead") else None
            end = paren.end() if paren else end
            hidden = kind in {"bcc", "blind copy"}
            more = (
                replace(extras, bcc=extras.bcc + people) if hidden else replace(extras, cc=extras.cc + people)
            )
            return match.start(), end, more
    return None


def _take_all(text: RequestText, start: int, extras: Extras) -> Taken | None:
    for match in hits(_ALL, text, start):
        words = text.folded[match.start() : match.end()]
        if not turns_to_us(text, start, match):
            continue
        plain_to = re.search(r"\bto[ ]+(?:everyone|everybody|all)", words) and (
            "," not in match.group("lead") and not _MAIL_BEFORE.search(text.folded, start, match.start())
        )
        if plain_to or is_set_apart(text, start, match.start()) or may_be_said(text, start, match.start()):
            continue
        return match.start(), match.end(), replace(extras, to_all=True)
    return None


def _take_files(text: RequestText, start: int, extras: Extras) -> Taken | None:
    for match in hits(_ATTACH, text, start):
        found = read_file(text, match.end())
        if found is None:
            continue
        file, end = found
        attached = _ATTACHED.match(text.folded, end)
        end = attached.end() if attached else end
        if not match.group("sure") and not attached and not _is_placed(file, match):
            continue
        clear = turns_to_us(text, start, match) and (
            file.has_place or not may_be_said(text, start, match.start())
        )
        wish = find_second_request(text.folded, match.end())
        if wish is not None and wish[1] < end:
            continue
        is_sure = bool(match.group("sure")) and file.has_place and not is_block(text, start, match.start())
        if (is_set_apart(text, start, match.start()) and not is_sure) or not clear:
            continue
        files = [file]
        while (more := _MORE_FILES.match(text.folded, end)) and (next_file := read_file(text, more.end())):
            if not next_file[0].has_place and "," in more.group():
                break
            files.append(next_file[0])
            end = next_file[1]
        too = _TOO.match(text.folded, end)
        end = too.end() if too else end
        over = _FILE_END.match(text.folded, end)
        if over is None:
            continue
        return match.start(), over.end(), replace(extras, files=(*extras.files, *files))
    return None


def _is_placed(file: FileWords, match: re.Match[str]) -> bool:
    """Whether its place alone makes a file one to attach: in "with the uploaded plan" it does."""
    return file.is_upload if match.group("maybe") == "with" else file.has_place


def _is_copy(text: RequestText, start: int, match: re.Match[str], end: int) -> bool:
    """Whether "copy Eva" speaks to the assistant: set off by a comma before any words of the mail, or with "to"."""
    if match.group().rstrip().endswith((" to", " in", ":")):
        return True
    set_off = "," in match.group("lead") or "(" in match.group("lead") or " and" in match.group()
    return (
        set_off
        and not said_before(text, start, match.start())
        and _FILE_END.match(text.folded, end) is not None
    )


_TAKERS: tuple[_Taker, ...] = (_take_subject, _take_all, _take_copies, _take_files, _take_draft)
