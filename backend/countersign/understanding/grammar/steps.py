"""The steps of a plan in their only order; ids count up, so that equal requests give equal ids.

Must not decide what is done; it only lays out what was settled.
"""

from datetime import date

from countersign.understanding.context import RequestContext
from countersign.understanding.dates import find_dates
from countersign.understanding.grammar.target import Target
from countersign.understanding.planned.steps import ResolvePerson, SearchMail, Step


class StepList:
    """Steps laid out one after the other; a person named twice is looked up once."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._people: dict[str, str] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        """Everything laid out so far."""
        return tuple(self._steps)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of everything laid out so far."""
        return tuple(step.id for step in self._steps)

    @property
    def next_id(self) -> str:
        """The id the next step must have."""
        return f"s{len(self._steps) + 1}"

    def add(self, step: Step) -> str:
        """Lay out the step; its id."""
        self._steps.append(step)
        return step.id

    def person(self, query: str) -> str:
        """Find out who the words mean; the id of the step that does."""
        if query not in self._people:
            step = ResolvePerson(id=self.next_id, label=f"Find out who “{query}” is", query=query)
            self._people[query] = self.add(step)
        return self._people[query]

    def people(self, queries: tuple[str, ...]) -> tuple[str, ...]:
        """Find out who each of them is; the ids in their order."""
        return tuple(self.person(query) for query in queries)

    def search(self, target: Target, account_ids: tuple[str, ...], context: RequestContext) -> SearchMail:
        """The search for the newest mail the target names, not yet laid out; its sender is looked up first."""
        person = self.person(target.person) if target.person else None
        received_from, received_to = received_days(target, context)
        return SearchMail(
            id=self.next_id,
            needs=(person,) if person else (),
            label=f"Look for the last mail {search_label(target)}".rstrip(),
            person_step=person,
            topic_words=target.topic_words,
            subject=target.subject,
            unread_only=target.unread_only,
            received_from=received_from,
            received_to=received_to,
            account_ids=account_ids,
        )


def search_label(target: Target) -> str:
    """What the mail is looked for by, in the person's words."""
    words = [f"from {target.person}"] if target.person else []
    if target.topic_words:
        words.append(f"about {' '.join(target.topic_words)}")
    if target.subject:
        words.append(f"with the subject “{target.subject}”")
    if target.when_words:
        words.append(target.when_words.lower())
    return " ".join(words)


def received_days(target: Target, context: RequestContext) -> tuple[str | None, str | None]:
    """First and last day a mail "from Monday" was received, ISO dates; both None when no day was named."""
    if target.when_words is None:
        return None, None
    today = context.now.astimezone(context.timezone()).date()
    found = find_dates(target.when_words, now=context.now, zone=context.zone, looks_back=True)
    first, last = (found[0].first, found[0].last) if found else (today, today)
    return first.isoformat(), _not_after(last, today).isoformat()


def _not_after(day: date, limit: date) -> date:
    return min(day, limit)
