"""Mails to pass on: "forward Sarah's invoice to bookkeeping with the note ...".

Must not pass on anything else than the one mail that was named.
"""

from countersign.understanding.grammar import refusals, terms
from countersign.understanding.grammar.commands import is_over
from countersign.understanding.grammar.messages.forms.things import NamedMail, checked, read_mail
from countersign.understanding.grammar.messages.people import read_people
from countersign.understanding.grammar.messages.reading import ForwardReading
from countersign.understanding.grammar.refusals import Refusal
from countersign.understanding.grammar.saying import Saying, read_saying
from countersign.understanding.grammar.target import Target, read_target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Say
from countersign.understanding.words.text import RequestText

_FORWARD = Pattern(
    r"(?:forward(?:ing)?|fwd|fw|redirect|relay|pass(?:[ ]+(?:on|along))?|(?:send|hand)[ ]+(?:on"
    r"|along))[ ]+(?:on[ ]+)?"
)
_SEND = Pattern(r"(?:send(?:[ ]+on)?|share|pass)[ ]+(?=\S)")
_TO = Pattern(r"[ ]+(?:(?:on|over|along|through|onward|onwards)[ ]+)?to[ ]+(?=\S)")
_TO_FIRST = Pattern(r"(?:on[ ]+)?to[ ]+")
_NOTE_NOUN = r"(?:note|comment|message|remark|line|words?|text|cover[ ]+note|intro(?:duction)?|explanation)"
_NOTE = Pattern(
    r"[ ]*,?[ ]*(?:(?:and|with|by|then)\b[ ]*)*(?:(?:with|add|adding|include|including|write|put"
    r"|attach)[ ]+)?(?:an?|the|my|this|these|following|short|quick|brief|little"
    rf"|[ ])*\b{_NOTE_NOUN}\b(?:[ ]+(?:on[ ]+top|above))?[ ]*(?P<how>saying|that[ ]+(?:says|reads)|reading"
    r"|to[ ]+say|that|:|(?=[\"'])|)[ ]*"
)
_FYI = Pattern(
    r"[ ]*,?[ ]*(?:(?:as|for|with)[ ]+(?:an?[ ]+)?)?(?P<words>fyi|for[ ]+(?:your|his|her|their)[ ]+information)\b"
)
_ADDING = Pattern(
    r"[ ]*,?[ ]*(?:(?:and|by|then)\b[ ]*)*(?:add(?:ing)?|not(?:e|ing)|mention(?:ing)?"
    r"|comment(?:ing)?)[ ]*(?P<how>that\b|:|(?=\"))[ ]*"
)
_ASIDE = Pattern(
    r"(?:[ ]*,?[ ]+(?:for[ ]+me|right[ ]+(?:away|now)|now|asap|please|too|as[ ]+well|without[ ]+(?:an?[ ]+"
    r"|any[ ]+)?(?:notes?|comments?|text|message|words)))+\b(?=[ ]*(?:[,:.\n\"]|$)|[ ]+(?:and|with|saying))"
)
_LATER = Pattern(
    rf"[ ,]*(?:tomorrow|tonight|later|(?:at|after|before)[ ]+\d|(?:on|next)[ ]+(?:{terms.WEEKDAY}|week|month)"
    r"|every\b|when(?:ever)?\b|if\b|once\b)"
)
_GAP = Pattern(r"[ ]*,?[ ]+")
_NAME_BREAK = Pattern(r"(?<=\w)[ ]+(?=\w)")


def read_forward(text: RequestText, start: int) -> ForwardReading | Refusal | None:
    """The mail to pass on, to whom and with which words; a refusal when it cannot be; None when none is asked for."""
    match = _FORWARD.match(text.folded, start)
    if match is not None:
        return _forwarded(text, match.end(), is_sure=True) or refusals.FORWARD
    send = _SEND.match(text.folded, start)
    return _forwarded(text, send.end(), is_sure=False) if send else None


def _forwarded(text: RequestText, position: int, *, is_sure: bool) -> ForwardReading | Refusal | None:
    """The reading of every order of mail and people, the mail first when both fit."""
    for to in _TO.finditer(text.folded, position):
        found = read_people(text, to.end())
        mail = read_mail(text, position, to.start(), is_sure=is_sure) if found else None
        if found is None or mail is None:
            continue
        if isinstance(mail, Refusal):
            return mail
        reading = _then_note(text, mail, *found)
        if reading is not None:
            return reading
    if not is_sure:
        return None
    return _people_first(text, position) or _to_nobody(text, position)


def _to_nobody(text: RequestText, position: int) -> ForwardReading | Refusal | None:
    """A mail with nobody named to pass it on to, who is then asked for."""
    mail = read_mail(text, position, len(text.words.rstrip(" .!?")), is_sure=True)
    if mail is None or isinstance(mail, Refusal):
        return mail
    target = mail if isinstance(mail, Target) else None
    return ForwardReading((), target, None, None if isinstance(mail, Target) else mail)


def _people_first(text: RequestText, position: int) -> ForwardReading | Refusal | None:
    """'Forward to Ralph the mail from Dana', 'forward Ralph Dana's last mail'."""
    to = _TO_FIRST.match(text.folded, position)
    begin = to.end() if to else position
    found = read_people(text, begin)
    ends = [(found[0], found[1])] if found else []
    # "Ralph Dana's last mail" reads as one name: each first word of it may be the reader.
    ends += [
        ((text.slice(begin, word.start()),), word.start())
        for word in _NAME_BREAK.finditer(text.folded, begin, begin + 60)
    ][:3]
    for people, end in ends:
        gap = _GAP.match(text.folded, end)
        target = read_target(text, gap.end()) if gap else None
        if (
            gap is None
            or target is None
            or not target.names_mail
            or people[0].lower().endswith(("'s", "s'", "’s"))
            or (not people[0][:1].isupper() and "@" not in people[0] and found is None)
        ):
            continue
        mail = checked(target, text.folded[gap.end() : target.end])
        return mail if isinstance(mail, Refusal) else _then_note(text, mail, people, target.end)
    return None


def _then_note(
    text: RequestText, mail: NamedMail, people: tuple[str, ...], position: int
) -> ForwardReading | Refusal | None:
    """The reading with the note that follows the people; None when words are left that are none."""
    aside = _ASIDE.match(text.folded, position)
    position = aside.end() if aside else position
    if _LATER.match(text.folded, position):
        return refusals.LATER
    saying = None if is_over(text, position) else _note(text, position)
    if saying is None and not is_over(text, position):
        return None
    target = mail if isinstance(mail, Target) else None
    return ForwardReading(people, target, saying, None if isinstance(mail, Target) else mail)


def _note(text: RequestText, position: int) -> Saying | None:
    fyi = _FYI.match(text.folded, position)
    if fyi is not None and is_over(text, fyi.end()):
        words = fyi.group("words")
        said = (
            "FYI"
            if words == "fyi"
            else f"F{words[1:].replace('his', 'your').replace('her', 'your').replace('their', 'your')}"
        )
        return Saying((Say(kind="verbatim", text=said),), position, fyi.start("words"))
    for lead in (_NOTE, _ADDING):
        match = lead.match(text.folded, position)
        if match is None or match.end() == position:
            continue
        how = match.group("how")
        begin = match.start("how") if how in {"saying", "that"} else match.end()
        saying = read_saying(text, begin)
        if saying is not None and (how or saying.is_quoted or saying.start < saying.body_start):
            return saying
        if text.slice(match.end()):
            return Saying((Say(kind="direct", text=text.slice(match.end())),), position, match.end())
    return read_saying(text, position)
