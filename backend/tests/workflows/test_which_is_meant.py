"""What a request leaves open is asked once and precisely; what the last answer named is found by its number."""

from __future__ import annotations

from tests.workflows.mailroom import ALEX, DANA_ITO, MailDesk, mail, world
from tests.workflows.questions import (
    DANA_NAMED,
    FROM_DANA,
    SAM_NAMED,
    SEARCH,
    answered,
    cited,
    lines,
    telling,
    telling_of_one,
)

ATLAS = SEARCH.model_copy(update={"topic_words": ("Project", "Atlas")})
TWO_PROJECTS = world(
    mail(9, DANA_ITO, "Project Atlas: kick-off", "Please send the plan by Friday.\n\nDana"),
    mail(10, "Lee Park <lee@other.test>", "Project Atlas budget", "Please sign the budget by Monday.\n\nLee"),
    mail(11, DANA_ITO, "Weekly call", "We spoke about Project Atlas. Please confirm the date.\n\nDana"),
)


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


async def test_the_last_mail_is_told_and_not_what_others_wrote_before_it(newcomer: MailDesk) -> None:
    lee = "Lee Park <lee@other.test>"
    talk = [
        mail(9, lee, "Roof", "Please order the tiles by Friday.\n\nLee", thread="roof"),
        mail(10, DANA_ITO, "Re: Roof", "Please pay the roofer by Monday.\n\nDana", thread="roof"),
    ]
    newcomer.sandbox.seed(*world(*talk))
    await newcomer.connect_another(ALEX)
    last = SEARCH.model_copy(update={"topic_words": ("Roof",), "most": 1})

    run = await answered(newcomer, telling_of_one(last))

    assert {title for _, title in await cited(newcomer, run)} == {"Dana Ito: Re: Roof"}
    assert (await lines(newcomer, run))[0] == "Summary, from one message in “Re: Roof”:"


async def test_two_conversations_called_the_same_are_asked_about(newcomer: MailDesk) -> None:
    newcomer.sandbox.seed(*TWO_PROJECTS)
    await newcomer.connect_another(ALEX)

    run = await answered(newcomer, telling_of_one(ATLAS))
    assert run.question is not None
    assert run.question["options"] == [
        "“Project Atlas budget” from Lee Park, 10 March 2026",
        "“Project Atlas: kick-off” from Dana Ito, 9 March 2026",
    ]
    await newcomer.resume(run, "the kick-off")

    assert (await lines(newcomer, run))[0] == "Summary, from one message in “Project Atlas: kick-off”:"
