"""A request that only reads gets an answer with sources at once, and no card."""

from __future__ import annotations

from uuid import UUID

from countersign.runs.models import Run
from countersign.understanding.plan import Intent, Plan
from countersign.understanding.planned.steps import (
    DraftReply,
    Propose,
    ReadThreads,
    ReplyInstruction,
    ResolvePerson,
    Say,
    SearchMail,
    Step,
    TellAbout,
    TellForm,
)
from tests.workflows.mailroom import ALEX, DANA, DANA_ITO, OLD, MailDesk, mail, world

DANA_NAMED = ResolvePerson(id="who", label="Find the person", query="Dana")
SAM_NAMED = ResolvePerson(id="to", label="Find the person", query="Sam")
SEARCH = SearchMail(id="search", label="Find the mail", person_step=None)
FROM_DANA = SEARCH.model_copy(update={"person_step": "who"})


def telling(form: TellForm, *found_by: Step, topic: str = "", only_unanswered: bool = False) -> Plan:
    """The plan of a request to tell what these steps find."""
    read = ReadThreads(id="read", label="Read", search_step="search", unanswered_only=only_unanswered)
    source = "search" if form == "list" else "read"
    tell = TellAbout(id="tell", label="Tell", source_step=source, form=form, topic=topic)
    steps = (*found_by, tell) if form == "list" else (*found_by, read, tell)
    intent: Intent = f"mail.{form}"  # type: ignore[assignment]  # every form is an intent
    return Plan(workflow="email", intent=intent, confidence_percent=95, steps=steps, context_digest="0" * 64)


async def answered(alex: MailDesk, plan: Plan, conversation_id: UUID | None = None) -> Run:
    """A run with that plan, driven to its first wait or end."""
    run = await alex.ask("Look through my mail", conversation_id)
    await alex.database.as_owner(
        "UPDATE runs SET plan = $2::jsonb WHERE id = $1", run.id, plan.canonical_json().decode()
    )
    await alex.drive(run)
    return await alex.run(run.id)


async def lines(alex: MailDesk, run: Run) -> list[str]:
    """The run's one answer, line by line."""
    (answer,) = await alex.answers(run.id)
    return answer.splitlines()


async def cited(alex: MailDesk, run: Run) -> list[tuple[str, str]]:
    """What the answer names, as message and title."""
    return [(one["id"], one["title"]) for one in await alex.citations(run.id)]


async def test_a_list_names_the_mails_newest_first_with_a_source_each(alex: MailDesk) -> None:
    run = await answered(alex, telling("list", DANA_NAMED, FROM_DANA))

    assert await lines(alex, run) == [
        f"2 mails from Dana Ito <{DANA}>:",
        "• Dana Ito: “Delivery window”, 2 March 2026. [1]",
        "• Dana Ito: “Contract”, 1 March 2026. [2]",
    ]
    assert await cited(alex, run) == [
        ("18c0000000000002", "Dana Ito: Delivery window"),
        ("18c0000000000001", "Dana Ito: Contract"),
    ]
    assert (run.state, await alex.cards()) == ("succeeded", [])


async def test_every_step_says_what_it_found_and_a_step_without_work_is_passed_by(alex: MailDesk) -> None:
    run = await answered(alex, telling("said", DANA_NAMED, FROM_DANA))

    said = await alex.said(run)
    assert said["classify"] == "A question about what somebody wrote; I am 95 % sure."
    assert said["permissions"] == "One account may read mail."
    assert said["read"] == "Read 2 messages in 2 conversations."
    assert said["tell"] == "Answered from 2 mails."
    assert {"draft", "gate.preview"} & set(said) == set()


async def test_what_somebody_said_is_told_with_the_mails_it_stands_in(alex: MailDesk) -> None:
    run = await answered(alex, telling("said", DANA_NAMED, FROM_DANA))

    heading, *told = await lines(alex, run)
    assert heading == "What Dana Ito wrote, from 2 messages in 2 conversations:"
    assert "take delivery on Wednesday" in told[0]
    assert [line[-3:] for line in told] == ["[1]", "[2]"]


