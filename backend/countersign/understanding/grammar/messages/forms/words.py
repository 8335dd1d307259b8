"""What a new mail is to say: a saying, something asked of its reader, a plain sentence, or a file in their place.

Must not take words for a sentence that have no verb: "email Bob the report" says nothing.
"""

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.commands import is_over
from countersign.understanding.grammar.messages.beside.files import read_file
from countersign.understanding.grammar.messages.reading import FileWords
from countersign.understanding.grammar.saying import Saying, read_saying
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Say
from countersign.understanding.words.text import RequestText, word_set
from countersign.understanding.words.verbs import AUXILIARIES, base_of_past

ABOUT = (
    r"(?:about|regarding|concerning|re|on[ ]+the[ ]+(?:topic|subject)[ ]+of|with[ ]+regards?[ ]+to"
    r"|in[ ]+regard[ ]+to)\b[ ]*:?"
)
_TOPIC = Pattern(
    rf"[ ]*,?[ ]+{ABOUT}[ ]*(?:\"(?P<quoted>[^\"\n]{{1,120}})\""
    rf"|(?P<topic>[^\n]{{1,80}}?))(?={terms.SAYING_AHEAD}|[ ]+to[ ]+\w+[ ])"
)
_TO_DO = Pattern(r"[ ]*,?[ ]*(?P<to>(?:not[ ]+)?to[ ]+(?:please[ ]+)?(?P<verb>[a-z]+)\b)")
# "email Bob to ..." with one of these asks Bob to do it; with "order", "thank" or "discuss" the writer may do it.
_ASKED_OF_READER = word_set(
    "call phone ring send bring check come wait pay sign return give review fix pick join confirm stop start"
    " open close clean"
    " deliver collect hand hurry prepare print read reply respond answer remember forward keep leave move meet"
    " look finish submit"
    " upload update correct resend redo repair remove water feed lock turn take tell let text approve complete"
    " fill hold be get"
)
_ASKED_WITH_ME = Pattern(r"\b(?:me|us|you|him|her|them|back|it|the|my|our|his|their|in|off|up|on|at|by)\b|$")
_BARE = Pattern(r"[ ]*(?=[\w\"'])")
_NO_BARE = Pattern(
    r"(?:what|which|who|whatever|how|why|where|and|or|to|with|for|from|in|on|at|by|as|about|cc|bcc|if|when"
    r"|after|before|unless|once|not|asap|back)\b"
)
_SHORT_VERB = Pattern(r"(?:'(?:re|ll|ve|d|m)|\b(?:it|that|there|here|he|she|everything|nobody)'s)$")
_BEGINS_A_SENTENCE = word_set(
    "we i you yes no ok okay please thanks thank sorry congratulations happy hi hello hey dear good"
)
# "email Bob to order five chairs" may mean that either orders them: the words are asked for.
_NOT_SAID = Saying((), 0, 0)


def read_topic(text: RequestText, position: int) -> tuple[str | None, int]:
    """What the mail is about as named at `position`, None when nothing is, and the offset behind it."""
    match = _TOPIC.match(text.folded, position)
    if match is None:
        return None, position
    span = match.span("quoted") if match.group("quoted") else match.span("topic")
    return text.slice(*span), match.end()


def file_instead(text: RequestText, position: int) -> tuple[FileWords, Saying | None] | None:
    """A file with a place in the position of the words: "email Bob the contract I uploaded"."""
    begin = _BARE.match(text.folded, position)
    found = read_file(text, begin.end()) if begin else None
    if found is None or not found[0].has_place:
        return None
    saying = read_saying(text, found[1])
    if saying is None and not is_over(text, found[1]):
        return None
    return found[0], saying


def words_of_mail(text: RequestText, position: int) -> Saying | None:
    """What the mail is to say: a saying, something asked of the reader, or a plain sentence with a verb."""
    asked = _TO_DO.match(text.folded, position)
    if asked is not None and asked.group("verb") not in {
        "say",
        "tell",
        "ask",
        "let",
        "inform",
        "confirm",
        "thank",
        "apologise",
        "apologize",
        "remind",
    }:
        is_asked = asked.group("verb") in _ASKED_OF_READER and _ASKED_WITH_ME.search(text.folded, asked.end())
        if not is_asked:
            return _NOT_SAID
        say = Say(kind="ask_to", text=text.slice(asked.start("to")))
        return Saying((say,), position, asked.start("to"))
    saying = read_saying(text, position)
    if saying is not None:
        plain = saying.parts[0].kind == "state" and not text.folded[saying.start : saying.body_start].strip(
            " ,"
        )
        return saying if not plain or _has_verb(saying.parts[0].text) else None
    bare = _BARE.match(text.folded, position)
    if bare is None or _NO_BARE.match(text.folded, bare.end()) or not _has_verb(text.slice(bare.end())):
        return None
    return Saying((Say(kind="state", text=text.slice(bare.end())),), position, bare.end())


def _has_verb(words: str) -> bool:
    """Whether the first words hold a verb for sure: "the report is late" does, "the report from Monday" does not."""
    first = [word.strip(",.!?").lower().replace("’", "'") for word in words.split()[:8]]
    begins = bool(first) and first[0] in _BEGINS_A_SENTENCE
    has_auxiliary = any(word in AUXILIARIES or _SHORT_VERB.search(word) for word in first[:7])
    return begins or has_auxiliary or any(base_of_past(word) for word in first[1:4])
