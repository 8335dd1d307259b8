"""The door of this room: a person's request and its context become a plan, one precise question, or an honest no.

Must not act, and must not read anything but its two arguments: the same request in the same context gives the same
answer in every process.
"""

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.asking.planning import plan_asking
from countersign.understanding.grammar.asking.reading import AskReading
from countersign.understanding.grammar.cards import ConsentVerb, refers_to_card
from countersign.understanding.grammar.commands import ReplyReading
from countersign.understanding.grammar.intent import CardReading, ConsentReading, read_request
from countersign.understanding.grammar.messages.planning import plan_message
from countersign.understanding.grammar.messages.reading import MessageReading, PossibleSecondRequest
from countersign.understanding.grammar.refusals import LANGUAGE, TWO_REQUESTS, UNKNOWN, Refusal
from countersign.understanding.grammar.reply import plan_reply
from countersign.understanding.grammar.sets.commands import SetReading
from countersign.understanding.grammar.sets.planning import plan_set
from countersign.understanding.language import detect_language
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.plan import (
    CardReference,
    ChatConsent,
    Clarification,
    Understanding,
    Unsupported,
)
from countersign.understanding.words.text import RequestText, read_text

# A request longer than this is a pasted text, not a request; reading it would only cost time.
MAX_REQUEST_CHARACTERS = 20_000
# Nobody types so many signs in a row; patterns that look for the end of a run would read them again and again.
_LONG_RUN = Pattern(r"\s{40}|\W{120}")
_IN_THE_MAIL = "in the mail"
_A_SECOND_THING = "a second thing to do"
_CONSENT_WORDS: dict[ConsentVerb, str] = {
    "approve": "A message in the chat approves nothing",
    "reject": "A message in the chat rejects nothing",
    "undo": "A message in the chat undoes nothing",
}


def understand(request: str, context: RequestContext) -> Understanding:
    """What the request asks for: a plan, one question, or why it cannot be done.

    Pure and deterministic. Never raises on any text. A chat "yes" is never a decision, a draft, a reply to all or a
    second wish in one sentence is never planned as a plain reply.
    """
    text = read_text(request)
    if len(text.words) > MAX_REQUEST_CHARACTERS or _LONG_RUN.search(text.words):
        return _unsupported(Refusal("too_long", "read a request of this length"), context)
    reading = read_request(text)
    match reading:
        case ConsentReading():
            return _consent(reading.verb, context)
        case CardReading():
            return _card(text, context)
        case PossibleSecondRequest():
            return _possible_second(reading, text, context)
        case ReplyReading() | MessageReading():
            return _mail(reading, text, context)
        case AskReading():
            is_card = reading.is_bare and not context.shown and refers_to_card(text.folded)
            return _card(text, context) if is_card else plan_asking(reading, context)
        case SetReading():
            return (
                _card(text, context) if _may_mean_card(reading, text, context) else plan_set(reading, context)
            )
        case Refusal():
            return _unsupported(_named(reading, text), context)


def _consent(verb: ConsentVerb, context: RequestContext) -> ChatConsent:
    cards = context.open_cards
    if not cards:
        where = "and no card is waiting. Nothing was done."
    elif len(cards) == 1:
        where = f"decide on the card “{cards[0].title}”. Nothing was done."
    else:
        where = f"decide on the {len(cards)} cards that are waiting. Nothing was done."
    link = ", " if not cards else "; "
    return ChatConsent(
        verb=verb,
        approval_ids=tuple(card.approval_id for card in cards),
        message=f"{_CONSENT_WORDS[verb]}{link}{where}",
        context_digest=context.digest,
    )


def _card(text: RequestText, context: RequestContext) -> CardReference | Unsupported:
    cards = context.open_cards
    if not cards:
        return Unsupported(
            asked="card",
            message="There is no open card this could change. Tell me whose mail to reply to and what to say.",
            context_digest=context.digest,
        )
    named = [card for card in cards if _names_card(text.folded, card.title)] or list(cards)
    if len(named) == 1:
        message = f"Use “Ask for changes” on the card “{named[0].title}” for that; the chat changes no card."
    else:
        message = f"{len(named)} cards are open; use “Ask for changes” on the one you mean."
    return CardReference(
        approval_ids=tuple(card.approval_id for card in named),
        instructions=text.words,
        message=message,
        context_digest=context.digest,
    )


def _may_mean_card(reading: SetReading, text: RequestText, context: RequestContext) -> bool:
    """Whether "delete it" may be about the words on a card; the chat changes neither then."""
    reference = reading.mails.reference
    return (
        reference is not None
        and reference.is_one
        and bool(context.open_cards)
        and refers_to_card(text.folded)
    )


def _names_card(folded: str, title: str) -> bool:
    words = {word for word in title.lower().split() if len(word) > 2 and word not in {"reply", "mail", "the"}}
    return any(word in words for word in folded.replace("'s", " ").replace(",", " ").split())


def _possible_second(
    reading: PossibleSecondRequest, text: RequestText, context: RequestContext
) -> Understanding:
    """The plan when the person said that the words belong to the reply, the refusal when not, else the question."""
    answer = (context.answer("meaning") or "").lower()
    if "reply" in answer or "text" in answer or "mail" in answer:
        return _mail(reading.mail, text, context)
    if answer:
        return _unsupported(TWO_REQUESTS, context)
    return Clarification(
        slot="meaning",
        question=f"Should “{reading.words}” be written in the mail, or is it a second thing to do?",
        options=(_IN_THE_MAIL, _A_SECOND_THING),
        context_digest=context.digest,
    )


def _mail(
    reading: ReplyReading | MessageReading, text: RequestText, context: RequestContext
) -> Understanding:
    if isinstance(reading, MessageReading):
        return plan_message(reading, context)
    return plan_reply(reading, text, context)


def _named(refusal: Refusal, text: RequestText) -> Refusal:
    """The refusal, with the language named as the reason when the words are not English."""
    if refusal is not UNKNOWN:
        return refusal
    return refusal if detect_language(text.words) in {None, "en"} else LANGUAGE


def _unsupported(refusal: Refusal, context: RequestContext) -> Unsupported:
    message = refusal.message or f"I can't {refusal.words} yet."
    return Unsupported(asked=refusal.asked, message=message, context_digest=context.digest)
