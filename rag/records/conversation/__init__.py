"""Conversations, kept on this machine with the evidence as it was when each question was answered.

Law: what was shown stays true of what was asked: an exchange holds the Answer and the words around each
quote, so that it reads the same after its article has changed or gone. All of it is frozen. Why a
candidate was judged as it was is a receipt's to tell, and is not kept here.

Does not know: how answers come about, how they are shown.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from index.article import Article
from index.catalog import Where
from rag.answer import Answer
from rag.question.followup import Turn
from rag.records.conversation.excerpt import excerpts
from rag.records.conversation.store import Conversations
from rag.records.conversation.values import Conversation, Excerpt, Exchange, Summary, continued, word

__all__ = [
    "Conversation",
    "Conversations",
    "Excerpt",
    "Exchange",
    "Summary",
    "continued",
    "exchange",
    "turns",
]


def exchange(answer: Answer, article_of: Callable[[str], Article], where: Where, now: datetime) -> Exchange:
    """The exchange that ``answer`` ends. ``now``, with its zone, is when it was answered.

    ``article_of`` gives an article by its path, and raises KeyError or IndexFault where it can't: then
    the answer's quotes of it have no excerpt.
    """
    asked_at = (now - timedelta(seconds=answer.seconds.total)).isoformat(timespec="milliseconds")
    around, kept = excerpts(answer, article_of), replace(answer, judged=(), fired=())
    return Exchange(word(), asked_at, answer.question, kept, around, where)


def turns(conversation: Conversation) -> tuple[Turn, ...]:
    """What a follow-up is understood from, oldest first."""
    answers = [each.answer for each in conversation.exchanges]
    return tuple(Turn(answer.question, answer.standalone_question, answer) for answer in answers)
