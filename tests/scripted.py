"""A chat model that says what a test wrote, through LangChain's own seam, and what it is asked with.

A ``Brain`` (see ``ollama_chat``) speaks here and behind the stand-in server alike, so one script can
be heard through both.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from index.article import Hit, Passage, Sentence, Source
from rag.answer import Model
from rag.judging.score import Fit
from rag.judging.weigh import Scales
from rag.models.llm import LLM
from rag.models.prompt import Form
from rag.search import PassageRetriever
from tests.ollama_chat import Brain, ChatReply, ChatRequest, Token, count_words, say

ROLES = {"system": "system", "human": "user", "ai": "assistant"}
SURE, UNSURE, NO = 0.999, 0.7, 0.001
"""Shares at a first token: above ``sure``, between the thresholds, below ``accept`` of FIT."""
FIT = Fit("", "grammar", "script", bias=0.0, weights={"first": 1.0}, accept=0.5, sure=0.95)
"""Support is what the first token says; a look counts nothing, so that nobody looks."""
LOOKED = Fit("", "grammar", "script", bias=0.0, weights={"first": 0.5, "look": 0.5}, accept=0.5, sure=0.95)
"""Support is between what the first token and the look say, in log odds."""
SCALES, LOOKING = Scales(FIT), Scales(LOOKED)


class ScriptedChat(BaseChatModel):
    """Says what ``brain`` says, a token a chunk.

    ``asked`` are the requests, as a server would get them; ``taken`` how many tokens of each reply
    were read; ``left`` the numbers of the replies that were left before their end.
    ``probabilities`` False is a server that gives none.
    """

    brain: Any
    probabilities: bool = True
    asked: list[ChatRequest] = Field(default_factory=list)
    taken: list[int] = Field(default_factory=list)
    left: list[int] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = _request(messages, kwargs)
        turn = len(self.asked)
        self.asked.append(request)
        self.taken.append(0)
        reply: ChatReply = self.brain(request)
        try:
            for token in reply.tokens:
                self.taken[turn] += 1
                yield _chunk(token, self.probabilities)
        except GeneratorExit:
            self.left.append(turn)
            raise
        yield _end(count_words(request.prompt), len(reply.tokens))


def _request(messages: Sequence[BaseMessage], kwargs: dict[str, Any]) -> ChatRequest:
    turns = tuple({"role": ROLES[m.type], "content": str(m.text)} for m in messages)
    prefill = turns[-1]["content"] if turns[-1]["role"] == "assistant" else ""
    return ChatRequest(turns, "\n".join(turn["content"] for turn in turns), prefill, kwargs)


def _chunk(token: Token, probabilities: bool) -> ChatGenerationChunk:
    top = [{"token": text, "logprob": logprob} for text, logprob in token.top]
    entry = {"token": token.text, "logprob": token.logprob, "top_logprobs": top}
    metadata = {"logprobs": [entry]} if probabilities else {}
    return ChatGenerationChunk(message=AIMessageChunk(content=token.text, response_metadata=metadata))


def _end(spent: int, said: int) -> ChatGenerationChunk:
    usage = UsageMetadata(input_tokens=spent, output_tokens=said, total_tokens=spent + said)
    return ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage))


def scripted_llm(
    brain: Brain, form: Form = "grammar", *, context: int = 8192, probabilities: bool = True
) -> LLM:
    """An LLM with ``brain`` in it; its ``chat`` is a ScriptedChat. A token is a word or a mark."""
    return LLM(
        chat=ScriptedChat(brain=brain, probabilities=probabilities),
        model=Model("scripted", "script", "0" * 64),
        context=context,
        form=form,
        count_tokens=count_words,
    )


def chat_of(llm: LLM) -> ScriptedChat:
    """The scripted model inside ``llm``."""
    assert isinstance(llm.chat, ScriptedChat)
    return llm.chat


def enqueued(*replies: ChatReply) -> Brain:
    """A brain that says these replies in turn, and fails the test when asked for more."""
    rest = list(replies)
    return lambda _: rest.pop(0)


def looking(brain: Brain, *shares: float) -> Brain:
    """``brain``, which gives these shares of yes to second looks in turn, the last one from then on.

    Without any it is SURE.
    """
    rest = list(shares) or [SURE]

    def said(request: ChatRequest) -> ChatReply:
        return says_yes(rest.pop(0) if rest[1:] else rest[0]) if looks(request) else brain(request)

    return said


def looks(request: ChatRequest) -> bool:
    """Whether a request is a second look."""
    return request.last("user").endswith("Does the text state this answer?")


def reads(request: ChatRequest) -> bool:
    """Whether a request shows a passage, to be read to the end of the reply."""
    return "S1: " in request.last("user") and request.options.get("num_predict") != 1


def says_yes(share: float) -> ChatReply:
    """The likelier word at the first token, yes or no, with its odds."""
    word = "yes" if share >= 0.5 else "no"
    return say(word, odds("yes", "no", share))


def odds(one: str, other: str, share: float) -> tuple[tuple[str, float], ...]:
    """The alternatives at a token: ``share`` for one, the rest for the other."""
    return ((one, math.log(share)), (other, math.log(1 - share)))


def cites(
    number: int, text: str, support: float = SURE, before: str = "", *, least: float = 0.0
) -> ChatReply:
    """The line form's reply that names sentence ``number``, after ``before``.

    ``least`` is the log probability of each word of the answer: 0 is a model without doubt.
    """
    source = f" S{number}"
    decided, *rest = say(f"{source}\nAnswer: {text}", odds(source, NONE, support)).tokens
    return ChatReply((*say(before).tokens, decided, *(replace(token, logprob=least) for token in rest)))


def refuses(support: float = NO) -> ChatReply:
    """The line form's reply that names no sentence."""
    return say(NONE, odds(" S1", NONE, support))


