"""A search tree as SQL over the indexed columns of ``messages`` (alias ``m``) and the words of ``message_words``.

It runs nothing and it has no say in which mail a caller may see: the account is bound by ``listing.py``.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from workspace_sandbox.gmail.search.query import All, AnyOf, Near, Node, Not, Term

_WORD_COLUMNS = {
    "": "subject sender recipient cc bcc body filename",
    "from": "sender",
    "to": "recipient cc bcc",
    "cc": "cc",
    "bcc": "bcc",
    "subject": "subject",
    "filename": "filename",
    "list": "list",
}
# Marks of the ``addresses`` column: ``" f:dana@northwind.example t:alex@..."``.
_ADDRESS_MARKS = {"from": "f", "to": "tcb", "cc": "c", "bcc": "b", "deliveredto": "d"}
_SYSTEM_NAMES = {
    "inbox": "INBOX",
    "sent": "SENT",
    "draft": "DRAFT",
    "drafts": "DRAFT",
    "trash": "TRASH",
    "bin": "TRASH",
    "spam": "SPAM",
    "junk": "SPAM",
    "starred": "STARRED",
    "important": "IMPORTANT",
    "unread": "UNREAD",
    "chat": "CHAT",
    "chats": "CHAT",
}
_CATEGORIES = {"social", "promotions", "updates", "forums", "reservations", "purchases"}
_LINKED_FILES = {
    "drive": '"drive google com" OR "docs google com"',
    "document": '"docs google com document"',
    "spreadsheet": '"docs google com spreadsheets"',
    "presentation": '"docs google com presentation"',
    "youtube": '"youtube com" OR "youtu be"',
}
# SQLite's integers end here; no mail is larger.
_LARGEST_NUMBER = 2**62
_SIZE = re.compile(r"(\d{1,12})([kmg]?)b?", re.IGNORECASE | re.ASCII)
_AGE = re.compile(r"(\d{1,5})([hdmy])", re.IGNORECASE | re.ASCII)
_DAY = re.compile(r"(\d{4})(?:[/.-](\d{1,2}))?(?:[/.-](\d{1,2}))?", re.ASCII)
_AMERICAN_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a search needs to know of the account; ``labels`` maps folded names to label ids."""

    account: str
    addresses: tuple[str, ...]
    zone: ZoneInfo
    now: datetime
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Condition:
    """``words`` (an FTS5 expression or empty) and ``sql`` must both hold."""

    words: str = ""
    sql: str = ""
    values: list[object] = field(default_factory=list)


_NOTHING = Condition(sql="0")


def compile_query(node: Node, mailbox: Mailbox) -> Condition:
    """The condition that finds what the tree asks for.

    Assumed: words match whole words, without case and accents, in subject, addresses, text and file names; values
    that an operator cannot read (``after:soon``) are searched as words. ``to:`` also finds Cc and Bcc (assumed).
    Dates mean midnight in the account's zone; Google's guide says the live API reads them in Pacific time.
    Source: https://developers.google.com/workspace/gmail/api/guides/filtering
    """
    match node:
        case Term():
            return _OPERATORS.get(node.operator, _in_words)(node, mailbox)
        case Near(left, right, distance):
            pair = f"NEAR({_phrase(left)} {_phrase(right)}, {distance})"
            return Condition(words=pair) if _has_word(left) and _has_word(right) else Condition()
        case Not(child):
            sql, values = as_sql(compile_query(child, mailbox))
            return Condition(sql=f"NOT {sql}", values=values)
        case All(children):
            return _all_of([compile_query(child, mailbox) for child in children])
        case AnyOf(children):
            return _any_of([compile_query(child, mailbox) for child in children])


def as_sql(condition: Condition) -> tuple[str, list[object]]:
    """The condition as one SQL expression in parentheses, with its values."""
    parts = [condition.sql] if condition.sql else []
    values: list[object] = []
    if condition.words:
        parts.insert(0, "m.seq IN (SELECT rowid FROM message_words WHERE message_words MATCH ?)")
        values.append(condition.words)
    return "(" + (" AND ".join(parts) or "1") + ")", [*values, *condition.values]


