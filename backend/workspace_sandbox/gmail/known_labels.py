"""Which labels a mailbox knows: Google's own and the user's, by name; nothing is changed here."""

from workspace_sandbox.store import Store

# Source: https://developers.google.com/workspace/gmail/api/guides/labels, with the category labels.
SYSTEM_LABELS = (
    *("CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "CATEGORY_FORUMS", "CATEGORY_UPDATES"),
    *("CATEGORY_PERSONAL", "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "YELLOW_STAR", "STARRED", "UNREAD"),
)


def label_ids_by_name(store: Store, account: str) -> dict[str, str]:
    """The user's labels: name to id."""
    rows = store.all("SELECT name, id FROM labels WHERE account = ?", (account,))
    return {str(row["name"]): str(row["id"]) for row in rows}
