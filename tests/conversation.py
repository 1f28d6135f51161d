"""Conversations for tests: turns, and models that rewrite."""

from index.article import Hit
from rag.answer import REFUSAL, Answer, Citation, Claim, Model, Seconds, Tokens
from rag.question.followup import Turn, words
from tests.ollama_chat import Brain, ChatReply, ChatRequest, say
from tests.scripted import hit


def turn(question: str, *claims: str, standalone: str = "", passage: Hit | None = None) -> Turn:
    """A turn whose answer are these claims, each its own quote; without claims it was refused."""
    found = passage or hit(*claims or ("Nothing.",))
    source, spans = found.passage.source, found.passage.sentences
    citations = [Citation(n, source, span.start, span.end, span.text) for n, span in enumerate(spans, 1)]
    gates = (("sentences", True), ("support", True))
    stated = tuple(
        Claim(text, text, ((0, len(text)),), 1.0, gates, (c,))
        for text, c in zip(claims, citations, strict=False)
    )
    answer = Answer(
        question=question,
        standalone_question=standalone or question,
        text=" ".join(claims) or REFUSAL,
        refused=not claims,
        claims=stated,
        also_read=(),
        support=1.0,
        model=Model("scripted", "script", "0" * 64),
        tokens=Tokens(),
        seconds=Seconds(),
        hits=(found,),
    )
    return Turn(question, answer.standalone_question, answer)


def rewrites(request: ChatRequest) -> bool:
    """Whether a model is asked to rewrite a question."""
    return request.last("user").startswith(words.SYSTEM)


def rewriting(question: str, brain: Brain) -> Brain:
    """``brain``, which says ``question`` where it is asked to rewrite one."""

    def answer(request: ChatRequest) -> ChatReply:
        return say(question) if rewrites(request) else brain(request)

    return answer
