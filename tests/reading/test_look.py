"""The second look: what is asked, and how sure the yes is."""

import pytest

from index.errors import ModelUnfit
from rag.models.prompt import Form
from rag.reading import prompt
from rag.reading.look import look
from tests.ollama_chat import ChatReply, Token, say
from tests.readings import asked
from tests.scripted import chat_of, enqueued, says_yes, scripted_llm

ASKED = (asked("What share did Europe pay?"), "60%", "Europe paid 60% of the total, Macron said.")


def test_it_sees_the_cited_sentences_the_question_and_the_short_answer_and_no_more() -> None:
    llm = scripted_llm(enqueued(says_yes(0.9)))
    look(*ASKED, llm)
    (request,) = chat_of(llm).asked
    sent = [turn["content"] for turn in request.messages]
    assert sent == [message.text for message in prompt.look_messages(*ASKED, "grammar")]
    assert sent[-1] == (
        "Text: Europe paid 60% of the total, Macron said.\nQuestion: What share did Europe pay?\n"
        "Answer: 60%\nDoes the text state this answer?"
    )


def test_a_model_with_grammar_says_one_word() -> None:
    llm = scripted_llm(enqueued(says_yes(0.9)))
    look(*ASKED, llm)
    assert chat_of(llm).asked[0].body == {"grammar": prompt.YES_OR_NO, "max_tokens": 1}


@pytest.mark.parametrize("form", ["lines", "json"])
def test_a_model_without_grammar_is_held_to_one_token(form: Form) -> None:
    llm = scripted_llm(enqueued(says_yes(0.9)), form)
    look(*ASKED, llm)
    assert [request.body for request in chat_of(llm).asked] == [{"max_tokens": 1}]


@pytest.mark.parametrize("probabilities", [True, False])
def test_a_model_that_begins_with_neither_word_is_asked_once_more(probabilities: bool) -> None:
    begun = ChatReply((Token("\n"),))
    llm = scripted_llm(
        enqueued(begun, ChatReply((Token("\n"), *says_yes(0.9).tokens))), "lines", probabilities=probabilities
    )
    share, calls = look(*ASKED, llm)
    assert share == pytest.approx(0.9 if probabilities else 1.0)
    assert [request.body for request in chat_of(llm).asked] == [{"max_tokens": 1}, {"max_tokens": 4}]
    assert [(call.purpose, call.reply) for call in calls] == [("look", "\n"), ("look", "\nyes")]


@pytest.mark.parametrize("share", [0.001, 0.3, 0.5, 0.999])
def test_the_measure_is_the_share_of_yes(share: float) -> None:
    assert look(*ASKED, scripted_llm(enqueued(says_yes(share))))[0] == pytest.approx(share)


@pytest.mark.parametrize(
    ("reply", "share"),
    [
        (say(" Yes."), 1.0),
        (say("yes, it does"), 1.0),
        (say(" no"), 0.0),
        (say("The text does."), 0.0),
        (say('"No"'), 0.0),
        (say("Nobody says so."), 0.0),
    ],
)
def test_without_odds_the_word_counts_and_what_is_no_yes_is_a_no(reply: ChatReply, share: float) -> None:
    measured, calls = look(*ASKED, scripted_llm(enqueued(reply, reply), "lines", probabilities=False))
    assert (measured, calls[-1].reply) == (share, "".join(token.text for token in reply.tokens))


@pytest.mark.parametrize("reply", [ChatReply(()), say(" \n")])
def test_a_reply_without_a_word_is_no_no_but_a_fault_of_the_model(reply: ChatReply) -> None:
    with pytest.raises(ModelUnfit, match="script says nothing") as caught:
        look(*ASKED, scripted_llm(enqueued(reply, reply), "lines", probabilities=False))
    assert "byline model list" in caught.value.hint


def test_the_call_is_recorded_as_a_look() -> None:
    _, (call,) = look(*ASKED, scripted_llm(enqueued(says_yes(0.9))))
    turns = tuple((message.type, str(message.text)) for message in prompt.look_messages(*ASKED, "grammar"))
    assert (call.purpose, call.messages, call.reply, call.support) == ("look", turns, "yes", None)
    assert call.tokens[0] > 0
    assert call.tokens[1] == 1
