"""Questions for the mails themselves: "show me ...", "did Dana write?" It reads words only.

Must not hold whole sentences: a pattern names verbs and question words, never a topic or a person.
"""

from countersign.understanding.grammar import terms
from countersign.understanding.grammar.asking.form import WHO, WROTE, form

_SENT_ME = (
    r"(?:(?:has|have|last|just|recently)\s+){0,2}(?:sent|send|forward(?:ed)?)(?:\s+(?:to\s+)?(?:me|us))?"
    r"(?:\s+(?:last|recently|lately))?"
)
LIST_FORMS = (
    form(
        "list",
        rf"(?:did|has|have)\s+{WHO}\s+(?:ever\s+|already\s+)?(?:repl(?:y|ied)|respond(?:ed)?"
        r"|react(?:ed)?)\s+to\s+my\s+"
        r"(?!(?:last\s+)?(?:e-?mail|mail|message)s?\b)",
        "topic",
    ),
    form(
        "list",
        r"(?:(?:show|give|find|tell|send|get)\s+(?:me\s+|us\s+)?)?(?:what|everything"
        rf"|all)\s+{WHO}\s+{_SENT_ME}(?=\s|$)",
        "scope",
    ),
    form("list", rf"what\s+(?:did|has|have)\s+{WHO}\s+{_SENT_ME}(?=\s|$)", "scope"),
    form(
        "list",
        r"what\s+(?:did|have)\s+(?:i|we)\s+(?:last\s+|already\s+)?(?:write|written|tell|told|say|said"
        r"|send|sent|promised?|e-?mail(?:ed)?)\s+"
        rf"(?:to\s+)?(?P<to>{terms.PERSON})(?=\s|$)",
        "scope",
    ),
    form(
        "list",
        r"who\s+(?:was|is)\s+the\s+last\s+(?:person|one)\s+(?:to|who|that)\s+"
        rf"(?:has\s+)?{WROTE}(?:\s+(?:to\s+)?(?:me|us))?(?=\s|$)",
        "scope",
        is_last=True,
    ),
    form(
        "list",
        rf"(?:did|has|have|had)\s+{WHO}\s+(?:ever\s+|already\s+"
        rf"|just\s+)?{WROTE}(?:\s+(?:back\s+)?(?:to\s+)?(?:me|us|my\s+(?:e-?mail|mail"
        r"|message)))?(?:\s+(?:back|yet|already|again|anything|recently|lately))*(?=\s+(?:about|on|since|regarding"
        r"|concerning|today|yesterday|this|last|in|from|to\s+my)\b|$)",
        "scope",
    ),
    form(
        "list",
        rf"(?:did|has|have|had)\s+{WHO}\s+(?:ever\s+|already\s+|just\s+)?(?:send|sent|forward(?:ed)?"
        r"|mail(?:ed)?)\s+(?:(?:me|us)\s+)?(?!(?:me|us|back)\b)",
        "topic",
    ),
    form(
        "list",
        rf"(?:check(?:\s+to\s+see)?|see|look|tell\s+me|find\s+out)\s+(?:if|whether)\s+{WHO}\s+(?:has\s+"
        rf"|have\s+)?(?:already\s+)?{WROTE}(?:\s+(?:to\s+)?(?:me|us))?(?:\s+(?:back|yet|already))*(?=\s"
        r"|$)",
        "scope",
    ),
    form(
        "list",
        rf"(?:if|whether)\s+{WHO}\s+(?:has\s+|have\s+)?(?:already\s+)?{WROTE}(?:\s+(?:to\s+)?(?:me"
        r"|us))?(?:\s+(?:back|yet|already))*(?=\s|$)",
        "scope",
    ),
    form(
        "list",
        r"(?:check(?:\s+to\s+see)?|see|look|tell\s+me)\s+(?:if|whether)\s+(?:there\s+(?:is|are)|i\s+(?:have|got"
        r"|have\s+got|received))\s+",
        "mails",
    ),
    form(
        "list",
        rf"when\s+(?:did|has)\s+{WHO}\s+(?:last\s+|most\s+recently\s+)?{WROTE}(?:\s+(?:to\s+)?(?:me"
        r"|us))?(?:\s+(?:last|back))?(?=\s|$)",
        "scope",
        is_last=True,
    ),
    form(
        "list",
        r"when\s+(?:was|did)\s+(?:i\s+(?:get|receive)\s+)?(?=.*(?:mail|message))",
        "mails",
        is_last=True,
    ),
    form(
        "list",
        r"(?:check|search|look\s+(?:in|through|into)|go\s+through|scan)\s+(?:(?:through"
        r"|in)\s+)?(?:all\s+(?:of\s+)?)?(?:my|the)\s+(?:e-?mails?|mails?|mailbox|messages"
        r"|gmail)(?:\s+for|\s+and\s+find)?\s+(?:anything\s+|something\s+|everything\s+)?",
        "mails_or_topic",
    ),
    form("list", r"(?:search|look\s+in|go\s+through|check)\s+(?:my\s+)?inbox\s+for\s+", "mails_or_topic"),
    form("list", r"(?:check|open|look\s+at|look\s+in)\s+(?=my\s+(?:\w+\s+)?inbox$)", "mails"),
    form(
        "list",
        r"(?:search(?:\s+for)?|find|look\s+(?:for|up)|locate|dig\s+(?:out|up)|i'?m\s+looking\s+for"
        r"|i\s+am\s+looking\s+for|hunt\s+down)(?:\s+(?:me|us))?\s+(?:anything\s+|something\s+"
        r"|everything\s+)?(?=about\s|on\s|regarding\s|from\s)",
        "scope",
    ),
    form(
        "list",
        r"(?:find|look\s+(?:for|up)|locate|dig\s+(?:out|up)|i'?m\s+looking\s+for"
        r"|i\s+am\s+looking\s+for|hunt\s+down)(?:\s+(?:me|us))?\s+",
        "mails_or_sent",
    ),
    form("list", r"search\s+(?:for\s+)?", "mails_or_topic"),
    form(
        "list",
        r"(?:show|list|display|give|get|fetch|search|pull\s+up|bring\s+up|open|retrieve|see|view|check|count"
        r"|need|want)(?:\s+(?:me|us|up|out))*\s+(?:(?:an?|the)\s+list\s+of\s+|list\s+)?",
        "mails",
    ),
    form(
        "list",
        r"(?:how\s+many|which|what(?:\s+kind\s+of)?|is\s+there|are\s+there|do\s+(?:i|we)\s+have"
        r"|have\s+(?:i|we)\s+(?:got|received|gotten|had)|did\s+(?:i|we)\s+(?:get|receive|have)"
        r"|where(?:'s|\s+is|\s+are)|i\s+have|tell\s+me\s+(?:which|about))\s+(?:of\s+)?",
        "mails",
    ),
    form(
        "list",
        r"(?:did|have)\s+(?:i|we)\s+(?:get|got|receive[d]?|gotten|heard?)\s+(?:back\s+)?(?:anything|something)?\s*",
        "scope",
    ),
    form(
        "list",
        r"(?:is\s+there\s+|do\s+(?:i|we)\s+have\s+)?any(?:thing)?(?:\s+(?:news|new|word|mail|thing))?\s+(?=from\s)",
        "scope",
    ),
    form("list", r"what\s+(?:has\s+)?(?:came|come|arrived|landed)(?:\s+in)?(?=\s|$)", "scope"),
    form(
        "list", r"what(?:'s|\s+is)\s+(?:new\s+|waiting\s+|unread\s+)?(?=in\s+my\s+(?:\w+\s+)?inbox)", "scope"
    ),
    form("list", r"what\s+(?:did|have)\s+(?:i|we)\s+(?:get|got|receive[d]?)(?=\s|$)", "scope"),
)
