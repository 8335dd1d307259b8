"""When the words leave something open the run asks one thing, and ends in plain words when it cannot go on."""

from __future__ import annotations

from tests.workflows.mailroom import REQUEST, MailDesk, connect


async def test_two_people_of_that_name_are_asked_about_not_chosen_between(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Sam saying yes, gladly")

    assert run.state == "waiting"
    assert run.question is not None
    assert run.question["options"] == [
        "Sam Okoro <sam@okoro.test> (you have never written to them)",
        "Sam Berg <sam@berg.test> (you have never written to them)",
    ]
    assert await alex.cards() == []


async def test_the_next_message_answers_the_question(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Sam saying yes, gladly")

    answering = await alex.ask("Sam Berg", run.conversation_id)
    await alex.drive(answering)

    assert answering.id == run.id
    assert [recipient["email"] for recipient in (await alex.card())["recipients"]] == ["sam@berg.test"]


async def test_resume_with_a_text_answers_the_question(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Sam saying yes, gladly")

    await alex.resume(run, "sam@okoro.test")

    assert [recipient["email"] for recipient in (await alex.card())["recipients"]] == ["sam@okoro.test"]


async def test_an_answer_that_fits_nobody_is_asked_again(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Sam saying yes, gladly")
    first = run.question

    await alex.resume(run, "the other one")

    again = await alex.run(run.id)
    assert again.state == "waiting"
    assert again.question is not None
    assert first is not None
    assert again.question["id"] != first["id"]


async def test_a_wake_without_an_answer_keeps_the_question(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Sam saying yes, gladly")

    await alex.resume(run)

    again = await alex.run(run.id)
    assert (again.state, again.question) == ("waiting", run.question)


async def test_a_whole_request_is_no_answer_to_a_question(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Sam saying yes, gladly")

    other = await alex.ask(REQUEST, run.conversation_id)

    assert other.id != run.id


async def test_what_to_say_is_asked_when_the_request_does_not_tell(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Dana")
    assert run.question is not None

    await alex.resume(run, "say we can take delivery on Wednesday")

    assert "We can take delivery on Wednesday" in (await alex.card())["change"]["body_text"]
    assert (await alex.run(run.id)).plan is not None


async def test_nobody_of_that_name_ends_in_words(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Zoltan saying hello")

    (answer,) = await alex.answers(run.id)
    assert (run.state, "nobody called “Zoltan”" in answer) == ("succeeded", True)


async def test_no_reply_is_written_to_an_address_that_does_not_read_answers(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from no-reply@shop.test saying thanks")

    (answer,) = await alex.answers(run.id)
    assert "does not read answers" in answer
    assert (run.state, await alex.cards()) == ("succeeded", [])


async def test_a_person_who_wrote_nothing_like_that_gets_no_reply(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to Dana's mail about the moon saying yes")

    (answer,) = await alex.answers(run.id)
    assert "I found no mail from Dana Ito" in answer
    assert await alex.cards() == []


async def test_without_an_account_the_answer_says_what_to_do(newcomer: MailDesk) -> None:
    run = await newcomer.ask_and_drive()

    (answer,) = await newcomer.answers(run.id)
    assert answer.startswith("No mail account is connected.")


async def test_without_permission_the_answer_names_it(newcomer: MailDesk) -> None:
    await connect(
        newcomer.services,
        newcomer.sandbox,
        newcomer.user_id,
        ("https://www.googleapis.com/auth/gmail.readonly",),
    )

    run = await newcomer.ask_and_drive()

    (answer,) = await newcomer.answers(run.id)
    assert "lacks permission to draft and send mail you approve" in answer


async def test_a_yes_in_the_chat_points_at_the_card_and_decides_nothing(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()

    consent = await alex.ask("yes, send it", run.conversation_id)
    await alex.drive(consent)

    (answer,) = await alex.answers(consent.id)
    card = await alex.card()
    assert card["title"] in answer
    assert card["status"] == "pending"
    assert [citation["id"] for citation in await alex.citations(consent.id)] == [card["id"]]
