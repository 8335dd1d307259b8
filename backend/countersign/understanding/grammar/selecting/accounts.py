"""Which connected accounts the person's words name."""

from countersign.understanding.context import ContextAccount, RequestContext
from countersign.understanding.plan import Clarification

_ALSO_CALLED = {"private": "personal", "home": "personal", "business": "work", "company": "work"}


def accounts_called(wanted: str | None, context: RequestContext) -> tuple[str, ...] | Clarification:
    """Ids of the accounts so called, of all of them for None, the default first; a question when none is."""
    ordered = sorted(context.accounts, key=lambda account: not account.is_default)
    if wanted is None:
        return tuple(account.id for account in ordered)
    answer = (context.answer("account") or "").lower()
    named = [
        account.id
        for account in ordered
        if _is_called(account, wanted) or (answer and _is_called(account, answer))
    ]
    if named:
        return tuple(named)
    return Clarification(
        slot="account",
        question=f"I know no account called “{wanted}”. Which one do you mean?",
        options=tuple(account.email for account in context.accounts),
        context_digest=context.digest,
    )


def _is_called(account: ContextAccount, words: str) -> bool:
    email = account.email.lower()
    names = {
        account.label.lower(),
        email,
        email.partition("@")[2],
        email.partition("@")[2].partition(".")[0],
    }
    return words in names or _ALSO_CALLED.get(words) in names
