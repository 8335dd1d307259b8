"""A request that reads mail, as it was said: what to tell, about which mails, and whether drafts are wanted too.

Must not plan: it says what was said, and a word that no pattern takes makes it another request.
"""

import re
from dataclasses import dataclass, replace

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.asking.clauses import clause_topic
from countersign.understanding.grammar.asking.form import Behind, Form
from countersign.understanding.grammar.asking.lists import LIST_FORMS
from countersign.understanding.grammar.asking.people import CONTACT_FORMS
from countersign.understanding.grammar.asking.said import SAID_FORMS
from countersign.understanding.grammar.asking.summaries import SUMMARY_FORMS
from countersign.understanding.grammar.asking.tasks import TASK_FORMS
from countersign.understanding.grammar.asking.waiting import WAITING_FORMS
from countersign.understanding.grammar.selecting.limits.behind import PRONOUNS, names_nobody
from countersign.understanding.grammar.selecting.phrase import read_about, read_mails, read_scope
from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import TellForm
from countersign.understanding.words.text import RequestText

# Tried in this order; the first that takes every word wins.
FORMS: tuple[Form, ...] = (
    *WAITING_FORMS,
    *TASK_FORMS,
    *SAID_FORMS,
    *SUMMARY_FORMS,
    *CONTACT_FORMS,
    *LIST_FORMS,
)
# Longer words are a pasted text, not a question about mail.
LONGEST = 400
_END = Pattern(
    r"[\s.,!;?-]*(?:(?:(?:can|could|would)\s+you\s+(?:please\s+)?do\s+(?:that|this|it)|please|pls"
    r"|plz|thanks|thank\s+you|thx|for\s+me|now|asap|right\s+away"
    r"|if\s+you\s+can|if\s+possible|cheers)\b[\s.,!?]*)*$"
)
_REPEATED = Pattern(
    r"\b(?:every|each)\s+(?:day|week|month|year|morning|evening|weekday|hour|time"
    rf"|{terms.WEEKDAY})$|\bfrom\s+now\s+on\b"
)
_DRAFTS = Pattern(
    r"\s*(?:[,;.!?]\s*)?(?:(?:and|then|plus|also|please)\b[\s,]*)*(?<=[\s,;.!?])(?:draft|prepare"
    r"|compose|write|create)(?:\s+up)?\s+(?:me\s+)?"
    r"(?:(?:an?|the|some|my|any|suitable|appropriate|possible|short|brief|quick|polite|suggested"
    r"|draft|individual)\s+)*(?:repl(?:y|ies)|responses?|answers?|drafts?)"
    r"(?:\s+(?:to|for)\s+(?:(?:each|all|every|both)(?:\s+(?:of\s+)?(?:them|these|those|one|mails?"
    r"|e-?mails?|messages?|senders?|conversations?|threads?|of\s+them))?|them|it|those|these"
    r"|everyone|everybody))?$"
)
_LEAD = Pattern(
    r"(?:(?:in\s+short,?|briefly,?|in\s+brief,?|i(?:'d|\s+would)?\s+(?:need|want|like|love)|(?:can"
    r"|could|may)\s+(?:i|we)\s+(?:see|have"
    r"|get)|let\s+me\s+(?:see|know)"
    r"|(?:please\s+)?tell\s+(?:me|us)|do\s+you\s+know|know|i\s+wonder|remind\s+me(?!\s+to\b)|find\s+out"
    r"|any\s+idea)\s+(?:to\s+(?:see|know|have|get)\s+)?)+"
)
_LINK = Pattern(r"\s*(?:in|on|for|of|with|around)\s+")
_BARE_BEGINS = Pattern(
    r"(?:(?:all|any|every|the|my|these|those|this|unread|unopened|starred|flagged|unanswered|last|latest"
    r"|newest|most\s+recent|first|second|third|number|e-?mails|mails|messages|newsletters|promotions"
    r"|promotional|today's|yesterday's|[^\W\d_][\w\-]*'s)(?![\w'])"
    r"|(?:e-?mail|mail|message)\s+(?:from|about|that|i|received|regarding)\b)"
)
# What is asked of another place than the mailbox.
_ELSEWHERE = Pattern(
    r"\b(?:calendars?|meetings?|appointments?|events?|schedule|agenda\s+for\s+today|weather"
    r"|internet|web|google|wikipedia|document|documents|docs?|pdfs?|article|page|website|url|link"
    r"|video|movie|song|joke|recipe|restaurants?|hotels?|flights?|settings?|cards?|approvals?"
    r"|rules?|templates?|news|stock|stocks|price\s+of|score|time\s+is\s+it|slots?|drive|folder"
    r"|chat|slack"
    r"|free\s+time|stories|story|todo\s+app|my\s+contacts|your|you|yourself|file|files"
    r"|spreadsheets?|slides?|presentation|password|this|that)\b"
)


@dataclass(frozen=True)
class AskReading:
    """A request that reads and tells.

    Attributes:
        form: what is told.
        mails: which mails it is told of.
        wants_drafts: whether a draft of a reply to each of them was asked for as well.
        is_bare: whether nothing was said but which mail ("the second one").
    """

    form: TellForm
    mails: Selection
    wants_drafts: bool = False
    is_bare: bool = False


