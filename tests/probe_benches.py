"""Benches for the probes: one answers from the texts it is opened over, others don't."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from eval_answers import answer, cite, refusal

from eval.bench import Bench, OpenBench
from eval.cases import Case
from index.read import list_folder
from rag.answer import Answer

Texts = Mapping[str, str]
Reply = Callable[[str, Texts], Answer]
"""An answer to a question, given the texts of the opened corpus by path."""
SMALL = frozenset("a an and did for how in is it many of on the to was what when which who".split())


def opening(reply: Reply, opened: list[Texts] | None = None) -> OpenBench:
    """Benches that answer by ``reply``; ``opened`` gets the texts of each corpus, as it is opened."""

    @contextmanager
    def open_bench(corpus: Path, loose: bool = False) -> Iterator[Bench]:  # noqa: ARG001
        texts = texts_of(corpus)
        if opened is not None:
            opened.append(texts)

        def ask(case: Case) -> Answer:
            return reply(case.question, texts)

        yield Bench(ask, texts.get, ask)

    return open_bench


def texts_of(corpus: Path) -> Texts:
    """The files of a corpus as they are, by path."""
    return {file.path: (corpus / file.path).read_bytes().decode() for file in list_folder(corpus).files}


def by_the_text(question: str, texts: Texts) -> Answer:
    """The sentence that holds most of the question's words, word for word; refuses below two thirds."""
    found = [(path, text) for path in texts for text in re.split(r"(?<=[.!?])\s+|\n", texts[path])]
    path, best = max(found, key=lambda each: len(_words(question) & _words(each[1])))
    if len(_words(question) & _words(best)) < len(_words(question)) * 2 / 3:
        return refusal(question)
    return answer(question, best, cite(path, texts[path], best))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - SMALL


def refusing(question: str, _: Texts) -> Answer:
    """Refuses, whatever is asked."""
    return refusal(question)


def saying(text: str) -> Reply:
    """Says ``text``, whatever is asked."""
    return lambda question, _: answer(question, text)
