"""What a request asks for that cannot be done yet, in plain words, so that nothing is ever half done.

Must not turn any of it into something similar that can be done: a draft is not a reply, and a reply to all is not one.
"""

from dataclasses import dataclass

from countersign.understanding.grammar import terms
from countersign.understanding.matching.pattern import Pattern


@dataclass(frozen=True)
class Refusal:
    """A recognised wish.

    Attributes:
        asked: stable code.
        words: what was asked, to stand in "I can't ... yet."
        message: the whole answer where that sentence does not fit, "" otherwise.
    """

    asked: str
    words: str
    message: str = ""


_MAILBOX = r"(?:mail|e-?mail|message|thread|conversation|inbox|newsletter|spam|junk)"
_IT = (
    rf"(?:it|this|that|them|these|those|her|his|the\b[^.,;\n]{{0,30}}?\b{_MAILBOX}s?|(?:all"
    rf"|every|my)\b[^.,;\n]{{0,30}}|[\w\-]+'s?\s[^.,;\n]{{0,30}}?\b{_MAILBOX}s?)"
)
CALENDAR = (
    r"(?:meetings?|appointments?|events?|calendars?|calls?|invit(?:e|es|ation|ations)"
    r"|schedule|slots?|1:1|standup)"
)
DRAFT = Refusal(
    "mail.draft.create",
    "save that as a draft",
    "I don't understand what to draft. For example: “Draft a reply to Dana saying …”. Nothing was done.",
)
REPLY_ALL = Refusal("mail.reply_all", "write to everybody who wrote about something")
FORWARD = Refusal(
    "mail.forward",
    "forward that",
    "I don't understand which mail to forward to whom. For example: “Forward Sarah's invoice to "
    "accounting@example.org with the note …”. Nothing was done.",
)
SUBJECT = Refusal("mail.subject", "change the subject of a reply")
SEVERAL = Refusal("several", "answer several people or several mails with one request")
TWO_REQUESTS = Refusal(
    "two_requests",
    "do two things in one request",
    "I can't do two things in one request yet; nothing was done. Ask for the reply alone first.",
)
LATER = Refusal("mail.send_later", "send at a later time that you name")
QUESTION = Refusal(
    "question",
    "answer that",
    "I can't answer that yet. I answer questions about mail, for example: “What did Dana say about the delivery?” or "
    "“Which mails still need my answer?”.",
)
NOTHING = Refusal(
    "nothing", "leave things undone", "Nothing was done. I only act when you ask me to and approve the card."
)
OTHER_MAIL = Refusal("mail.reply.other", "reply to another mail than the newest one that fits")
COPY = Refusal("mail.recipients", "add other recipients to a reply or to a mail passed on")
ATTACH = Refusal(
    "mail.attach",
    "attach that",
    "I don't understand which file to attach. Upload it, or say “attach the invoice from Sarah's mail”. "
    "Nothing was done.",
)
RULE = Refusal("rule", "act by itself when something happens")
TRANSLATE = Refusal("translate", "translate your words")
UNDO = Refusal(
    "undo", "undo that from the chat", "Nothing was undone: use the button on the card or its receipt."
)
NEW_MAIL = Refusal(
    "mail.send",
    "write that mail",
    "I don't understand who the mail goes to or what it should say. For example: “Email Anna saying …, subject …”. "
    "Nothing was done.",
)
LANGUAGE = Refusal("language", "read requests in another language than English")
UNKNOWN = Refusal(
    "unknown",
    "do that",
    "I can't do that yet. I can answer questions about mail, write mail and sort it, for example: "
    "“Reply to the last mail from Dana saying …”.",
)

