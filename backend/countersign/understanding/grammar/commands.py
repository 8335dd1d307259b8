"""Commands to reply: "reply to ...", "write Dana back", "tell Dana", with the mail before or behind what to say.

Must not check whether the reply may be done; `intent` does that for every reading alike.
"""

import re
from dataclasses import dataclass, replace

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.saying import Saying, read_saying
from countersign.understanding.grammar.target import Target, read_target, skip_account
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

# How sure each shape of request is, by judgement, not by measurement: an explicit reply to a named mail is certain,
# "tell Dana ..." may also have meant a new mail.
SURE_PERCENT = 98
REPLY_VERB_PERCENT = 95
TELL_PERCENT = 80

_POLITE = Pattern(
    r"(?:[\s,;.!:-]*(?:please|pls|plz|kindly|hi(?:\s+there)?|hey(?:\s+there)?|hello"
    r"|good\s+(?:morning|afternoon|evening)|ok(?:ay)?"
    r"|countersign|assistant|so|now|then|well|yes|yeah|sure|great|thanks|quickly"
    r"|quick(?:\s+(?:one|request|thing|favou?r))?|just|also|and|next|first|right"
    r"|(?:can|could|would|will)\s+(?:you|u)\b(?:\s+be\s+so\s+(?:kind|good)\s+(?:as\s+)?to"
    r"|\s+mind)?(?:\s+help\s+me(?:\s+to)?)?"
    r"|i(?:'d|\s+would)\s+(?:like|love)\s+(?:you\s+)?to|i\s+(?:want|need"
    r"|have)\s+(?:you\s+)?to|i\s+wish\s+to|i\s+must|i\s+should"
    r"|(?:we|you)\s+(?:should|must|need\s+to|have\s+to)|i(?:'d"
    r"|\s+would)\s+appreciate\s+it\s+if\s+you|let's|let\s+us|go\s+ahead\s+and"
    r"|(?:i\s+)?need\s+(?:you|u)\s+to|help\s+me(?:\s+to)?|do\s+me\s+a\s+favou?r\s+and"
    r"|be\s+so\s+kind\s+(?:as\s+to|and)"
    r"|it\s+would\s+be\s+(?:great|nice)\s+if\s+you\s+(?:could|would)"
    r"|would\s+it\s+be\s+possible\s+to|is\s+it\s+possible\s+to|are\s+you\s+able\s+to"
    r"|time\s+to|my\s+request)\b)+[\s,;:!.-]*"
)
_ADVERBS = (
    r"(?:(?:back|again|now|right\s+away|asap|immediately|quickly|politely|briefly|kindly"
    r"|nicely|directly|straight\s+away|for\s+me)\b[ ]*)*"
)
_A_REPLY = (
    r"(?:(?:an?|my|the|this)\s+)?(?:(?:quick|short|brief|polite|friendly|kind|little"
    r"|nice)\s+)*(?:repl(?:y|ies)|response|answer|reaction)\b"
)
_REPLY_VERB = Pattern(
    rf"(?:(?:repl(?:y|ying)|respon(?:d|ding)|answer(?:ing)?|react)\b[ ]*{_ADVERBS}(?:(?:to|2)\b[ ]*)?"
    r"|(?:writ(?:e|ing)|get(?:ting)?|com(?:e|ing)|send(?:ing)?|e-?mail(?:ing)?"
    rf"|mail(?:ing)?|message|text|report)\s+back\b[ ]*{_ADVERBS}(?:(?:to|2)\b[ ]*)?"
    r"|(?:send|writ(?:e|ing)|giv(?:e|ing)|shoot|post|drop|make|do|sending|type"
    rf"|fire\s+off)\s+(?:off\s+)?{_A_REPLY}[ ]*{_ADVERBS}(?:(?:to|for)\b[ ]*)?)"
)
_VERB_PERSON_BACK = Pattern(
    r"(?:writ(?:e|ing)|e-?mail(?:ing)?|mail(?:ing)?|message|text"
    rf"|get)[ ]+(?=(?P<who>{terms.PRONOUN}|{terms.PERSON})[ ]+back\b)"
)
_GIVE_PERSON_REPLY = Pattern(
    rf"(?:send|giv(?:e|ing)|shoot|drop|writ(?:e|ing))[ ]+(?=(?P<who>{terms.PRONOUN}|{terms.PERSON})[ ]+{_A_REPLY})"
)
_BACK = Pattern(rf"[ ]+(?:back\b|{_A_REPLY})(?:[ ]+to\b)?")
_TELL = Pattern(rf"(?:{terms.TELL}|{terms.ASK}|{terms.THANK})[ ]+(?!me\b|us\b|you\b)")
SAY_VERB = Pattern(r"(?:say|state|confirm|apologi[sz]e|write|send|put|return|make\s+it)\b")
IN_REPLY = (
    r"(?:(?:in|as|with|by\s+way\s+of)[ ]+(?:an?[ ]+|my[ ]+|the[ ]+)?(?:quick[ ]+"
    r"|short[ ]+)?(?:repl(?:y|ying)|response|answer|return)(?:[ ]+(?:to|for)\b)?"
    r"|replying[ ]+to|responding[ ]+to|answering(?:[ ]+to)?)[ ]*"
)
_IN_REPLY_LAST = Pattern(
    rf"[ ,;.\n\"!?-]{{0,8}}\b{IN_REPLY}(?=[\w<\"])"
    r"|[ ,;.\"!?-]{0,8}(?:\bback[ ]+)?\bto[ ]+(?=[\w<\"][^.;\n]*)"
)
_REPLY_RULE = Pattern(r"(?:rule|template|filter|all)s?\b")
_ASIDE = Pattern(
    r"(?:[ ]*,?[ ]+(?:for[ ]+me|right[ ]+(?:away|now)|now|asap|quickly|immediately|back|politely|briefly"
    r"|please))+\b"
)
_TELL_IN_REPLY = Pattern(
    rf"(?:{terms.TELL}|{terms.ASK})[ ]+(?P<who>{terms.PRONOUN}|{terms.PERSON})[ ]*,?[ ]*{IN_REPLY}"
)
_LANGUAGE_OF_REPLY = Pattern(
    r"[ ]*,?[ ]*\bin[ ]+(?P<language>english|german|french|spanish|italian|dutch"
    r"|portuguese|polish|swedish|danish|norwegian|turkish|czech)\b"
)