def fold_label(name: str) -> str:
    """A label's name as searches spell it: lower case, spaces and slashes as hyphens.

    Source: https://support.google.com/mail/answer/7190, ``label:``; the hyphens are assumed from Gmail's own links.
    """
    return re.sub(r"[\s/&()]+", "-", name.strip().lower())


def _all_of(conditions: list[Condition]) -> Condition:
    words = [f"({condition.words})" for condition in conditions if condition.words]
    sql = [condition.sql for condition in conditions if condition.sql]
    values = [value for condition in conditions for value in condition.values]
    return Condition(" AND ".join(words), " AND ".join(sql), values)


def _any_of(conditions: list[Condition]) -> Condition:
    only_words = [condition.words for condition in conditions if condition.words and not condition.sql]
    rest = [condition for condition in conditions if condition.sql or not condition.words]
    joined = Condition(words=" OR ".join(f"({words})" for words in only_words))
    if not rest:
        return joined
    compiled = [as_sql(condition) for condition in ([joined, *rest] if only_words else rest)]
    sql = " OR ".join(part for part, _ in compiled)
    return Condition(sql=f"({sql})", values=[value for _, values in compiled for value in values])


def _in_words(term: Term, _mailbox: Mailbox) -> Condition:
    if not _has_word(term.text):
        return Condition()
    columns = _WORD_COLUMNS.get(term.operator, _WORD_COLUMNS[""])
    return Condition(words=f"{{{columns}}} : {_phrase(term.text)}")


def _as_plain_words(term: Term, mailbox: Mailbox) -> Condition:
    return _in_words(Term("", f"{term.operator} {term.text}", True), mailbox)


def _by_address(term: Term, mailbox: Mailbox) -> Condition:
    marks = _ADDRESS_MARKS[term.operator]
    wanted = term.text.strip("<>").lower()
    if wanted == "me":
        return _has_address(marks, mailbox.addresses)
    if "@" not in wanted.strip("@") or " " in wanted:
        if term.operator == "deliveredto":
            return _NOTHING
        return _in_words(term, mailbox)
    exact = _has_address(marks, (wanted,))
    if term.operator == "deliveredto" or not _has_word(wanted):
        return exact
    return Condition(_in_words(Term(term.operator, wanted), mailbox).words, exact.sql, exact.values)


def _has_address(marks: str, addresses: tuple[str, ...]) -> Condition:
    values: list[object] = [f" {mark}:{address.lower()} " for mark in marks for address in addresses]
    return Condition(sql="(" + " OR ".join(["instr(m.addresses, ?)"] * len(values)) + ")", values=values)


def _label(mailbox: Mailbox, label_id: str) -> Condition:
    sql = "m.seq IN (SELECT seq FROM message_labels WHERE account = ? AND label_id = ?)"
    return Condition(sql=sql, values=[mailbox.account, label_id])


def _without_labels(*label_ids: str) -> Condition:
    marks = ", ".join("?" * len(label_ids))
    sql = f"NOT EXISTS (SELECT 1 FROM message_labels l WHERE l.seq = m.seq AND l.label_id IN ({marks}))"  # noqa: S608 - only question marks
    return Condition(sql=sql, values=list(label_ids))


def _by_place(term: Term, mailbox: Mailbox) -> Condition:
    name = fold_label(term.text)
    if name in ("anywhere", "all"):
        return Condition()
    if name == "archive":
        return _without_labels("INBOX", "SENT", "DRAFT", "SPAM", "TRASH", "CHAT")
    if name == "read":
        return _without_labels("UNREAD")
    label_id = _SYSTEM_NAMES.get(name) or mailbox.labels.get(name)
    return _label(mailbox, label_id) if label_id else _NOTHING


def _has(term: Term, mailbox: Mailbox) -> Condition:
    name = term.text.lower()
    if name in ("attachment", "attachments"):
        return Condition(sql="m.has_attachment")
    if name in _LINKED_FILES:
        return Condition(words=f"body : ({_LINKED_FILES[name]})")
    if name.endswith("-star"):
        return _label(mailbox, "STARRED") if name == "yellow-star" else _NOTHING
    own = "EXISTS (SELECT 1 FROM message_labels l WHERE l.seq = m.seq AND l.label_id LIKE 'Label\\_%' ESCAPE '\\')"
    if name in ("userlabels", "nouserlabels"):
        return Condition(sql=own if name == "userlabels" else f"NOT {own}")
    return _as_plain_words(term, mailbox)


