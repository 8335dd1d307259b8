"""What a question clause is about: "whether the pallets have arrived" is about the pallets.

Must not hand on the verb as a word to search for: mail says "will arrive" where the question says "arrived".
"""

from countersign.understanding.grammar.selecting.limits.behind import begins_limit, read_behind
from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.grammar.selecting.topics import read_topic, topic_words
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import RequestText

_OPENING = Pattern(r"\s*(?:that|if|whether|when|where|why|how(?:\s+(?:much|many|long))?|who|which)\s+")
_SUBJECT = Pattern(
    r"(?:she|he|they|we|i|it|you|there)(?:'\w+)?\s+(?:\w+n't\s+|not\s+)?(?:(?:is|are|was|were|will"
    r"|would|can|could|should|has|have|had|does|do|did|may|might|must)\s+)*(?:\w+\s+)?"
)
_AUXILIARY = Pattern(
    r"\s+(?:is|are|was|were|will|would|can|could|should|has|have|had|does|do|did|may|might|must"
    r"|needs?|comes?|starts?|ends?|costs?|works?|arrives?|begins?)\b.*$"
)


def clause_topic(text: RequestText, start: int) -> Selection | None:
    """The selection about the noun of the clause at `start`; None when no clause stands there."""
    opening = _OPENING.match(text.folded, start)
    if opening is None:
        return None
    subject = _SUBJECT.match(text.folded, opening.end())
    begin = subject.end() if subject else opening.end()
    if begin >= len(text.folded):
        return Selection(topic=text.slice(opening.end()))
    found = read_topic(text, begin, begins_limit)
    if found is None:
        return None
    words, end = found
    noun = words if subject else _AUXILIARY.sub("", words)
    selection = Selection(topic=text.slice(opening.end(), end), topic_words=topic_words(noun))
    return read_behind(text, end, selection, is_set=False)