@dataclass(frozen=True)
class ReplyReading:
    """A wish to reply: the mail meant and what to say, each as far as it was said."""

    target: Target
    saying: Saying | None
    confidence_percent: int


def after_politeness(text: RequestText, start: int = 0) -> int:
    """Offset of the first word from `start` on that is not only polite."""
    match = _POLITE.match(text.folded, start)
    return match.end() if match else start


def read_verb(text: RequestText, start: int) -> ReplyReading | None:
    """'Reply to Dana's last mail saying ...', 'Reply that ... to Dana's last mail', 'Answer: ...'."""
    match = _REPLY_VERB.match(text.folded, start)
    if match is None or _REPLY_RULE.match(text.folded, match.end()):
        return None
    position = match.end()
    named = read_target(text, position)
    if named is not None and named.names_mail and not text.folded.startswith("that ", position):
        return _target_then_saying(text, position, REPLY_VERB_PERCENT)
    saying = read_saying(text, position)
    said_first = (
        saying is not None
        and saying.start == position
        and not text.folded[:position].rstrip().endswith(" to")
    )
    if said_first and saying is not None:
        return _with_locator_at_end(text, position, saying) or ReplyReading(
            Target(end=position), saying, REPLY_VERB_PERCENT
        )
    return _target_then_saying(text, position, REPLY_VERB_PERCENT)


def read_back(text: RequestText, start: int) -> ReplyReading | None:
    """'Write Dana back that ...', 'Send Dana a reply saying ...'."""
    match = _VERB_PERSON_BACK.match(text.folded, start) or _GIVE_PERSON_REPLY.match(text.folded, start)
    if match is None:
        return None
    target = read_target(text, match.end())
    if target is None:
        return None
    back = _BACK.match(text.folded, target.end)
    if back is None:
        return None
    about = read_target(text, back.end() + 1) if text.folded[: back.end()].endswith(" to") else None
    end = about.end if about else back.end()
    merged = (
        replace(about, end=end, person=target.person, pronoun=target.pronoun)
        if about
        else replace(target, end=end)
    )
    return _then_saying(text, merged, REPLY_VERB_PERCENT)


