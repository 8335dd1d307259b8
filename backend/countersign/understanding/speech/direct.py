"""Reported speech as direct speech: what the person wants said becomes the sentence the recipient reads.

Must not add a thought: every word is the person's own, turned to the reader, or a word of the grammar ("Can you").
"""

import re

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.planned.steps import Pronoun, Say
from countersign.understanding.words.text import word_set
from countersign.understanding.words.verbs import AUXILIARIES, base_of_past, is_third_person, with_you

_WORD = Pattern(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]+|\s+|_+")
_SUBJECT: dict[Pronoun, str] = {"she": "she", "he": "he", "they": "they"}
_FORMS: dict[Pronoun, dict[str, str]] = {
    "she": {"she": "you", "her": "your", "hers": "yours", "herself": "yourself"},
    "he": {"he": "you", "him": "you", "his": "your", "himself": "yourself"},
    "they": {"they": "you", "them": "you", "their": "your", "theirs": "yours", "themselves": "yourselves"},
}
_CLITICS = {"'s": "'re", "'d": "'d", "'ll": "'ll", "'ve": "'ve", "'re": "'re"}
# After one of these "her" is the object ("I will call her back"), before any other word it owns it ("her mail").
_AFTER_OBJECT = word_set(
    "a an the that this these those to at in on by for from with about of and or but if when while because so as than"
    " after before until since though although again back soon later now today tomorrow tonight yesterday then there"
    " here know it i we you he she they my our your his their what which who where why how whether not please too"
    " also asap directly personally first next monday tuesday wednesday thursday friday saturday sunday is are was"
    " were will can could would should may might must have has had do does did out up over off down"
)
_CAPITALISED = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february april june july august september"
    " october november december"
)
_ADVERBS = word_set(
    "also always already just only still never often usually really probably definitely even then now certainly soon"
    " kindly please perhaps actually currently"
)
_OBLIGED = Pattern(
    r"^(?:please\s+)?(?:you)\s+(?:should|shall)(?P<no>\s+not"
    r"|n['’]t)?\s+(?:please\s+)?(?P<rest>\w.*)$",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION_WORDS = Pattern(
    r"^(?P<question>(?:what|which|whose)(?:\s+(?!(?:we|i|you|he|she|they|it|the|is|are|was"
    r"|were|will|can|could|would|should|has|have|had)\b)[\w-]+)?"
    r"|how(?:\s+(?:many|much|long|soon|often|far)(?:\s+(?!(?:we|i|you|he|she|they|it"
    r"|the)\b)[\w-]+)?)?|when|where|who|whom|why)\s+(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_BASES_LIKE_PAST = word_set("need feed proceed exceed succeed speed discuss miss pass guess process access")
_SECOND_THAT = Pattern(r"\b(and|but)\s+that\s+(?=(?:I|we|you|he|she|it|they|the|our|my|your)\b)")
_PRONOUN_SUBJECTS = word_set("we i you he she they it there this that everything everyone")
_PERIOD_ENDS = (".", "!", "?", "…", "。", "！", "？", ":", ")", "؟", "।")


def direct(say: Say, pronoun: Pronoun | None) -> str:
    """The sentence for one speech act, with a capital letter and a final mark; verbatim words come back untouched.

    `pronoun` is the one that stands for the reader; None leaves every pronoun as it is.
    """
    if say.kind == "verbatim":
        return say.text
    if say.kind == "direct":
        return _sentence(say.text, ".")
    words = to_reader(say.text, pronoun)
    match say.kind:
        case "ask_if":
            return _asked_whether(words)
        case "ask_what":
            return _asked_what(words)
        case "ask_to":
            return _sentence(_request(words), ".")
        case "ask_for" | "ask_about":
            return _sentence(f"May I ask {'for' if say.kind == 'ask_for' else 'about'} {words}", "?")
        case "thank":
            return _sentence(f"Thank you {words}".strip(), ".")
        case "apologise":
            return _sentence(f"I apologise {words}".strip(), ".")
        case "confirm":
            return _sentence(f"I confirm {words}", ".")
        case _:
            return _sentence(_stated(words), ".")


def to_reader(words: str, pronoun: Pronoun | None) -> str:
    """The words with the reader's pronoun turned to "you", verbs made to agree, and days and "i" with their capital."""
    tokens = _WORD.findall(words)
    spoken = [_spelled(token) for token in tokens]
    if pronoun is None:
        return "".join(spoken)
    return "".join(_turned(spoken, pronoun))


def _spelled(word: str) -> str:
    """The word with the capital letter English wants: "i", a weekday, a month that is no other word."""
    if word == "i" or word.startswith(("i'", "i’")):
        return "I" + word[1:]
    return word.capitalize() if word in _CAPITALISED else word


def _turned(tokens: list[str], pronoun: Pronoun) -> list[str]:
    turned: list[str] = []
    awaits_verb = False
    after_you = False
    for index, token in enumerate(tokens):
        low = token.lower().replace("’", "'")
        stem, clitic = _split_clitic(low)
        if low in _FORMS[pronoun] or (stem == _SUBJECT[pronoun] and clitic):
            turned.append(_cased(token, _as_you(tokens, index, stem, clitic, pronoun)))
            awaits_verb = after_you = stem == _SUBJECT[pronoun] and not clitic and pronoun != "they"
        elif awaits_verb and token.strip() and low not in _ADVERBS:
            turned.append(with_you(token))
            awaits_verb = False
        elif token.strip() in {".", "!", "?", ";"} or low in {"i", "we", "it", "he", "she", "they", "you"}:
            turned.append(token)
            awaits_verb = after_you = False
        elif after_you and low in {"is", "has", "was"} and _follows_and(tokens, index):
            turned.append(with_you(token))
        else:
            turned.append(token)
    return turned


def _follows_and(tokens: list[str], index: int) -> bool:
    before = [token.lower() for token in tokens[:index] if token.strip()]
    return bool(before) and before[-1] in {"and", "or", "but"}


def _split_clitic(low: str) -> tuple[str, str]:
    stem, mark, rest = low.partition("'")
    return (stem, mark + rest) if mark and mark + rest in _CLITICS else (low, "")


def _as_you(tokens: list[str], index: int, stem: str, clitic: str, pronoun: Pronoun) -> str:
    following = next((token.lower() for token in tokens[index + 1 :] if token.strip()), "")
    if clitic == "'s" and _is_past_participle(following):
        return "you've"
    if clitic:
        return "you" + _CLITICS[clitic]
    if stem == "her" and (not following[:1].isalnum() or following in _AFTER_OBJECT):
        return "you"
    if stem == "his" and not following[:1].isalnum():
        return "yours"
    return _FORMS[pronoun][stem]


def _is_past_participle(word: str) -> bool:
    return word in {"been", "got", "done", "had", "gone", "seen", "taken", "given", "already"}


def _cased(token: str, word: str) -> str:
    return word[:1].upper() + word[1:] if token[:1].isupper() else word


def _stated(words: str) -> str:
    """A statement; "you should call me" is a request and reads "Please call me"."""
    obliged = _OBLIGED.match(words)
    if obliged is None:
        return _SECOND_THAT.sub(r"\1 ", words)
    return f"Please {'do not ' if obliged['no'] else ''}{obliged['rest']}"


def _request(words: str) -> str:
    negative = re.match(r"^not\s+to\s+(?P<rest>.+)$", words, re.IGNORECASE | re.DOTALL)
    if negative:
        return f"Please do not {negative['rest']}"
    rest = re.sub(r"^to\s+(?:please\s+)?", "", words, flags=re.IGNORECASE)
    unwanted = re.match(r"^(?:not|never)\s+(?P<rest>.+)$", rest, re.IGNORECASE | re.DOTALL)
    return f"Please do not {unwanted['rest']}" if unwanted else f"Please {rest}"


def _asked_whether(words: str) -> str:
    """A yes-or-no question; in the reported order behind "please let me know" when English needs more than that."""
    inverted = _inverted(words)
    if inverted is None:
        return _sentence(f"Please let me know whether {words}", ".")
    return _sentence(inverted, "?")


def _asked_what(words: str) -> str:
    asked = _QUESTION_WORDS.match(words)
    if asked is None:
        return _sentence(f"Please let me know {words}", ".")
    rest = asked["rest"]
    if rest.split()[0].lower() in AUXILIARIES:
        return _sentence(words, "?")
    inverted = _inverted(rest)
    if inverted is None or asked["question"].lower() == "who":
        return _sentence(f"Please let me know {words}", ".")
    return _sentence(f"{asked['question']} {inverted}", "?")


def _inverted(clause: str) -> str | None:
    """The clause with its auxiliary first ("you can send" -> "can you send"); None when that is not sure."""
    words = clause.split(" ")
    if words[0].lower() in _PRONOUN_SUBJECTS:
        return _pronoun_inverted(words)
    for index in range(1, min(len(words), 6)):
        low = words[index].lower().strip(",.")
        if low in {"who", "that", "which", "where", "when", "if", "and", "or"} or words[index - 1].endswith(
            ","
        ):
            return None
        if low in AUXILIARIES and low not in {"do", "does", "did", "has", "have", "had"}:
            return " ".join([words[index], *words[:index], *words[index + 1 :]])
        if low in {"has", "had"} and index + 1 < len(words) and words[index + 1].endswith(("ed", "en", "ne")):
            return " ".join([words[index], *words[:index], *words[index + 1 :]])
    return None


def _pronoun_inverted(words: list[str]) -> str | None:
    subject, rest = words[0], words[1:]
    adverbs = []
    while rest and rest[0].lower() in _ADVERBS:
        adverbs.append(rest[0])
        rest = rest[1:]
    if not rest:
        return None
    verb = rest[0].lower().replace("’", "'").strip(",.")
    is_main_have = verb in {"have", "has", "had"} and not _has_participle(rest)
    if verb in AUXILIARIES and not is_main_have and not (verb in {"do", "does", "did"} and len(rest) == 1):
        return " ".join([rest[0], subject, *adverbs, *rest[1:]])
    base = base_of_past(rest[0])
    if base:
        return " ".join(["did", subject, *adverbs, base, *rest[1:]])
    if is_third_person(rest[0]) and subject.lower() in {"it", "he", "she"}:
        return " ".join(["does", subject, *adverbs, with_you(rest[0]), *rest[1:]])
    is_present = rest[0].lower() in _BASES_LIKE_PAST or not rest[0].lower().endswith(("ed", "s"))
    is_plain = subject.lower() in {"you", "we", "they", "i"} and is_present
    return (
        " ".join(["do", subject, *adverbs, *rest])
        if is_plain and rest[0].isalpha() and rest[0].islower()
        else None
    )


def _has_participle(rest: list[str]) -> bool:
    following = [word.lower().strip(",.?") for word in rest[1:3] if word.lower() not in _ADVERBS]
    return bool(following) and (
        following[0].endswith(("ed", "en", "wn"))
        or base_of_past(following[0]) is not None
        or following[0] in {"been", "done", "had", "gone", "become", "begun", "set", "put", "not"}
    )


def _sentence(words: str, mark: str) -> str:
    """The words with a capital letter first and a final mark, the person's own mark kept."""
    trimmed = words.strip().rstrip(",;")
    if not trimmed:
        return ""
    capital = trimmed if _starts_with_address(trimmed) else trimmed[0].upper() + trimmed[1:]
    if capital.endswith(_PERIOD_ENDS) or not (capital[-1].isalnum() or capital[-1] in "\"'”’%€$£"):
        return capital[:-1] + mark if mark == "?" and capital.endswith(".") else capital
    return capital + mark


def _starts_with_address(words: str) -> bool:
    first = words.split(maxsplit=1)[0]
    return "@" in first or "://" in first or any(char.isupper() for char in first[1:])
