"""Commands that change many mails alike, as they were said: "archive ...", "mark ... as read", "label ... as Taxes".

Must not read a command with a word left over: "archive them but not Dana's" is none of these.
"""

import re
from dataclasses import dataclass

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.asking.reading import LONGEST, without_end
from countersign.understanding.grammar.selecting.limits.nouns import MAIL
from countersign.understanding.grammar.selecting.phrase import read_mails
from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.grammar.sets.forms import COMMANDS, Command
from countersign.understanding.grammar.sets.subscriptions import read_subscription
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import SetKind
from countersign.understanding.words.text import RequestText, word_set

_NO_LABELS = word_set(
    "spam junk trash bin inbox archive read unread important drafts sent urgent done phishing starred"
    " calendar folder label"
)
_MUSED = Pattern(r"\b(?:should|must|is\s+it\s+possible|are\s+you\s+able)\b")
# What is turned round, tied to a condition or put off is no command to be proposed now.
_NEGATED = Pattern(
    r"\b(?:not|don't|dont|never|except|but|unless|without|or|no\s+wait|if|when|whenever|once|until\s+i"
    r"|every\s+time|from\s+now\s+on|as\s+soon\s+as|automatically|always|regularly|instead|tomorrow|tonight|soon"
    r"|later(?!\s+than)|at\s+\d|in\s+(?:an?|\d+)\s+(?:minutes?|hours?)"
    rf"|(?:every|each|next)\s+(?:day|week|month|year|morning|evening|night|weekday|weekend|hour|{terms.WEEKDAY}))\b"
)
# "Everything on my calendar" is no mail, unless a word for mail stands beside it.
_ELSEWHERE = Pattern(
    r"\b(?:calendars?|agenda|schedule|phone|alarms?|playlists?|shopping|groceries|grocery|songs?"
    r"|photos?|pictures?|events?"
    r"|meetings?|appointments?|contacts?|files?\s+(?:on|in)|folders?\s+on|apps?|computer|laptop"
    r"|desktop|to-?do\s+list|lists?\s+of)\b"
)
_MAIL = Pattern(rf"\b(?:{MAIL}|inbox\b|newsletters?\b|promotions?\b|mailing\b|subscription\b)")
_REPEATED = Pattern(r"[A-Z]\w*\s+(?:hourly|daily|weekly|monthly)$")
# "Send them to the trash" speaks of no letter to anybody called so.
_BEGINS_AS_CHANGE = Pattern(
    r"get\s+rid\s+of\b|(?:get|take|clear|move|sweep)\s+(?!back\b)[^:\"\n]*\s(?:out\s+of|off"
    r"|from)\s+(?:my|the)\s+inbox\b"
    r"|(?:send|move|put|throw|toss)\s+(?![^\n]*\b(?:saying|says?|that\s+(?!(?:are|is|were|was"
    r"|i)\b)|tell|telling)\b)[^:\"\n]*\s(?:to|in|into)\s+"
    r"(?:the|my)\s+(?:trash|bin|archive|spam|junk)\b"
)


@dataclass(frozen=True)
class SetReading:
    """A change of mails.

    Attributes:
        label: for a label, its name as it was said; None when no name was said.
        only_asks: whether the words also ask to take the mails out of the inbox ("move to"), which a label does not.
    """

    kind: SetKind
    mails: Selection
    label: str | None = None
    removes_label: bool = False
    only_asks: bool = False


def read_set(text: RequestText, start: int) -> SetReading | None:
    """The change that the request asks for; None when it is no such command or a word of it is left over."""
    if len(text.folded) - start > LONGEST or _MUSED.search(text.folded[:start]):
        return None
    plain = without_end(text)
    if _ELSEWHERE.search(plain.folded, start) and not _MAIL.search(plain.folded, start):
        return None
    if _NEGATED.search(plain.folded, start) or _REPEATED.search(plain.words, start):
        return None
    for command in COMMANDS:
        reading = _read(command, plain, start)
        if reading is not None:
            return reading
    return _without_mails(plain, start)


def begins_as_change(text: RequestText, start: int) -> bool:
    """Whether the words from `start` on ask for a change of mails, also when it is not understood which."""
    return _BEGINS_AS_CHANGE.match(text.folded, start) is not None


def _read(command: Command, text: RequestText, start: int) -> SetReading | None:
    match = command.begins.match(text.folded, start)
    if match is None:
        return None
    if command.shape in {"sender", "list"}:
        ending = command.ends.search(text.folded, match.end()) if command.ends else None
        if command.ends and ending is None:
            return None
        mails = read_subscription(_until(text, ending), match.end(), needs_list=command.shape == "list")
        return SetReading(command.kind, mails) if mails else None
    if command.ends is None:
        mails = read_mails(text, match.end(), is_set=True)
        label = _label_of(text, match) if command.shape == "label_then_mails" else None
        return _labelled(command, mails, label)
    for ending in _endings(command.ends, text, match.end()):
        mails = read_mails(_until(text, ending), match.end(), is_set=True)
        label = _label_of(text, ending) if command.shape == "mails_then_label" else None
        reading = _labelled(command, mails, label)
        if reading is not None:
            return reading
    return None


def _endings(pattern: Pattern, text: RequestText, start: int) -> tuple[re.Match[str], ...]:
    """Every place behind `start` where the end of the command may begin, the first one first."""
    gaps = (gap.start() for gap in re.finditer(r"\s+", text.folded[start:]))
    found = (pattern.match(text.folded, start + gap) for gap in gaps)
    return tuple(match for match in found if match)


def _labelled(command: Command, mails: Selection | None, label: str | None) -> SetReading | None:
    if mails is None or mails.is_unanswered or not mails.names_mail:
        return None
    if command.kind == "mail.label" and label is not None and set(label.lower().split()) <= _NO_LABELS:
        return None
    if command.kind == "mail.label" and label is None and command.shape != "mails":
        return None
    return SetReading(command.kind, mails, label, command.removes_label, command.moves)


def _label_of(text: RequestText, match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    name = next(
        (one for one in ("quoted", "label", "quoted_before", "label_before") if groups.get(one)), None
    )
    return text.slice(*match.span(name)).strip(" .") if name else None


def _until(text: RequestText, ending: re.Match[str] | None) -> RequestText:
    end = ending.start() if ending else len(text.folded)
    return RequestText(text.words[:end], text.folded[:end])


def _without_mails(text: RequestText, start: int) -> SetReading | None:
    """The command alone ("archive", "unsubscribe"): which mails is asked for."""
    rest = text.folded[start:].strip()
    kinds: dict[str, SetKind] = {
        "archive": "mail.archive",
        "trash": "mail.trash",
        "delete": "mail.trash",
        "star": "mail.star",
        "unsubscribe": "mail.unsubscribe",
        "unsubscribe me": "mail.unsubscribe",
        "label": "mail.label",
        "mark as read": "mail.mark_read",
        "mark as unread": "mail.mark_unread",
    }
    return SetReading(kinds[rest], Selection(names_mail=True)) if rest in kinds else None