def read_tell(text: RequestText, start: int) -> ReplyReading | None:
    """'Tell Dana ...', 'Let Dana know ...', 'Say ... in reply to Dana's last mail'."""
    located = _tell_in_reply(text, start)
    if located is not None:
        return located
    is_tell = _TELL.match(text.folded, start) is not None
    if not is_tell and not SAY_VERB.match(text.folded, start):
        return None
    position = (
        start
        if is_tell or not text.folded.startswith(("send", "put", "return"), start)
        else text.folded.find(" ", start)
    )
    saying = read_saying(text, max(position, start))
    if saying is None:
        return None
    located = _with_locator_at_end(text, max(position, start), saying)
    if located is not None:
        return located
    if not is_tell:
        return None
    return ReplyReading(
        Target(end=saying.start, person=saying.person, pronoun=saying.pronoun), saying, TELL_PERCENT
    )


def _tell_in_reply(text: RequestText, start: int) -> ReplyReading | None:
    """The reading of 'Tell Dana in reply to her last mail that ...'."""
    match = _TELL_IN_REPLY.match(text.folded, start)
    target = read_target(text, match.end()) if match else None
    if match is None or target is None:
        return None
    saying = read_saying(text, target.end)
    if saying is None:
        return None
    who = text.slice(*match.span("who")).strip("<>. ")
    is_name = who.lower() not in {"her", "him", "them", "she", "he", "they"}
    return ReplyReading(
        replace(target, person=target.person or (who if is_name else None)), saying, SURE_PERCENT
    )


def end_of_words(match: re.Match[str]) -> int:
    """Where the words before `match` end: their own mark and closing quotation mark belong to them."""
    own = re.match(r"[.!?…]*\"?", match.group())
    return match.start() + (own.end() if own else 0)


def _target_then_saying(text: RequestText, position: int, confidence_percent: int) -> ReplyReading | None:
    account = skip_account(text, position - 1)
    if account is not None:
        return _from_account(text, account, confidence_percent)
    target = read_target(text, position)
    if target is None:
        return ReplyReading(Target(end=position), read_saying(text, position), confidence_percent)
    return _then_saying(text, target, SURE_PERCENT if target.names_mail else confidence_percent)


def _from_account(
    text: RequestText, account: tuple[str, int], confidence_percent: int
) -> ReplyReading | None:
    words, end = account
    to = Pattern(r"[ ]*,?[ ]*(?:(?:to|2)\b[ ]*)?").match(text.folded, end)
    reading = _target_then_saying(text, to.end() if to else end, confidence_percent)
    return replace(reading, target=replace(reading.target, account_words=words)) if reading else None


def _then_saying(text: RequestText, target: Target, confidence_percent: int) -> ReplyReading:
    language = _LANGUAGE_OF_REPLY.match(text.folded, target.end)
    end = language.end() if language else target.end
    aside = _ASIDE.match(text.folded, end)
    end = aside.end() if aside else end
    return ReplyReading(replace(target, end=end), read_saying(text, end), confidence_percent)


def _with_locator_at_end(text: RequestText, start: int, saying: Saying) -> ReplyReading | None:
    """The reading whose target stands behind what is said, when one does and nothing follows it."""
    first_body = saying.body_start
    for match in _IN_REPLY_LAST.finditer(text.folded, first_body):
        target = read_target(text, match.end())
        explicit = (
            match.group()
            .strip(' ,;.\n-"')
            .startswith(("in ", "as ", "with ", "by ", "repl", "respond", "answer"))
        )
        if (
            target is None
            or not is_over(text, target.end)
            or not (explicit or target.names_mail or "back" in match.group())
        ):
            continue
        end = end_of_words(match)
        shorter = read_saying(text, start, end)
        if shorter is None:
            continue
        who = replace(
            target, person=target.person or saying.person, pronoun=target.pronoun or shorter.pronoun
        )
        return ReplyReading(who, shorter, SURE_PERCENT)
    return None


def is_over(text: RequestText, position: int) -> bool:
    """Whether nothing but a "please" or "thanks" follows."""
    return (
        re.fullmatch(
            rf"[\s.,!;\"-]*(?:(?:{terms.PLEASE}|thanks|thank\s+you|thx)[\s.!]*)*", text.folded[position:]
        )
        is not None
    )