def _category(term: Term, mailbox: Mailbox) -> Condition:
    name = term.text.lower()
    if name in ("primary", "personal"):
        return _primary(mailbox)
    return _label(mailbox, f"CATEGORY_{name.upper()}") if name in _CATEGORIES else _NOTHING


def _primary(mailbox: Mailbox) -> Condition:
    """Mail of the first tab; mail in the inbox without any category counts too (assumed)."""
    others = _without_labels(*(f"CATEGORY_{name.upper()}" for name in sorted(_CATEGORIES)))
    return _any_of([_label(mailbox, "CATEGORY_PERSONAL"), _all_of([_label(mailbox, "INBOX"), others])])


def _message_id(term: Term, mailbox: Mailbox) -> Condition:
    sql = "m.seq IN (SELECT seq FROM messages WHERE account = ? AND message_id = ?)"
    return Condition(sql=sql, values=[mailbox.account, term.text.strip("<> ")])


def _size(term: Term, mailbox: Mailbox) -> Condition:
    found = _SIZE.fullmatch(term.text)
    if found is None:
        return _as_plain_words(term, mailbox)
    size_bytes = min(int(found[1]) * 1024 ** " kmg".index(found[2].lower() or " "), _LARGEST_NUMBER)
    return Condition(sql="m.size < ?" if term.operator == "smaller" else "m.size > ?", values=[size_bytes])


def _date(term: Term, mailbox: Mailbox) -> Condition:
    moment = _read_moment(term.text, mailbox.zone)
    if moment is None:
        return _as_plain_words(term, mailbox)
    after = term.operator in ("after", "newer")
    sql = "m.internal_date >= ?" if after else "m.internal_date < ?"
    return Condition(sql=sql, values=[int(moment.timestamp() * 1000)])


def _read_moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        if text.isascii() and text.isdecimal() and len(text) > 4:
            return datetime.fromtimestamp(int(text), UTC)
        if found := _AMERICAN_DAY.fullmatch(text):
            return datetime(int(found[3]), int(found[1]), int(found[2]), tzinfo=zone)
        if found := _DAY.fullmatch(text):
            return datetime(int(found[1]), int(found[2] or 1), int(found[3] or 1), tzinfo=zone)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _age(term: Term, mailbox: Mailbox) -> Condition:
    found = _AGE.fullmatch(term.text)
    if found is None:
        return _as_plain_words(term, mailbox)
    sql = "m.internal_date >= ?" if term.operator == "newer_than" else "m.internal_date < ?"
    moment = _earlier(mailbox.now.astimezone(mailbox.zone), int(found[1]), found[2].lower())
    return Condition(sql=sql, values=[int(moment.timestamp() * 1000)])


def _earlier(now: datetime, count: int, unit: str) -> datetime:
    """The moment that many hours, days, calendar months or years before; 1970 when that is before all mail."""
    if unit in "hd":
        length = timedelta(hours=count) if unit == "h" else timedelta(days=count)
        return now - length if count < 300_000 else datetime(1970, 1, 1, tzinfo=UTC)
    months = now.year * 12 + now.month - 1 - (count if unit == "m" else count * 12)
    year, month = months // 12, months % 12 + 1
    if year < 1970:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))


def _phrase(text: str) -> str:
    return '"' + text.replace('"', " ").replace("\0", " ") + '"'


def _has_word(text: str) -> bool:
    """True when the tokenizer finds at least one word; FTS5 refuses or ignores empty phrases."""
    return any(letter.isalnum() for letter in text)


_OPERATORS: dict[str, Callable[[Term, Mailbox], Condition]] = {
    **dict.fromkeys(_ADDRESS_MARKS, _by_address),
    **dict.fromkeys(("label", "in", "is"), _by_place),
    **dict.fromkeys(("larger", "smaller", "size"), _size),
    **dict.fromkeys(("after", "before", "newer", "older"), _date),
    **dict.fromkeys(("newer_than", "older_than"), _age),
    "has": _has,
    "category": _category,
    "rfc822msgid": _message_id,
}