_ANYWHERE: tuple[tuple[Refusal, Pattern], ...] = tuple(
    (refusal, Pattern(pattern))
    for refusal, pattern in (
        (
            NOTHING,
            r"^(?:please\s+)?(?:do\s+not|don't|dont|never|stop|no\s+need\s+to|you\s+(?:need|must"
            r"|should)\s*n[o']t)\b",
        ),
        (
            RULE,
            r"^(?:if|when|whenever|as\s+soon\s+as|once|every\s+time|each\s+time|every|each|always"
            r"|from\s+now\s+on|after|unless)\b",
        ),
        (
            LATER,
            r"^(?:tomorrow|tonight|later|next\s+\w+|at\s+\d|in\s+(?:an?|\d+|two|three)\s+\w+"
            rf"|on\s+{terms.WEEKDAY})\b",
        ),
        (
            QUESTION,
            r"^(?:did|does|do|has|have|had|is|are|was|were|when|why|how|who|whose|where|which"
            r"|should|what)\b(?!\s+you\s+mind)",
        ),
    )
)
_COMMAND = (
    r"(?:archive|delete|trash|bin|label|tag|mark|star|flag|snooze|unsubscribe|mute|block"
    r"|move|summari[sz]e|print|pin)"
)
_LINKED = (
    r"(?:[,;.!?\n]\s*(?:(?:and|then|also|plus|afterwards)\b[\s,]*)*|\s(?:and|then|plus"
    r"|also|afterwards)\b[\s,]*)(?:(?:then|also|please|pls|after\s+that|afterwards"
    r"|don't\s+forget\s+to|can\s+you|could\s+you)\b[\s,]*)*"
)
_SECOND: tuple[tuple[Refusal, Pattern], ...] = tuple(
    (refusal, Pattern(pattern))
    for refusal, pattern in (
        (
            DRAFT,
            r"(?:\b(?:but|and)\b|[,;.(-])\s*(?:please\s+)?(?:do\s+not|don't|dont"
            r"|never)\s+(?:actually\s+|yet\s+|really\s+)?send\b|\bwithout\s+sending\b|\b(?:as"
            r"|in)\s+(?:an?\s+|my\s+)?drafts?\b(?!\s+(?:form|stage|version))|\bsave\s+(?:it|this"
            r"|that)\b",
        ),
        (
            COPY,
            r"(?:\b(?:and|with)\b|[,;.(])\s*(?:please\s+)?(?:put\s+|keep\s+|add\s+)?(?:b?cc"
            r"|copy(?:ing)?\s+in|loop\s+in)\b|\b(?:in|on|to)\s+(?:the\s+)?b?cc\b|\bcc'?ing\b"
            r"|\b(?:and|,)\s*(?:put|add|copy|keep)\s+[\w.@ ]{1,40}\s+(?:in|on|to)\s+(?:b?cc"
            r"|copy)\b|\b(?:and|,)\s+(?:include|copy|add)\s+\w+\s+(?:as\s+(?:a\s+)?recipient|too"
            r"|as\s+well)\b",
        ),
        (
            ATTACH,
            rf"{_LINKED}attach(?:ing)?\b|\bwith\b[^.;\n]{{1,50}}\battached\b|\b(?:and"
            rf"|,)\s*(?:include|add|send)\s+(?:the\s+|an?\s+|my\s+)?[\w ]{{0,30}}\b(?:attachments?"
            r"|as\s+attachments?)\b",
        ),
        (TWO_REQUESTS, rf"{_LINKED}{_COMMAND}\s+{_IT}(?![\w'])"),
        (TWO_REQUESTS, rf"{_LINKED}(?:forward|fwd)\b"),
        (
            TWO_REQUESTS,
            rf"{_LINKED}(?:schedule|book|create|add|put|set\s+up|block|cancel|move|accept|decline"
            rf"|send\s+out)\b[^.;\n]{{0,50}}\b{CALENDAR}\b",
        ),
        (
            TWO_REQUESTS,
            rf"{_LINKED}(?:remind\s+(?:me|us)\b|set\s+(?:an?\s+)?reminder\b|summari[sz]e\b"
            r"|unsubscribe\b|draft\b|make\s+a\s+note\b)",
        ),
        (TWO_REQUESTS, rf"{_LINKED}(?:reply|respond|answer|write\s+back|get\s+back)\s+to\b"),
        (
            TWO_REQUESTS,
            rf"{_LINKED}(?:send|e-?mail|mail)\s+(?:an?\s+)?(?:(?:copy|mail|e-?mail|message|note"
            rf"|invite|invitation)\b|{_IT}\s+to\b)",
        ),
        (
            TWO_REQUESTS,
            rf"{_LINKED}(?:share|upload|save)\s+(?:{_IT}|the\b)[^.;\n]{{0,40}}\b(?:with|to|in|on)\b",
        ),
        (NEW_MAIL, rf"{_LINKED}(?:e-?mail|mail|message|write\s+to)\s+(?:{terms.ADDRESS}|{terms.NAME})"),
        (RULE, r"\b(?:every\s+time|each\s+time|whenever|from\s+now\s+on)\b"),
        (
            LATER,
            rf"{_LINKED}send\s+(?:it|this|that)\s+(?:at|on|in|later|tomorrow|tonight|next)\b"
            r"|\bbut\s+send\b|\bsend\s+(?:it|this|that)\s+(?:tomorrow|tonight|later|at\s+\d"
            rf"|on\s+{terms.WEEKDAY})",
        ),
    )
)
_REPORTED_SUBJECT = Pattern(
    r"\b(?:we|i|you|he|she|they|it)(?:'(?:ll|d|ve))?\s+(?:\w+\s+){0,2}?(?:will|can|could"
    r"|shall|should|must|would|may|might|have|need|want|plan|going|am|are|is)\b"
    r"|\b(?:we|i|you|he|she|they)'(?:ll|d)\b|\bto\s+\w+"
)
_SEVERAL_MAILS = Pattern(
    r"^(?:repl\w+|respon\w+|answer\w*|write\s+back|get\s+back)\s+(?:to\s+)?(?:all|every|each|both|these|those|any)\b"
    r"[^.:;\n]{0,40}\b(?:e-?mails?|mails?|messages?|threads?|letters?|questions?|people"
    r"|persons?|of\s+(?:them|these|those))\b"
)
_TOLD = Pattern(
    rf"{_LINKED}(?:{terms.TELL}|{terms.ASK}"
    rf"|{terms.THANK})\s+(?:to\s+)?(?!know\b)(?P<who>(?:(?:the|my|our)[ ]+)?{terms.NAME})"
)
_REPLY_ALL = Pattern(
    r"^(?:repl(?:y|ying)|respon(?:d|ding)|answer|write\s+back)[\s-]*(?:to\s+)?(?:all"
    r"|everyone|everybody)\b(?!\s+(?:e-?mails|mails|messages)\b)"
    r"|\breply[\s-]*all\b|\b(?:send|write)\s+(?:an?\s+|the\s+)?(?:reply|answer"
    r"|response)\s+to\s+(?:all|everyone|everybody)\b"
)


