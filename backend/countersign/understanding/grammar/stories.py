"""Requests that name the mail, or the words, before the command: "Dana wrote about the window. Tell her ...".

Must not read a command by itself; it hands the rest to `commands` and joins the two.
"""

from dataclasses import replace

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.commands import (
    IN_REPLY,
    REPLY_VERB_PERCENT,
    SAY_VERB,
    SURE_PERCENT,
    ReplyReading,
    after_politeness,
    end_of_words,
    is_over,
    read_back,
    read_tell,
    read_verb,
)
from countersign.understanding.grammar.refusing.verbs import refuse_verb
from countersign.understanding.grammar.saying import Saying, read_saying
from countersign.understanding.grammar.target import Target, read_target
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_IN_REPLY_FIRST = Pattern(IN_REPLY)
_FRONT = Pattern(r"(?:to|for|on|regarding|about|concerning|re|as[ ]+for|with[ ]+regards?[ ]+to)\b:?[ ]+")
_STORY = Pattern(
    rf"(?P<person>{terms.PERSON})(?:'s(?=[ ]+(?:waiting|asking)))?[ ]+(?:(?:has"
    r"|have)[ ]+)?(?:(?:just|last|recently)[ ]+)?(?:wrote|written|e-?mailed|mailed|asked"
    r"|sent|messaged|replied|says|writes|asks"
    rf"|wants|(?:is[ ]+)?(?:asking|waiting))\b(?P<what>[^.;:\n?!-]{{0,120}}?)(?:[.;:,\n?!]"
    r"|[ ]+-+[ ]|[ ]+(?:so|and)\b)[\s,]*"
)
_GOT = Pattern(r"(?:i|we)(?:'ve|\s+have)?\s+(?:just\s+)?(?:got|received|had)\s+|(?:there\s+is|there's)\s+")
_SENTENCE_BREAK = Pattern(r"[ ]*(?:[:,;.!?\n]|-+[ ])[\s,]*(?:(?:and|so|then)\b[\s,]*)?")
# The words before must have ended: "I will send it to Randy" is a sentence of its own, not a command.
_THAT_BACK = Pattern(
    r"(?:[\s\"]{0,4}[.,;:!?)\"\n-][\s.,;:!?)\"-]{0,8}(?:(?:and|then)\b\s*)?)(?:please\s+|(?:can|could)\s+you\s+)?"
    rf"(?:(?:send|write|mail|e-?mail|give|use)\s+(?:that|this|it)(?:\s+{IN_REPLY}|\s+back\s+(?:{IN_REPLY}|to\b\s*))"
    r"|(?:reply|answer|respond)\s+(?:that|this|it|with\s+that|with\s+this)(?:\s+back)?\s+to\b\s*)"
)


def read_mail_first(text: RequestText, start: int) -> ReplyReading | None:
    """The reading of a mail, a story about one, or the words, each followed by the command."""
    for reader in (_read_story, _read_mail_first, _read_words_first):
        reading = reader(text, start)
        if reading is not None:
            return reading
    return None


def read_front(text: RequestText, start: int) -> ReplyReading | None:
    """'In reply to Dana's last mail, say ...', 'To Dana's last mail, answer ...'."""
    match = _IN_REPLY_FIRST.match(text.folded, start)
    front = match or _FRONT.match(text.folded, start)
    if front is None:
        return None
    target = read_target(text, front.end())
    if target is None:
        return None
    is_heading = text.folded[target.end : target.end + 1] in {":", ","} and target.person is not None
    if match is None and not target.names_mail and not is_heading:
        return None
    return _after_break(text, target, match is not None)


def _read_mail_first(text: RequestText, start: int) -> ReplyReading | None:
    """'Dana's last mail: reply that ...', 'I got a mail from Dana. Tell her ...'."""
    got = _GOT.match(text.folded, start)
    target = read_target(text, got.end() if got else start)
    if target is None or not target.names_mail or _begins_as_command(text, start, target.person):
        return None
    return _after_break(text, target, needs_verb=False)


def _read_story(text: RequestText, start: int) -> ReplyReading | None:
    """'Dana wrote about the delivery window. Tell her ...'."""
    match = _STORY.match(text.folded, start)
    if match is None:
        return None
    person = text.slice(*match.span("person")).strip("<>. ")
    if _begins_as_command(text, start, person):
        return None
    told = read_target(
        RequestText(
            "mail" + text.words[match.start("what") : match.end("what")], "mail" + match.group("what")
        ),
        0,
    )
    topic = told.topic_words if told else ()
    target = Target(end=match.end(), person=person, names_mail=True, topic_words=topic)
    return _command_about(text, target, match.end())


def _begins_as_command(text: RequestText, start: int, person: str | None) -> bool:
    """Whether "Archive Dana" was read as a name; "Mark" alone is one."""
    refusal = refuse_verb(text.folded[start:])
    return refusal is not None and (person is None or " " in person)


def _read_words_first(text: RequestText, start: int) -> ReplyReading | None:
    """'We can take delivery on Wednesday - send that as a reply to Dana's last mail'."""
    for match in _THAT_BACK.finditer(text.folded, start):
        target = read_target(text, match.end())
        if target is None or not is_over(text, target.end) or match.start() <= start:
            continue
        quote_end = end_of_words(match)
        saying = read_saying(text, start, quote_end) or _statement(text, start, quote_end)
        return ReplyReading(target, saying, REPLY_VERB_PERCENT)
    return None


def _statement(text: RequestText, start: int, end: int) -> Saying | None:
    """The words as a statement, by way of a colon nobody typed."""
    shifted = RequestText(": " + text.words[start:end], ": " + text.folded[start:end])
    return read_saying(shifted, 0)


def _after_break(text: RequestText, target: Target, needs_verb: bool) -> ReplyReading | None:
    gap = _SENTENCE_BREAK.match(text.folded, target.end)
    position = gap.end() if gap else target.end
    command = _command_about(text, target, position)
    if command is not None or not needs_verb:
        return command
    saying = read_saying(text, target.end)
    return ReplyReading(target, saying, SURE_PERCENT) if saying else None


def _command_about(text: RequestText, target: Target, position: int) -> ReplyReading | None:
    """A command that follows a mail already named: its own target may only add to it."""
    start = after_politeness(text, position)
    for reader in (read_back, read_verb, read_tell):
        inner = reader(text, start)
        if inner is not None:
            return ReplyReading(_merge(target, inner.target), inner.saying, SURE_PERCENT)
    if SAY_VERB.match(text.folded, start) and (saying := read_saying(text, start)):
        return ReplyReading(target, saying, SURE_PERCENT)
    return None


def _merge(named: Target, inner: Target) -> Target:
    """The mail named before with what the command adds; another person in the command stands for a second mail."""
    if inner.person and named.person and not _same_person(named.person, inner.person):
        return replace(inner, is_several=True)
    return replace(
        named,
        end=inner.end,
        person=named.person or inner.person,
        pronoun=named.pronoun or inner.pronoun,
        topic_words=named.topic_words or inner.topic_words,
        when_words=named.when_words,
        account_words=named.account_words or inner.account_words,
        is_several=named.is_several or inner.is_several,
        other_order=named.other_order or inner.other_order,
    )


def _same_person(one: str, other: str) -> bool:
    first, second = one.lower().split(), other.lower().split()
    return bool(set(first) & set(second))
