"""The refusal of a request by what its first words ask for, in plain words.

Must not turn any of it into something similar that can be done: an unstarred mail is not a starred one.
"""

from countersign.understanding.grammar.refusals import (
    CALENDAR,
    DRAFT,
    FORWARD,
    NEW_MAIL,
    UNDO,
    UNKNOWN,
    Refusal,
)
from countersign.understanding.matching.pattern import Pattern


def _which(asked: str, verb: str) -> Refusal:
    """The refusal of a known wish whose mails were not understood, or that came with a second wish."""
    message = (
        f"I don't understand which mails to {verb}. Name their sender, topic, label or age in one sentence with one "
        "wish, without exceptions. Nothing was done."
    )
    return Refusal(asked, f"{verb} these mails", message)


_BY_VERB: tuple[tuple[Refusal, Pattern], ...] = tuple(
    (refusal, Pattern(rf"^(?:{pattern})"))
    for refusal, pattern in (
        (
            UNDO,
            r"undo|unsend|recall|take\s+back|revert|cancel\b[^.\n]{0,30}\b(?:repl(?:y|ies)"
            r"|e-?mails?|mails?|messages?|cards?)\b",
        ),
        (
            DRAFT,
            r"(?:re-?)?draft(?:ing)?\b|(?:prepare|compose|create|make|save|start|write|do"
            r"|begin)\s+(?:me\s+)?(?:an?\s+|the\s+|up\s+)*(?:\w+\s+)?drafts?\b|(?:prepare"
            r"|compose)\b",
        ),
        (FORWARD, r"(?:forward|fwd|fw|pass\s+on|redirect)\b"),
        (_which("mail.archive", "archive"), r"(?:archive|file\s+away)\b"),
        (
            _which("mail.trash", "move to the trash"),
            r"(?:delete|trash|bin|remove|erase|discard|get\s+rid\s+of|throw|empty|clean|purge)\b",
        ),
        (
            _which("mail.label", "label"),
            r"(?:label|tag|categori[sz]e|sort|classify|move\b.{1,60}\b(?:folder|label|inbox|spam)"
            r"|file|mark\b.{1,60}\bas\s+(?:spam|important|junk))\b",
        ),
        (_which("mail.mark_read", "mark as read or unread"), r"mark\b"),
        (_which("mail.star", "star"), r"(?:star|flag)\b"),
        (Refusal("mail.unstar", "take stars off mail or pin it"), r"(?:pin|unstar|unflag)\b"),
        (Refusal("mail.snooze", "snooze mail"), r"snooze\b"),
        (_which("mail.unsubscribe", "unsubscribe from"), r"unsubscribe\b"),
        (Refusal("mail.unsubscribe", "block or mute senders"), r"(?:block|mute)\b"),
        (
            _which("summarise", "summarise"),
            r"(?:summari[sz]e|sum\s+up|recap|tl;?dr|give\s+me\s+(?:an?\s+)?(?:summary|overview"
            r"|digest)|brief\s+me|catch\s+me\s+up)",
        ),
        (
            Refusal("remember", "set reminders or remember things"),
            r"(?:remind\s+(?:me|us)|remember|note\s+that|follow\s+up|set\s+(?:an?\s+)?(?:reminder"
            r"|alarm|timer))\b",
        ),
        (
            Refusal("event", "change or read your calendar"),
            r"(?:schedule|reschedule|postpone|rsvp|(?:book|cancel|plan|invite|block|accept|decline"
            r"|create|add|set\s+up|arrange|organi[sz]e|move|find|put|make|update|change"
            rf"|delete)\b.{{0,60}}\b{CALENDAR})\b",
        ),
        # "Book me a table" and "cancel my order" mean no calendar: the answer must not guess one.
        (UNKNOWN, r"(?:book|cancel|plan|invite|block|accept|decline)\b"),
        (
            Refusal("file", "work with files and documents"),
            r"(?:share|upload|download|(?:open|create|find|make|write)\b.{0,40}\b(?:file|document"
            r"|doc|sheet|spreadsheet|folder|pdf|report))\b",
        ),
        (
            Refusal("rule", "set up rules and automatic replies"),
            r"(?:set\s+up|create|make|add|turn\s+on|enable)\b.{0,40}\b(?:rule|filter"
            r"|auto-?\s?(?:reply|responder|response)|out\s+of\s+office|vacation)",
        ),
        (Refusal("translate", "translate"), r"translate\b"),
        (
            _which("search", "look for"),
            r"(?:search|find|look\s+(?:for|up|at)|show|list|display|get|fetch|check|read|open"
            r"|count|give\s+me|who|bring\s+up)\b",
        ),
        (
            NEW_MAIL,
            r"(?:send|write|e-?mail|mail|message|text|ping|drop|shoot|compose|contact|reach\s+out"
            r"|dm|sms|notify)\b",
        ),
        (Refusal("call", "make calls"), r"(?:call|phone|ring|dial)\b"),
    )
)


def refuse_verb(folded: str) -> Refusal | None:
    """The refusal by what the first words ask for; None when they name nothing known."""
    return next((refusal for refusal, pattern in _BY_VERB if pattern.match(folded)), None)
