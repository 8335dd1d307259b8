"""English verb forms the writer needs: "has" with you becomes "have", "sent" after did becomes "send".

Must not guess an unknown past form: it answers None and the writer keeps the reported order instead.
"""

from countersign.understanding.words.text import word_set

AGREEMENT = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "isn't": "aren't",
    "wasn't": "weren't",
    "hasn't": "haven't",
    "doesn't": "don't",
}
AUXILIARIES = word_set(
    "is are was were am has have had do does did can could will would shall should may might must isn't aren't wasn't"
    " weren't hasn't haven't hadn't doesn't don't didn't can't couldn't won't wouldn't shouldn't cannot"
)
# Past forms that do not end in -ed, by their base; the commonest of English mail.
_PAST = {
    "got": "get",
    "sent": "send",
    "received": "receive",
    "saw": "see",
    "read": "read",
    "made": "make",
    "paid": "pay",
    "found": "find",
    "left": "leave",
    "went": "go",
    "came": "come",
    "took": "take",
    "gave": "give",
    "told": "tell",
    "said": "say",
    "met": "meet",
    "bought": "buy",
    "sold": "sell",
    "wrote": "write",
    "spoke": "speak",
    "heard": "hear",
    "kept": "keep",
    "knew": "know",
    "thought": "think",
    "brought": "bring",
    "forgot": "forget",
    "chose": "choose",
    "signed": "sign",
    "needed": "need",
    "wanted": "want",
    "booked": "book",
    "ordered": "order",
    "shipped": "ship",
    "planned": "plan",
    "arrived": "arrive",
    "moved": "move",
    "used": "use",
    "decided": "decide",
    "approved": "approve",
    "changed": "change",
    "cancelled": "cancel",
    "called": "call",
    "asked": "ask",
    "checked": "check",
    "finished": "finish",
    "liked": "like",
    "managed": "manage",
    "noticed": "notice",
}
_ENDS_WITH_ES = ("sses", "shes", "ches", "xes", "zes", "oes")
_NO_VERB = word_set(
    "always perhaps sometimes afterwards besides perhaps its his this thus is was has does as us yes plus across less"
    " towards downstairs upstairs nowadays"
)


def with_you(verb: str) -> str:
    """The present form that goes with "you" of a third person form; other words come back unchanged."""
    low = verb.lower()
    if low in AGREEMENT:
        return AGREEMENT[low]
    if low in _NO_VERB or not low.endswith("s") or low.endswith("ss") or len(low) < 4:
        return verb
    if low.endswith("ies") and len(low) > 4:
        return verb[:-3] + "y"
    return verb[:-2] if low.endswith(_ENDS_WITH_ES) else verb[:-1]


def is_third_person(verb: str) -> bool:
    """Whether the word looks like "needs": a present form that changes with "you"."""
    return with_you(verb) != verb and verb.lower() not in AUXILIARIES


def base_of_past(verb: str) -> str | None:
    """The base form of a known past form; None when it is not known."""
    return _PAST.get(verb.lower())
