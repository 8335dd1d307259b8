"""A request that only reads gets an answer with sources at once, and no card."""

from __future__ import annotations

from countersign.understanding.planned.steps import DraftReply, Propose, ReplyInstruction, Say
from tests.workflows.mailroom import ALEX, DANA, DANA_ITO, OLD, MailDesk, mail, world
from tests.workflows.questions import DANA_NAMED, FROM_DANA, SEARCH, answered, asked, cited, lines, telling
from tests.workflows.test_failing_steps import denied


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


async def test_an_answer_that_could_not_be_written_is_written_once_by_trying_again(alex: MailDesk) -> None:
    run = await asked(alex, telling("list", DANA_NAMED, FROM_DANA))
    async with denied(alex.database, "INSERT ON messages"):
        await alex.drive(run)
    failed = await alex.run(run.id)

    again = await alex.retry(run)

    assert (failed.state, again.state) == ("failed", "succeeded")
    assert len(await alex.answers(run.id)) == 1
