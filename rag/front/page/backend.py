"""What the handlers of a page share: the open assistant, the kept conversations, the verdicts.

Law: what a browser names is data: a conversation that is not there is a new one. Where an answer takes
the place of an older one, that happens in one step, when the new one is there.

Does not know: Gradio, HTML.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event, Lock

from index.catalog import Where
from index.store import index_folder
from rag.answer import Answer
from rag.front.live import Live
from rag.front.page.failures import Failures
from rag.front.page.pulls import Pulls
from rag.records.conversation import Conversation, Conversations, Exchange, continued, exchange
from rag.records.feedback import Feedback


@dataclass(frozen=True, slots=True)
class Backend:
    """All that a page stands on.

    ``now`` tells the time, with its zone; ``opened`` is set once the model is loaded; ``pulls`` are those of
    models; ``failures`` are the questions that failed.
    """

    live: Live
    conversations: Conversations
    feedback: Feedback
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    opened: Event = field(default_factory=Event)
    pulls: Pulls = field(default_factory=Pulls)
    failures: Failures = field(default_factory=Failures)
    _lock: Lock = field(default_factory=Lock)

    def conversation(self, identity: object) -> Conversation:
        """The conversation that a browser names; a new one where there is none such. Raises StorageError.

        One of which only questions are known that failed is a new one of the same id.
        """
        name = str(identity or "")
        try:
            return self.conversations.load(name)
        except KeyError:
            new = self.conversations.new()
            return replace(new, id=name) if self.failures.of(name) else new

    def exchange(self, answer: Answer, where: Where) -> Exchange:
        """The exchange that ``answer`` ends now."""
        return exchange(answer, self.live.article, where, self.now())

    def keep(self, conversation: Conversation, new: Exchange, instead: str = "") -> Conversation:
        """The conversation as it is kept from now on, with ``new`` at its end. Raises StorageError.

        ``instead`` is the id of the exchange whose place it takes; those after that one go.
        """
        if not instead:
            return self.conversations.add(conversation.id, new)
        with self._lock:
            changed = continued(until(self.conversation(conversation.id), instead), new)
            self.conversations.save(changed)
        return changed


def open_backend(live: Live) -> Backend:
    """The backend over ``live``; what it keeps is beside the index of the corpus."""
    folder = index_folder(live.settings.home, live.settings.corpus)
    return Backend(live, Conversations(folder / "conversations"), Feedback(folder / "feedback.jsonl"))


def until(conversation: Conversation, identity: str) -> Conversation:
    """The conversation before the exchange of this id; all of it where there is none such."""
    ids = [each.id for each in conversation.exchanges]
    if identity not in ids:
        return conversation
    earlier = conversation.exchanges[: ids.index(identity)]
    return replace(conversation, exchanges=earlier, title=conversation.title if earlier else "")
