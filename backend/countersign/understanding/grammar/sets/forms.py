"""The commands that change mails: the words they begin and end with, and what stands between.

Must not hold whole sentences: a pattern names verbs and the places of mails and label.
"""

from dataclasses import dataclass
from typing import Literal

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import SetKind

# How the mails and the label stand to each other, and where: behind the verb, or between it and its end.
Shape = Literal["mails", "mails_then_label", "label_then_mails", "sender", "list"]

_LABEL = (
    r"(?:\"(?P<quoted>[^\"\n]{1,60})\"|(?P<label>[^\W_][\w&/\-'.]*(?:\s+(?!(?:label|folder"
    r"|tag)s?\b)[\w&/\-'.]+){0,3}?))"
)
_LABEL_WORD = r"(?:label|folder|tag|category)"


@dataclass(frozen=True)
class Command:
    """One command: its kind, the words it begins and ends with, and the shape of what stands between."""

    kind: SetKind
    begins: Pattern
    ends: Pattern | None = None
    shape: Shape = "mails"
    removes_label: bool = False
    moves: bool = False


def _command(
    kind: SetKind,
    begins: str,
    ends: str | None = None,
    shape: Shape = "mails",
    *,
    removes_label: bool = False,
    moves: bool = False,
) -> Command:
    return Command(kind, Pattern(begins), Pattern(ends) if ends else None, shape, removes_label, moves)


