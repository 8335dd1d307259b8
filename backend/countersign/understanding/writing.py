"""The writer without a model: composes replies, new mails and notes from the person's words and what the mail tells.

Must not invent: no stock sentence, no placeholder, no signature (the sending alias has its own) and no translation.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from countersign.understanding.language import detect_language
from countersign.understanding.planned.steps import ReplyInstruction
from countersign.understanding.quoting import new_words, sign_off_name
from countersign.understanding.speech.direct import direct
from countersign.understanding.speech.greeting import is_greeted
from countersign.understanding.speech.readers import first_name, greeting_line, is_name, together_line
from countersign.understanding.speech.subject import subject_from

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


class ThreadFacts(BaseModel):
    """What the writer may know of the conversation; all of it was read from the mail being answered.

    Attributes:
        sender_name: display name of the mail's sender, possibly empty.
        sign_off_name: the name the sender signs with ("Dana"), None when they do not.
        language: ISO 639-1 code of the sender's own words, None when not clear.
        to_several: whether the reply goes to more people than the sender; then all of them are greeted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender_name: str = ""
    sign_off_name: str | None = None
    language: str | None = None
    to_several: bool = False


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


class MailDraft(DraftText):
    """A written new mail: its text, and the subject it is sent under."""

    subject: str


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
    said = said_in(instruction)
    words_language = instruction.language or _language_of(said)
    language = words_language or facts.language or "en"
    notes = _language_notes(words_language, facts.language)
    if is_greeted(said):
        return DraftText(body_text=said, notes=notes)
    if facts.to_several:
        return DraftText(body_text=f"{together_line(language)}\n\n{said}", notes=notes)
    name, source = _name(facts)
    used = (source,) if name else ()
    return DraftText(body_text=f"{greeting_line(language, [name])}\n\n{said}", facts_used=used, notes=notes)


def compose_mail(
    instruction: ReplyInstruction, recipients: Sequence[str], subject: str | None = None
) -> MailDraft:
    """The new mail: a greeting by first names, then what was to be said; pure.

    Args:
        instruction: what to say.
        recipients: display names of those it goes to, "" for one known by address only; cc and bcc are not greeted.
        subject: as the person gave it; None takes the first sentence that says something, shortened at a word.
    """
    said = said_in(instruction)
    language = instruction.language or _language_of(said) or "en"
    given = " ".join((subject or "").split())
    chosen = given or subject_from(said)
    if is_greeted(said):
        return MailDraft(body_text=said, subject=chosen)
    names = [first_name(recipient) for recipient in recipients]
    used = ("the names in their addresses or your contacts",) if any(names) else ()
    line = greeting_line(language, names)
    return MailDraft(body_text=f"{line}\n\n{said}", subject=chosen, facts_used=used)


def compose_note(note: ReplyInstruction | None) -> DraftText:
    """The words above a forwarded mail, as they were asked for; empty when none were. No greeting is added."""
    return DraftText(body_text=said_in(note) if note else "")


def said_in(instruction: ReplyInstruction) -> str:
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
    if facts.sign_off_name and is_name(facts.sign_off_name):
        return facts.sign_off_name.strip(), "the name they sign with"
    first = first_name(facts.sender_name)
    return (first, "their display name") if first else ("", "")