def refuse_opening(folded: str) -> Refusal | None:
    """The refusal of a request that begins as no command can: a condition, a question, a later time, a "don't"."""
    return next((refusal for refusal, pattern in _ANYWHERE if pattern.match(folded)), None)


def refuse_reply_all(folded: str) -> Refusal | None:
    """The refusal of a reply to everybody, or to several mails at once."""
    if _SEVERAL_MAILS.search(folded):
        return SEVERAL
    return REPLY_ALL if _REPLY_ALL.search(folded) else None


def find_other_addressee(folded: str, start: int, recipient: str | None) -> int | None:
    """Where somebody else than the recipient is to be told something; it may as well belong to the text."""
    own = set((recipient or "").lower().split())
    for match in _TOLD.finditer(folded, start):
        if own.isdisjoint(match.group("who").split()):
            return match.start()
    return None


def find_second_request(folded: str, start: int) -> tuple[Refusal, int, bool] | None:
    """The further wish behind `start`: its refusal, where it begins, and whether it may belong to the text instead.

    "we will read it and forward it" may be one sentence of the reply; "... . Then archive the thread" may not.
    """
    hits = [
        (match.start(), refusal) for refusal, pattern in _SECOND if (match := pattern.search(folded, start))
    ]
    if not hits:
        return None
    position, refusal = min(hits, key=lambda hit: hit[0])
    sentence_start = max(folded.rfind(mark, start, position) for mark in ".!?;\n") + 1
    before = folded[max(start, sentence_start) : position]
    same_sentence = folded[position : position + 1] not in {".", "!", "?", "\n", ";"}
    if refusal is NEW_MAIL:
        return refusal, position, True
    may_be_text = refusal in {TWO_REQUESTS, ATTACH, COPY, LATER, RULE, DRAFT} and same_sentence
    return refusal, position, may_be_text and bool(_REPORTED_SUBJECT.search(before))