NONE = " none"
"""The token that says that no sentence states the answer."""


def in_json(source: int, text: str, support: float = SURE) -> ChatReply:
    """The JSON form's reply."""
    number = str(source)
    decided = Token(number, math.log(support), odds(number if source else "1", "0", support))
    return ChatReply((Token('{"source":'), decided, Token(f', "answer": {json.dumps(text)}}}')))


def well_read(request: ChatRequest) -> ChatReply:
    """A brain that cites, word for word, the shown sentence that shares most words with the question.

    It refuses where no sentence has two thirds of the question's longer words, and says yes to a second look.
    """
    shown = re.findall(r"^S(\d+): (.*)$", request.last("user"), re.MULTILINE)
    if request.prefill and not shown:
        return refuses()
    if not shown:
        return says_yes(SURE)
    wanted = _stems(request.last("user").rpartition("Question:")[2])
    shares = {(int(n), text): len(wanted & _stems(text)) / max(len(wanted), 1) for n, text in shown}
    (number, text), share = max(shares.items(), key=lambda item: item[1])
    found = share >= 2 / 3
    if request.body.get("format"):
        return in_json(number, text) if found else in_json(0, "")
    return cites(number, text) if found else refuses()


def _stems(text: str) -> frozenset[str]:
    plain = {"what", "when", "where", "which", "that", "does", "were", "have"}
    return frozenset(w[:5] for w in re.findall(r"\w+", text.lower()) if len(w) > 3 and w not in plain)


def hit(
    *sentences: str, path: str = "aid.txt", title: str = "Aid", published: str | None = None, at: int = 0
) -> Hit:
    """A found passage of these sentences, which begins at ``at`` in its article: 0 is the first."""
    text = " ".join(sentences)
    starts = [at + len(" ".join(sentences[:n])) + (n > 0) for n in range(len(sentences))]
    spans = tuple(Sentence(start, start + len(s), s) for start, s in zip(starts, sentences, strict=True))
    source = Source(path, title, published=published)
    return Hit(Passage(f"{path}:{at}", source, at, at + len(text), text, spans), 0.03, 1, 1)


class Shelf(PassageRetriever):
    """A retriever that finds what it was given."""

    found: tuple[Hit, ...]

    def _hits(self, question: str) -> list[Hit]:  # noqa: ARG002
        return list(self.found)


def shelf(*found: Hit) -> Shelf:
    """A retriever over no index."""
    return Shelf.model_construct(found=found, tags=None, metadata=None)
