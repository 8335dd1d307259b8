"""The same request in the words that replies and mails are read in: "draft a reply" is "write a reply", not sent.

Must not lose what the words meant: each rewording says what it stands for in `Extras`.
"""

import re
from dataclasses import replace

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.messages.beside.files import read_file
from countersign.understanding.grammar.messages.reading import Extras
from countersign.understanding.grammar.target import read_target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

MAIL_NOUN = (
    r"(?:e-?mails?|mails?|messages?|msgs?|notes?|lines?|letters?|updates?|reminders?|heads[ -]?up|memos?)\b"
)
REPLY_NOUN = r"(?:repl(?:y|ies)|responses?|answers?)\b"
_SMALL = (
    r"(?:(?:an?|the|my|our|me|us|up|out|off|down|one|new|short|quick|brief|polite|friendly|nice|kind|warm"
    r"|formal|informal|possible"
    r"|first|rough|little|simple|suitable|concise|professional|e-?mail|mail)[ ]+)*?"
)
_MAKE = (
    r"(?:prepare|compose|writ(?:e|ing)|create|make|start|save|do|begin|set[ ]up|put[ ]together|work[ ]up"
    r"|come[ ]up[ ]with|give|get"
    r"|(?:i(?:'d)?[ ]+)?(?:need|want|would[ ]like|like)|have|leave)"
)
# "Prepare" speaks of a text and not of sending it.
_PREPARE = r"(?:prepare|set[ ]up|put[ ]together|work[ ]up|start|begin|save|leave)"
_DRAFT_LEAD = Pattern(
    r"drafts?[ ]*(?::|[ ]-+[ ]|,)[ ]*(?:please[ ]+)?(?=(?:reply|respond|answer|e-?mail|mail|write|send|message"
    r"|forward|tell|let)\b)"
)
_NOT_SENT = Pattern(
    r"(?:prepare|draft|write|compose|create)[ ]*,?[ ]+(?:but|and)[ ]+(?:do[ ]not|don't"
    r"|dont)[ ]+send(?:[ ]+yet)?[ ]*,?[ ]+(?=an?[ ])"
)
_DRAFT_REPLY = Pattern(
    rf"(?:(?:re-?)?draft(?:ing)?[ ]+{_SMALL}|{_MAKE}[ ]+{_SMALL}drafts?[ ]+(?:(?:of|for|with|as)[ ]+)?{_SMALL}"
    rf"|{_PREPARE}[ ]+{_SMALL})"
    rf"(?P<noun>{REPLY_NOUN})"
)
# "Dana asked about the window. Draft a reply saying ...": the mail is named before the command.
_TOLD_BEFORE = Pattern(r"[.;:!?\n][ ]*(?:(?:please|so|and)[ ]+)*(?=draft\b)")
_DRAFT_ANSWERING = Pattern(
    rf"(?:draft|{_MAKE}[ ]+{_SMALL}draft|{_PREPARE})[ ]+(?:{_SMALL}(?:{MAIL_NOUN}|something|text|drafts?)[ ]+)?"
    r"(?:in[ ]+(?:reply|response|answer)[ ]+to|(?:replying|responding|answering)(?:[ ]+to)?|back[ ]+to)[ ]+"
)
_DRAFT_MAIL = Pattern(
    rf"(?:(?:(?:re-?)?draft(?:ing)?[ ]+{_SMALL}|{_MAKE}[ ]+{_SMALL}draft[ ]+(?:(?:of|for|with|as)[ ]+)?{_SMALL}"
    rf"|{_PREPARE}[ ]+{_SMALL})"
    rf"(?P<noun>{MAIL_NOUN})|(?:draft|{_MAKE}[ ]+{_SMALL}drafts?)(?:[ ]+(?:something|text|a[ ]+text"
    r"|some[ ]+words|a[ ]+few[ ]+lines"
    r"|what[ ]+to[ ]+write))?[ ]+(?=(?:to|for|about)\b))"
)
_DRAFT_PERSON = Pattern(
    rf"draft[ ]+(?=(?:{terms.PRONOUN}|{terms.PERSON})[ ]+(?:an?|the|my)[ ]+(?:\w+[ ]+)?(?:{REPLY_NOUN}|{MAIL_NOUN}))"
)
_PERSON_DRAFT = Pattern(
    rf"(?:write|make|prepare|do)[ ]+(?P<who>{terms.PERSON})[ ]+an?[ ]+(?:short[ ]+"
    rf"|quick[ ]+)?draft\b(?![ ]+(?:{REPLY_NOUN}|{MAIL_NOUN}))"
)
_A_NEW_MAIL = Pattern(r"(?:an?[ ]+)?new[ ]+draft[ ]*(?=[:,]|to\b|for\b)|drafts?[ ]*:?[ ]+(?=to\b)")
_EVERYBODY = (
    r"(?:all|everyone|everybody|the[ ]+(?:whole|entire)[ ]+(?:group|team|thread|list|lot|crew|family"
    r"|round)(?=[ ]+(?:on|in)[ ]))"
    r"\b(?![ ]+(?:my|the|of[ ]+my|these|those|her|his|their|\w+'s?)?[ ]*(?:\w+[ ]+)?"
    r"(?:e-?mails|mails|messages|threads|conversations|questions|letters|requests)\b)"
    r"(?:[ ]+(?:else|of[ ]+(?:them|us|you)|the[ ]+(?:people|recipients|participants)|people|recipients"
    r"|participants))*"
)
_REPLY_TO = r"(?:repl(?:y|ying)|respond(?:ing)?|answer(?:ing)?|writ(?:e|ing)[ ]+back|get[ ]+back)"
_A_REPLY_TO = (
    r"(?:(?:send|write|give|do|make|post|hit|use|press|type|prepare|put)[ ]+(?:an?[ ]+|the[ ]+|my[ ]+)?"
    r"(?:(?:quick|short|brief|polite|friendly)[ ]+)*)"
)
_ON_THREAD = (
    r"(?:[ ]+(?:who|that)[ ]+(?:is|are|was|were)(?=[ ]+(?:on|in)\b))?(?:[ ]+(?:(?:who|that)[ ]+(?:is|are|was"
    r"|were)[ ]+)?(?:included|involved|copied|cc'd|cced|participating))?"
    r"(?:[ ]+(?:on|in|of|to|at|for|with|from)\b)?(?:[ ]+(?:the[ ]+)?(?=about\b|regarding\b))?[ ]*"
)
_REPLY_ALL = Pattern(
    rf"(?:{_REPLY_TO}[ -]*(?:to[ ]+)?{_EVERYBODY}|{_A_REPLY_TO}?(?:reply|response|answer)[ -]+(?:to[ ]+)?{_EVERYBODY}"
    rf"|{_A_REPLY_TO}?reply-?all\b|(?:write|e-?mail|mail|message|tell)[ ]+(?:to[ ]+)?(?:everyone|everybody|all)"
    r"(?:[ ]+(?:of[ ]+them|else))?(?=[ ]+(?:on|in|involved|copied|who[ ]+(?:is|was)[ ]+(?:on|in))\b))"
    + _ON_THREAD
)
_WHO_WROTE = Pattern(
    r"(?:who|that|whose)[ ]+(?!(?:is|are|was|were)[ ]+(?:on|in|included|involved|copied|cc))|whom\b|i[ ]|at[ ]"
)
_ALL_AND = Pattern(
    rf"(?:{_REPLY_TO})[ ]+to[ ]+(?P<who>{terms.PERSON})[ ]+and[ ]+(?:to[ ]+)?(?:everyone|everybody"
    r"|all)(?:[ ]+(?:else|the[ ]+others|others|of[ ]+them))+"
    r"(?P<on>[ ]+(?:on|in)[ ]+(?=(?:(?:the|that|this|his|her|their)[ ]+)))?"
)
_THAT_THREAD = Pattern(
    r"(?:the|that|this|his|her|their)[ ]+(?:(?:last|latest)[ ]+)?(?:thread|e-?mail|mail|message|conversation)\b"
)
_ATTACH_FIRST = Pattern(r"(?:attach|enclose|add|include|put)[ ]+")
_TO_MAIL = Pattern(
    rf"[ ]+(?:(?:to|in|into|with|on)[ ]+(?:an?|my|the)[ ]+{_SMALL}(?P<noun>{REPLY_NOUN}|{MAIL_NOUN})"
    r"|,?[ ]*and[ ]+(?:then[ ]+)?(?:(?P<sendto>(?:send|e-?mail|mail)[ ]+(?:it|them|that|this)[ ]+(?:off[ ]+"
    r"|over[ ]+)?to)"
    r"|(?=(?:reply|respond|answer|e-?mail|mail|write|send|message|draft|prepare)\b)))[ ]*"
)
_SEND_OBJECT = Pattern(r"(?:send|e-?mail|mail|get)[ ]+(?:off[ ]+|over[ ]+|out[ ]+)?")
_TO_WHOM = Pattern(r"[ ]+(?:over[ ]+|on[ ]+|off[ ]+)?to[ ]+(?=\S)")