def read_asking(text: RequestText, start: int) -> AskReading | None:
    """What the request wants to know from mail; None when it is no such request or a word of it is left over."""
    if len(text.folded) - start > LONGEST:
        return None
    plain = _without_end(text)
    if _REPEATED.search(plain.folded, start):
        return None
    drafts = _DRAFTS.search(plain.folded, start)
    if drafts and drafts.start() > start:
        plain = _cut(plain, drafts.start())
    lead = _LEAD.match(plain.folded, start)
    reading = (
        _first_form(plain, start)
        or (_first_form(plain, lead.end()) or _bare(plain, lead.end()) if lead else None)
        or _bare(plain, start)
    )
    if reading is None:
        return None
    if drafts and drafts.start() > start:
        return (
            None
            if reading.form in {"contacts", "said"}
            else replace(reading, wants_drafts=True, is_bare=False)
        )
    return reading


def without_end(text: RequestText) -> RequestText:
    """The request without the "please" and the marks it ends with."""
    return _without_end(text)


def _without_end(text: RequestText) -> RequestText:
    match = _END.search(text.folded)
    return _cut(text, match.start()) if match else text


def _cut(text: RequestText, end: int) -> RequestText:
    folded = text.folded[:end].rstrip(" ,;.:!?")
    return RequestText(text.words[: len(folded)], folded)


def _first_form(text: RequestText, start: int) -> AskReading | None:
    for form in FORMS:
        match = form.pattern.match(text.folded, start)
        if match is None:
            continue
        mails = _mails(text, match, form)
        if mails is not None:
            return _formed(form, mails)
    return None


def _formed(form: Form, mails: Selection) -> AskReading:
    """The reading; mails that were named as unanswered are told as such."""
    told = "unanswered" if mails.is_unanswered and form.tells in {"list", "unanswered"} else form.tells
    if form.is_last:
        mails = replace(mails, most=mails.most or 1)
    return AskReading(told, replace(mails, is_unanswered=False))


def _bare(text: RequestText, start: int) -> AskReading | None:
    """A set of mails and nothing else: "unread mails from Dana", "the second one".

    It must begin as no command can: "Reply to Dana" and "Translate Dana's mail" are none.
    """
    if not _BARE_BEGINS.match(text.folded, start):
        return None
    mails = read_mails(text, start, is_set=True)
    if mails is None or mails.recipient or not (mails.is_limited or mails.is_unanswered):
        return None
    if mails.reference:
        return AskReading("summary", mails, is_bare=True)
    form: TellForm = "unanswered" if mails.is_unanswered else "list"
    return AskReading(form, replace(mails, is_unanswered=False))


def _mails(text: RequestText, match: re.Match[str], form: Form) -> Selection | None:
    """The mails behind the words of the form, limited by who the form itself names."""
    found = _behind(text, match.end(), form.behind)
    if found is None or _is_elsewhere(form, found, match):
        return None
    groups = match.groupdict()
    if groups.get("person"):
        if found.person or found.pronoun or names_nobody(groups["person"]):
            return None
        return replace(found, person=text.slice(*match.span("person")).strip("<>. "))
    if groups.get("to"):
        to = text.slice(*match.span("to")).strip("<>. ")
        return None if names_nobody(groups["to"]) else replace(found, recipient=to, folder="sent")
    if groups.get("pronoun"):
        return None if found.person else replace(found, pronoun=PRONOUNS[groups["pronoun"]])
    return found


def _is_elsewhere(form: Form, found: Selection, match: re.Match[str]) -> bool:
    """Whether another place than the mailbox is asked: the plan of a week, or the address book as a whole."""
    if form.tells == "action_items":
        return bool(found.periods) and not found.names_mail
    is_anything = not (found.is_limited or found.folder or found.names_mail)
    return form.tells == "contacts" and is_anything and not match.groupdict().get("person")


def _behind(text: RequestText, start: int, behind: Behind) -> Selection | None:
    match behind:
        case "mails":
            return read_mails(text, start, is_set=False)
        case "mails_or_topic":
            return read_mails(text, start, is_set=False) or _topic(text, start)
        case "mails_or_sent":
            return read_mails(text, start, is_set=False) or _sent_topic(text, start)
        case "topic":
            return _topic(text, start)
        case "scope":
            return _in_scope(text, start)
        case "clause":
            return _in_scope(text, start) or clause_topic(text, start)
        case "nothing":
            return Selection() if start >= len(text.folded) else None


def _in_scope(text: RequestText, start: int) -> Selection | None:
    gap = _LINK.match(text.folded, start)
    position = len(text.folded) - len(text.folded[start:].lstrip())
    if found := read_scope(text, max(start, min(position, len(text.folded)))):
        return found
    return _topic(text, gap.end()) if gap else None


def _sent_topic(text: RequestText, start: int) -> Selection | None:
    """The mails about something that somebody sent: "the contract from legal"; a thing alone may be no mail."""
    mails = _topic(text, start)
    return mails if mails and (mails.person or mails.recipient or mails.has_attachment) else None


def _topic(text: RequestText, start: int) -> Selection | None:
    """The mails about the words; None when they speak of another place than the mailbox."""
    if _ELSEWHERE.search(text.folded, start):
        return None
    return read_about(text, start)
