"""Pages of messages and threads that match a search, newest first.

It reads only; the JSON around the ids is made by the handlers.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, replace
from sqlite3 import Row
from zoneinfo import ZoneInfo

from workspace_sandbox.gmail.identities import own_addresses
from workspace_sandbox.gmail.known_labels import SYSTEM_LABELS, label_ids_by_name
from workspace_sandbox.gmail.search.compile import Condition, Mailbox, compile_query, fold_label
from workspace_sandbox.gmail.search.query import MOST_TERMS, Node, QueryTooComplexError, parse_query, terms
from workspace_sandbox.kernel.call import Call
from workspace_sandbox.kernel.errors import invalid_argument

# Estimates are counted up to here; live ones are not trustworthy either.
_COUNTED = 201
_PLACES = {"SPAM": 1, "TRASH": 2}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with ``id``, ``thread_id``, ``seq`` and ``internal_date``; ``next_token`` is empty on the last page."""

    rows: list[Row]
    next_token: str
    estimate: int


def list_messages(call: Call) -> Page:
    """One page of matching messages. Drafts are among them, as in the live API (assumed).

    Raises:
        GoogleError: 400 for an unknown label, a foreign page token or a query of too many conditions.
    """
    found = _condition(call)
    source, values = _source(found, call.account)
    limit = _limit(call)
    after, after_values = _after(call, "m.internal_date", "m.seq")
    rows = call.store.all(
        f"SELECT m.id, m.thread_id, m.seq, m.internal_date {source} {after}"
        " ORDER BY m.internal_date DESC, m.seq DESC LIMIT ?",
        (*values, *after_values, limit + 1),
    )
    return _page(call, rows, limit, f"SELECT 1 {source}", values)


def list_threads(call: Call) -> Page:
    """One page of threads with at least one matching message, by their newest matching message.

    Source: https://developers.google.com/workspace/gmail/api/guides/threads ("If any message in a thread matches the
    query, the thread is returned"); the order is assumed.
    """
    found = _condition(call)
    source, values = _source(found, call.account)
    limit = _limit(call)
    after, after_values = _after(call, "internal_date", "seq")
    rows = call.store.all(
        "SELECT thread_id AS id, thread_id, seq, internal_date FROM"  # noqa: S608 - built from our own pieces
        f" (SELECT m.thread_id, MAX(m.seq) AS seq, MAX(m.internal_date) AS internal_date {source} GROUP BY m.thread_id)"
        f" WHERE 1 {after} ORDER BY internal_date DESC, seq DESC LIMIT ?",
        (*values, *after_values, limit + 1),
    )
    return _page(call, rows, limit, f"SELECT DISTINCT m.thread_id {source}", values)


def _condition(call: Call) -> Condition:
    """The search, the label ids and the places together."""
    try:
        tree = parse_query(call.params.get("q") or "")
    except QueryTooComplexError:
        raise invalid_argument(f"The query holds more than {MOST_TERMS} conditions") from None
    found = compile_query(tree, _mailbox(call))
    parts = [found.sql] if found.sql else []
    values = list(found.values)
    label_ids = call.params.get("labelIds") or []
    known = {*SYSTEM_LABELS, *label_ids_by_name(call.store, call.account).values()}
    for label_id in label_ids:
        if label_id not in known:
            raise invalid_argument(f"Invalid label: {label_id}")
        parts.append("m.seq IN (SELECT seq FROM message_labels WHERE account = ? AND label_id = ?)")
        values += [call.account, label_id]
    places = _places(tree, label_ids, everything=bool(call.params.get("includeSpamTrash")))
    if len(places) < 3:
        parts.append(f"m.place IN ({', '.join(map(str, sorted(places)))})")
    return replace(found, sql=" AND ".join(parts), values=values)


def _places(tree: Node, label_ids: list[str], *, everything: bool) -> set[int]:
    """Where to look: spam and trash only when asked for, by parameter, by label or by ``in:``.

    Source: ``includeSpamTrash`` in the discovery document; that ``in:spam`` in the query is enough is assumed.
    """
    if everything:
        return {0, 1, 2}
    places = {0} | {_PLACES[label_id] for label_id in label_ids if label_id in _PLACES}
    for term in terms(tree):
        name = fold_label(term.text)
        if term.operator not in ("in", "label", "is"):
            continue
        if name == "anywhere":
            return {0, 1, 2}
        if name in ("spam", "junk"):
            places.add(1)
        if name in ("trash", "bin"):
            places.add(2)
    return places


def _mailbox(call: Call) -> Mailbox:
    row = call.store.one("SELECT time_zone FROM accounts WHERE email = ?", (call.account,))
    labels = label_ids_by_name(call.store, call.account)
    return Mailbox(
        account=call.account,
        addresses=own_addresses(call.store, call.account),
        zone=ZoneInfo(row["time_zone"] if row else "UTC"),
        now=call.now,
        labels={
            **{label_id.lower(): label_id for label_id in SYSTEM_LABELS},
            **{fold_label(name): label_id for name, label_id in labels.items()},
        },
    )


def _source(found: Condition, account: str) -> tuple[str, list[object]]:
    """FROM and WHERE; with words the word index leads, so that rare words stay fast in a large mailbox."""
    where = f" AND {found.sql}" if found.sql else ""
    if found.words:
        joined = "FROM message_words CROSS JOIN messages m ON m.seq = message_words.rowid"
        return f"{joined} WHERE message_words MATCH ? AND m.account = ?{where}", [
            found.words,
            account,
            *found.values,
        ]
    return f"FROM messages m WHERE m.account = ?{where}", [account, *found.values]


def _limit(call: Call) -> int:
    """At most 500 a page. Source: ``maxResults`` in the discovery document."""
    return max(1, min(int(call.params.get("maxResults") or 100), 500))


def _after(call: Call, date_column: str, seq_column: str) -> tuple[str, list[object]]:
    """What lies behind the page token; new mail never moves a page, because it sorts before it."""
    token = call.params.get("pageToken")
    if not token:
        return "", []
    try:
        date, seq = map(int, urlsafe_b64decode(token.encode()).decode().split("."))
    except (Base64Error, ValueError):
        raise invalid_argument("Invalid pageToken") from None
    if not (0 <= date < 2**62 and 0 <= seq < 2**62):
        raise invalid_argument("Invalid pageToken")
    return f"AND ({date_column}, {seq_column}) < (?, ?)", [date, seq]


def _page(call: Call, rows: list[Row], limit: int, counted: str, values: list[object]) -> Page:
    if len(rows) <= limit and not call.params.get("pageToken"):
        return Page(rows, "", len(rows))
    total = call.store.one(f"SELECT COUNT(*) FROM ({counted} LIMIT {_COUNTED})", values)  # noqa: S608 - our own pieces
    estimate = int(total[0]) if total else len(rows)
    if len(rows) <= limit:
        return Page(rows, "", estimate)
    last = rows[limit - 1]
    token = urlsafe_b64encode(f"{last['internal_date']}.{last['seq']}".encode()).decode()
    return Page(rows[:limit], token, estimate)