def reworded(text: RequestText, start: int, extras: Extras) -> tuple[RequestText, Extras]:
    """The request from `start` on in plainer words, and what the words taken out stood for."""
    text, extras = _with_file_first(text, start, extras)
    text, extras = _undrafted(text, start, extras)
    return _to_one(text, start, extras)


def _replaced(text: RequestText, begin: int, end: int, words: str) -> RequestText:
    return RequestText(
        text.words[:begin] + words + text.words[end:], text.folded[:begin] + words + text.folded[end:]
    )


def _undrafted(text: RequestText, start: int, extras: Extras) -> tuple[RequestText, Extras]:
    draft = replace(extras, is_draft=True)
    if match := _NOT_SENT.match(text.folded, start):
        return _replaced(text, start, match.end(), "write "), draft
    if match := _DRAFT_LEAD.match(text.folded, start):
        return _replaced(text, start, match.end(), ""), draft
    told = _TOLD_BEFORE.search(text.folded, start)
    if match := _DRAFT_REPLY.match(text.folded, start) or (
        told and _DRAFT_REPLY.match(text.folded, told.end())
    ):
        noun = "replies" if match.group("noun").endswith("s") else "a reply"
        return _replaced(text, match.start(), match.end(), f"write {noun}"), draft
    if match := _DRAFT_ANSWERING.match(text.folded, start):
        return _replaced(text, start, match.end(), "reply to "), draft
    if match := _DRAFT_MAIL.match(text.folded, start):
        gap = "" if match.groupdict().get("noun") else " "
        return _replaced(text, start, match.end(), f"write a mail{gap}"), draft
    if match := _DRAFT_PERSON.match(text.folded, start):
        return _replaced(text, start, match.end(), "write "), draft
    if match := _PERSON_DRAFT.match(text.folded, start):
        begin, end = match.span("who")
        return RequestText(
            f"{text.words[:start]}write a mail to {text.words[begin:end]}{text.words[match.end() :]}",
            f"{text.folded[:start]}write a mail to {text.folded[begin:end]}{text.folded[match.end() :]}",
        ), draft
    if match := _A_NEW_MAIL.match(text.folded, start):
        return _replaced(text, start, match.end(), "write a mail "), draft
    return text, extras


