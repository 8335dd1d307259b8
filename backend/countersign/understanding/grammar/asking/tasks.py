"""Questions for what somebody is asked to do: "what are the next steps?" It reads words only.

Must not hold whole sentences: a pattern names verbs and question words, never a topic or a person.
"""

from countersign.understanding.grammar.asking.form import GIVE, WHO, A, form

_TASKS = (
    r"(?:action\s+(?:items?|points?)|actions|tasks?|to-?dos?(?:\s+(?:items?|list))?|to\s+dos"
    r"|to\s+do\s+(?:items?|list)"
    r"|(?:next\s+)?steps?|follow-?\s?ups?|deadlines?|commitments|assignments|things\s+to\s+do|things\s+(?:(?:that"
    r"|which)\s+)?(?:i|we)\s+(?:need|have|ought)\s+to\s+do|work\s+items|asks|due\s+dates)\b"
)
TASK_FORMS = (
    form(
        "action_items",
        rf"what\s+{WHO}\s+(?:still\s+)?(?:wants|wanted|needs|needed|expects|expected|asks|asked"
        r"|requires)(?:\s+(?:of|from))?"
        r"(?:\s+(?:me|us)(?:\s+to\s+do)?)?(?=\s|$)",
        "scope",
    ),
    form(
        "action_items",
        rf"(?:{GIVE}|summari[sz]e|what\s+are|what're|which|what|(?:are\s+there|do\s+(?:i|we)\s+have"
        rf"|is\s+there))\s+{A}{_TASKS}(?:\s+(?:do\s+(?:i|we)\s+have|are\s+there|(?:are|were"
        r"|have\s+been)\s+(?:there|open|left|mentioned|named|set|given\s+to\s+me|assigned\s+to\s+me)"
        r"|that\s+(?:are|were)\s+mentioned|(?:that\s+)?(?:came|come)\s+(?:up|out)|out|for\s+me))?",
        "scope",
    ),
    form("action_items", rf"(?:(?:any|my|the|open|all)\s+)+{_TASKS}", "scope"),
    form("action_items", rf"{_TASKS}(?=\s+(?:from|in|of|about|for))", "scope"),
    form(
        "action_items",
        rf"what\s+(?:did|does|do|has|have)\s+{WHO}\s+(?:still\s+|now\s+)?(?:(?:(?:ask(?:ed)?|tell"
        r"|told)\s+(?:me|us)\s+to\s+do|(?:want(?:ed)?"
        r"|need(?:ed)?|expect(?:ed)?|requir(?:e|ed)|request(?:ed)?)(?:\s+(?:from"
        r"|of))?\s+(?:me|us)(?:\s+to\s+do)?|ask(?:ed)?\s+(?:of|from)\s+(?:me|us))|(?:want|need|expect|require"
        r"|request)(?:ed)?(?:\s+(?:done|to\s+be\s+done))?)\b",
        "scope",
    ),
    form(
        "action_items",
        r"what\s+(?:do|did|am|are|have|was|were)\s+(?:i|we)\s+(?:still\s+)?(?:(?:need|have"
        r"|supposed|expected|asked|meant|promised?|agreed?)\s+to\s+|been\s+(?:asked|told)\s+to\s+"
        r"|being\s+asked\s+to\s+|to\s+)do\b(?!\s+(?:today|tomorrow|now|next|this|on|at|in\s+my|if"
        r"|when|tonight|first))",
        "scope",
    ),
    form(
        "action_items",
        r"what\s+must\s+(?:i|we)\s+(?:still\s+)?do(?=\s+(?:about|for|on|regarding|with|according|from)\s)",
        "scope",
    ),
    form(
        "action_items",
        rf"(?:which|what)\s+{_TASKS}\s+(?:do|does|did)\s+",
        "mails",
    ),
    form(
        "action_items",
        rf"what\s+(?:did|does|do|has|have)\s+{WHO}\s+(?:still\s+)?(?:ask|want|need|expect|tell"
        r"|told)(?:ed)?\s+(?:me|us)\s+to\s+"
        r"(?!do\b)[a-z]+(?:\s+(?:her|him|them|you))?(?=\s+(?:about|on|by|regarding|since|in|from)\b|$)",
        "scope",
    ),
    form(
        "action_items",
        r"what\s+(?:i|we)\s+(?:still\s+)?(?:need|have|am\s+supposed)\s+to\s+do(?=\s+(?:from|in|according|for|about))",
        "scope",
    ),
    form(
        "action_items",
        r"what\s+(?:is|has\s+been|was)\s+(?:expected|asked|required|wanted)\s+(?:of|from)\s+(?:me|us)",
        "scope",
    ),
    form(
        "action_items",
        r"what(?:'s|\s+is)\s+(?:still\s+)?(?:to\s+be\s+done|to\s+do|left\s+to\s+do|due"
        r"|outstanding)(?=\s+(?:from|in|on|for|about|with|according))",
        "scope",
    ),
    form(
        "action_items",
        r"who\s+(?:has\s+to|needs\s+to|must|should|is\s+supposed\s+to)\s+do\s+what(?:\s+by\s+when)?",
        "scope",
    ),
)
