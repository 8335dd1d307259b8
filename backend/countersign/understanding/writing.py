"""The writer without a model: composes a reply from the person's words and the facts of the conversation.

Must not invent: no stock sentence, no placeholder, no signature (the sending alias has its own) and no translation.
"""

import re

from pydantic import BaseModel, ConfigDict

from countersign.understanding.language import detect_language
from countersign.understanding.planned.steps import ReplyInstruction
from countersign.understanding.quoting import new_words, sign_off_name
from countersign.understanding.speech.direct import direct
from countersign.understanding.speech.greeting import GREETINGS, is_greeted

_NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "sv": "Swedish",
    "da": "Danish",
    "pl": "Polish",
    "tr": "Turkish",
    "cs": "Czech",
}
_SAFE_NAME = re.compile(r"[^\W\d_]+(?:[-'’. ]+[^\W\d_]+){0,3}\.?")
_LONGEST_NAME = 40


class ThreadFacts(BaseModel):
    """What the writer may know of the conversation; all of it was read from the mail being answered.

    Attributes:
        sender_name: display name of the mail's sender, possibly empty.
        sign_off_name: the name the sender signs with ("Dana"), None when they do not.
        language: ISO 639-1 code of the sender's own words, None when not clear.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender_name: str = ""
    sign_off_name: str | None = None
    language: str | None = None


class DraftText(BaseModel):
    """A written text, and what it rests on.

    Attributes:
        body_text: plain text with LF line ends, without signature and quote.
        facts_used: one plain phrase for each fact of the conversation that is in the text.
        notes: what the person should know before approving, in plain sentences.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_text: str
    facts_used: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def facts_of_mail(sender_name: str, body_text: str) -> ThreadFacts:
    """What the mail being answered tells the writer: how its sender signs and which language they write.

    Reads only their own new words, not what they quote or their signature block.
    """
    own = new_words(body_text)
    return ThreadFacts(
        sender_name=sender_name,
        sign_off_name=sign_off_name(body_text, sender_name),
        language=detect_language(own),
    )


def compose_reply(instruction: ReplyInstruction, facts: ThreadFacts) -> DraftText:
    """The reply: a greeting by the name the person signs with, then what was to be said, and nothing else.

    The greeting is in the language of the words when that is clear, else in the conversation's; words that begin
    with a greeting get no second one. There is no closing: the alias's signature ends the mail. Pure.
    """
    said = _paragraphs(instruction)
    words_language = instruction.language or _language_of(said)
    language = words_language or facts.language or "en"
    notes = _language_notes(words_language, facts.language)
    if is_greeted(said):
        return DraftText(body_text=said, notes=notes)
    name, source = _name(facts)
    greeting = GREETINGS.get(language, GREETINGS["en"])
    if not name:
        return DraftText(body_text=f"{greeting},\n\n{said}", notes=notes)
    return DraftText(body_text=f"{greeting} {name},\n\n{said}", facts_used=(source,), notes=notes)


def _paragraphs(instruction: ReplyInstruction) -> str:
    """The speech acts as running text; set apart words keep their own lines."""
    sentences = [direct(part, instruction.recipient_pronoun) for part in instruction.parts]
    return " ".join(sentence for sentence in sentences if sentence)


def _language_of(said: str) -> str | None:
    return detect_language(said) if len(said.split()) > 3 else None


def _language_notes(words: str | None, thread: str | None) -> tuple[str, ...]:
    if words is None or thread is None or words == thread:
        return ()
    return (
        f"The conversation is in {_NAMES.get(thread, thread)}, your words are in {_NAMES.get(words, words)}.",
    )


def _name(facts: ThreadFacts) -> tuple[str, str]:
    """The name to greet with and where it is from; only letters, so that no mail can put other text there."""
    if facts.sign_off_name and _is_name(facts.sign_off_name):
        return facts.sign_off_name.strip(), "the name they sign with"
    first = _first_name(facts.sender_name)
    return (first, "their display name") if first else ("", "")


def _first_name(display_name: str) -> str:
    """The given name of "Dana Reyes" or "Reyes, Dana"; "" for an address, a company form or anything odd."""
    name = display_name.strip().strip("\"'")
    if "@" in name or not name:
        return ""
    if name.count(",") == 1:
        name = name.partition(",")[2].strip() or name.partition(",")[0]
    words = name.split()
    while words and words[0].lower().rstrip(".") in {"dr", "prof", "mr", "mrs", "ms", "herr", "frau"}:
        return name if _is_name(name) else ""
    first = words[0] if words else ""
    return first if _is_name(first) and len(first.rstrip(".")) > 1 else ""


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and _SAFE_NAME.fullmatch(text.strip()) is not None