def _to_one(text: RequestText, start: int, extras: Extras) -> tuple[RequestText, Extras]:
    everybody = replace(extras, to_all=True)
    if match := _ALL_AND.match(text.folded, start):
        thread = _THAT_THREAD.match(text.folded, match.end()) if match.group("on") else None
        end = thread.end() if thread else match.end()
        begin, stop = match.span("who")
        return RequestText(
            f"{text.words[:start]}reply to {text.words[begin:stop]}'s thread{text.words[end:]}",
            f"{text.folded[:start]}reply to {text.folded[begin:stop]}'s thread{text.folded[end:]}",
        ), everybody
    match = _REPLY_ALL.match(text.folded, start)
    if match is None or _WHO_WROTE.match(text.folded, match.end()) or _is_a_crowd(text, match):
        return text, extras
    following = text.folded[match.end() :]
    about = re.match(r"(?:about|regarding|concerning)\b", following)
    reply = "reply to " + ("the thread " if about else "")
    return _replaced(text, start, match.end(), reply), everybody


def _is_a_crowd(text: RequestText, match: re.Match[str]) -> bool:
    """Whether "everyone in ..." is a group of people ("in the company") and not a conversation."""
    if not re.search(r"\b(?:on|in|of|at|for|with|from)[ ]+$", match.group()):
        return False
    target = read_target(text, match.end())
    return target is not None and not target.names_mail


def _with_file_first(text: RequestText, start: int, extras: Extras) -> tuple[RequestText, Extras]:
    """'Attach the file I uploaded to a mail to Bob' and 'Send the file I uploaded to Bob' as a mail with it."""
    for lead in (_ATTACH_FIRST, _SEND_OBJECT):
        match = lead.match(text.folded, start)
        found = read_file(text, match.end()) if match else None
        if found is None:
            continue
        file, end = found
        more = replace(extras, files=(*extras.files, file))
        if lead is _ATTACH_FIRST and (to := _TO_MAIL.match(text.folded, end)):
            words = "email " if to.group("sendto") else ""
            if to.group("noun"):
                words = "write a reply " if re.match(REPLY_NOUN, to.group("noun")) else "write a mail "
            return _replaced(text, start, to.end(), words), more
        is_explicit = file.is_upload or (file.mail is not None and file.words != "")
        if lead is _SEND_OBJECT and is_explicit and (to := _TO_WHOM.match(text.folded, end)):
            return _replaced(text, start, to.end(), "email "), more
    return text, extras