async def test_only_conversations_that_ask_something_wait_for_an_answer(alex: MailDesk) -> None:
    run = await answered(alex, telling("unanswered", SEARCH, only_unanswered=True))

    heading, *told = await lines(alex, run)
    assert heading.endswith(" of 6 read wait for your answer:")
    assert {"18c0000000000001", "18c0000000000002"} <= {message for message, _ in await cited(alex, run)}
    assert not any("News" in line or "order" in line for line in told)


async def test_nothing_found_is_said_and_nothing_is_made_up(alex: MailDesk) -> None:
    about_the_moon = FROM_DANA.model_copy(update={"topic_words": ("moon",), "unread_only": True})
    run = await answered(alex, telling("summary", DANA_NAMED, about_the_moon))

    assert await lines(alex, run) == [
        f"I found no unread mail from Dana Ito <{DANA}> about moon. Nothing was changed."
    ]
    assert run.state == "succeeded"


async def test_a_long_history_is_read_as_far_as_said(newcomer: MailDesk) -> None:
    many = [
        mail(9, DANA_ITO, f"Parcel {n}", "It left.", thread=f"parcel-{n}", id=f"19c{n:013d}")
        for n in range(21)
    ]
    newcomer.sandbox.seed(*world(*many))
    await newcomer.connect_another(ALEX)
    parcels = SEARCH.model_copy(update={"subject": "Parcel"})

    run = await answered(newcomer, telling("summary", parcels))

    heading, *_, rest = await lines(newcomer, run)
    assert heading == "Summary, from 20 messages in 20 conversations:"
    assert rest == "One older conversation was not read; name a person, a topic or days to reach more."


async def test_no_words_of_a_mail_stay_in_the_runs_state(alex: MailDesk) -> None:
    run = await answered(alex, telling("said", DANA_NAMED, FROM_DANA))

    assert "take delivery" not in await alex.checkpoint_text(run)


async def test_each_unclear_person_is_asked_about_and_the_clear_ones_are_not(alex: MailDesk) -> None:
    to_sam = SEARCH.model_copy(update={"person_step": "to"})
    run = await answered(alex, telling("list", DANA_NAMED, SAM_NAMED, to_sam))
    assert (run.state, run.question and len(run.question["options"])) == ("waiting", 2)

    await alex.resume(run, "Sam Berg")

    assert (await lines(alex, run))[1:] == ["• Sam Berg: “Lunch”, 5 March 2026. [1]"]


async def test_a_follow_up_means_the_mail_of_that_number_in_the_last_answer(alex: MailDesk) -> None:
    first = await answered(alex, telling("list", DANA_NAMED, FROM_DANA))
    second_one = SEARCH.model_copy(update={"shown": (2,)})

    run = await answered(alex, telling("summary", second_one), first.conversation_id)

    assert await cited(alex, run) == [("18c0000000000001", "Dana Ito: Contract")]


async def test_a_mail_that_is_gone_since_the_last_answer_is_not_replaced_by_another(alex: MailDesk) -> None:
    first = await answered(alex, telling("list", DANA_NAMED, FROM_DANA))
    alex.sandbox.fault("gmail.users.messages.get", status=404, reason="notFound")

    run = await answered(
        alex, telling("summary", SEARCH.model_copy(update={"shown": (1,)})), first.conversation_id
    )

    assert await lines(alex, run) == ["I found none of the mails you mean any more. Nothing was changed."]


