"""What is asked: an assistant over a corpus, and the corpus's texts, as an eval needs them.

Law: one language model and one embedder serve every corpus that is opened, one after the other; they
are loaded at the first and closed with the opener. The index of a corpus that is not the eval's own (a
changed copy of it) is kept in a folder that goes away with the opener.

Does not know: what is right, how many cases there are.
"""

import functools
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from eval.cases import Case
from eval.score import TextOf
from rag.answer import Answer
from rag.plain import plain_digest

if TYPE_CHECKING:
    from index.embed import Embedder
    from rag.assistant import Assistant
    from rag.judging.nearness import Nearness
    from rag.judging.weigh import Scales
    from rag.models.judge import SmallJudge
    from rag.models.llm import LLM
    from rag.search import Span
    from rag.settings import Settings

Ask = Callable[[Case], Answer]
CODE = ("index", "rag")
"""The folders whose code answers depend on."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run needs. All of it raises what ``Assistant.ask`` raises.

    ``ask`` asks the questions that a case comes after, then the case's own in the same conversation.
    ``ask_without`` does so with every passage withheld that overlaps the case's evidence.
    ``text_of`` gives the articles' texts. ``state`` (hex) changes with anything answers depend on:
    articles, models, thresholds, code; empty where that is not known. ``made`` are the digest, the form and
    the name of the model that answers.
    """

    ask: Ask
    text_of: TextOf
    ask_without: Ask
    state: str = ""
    made: tuple[str, str, str] = ("", "", "")


OpenBench = Callable[..., AbstractContextManager[Bench]]
"""Called as ``open_bench(corpus, loose=False, off=frozenset())``.

``corpus`` is a folder or None for the default one; a ``loose`` bench refuses nothing and looks at every
candidate; the rules that are named ``off`` don't fire.
"""


class Opener:
    """Opens benches over one loaded model; itself a context manager, which closes it.

    ``llm``, ``embedder``, ``judge`` and ``near`` are how the models are opened, by default as the program
    does. Where
    ``recorded`` is a folder, what the model was asked before is not asked again.
    """

    def __init__(
        self,
        settings: "Settings",
        *,
        llm: "Callable[[Settings], LLM] | None" = None,
        embedder: "Callable[[str | None], Embedder] | None" = None,
        judge: "Callable[[], SmallJudge | None] | None" = None,
        near: "Callable[[Path], Nearness] | None" = None,
        recorded: Path | None = None,
    ) -> None:
        from index.embed import open_embedder
        from rag.assistant.opening import open_near
        from rag.models.judge import open_judge
        from rag.models.llm import open_llm, weights_folder

        self._settings, self._recorded = settings, recorded
        self._kept = ExitStack()
        self._llm = functools.cache(functools.partial(self._load, llm or open_llm))
        self._embedder = functools.cache(
            embedder or functools.partial(open_embedder, weights=weights_folder(settings.home))
        )
        self._judge, self._near = functools.cache(judge or open_judge), functools.cache(near or open_near)
        self._passing_home = functools.cache(self._make_passing_home)

    @contextmanager
    def __call__(
        self, corpus: Path | None, loose: bool = False, off: frozenset[str] = frozenset()
    ) -> Iterator[Bench]:
        """A bench over ``corpus``. Raises CorpusError, IndexFault, ModelFault."""
        from rag.assistant.opening import open_assistant
        from rag.rules import Rules

        settings = self._settings_for(corpus)
        how = {"llm": self._lend, "embedder": self._embedder, "judge": self._judge, "near": self._near}
        with open_assistant(settings, **how) as assistant:  # type: ignore[arg-type]
            scales = replace(assistant.scales, rules=Rules(off))
            asked = assistant.weighing(_loose(scales) if loose else scales)
            yield bench(asked, settings.corpus, settings.reads)

    def _load(self, open_llm: "Callable[[Settings], LLM]") -> "LLM":
        llm = open_llm(self._settings)
        self._kept.callback(llm.close)
        if self._recorded is None:
            return llm
        from eval.recorded import RecordedChat

        return replace(llm, chat=RecordedChat(inner=llm.chat, folder=self._recorded, digest=llm.model.digest))

    def _lend(self, _: "Settings") -> "LLM":
        """The one model, which only the opener closes."""
        return replace(self._llm(), close=lambda: None)

    def _settings_for(self, corpus: Path | None) -> "Settings":
        own = self._settings.corpus
        if corpus is None or corpus.resolve() == own.resolve():
            return self._settings
        return replace(self._settings, corpus=corpus, home=self._passing_home())

    def _make_passing_home(self) -> Path:
        """A folder for the indexes that nobody will ask again."""
        return Path(self._kept.enter_context(tempfile.TemporaryDirectory(prefix="byline-eval-")))

    def __enter__(self) -> "Opener":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.close()