_TO_LABEL = (
    rf"\s+(?:as|with|under|in|into|to)\s+(?:the\s+|my\s+|an?\s+)?(?:{_LABEL_WORD}\s+(?:called\s+"
    rf"|named\s+)?)?{_LABEL}(?:\s+{_LABEL_WORD})?$"
)
_MOVED_TO = (
    rf"\s+(?:to|into|in|under)\s+(?:the\s+|my\s+|an?\s+)?(?:{_LABEL_WORD}\s+(?:called\s+"
    rf"|named\s+)?)?{_LABEL}(?:\s+{_LABEL_WORD})?$"
)
_PUT_LABEL = (
    rf"(?:the\s+|an?\s+|my\s+)?(?:new\s+)?(?:{_LABEL_WORD}\s+(?:called\s+|named\s+)?{_LABEL}"
    rf"|{_LABEL.replace('quoted', 'quoted_before').replace('<label>', '<label_before>')}\s+"
    rf"{_LABEL_WORD})"
)
COMMANDS: tuple[Command, ...] = (
    _command(
        "mail.mark_unread",
        r"(?:mark|set|flag|turn|make|keep|leave)\s+",
        r"\s+(?:(?:back\s+)?(?:as|to)\s+)?(?:unread|not\s+read)(?:\s+again)?$",
    ),
    _command("mail.mark_unread", r"(?:mark|set)\s+(?:as\s+)?unread\s+"),
    _command(
        "mail.mark_read",
        r"(?:mark|set|flag|turn|make)\s+",
        r"\s+(?:(?:as|to)\s+)?(?:already\s+)?(?:read|seen)$",
    ),
    _command("mail.mark_read", r"(?:mark|set)\s+(?:as\s+)?read\s+"),
    _command(
        "mail.star", r"(?:add|put|give|attach|set)\s+(?:an?\s+|the\s+)?(?:stars?|flags?)\s+(?:to|on|onto)\s+"
    ),
    _command("mail.star", r"give\s+", r"\s+(?:an?\s+)?stars?$"),
    _command(
        "mail.star",
        r"(?:mark|flag|highlight)\s+",
        r"\s+(?:with\s+(?:an?\s+)?(?:star|flag)s?|as\s+(?:starred|flagged))$",
    ),
    _command("mail.star", r"(?:star|flag)\s+"),
    _command("mail.archive", r"archive\s+"),
    _command(
        "mail.archive", r"(?:move|put|send|sweep|shift)\s+", r"\s+(?:in|into|to)\s+(?:the\s+|my\s+)?archive$"
    ),
    _command(
        "mail.archive",
        r"(?:move|take|clear|get|sweep)\s+",
        r"\s+(?:out\s+of|off|from)\s+(?:my\s+|the\s+)?inbox$",
    ),
    _command(
        "mail.trash",
        r"(?:move|put|throw|send|toss|drop|chuck|place)\s+",
        r"\s+(?:in|into|to)\s+(?:the\s+|my\s+)?(?:trash|bin|rubbish|waste\s?basket|recycle\s+bin"
        r"|garbage)(?:\s+(?:can|bin|folder))?$",
    ),
    _command("mail.trash", r"(?:throw|toss|chuck)\s+(?:away|out)\s+"),
    _command("mail.trash", r"(?:throw|toss|chuck)\s+", r"\s+(?:away|out)$"),
    _command("mail.trash", r"(?:delete|trash|bin|toss|erase|discard|get\s+rid\s+of|dump|remove)\s+"),
    _command(
        "mail.label",
        rf"(?:remove|take|strip|delete|drop)\s+(?:off\s+)?{_PUT_LABEL}\s+(?:from|off(?:\s+of)?)\s+",
        None,
        "label_then_mails",
        removes_label=True,
    ),
    _command(
        "mail.label",
        r"(?:unlabel|untag)\s+",
        r"\s+(?:as|from)\s+" + _LABEL + "$",
        "mails_then_label",
        removes_label=True,
    ),
    _command(
        "mail.label",
        rf"(?:add|apply|put|attach|assign|give|stick|set|use)\s+{_PUT_LABEL}\s+(?:to|on|onto|for)\s+",
        None,
        "label_then_mails",
    ),
    _command(
        "mail.label",
        r"give\s+",
        rf"\s+(?:the\s+|an?\s+|my\s+)?(?:{_LABEL_WORD}\s+(?:called\s+|named\s+)?{_LABEL}"
        rf"|{_LABEL.replace('quoted', 'quoted_before').replace('<label>', '<label_before>')}\s+"
        rf"{_LABEL_WORD})$",
        "mails_then_label",
    ),
    _command(
        "mail.label",
        r"(?:label|tag|categori[sz]e|classify|file|sort|group|mark|put|store|save|filter)\s+",
        _TO_LABEL,
        "mails_then_label",
    ),
    _command(
        "mail.label", r"(?:label|tag)\s+", r"\s+(?:as\s+)?\"(?P<quoted>[^\"\n]{1,60})\"$", "mails_then_label"
    ),
    _command("mail.label", r"(?:move|transfer|shift)\s+", _MOVED_TO, "mails_then_label", moves=True),
    _command("mail.label", r"(?:label|tag)\s+"),
    _command(
        "mail.unsubscribe",
        r"(?:unsubscribe|opt\s+out|sign\s+off|sign\s+out)(?:\s+(?:me|us))?(?:\s+(?:from|of))?\s+",
        None,
        "sender",
    ),
    _command(
        "mail.unsubscribe",
        r"(?:stop|cancel|end|quit)\s+(?:my\s+|the\s+|our\s+)?(?:subscriptions?)\s+(?:to|of|for|with|from)\s+",
        None,
        "list",
    ),
    _command(
        "mail.unsubscribe", r"(?:cancel|end|stop|quit)\s+(?:my|the|our)\s+", r"\s+subscriptions?$", "list"
    ),
    _command("mail.unsubscribe", r"(?:get|take|remove)\s+(?:me|us)\s+off\s+(?:of\s+)?", None, "list"),
    _command("mail.unsubscribe", r"(?:take|remove)\s+(?:me|us)\s+from\s+", None, "list"),
    _command(
        "mail.unsubscribe", r"(?:opt|sign)\s+(?:me|us)\s+(?:out|off)(?:\s+(?:of|from))?\s+", None, "list"
    ),
    _command("mail.unsubscribe", r"unsubscribe(?:\s+me)?\s+", None, "sender"),
)