async def test_mail_of_several_accounts_is_told_together_newest_first(newcomer: MailDesk) -> None:
    old = {"email": OLD, "name": "Alex Moreno", "messages": [mail(3, DANA_ITO, "Old times", "Hi.", to=[OLD])]}
    newcomer.sandbox.seed(*world()[:2], old)
    await newcomer.connect_another(ALEX)
    await newcomer.connect_another(OLD)

    run = await answered(newcomer, telling("list", DANA_NAMED, FROM_DANA))

    assert [title for _, title in await cited(newcomer, run)] == [
        "Dana Ito: Old times",
        "Dana Ito: Delivery window",
        "Dana Ito: Contract",
    ]


async def test_an_account_that_fails_is_told_of_and_trying_again_reads_it(alex: MailDesk) -> None:
    await alex.connect_another(OLD)
    alex.sandbox.fault("gmail.users.messages.list", status=403, reason="forbidden", count=1)

    run = await answered(alex, telling("list", SEARCH))

    (missing,) = run.missing
    assert run.state == "partial"
    assert (missing["code"], missing["retry_helps"]) == ("provider_refused", True)
    note = (await lines(alex, run))[-1]
    assert note.endswith("could not be read just now. Choose Retry to try that part again.")
    again = await alex.retry(run)
    assert (again.state, again.missing) == ("succeeded", [])


async def test_a_conversation_that_fails_does_not_sink_the_others(alex: MailDesk) -> None:
    alex.sandbox.fault("gmail.users.threads.get", status=403, reason="forbidden", count=1)

    run = await answered(alex, telling("said", DANA_NAMED, FROM_DANA))

    assert (run.state, len(await cited(alex, run))) == ("partial", 1)
    assert "One conversation could not be read just now." in (await lines(alex, run))[-1]


ATLAS = SEARCH.model_copy(update={"topic_words": ("Project", "Atlas")})
TWO_PROJECTS = world(
    mail(9, DANA_ITO, "Project Atlas: kick-off", "Please send the plan by Friday.\n\nDana"),
    mail(10, "Lee Park <lee@other.test>", "Project Atlas budget", "Please sign the budget by Monday.\n\nLee"),
    mail(11, DANA_ITO, "Weekly call", "We spoke about Project Atlas. Please confirm the date.\n\nDana"),
)


async def test_two_projects_of_one_name_are_asked_about_and_only_the_one_meant_is_told(
    newcomer: MailDesk,
) -> None:
    newcomer.sandbox.seed(*TWO_PROJECTS)
    await newcomer.connect_another(ALEX)

    run = await answered(newcomer, telling("summary", ATLAS, topic="Project Atlas"))
    assert run.question is not None
    assert (run.question["text"], run.question["options"]) == (
        "Which Project Atlas do you mean?",
        [
            "“Project Atlas: kick-off” with Dana Ito (2 mails)",
            "“Project Atlas budget” with Lee Park (one mail)",
            "All of them",
        ],
    )
    await newcomer.resume(run, "the one with Lee")

    heading, *told = await lines(newcomer, run)
    assert heading == "Summary about Project Atlas, from one message in one conversation:"
    assert any("Lee" in line for line in told)
    assert not any("Dana" in line for line in told)


async def test_a_summary_is_told_before_the_cards_and_the_receipts_come_after_them(alex: MailDesk) -> None:
    thanks = ReplyInstruction(parts=(Say(kind="verbatim", text="Thank you, I will look at it."),))
    steps = (
        *telling("summary", DANA_NAMED, FROM_DANA).steps,
        DraftReply(id="draft", label="Write", thread_step="read", instruction=thanks),
        Propose(id="ask", label="Ask", action_kind="mail.draft.create", draft_step="draft"),
    )
    plan = telling("summary").model_copy(update={"intent": "mail.draft.create", "steps": steps})

    run = await answered(alex, plan)
    told, waiting = await alex.said_in_chat(run.id)
    for card in await alex.cards():
        await alex.decide_card(card, "reject")
    await alex.drive(run)

    assert told.startswith("Summary, from 2 messages in 2 conversations:")
    assert waiting.startswith("2 cards are waiting:")
    (receipts,) = await alex.answers(run.id)
    assert receipts.count("You rejected") == 2
