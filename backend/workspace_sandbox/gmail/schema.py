"""The tables of Gmail: mailboxes, mail, labels, drafts, history, the outbox.

It is SQL only; who writes which row is in ``mailbox.py`` and its neighbours.
"""

# ``message_words`` keeps no text of its own: a deleted mail's words stay behind, but no row joins them any more,
# because AUTOINCREMENT never gives a number twice.
SCHEMA = """
CREATE TABLE IF NOT EXISTS mailboxes (
    email TEXT PRIMARY KEY COLLATE NOCASE,
    history_id INTEGER NOT NULL,
    history_floor INTEGER NOT NULL,
    hosts_domain INTEGER NOT NULL,
    next_label INTEGER NOT NULL DEFAULT 1,
    settings TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL COLLATE NOCASE,
    id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    history_id INTEGER NOT NULL,
    internal_date INTEGER NOT NULL,
    place INTEGER NOT NULL,
    labels TEXT NOT NULL,
    size INTEGER NOT NULL,
    has_attachment INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    addresses TEXT NOT NULL,
    snippet TEXT NOT NULL,
    raw BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS messages_by_id ON messages (account, id);
CREATE INDEX IF NOT EXISTS messages_by_thread ON messages (account, thread_id, internal_date);
CREATE INDEX IF NOT EXISTS messages_by_place ON messages (account, place, internal_date, seq);
CREATE INDEX IF NOT EXISTS messages_by_date ON messages (account, internal_date, seq);
CREATE INDEX IF NOT EXISTS messages_by_message_id ON messages (account, message_id);
CREATE TABLE IF NOT EXISTS message_labels (
    account TEXT NOT NULL COLLATE NOCASE,
    label_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (account, label_id, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS message_labels_by_message ON message_labels (seq);
CREATE VIRTUAL TABLE IF NOT EXISTS message_words USING fts5(
    subject, sender, recipient, cc, bcc, body, filename, list,
    content='', tokenize='unicode61 remove_diacritics 2'
);
CREATE TABLE IF NOT EXISTS thread_keys (
    account TEXT NOT NULL COLLATE NOCASE,
    key TEXT NOT NULL,
    subject TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    PRIMARY KEY (account, key, subject)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS labels (
    account TEXT NOT NULL COLLATE NOCASE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    account TEXT NOT NULL COLLATE NOCASE,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS drafts_by_message ON drafts (seq);
CREATE TABLE IF NOT EXISTS history (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL COLLATE NOCASE,
    history_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    changed TEXT NOT NULL,
    labels TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_by_id ON history (account, history_id);
CREATE TABLE IF NOT EXISTS outbox (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL COLLATE NOCASE,
    message_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TEXT NOT NULL
);
"""