def _loose(scales: "Scales") -> "Scales":
    """Scales that refuse nothing, are never sure, and look at every candidate."""
    return replace(scales, fit=replace(scales.fit, accept=0.0, sure=1.0), thorough=True)


def bench(assistant: "Assistant", corpus: Path, reads: int) -> Bench:
    """A bench over an open assistant, which stays the caller's to close. Raises CorpusError."""
    text_of = open_texts(corpus)

    def ask(case: Case) -> Answer:
        return converse(assistant, case)

    def ask_without(case: Case) -> Answer:
        return converse(assistant, case, evidence_spans(case, text_of))

    llm = assistant.llm
    made = (plain_digest(llm.model.digest), llm.form, llm.model.name)
    return Bench(ask, text_of, ask_without, state_of(assistant, reads), made)


def converse(assistant: "Assistant", case: Case, without: "Sequence[Span]" = ()) -> Answer:
    """The answer to the case's question, after those that it follows in one conversation."""
    from rag.question.followup import Turn

    turns: tuple[Turn, ...] = ()
    for question in case.after:
        answer = assistant.ask(question, history=turns, without=without)
        turns = (*turns, Turn(question, answer.standalone_question, answer))
    return assistant.ask(case.question, history=turns, without=without)


def evidence_spans(case: Case, text_of: TextOf) -> "tuple[Span, ...]":
    """Where the case's evidence stands in its article, every time it does.

    All of the article where the evidence is not in it word for word; nothing without an article.
    """
    text = text_of(case.source) if case.source else None
    if case.source is None or text is None:
        return ()
    starts = _starts(case.evidence, text) if case.evidence else []
    return tuple((case.source, at, at + len(case.evidence or "")) for at in starts) or (
        (case.source, 0, len(text)),
    )


def _starts(part: str, text: str) -> list[int]:
    starts: list[int] = []
    at = text.find(part)
    while at >= 0:
        starts.append(at)
        at = text.find(part, at + 1)
    return starts


def state_of(assistant: "Assistant", reads: int) -> str:
    """A SHA-256 (hex) over the index, the models, the thresholds and the program's own code."""
    llm = assistant.llm
    parts = [assistant.index.fingerprint(), assistant.embedder.digest, llm.model.digest]
    parts += [
        repr(assistant.scales.fit),
        repr(sorted(assistant.scales.rules.off)),
        llm.form,
        str(llm.context),
        str(reads),
        code_digest(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def code_digest() -> str:
    """A SHA-256 (hex) over the code that answers come from."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for file in sorted(file for folder in CODE for file in (root / folder).rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\n" + file.read_bytes())
    return digest.hexdigest()


def open_texts(corpus: Path) -> TextOf:
    """Each article's text by its path, read from its file when first asked for. Raises CorpusError."""
    from index.article import Article
    from index.read import Skipped, list_folder, load_file, parse_file

    files = {file.path: file for file in list_folder(corpus).files}

    @functools.cache
    def text_of(path: str) -> str | None:
        loaded = load_file(corpus, files[path]) if path in files else None
        article = loaded if loaded is None or isinstance(loaded, Skipped) else parse_file(loaded)
        return article.text if isinstance(article, Article) else None

    return text_of
