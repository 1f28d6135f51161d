"""Questions on single sentences, from QAMR's tables.

Source: Michael, Stanovsky, He, Dagan, Zettlemoyer, "Crowdsourcing question-answer meaning representations",
NAACL 2018.

Law: a table's answers are words of its sentence by number; the longest that its writer or a validator marked
counts. The sentences lie in ``wiki-sentences.tsv``, beside the tables or a folder above. Half the
questions come with another sentence of the same article before theirs, half with one that doesn't answer.

Does not know: the network.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.training.cases import translated
from eval.training.pairs import Example
from rag.models.judge import Pair

TABLE, QAMR = ".tsv", "qamr"
"""How a table's name ends, and what the articles of its sentences are listed as."""
SENTENCES = "wiki-sentences.tsv"
SHORTEST, LONGEST = 5, 80
"""Words of a question that stands alone; characters of an answer that is no clause."""
_MARKS = {
    "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "``": '"', "''": '"',
}  # fmt: skip
_TO_LEFT = frozenset(""", . ; : ? ! ) ] } % 's n't 're 've 'll 'd 'm ' ...""".split())
_TO_RIGHT = frozenset("( [ { $ £ €".split())


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the sentence ``sentence`` of ``article``, and where in it the answer stands."""

    article: str
    question: str
    sentence: str
    at: tuple[int, int]


def sentence_examples(tables: Sequence[Path], limit: int | None, seed: int) -> list[Example]:
    """The examples of ``limit`` questions of the tables, drawn by ``seed``.

    Raises CasesError for a file that can't be read or is none of QAMR's.
    """
    chance = random.Random(seed)
    asked = [one for table in tables for one in _read(table)]
    known = {(one.sentence, one.question.lower()): one for one in reversed(asked)}
    drawn = chance.sample(list(known.values()), len(known))[:limit]
    together: dict[str, list[str]] = {}
    for one in drawn:
        together.setdefault(one.article, []).append(one.sentence)
    return [example for one in drawn for example in _examples(one, together[one.article], chance)]


def joined(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Tokens as text, quotation marks and brackets as they are printed, and where each token stands."""
    text, places, tight, quoted = "", list[tuple[int, int]](), True, False
    for token in tokens:
        word = _MARKS.get(token, token)
        closes = word == '"' and quoted
        text += "" if tight or closes or word in _TO_LEFT else " "
        places.append((len(text), len(text) + len(word)))
        text += word
        quoted = quoted != (word == '"')
        tight = word in _TO_RIGHT or (word == '"' and quoted)
    return text, places


def _examples(one: Asked, article: Sequence[str], chance: random.Random) -> Iterator[Example]:
    start, end = one.at
    others = [sentence for sentence in article if sentence != one.sentence]
    before = chance.choice(others) if others and chance.random() < 0.5 else ""
    short = one.sentence[start:end]
    yield Example(Pair(one.question, short, "", before, one.sentence), 1.0, "answer", one.at)
    if others and chance.random() < 0.5:
        yield Example(Pair(one.question, "", "", "", chance.choice(others)), 0.0, "wrong sentence")


def _read(table: Path) -> list[Asked]:
    with translated(table, "is no table of QAMR's form"):
        folder = next((at for at in (table.parent, table.parent.parent) if (at / SENTENCES).is_file()), None)
        lines = (folder or table.parent) / SENTENCES
        told = dict(line.split("\t", 1) for line in lines.read_text(encoding="utf-8").splitlines())
        rows = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines())
        return [one for row in rows if row[0] in told and (one := _asked(row, told[row[0]].split()))]


def _asked(row: Sequence[str], tokens: Sequence[str]) -> Asked | None:
    """A row's question; None for one that doesn't stand alone, or whose answer is in pieces."""
    question, text = row[5].strip(), joined(tokens)
    if len(question.split()) < SHORTEST or not _in_a_row(own := _numbers(row[6])):
        return None
    validated = [_numbers(field.partition(":")[2]) for field in row[7:9]]
    marked = [_place(numbers, text) for numbers in (own, *filter(_in_a_row, validated))]
    fit = [(start, end) for start, end in marked if end - start <= LONGEST]
    start, end = max(fit, key=lambda place: place[1] - place[0], default=(0, 0))
    end = start + len(text[0][start:end].rstrip(" .,"))
    article = ":".join(row[0].split(":")[:3])
    asks = question if question.endswith("?") else f"{question}?"
    return Asked(article, asks, text[0], (start, end)) if start < end else None


def _numbers(field: str) -> list[int]:
    return [int(number) for number in field.split()]


def _in_a_row(numbers: Sequence[int]) -> bool:
    return bool(numbers) and list(numbers) == list(range(numbers[0], numbers[-1] + 1))


def _place(numbers: Sequence[int], text: tuple[str, list[tuple[int, int]]]) -> tuple[int, int]:
    return text[1][numbers[0]][0], text[1][numbers[-1]][1]
