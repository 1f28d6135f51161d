"""Questions with their paragraph, from SQuAD's JSON or from Byline's cases.

Law: a case says what its file says; an article that is left out is never read into one.

Does not know: sentences, pairs, the network.
"""

import json
import re
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from index.errors import CasesError

HINT = "Name SQuAD's .json, cases .jsonl that lie beside their articles in corpus/, or QAMR's .tsv."


@dataclass(frozen=True, slots=True)
class Case:
    """A question about one paragraph of ``article``, which is a key as ``article_key`` makes it.

    ``spans`` are its answers, or, where it has none, what tempts.
    """

    article: str
    title: str
    paragraph: str
    question: str
    spans: tuple[str, ...]
    answerable: bool


def article_key(title: str) -> str:
    """A title or file name in the one form in which titles are compared: "force", "huguenot"."""
    return re.sub(r"[^a-z0-9]+", "-", unquote(title).removesuffix(".txt").lower()).strip("-")


def read_cases(files: Iterable[Path], without: Container[str] = ()) -> tuple[Case, ...]:
    """The cases of ``files``, SQuAD's JSON or Byline's JSON lines, that name an answer or what tempts.

    ``without`` holds keys of articles to leave out. Raises CasesError for a file that can't be read or is
    neither.
    """
    cases = [case for file in files for case in _read(file)]
    return tuple(case for case in cases if case.article not in without and case.spans)


@contextmanager
def translated(file: Path, form: str) -> Iterator[None]:
    """Raise CasesError for a file that can't be read, or is not of the ``form`` that is told."""
    try:
        yield
    except OSError as error:
        raise CasesError(f"{error.filename or file} can't be read: {error.strerror}", HINT) from error
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise CasesError(f"{file.name} {form}", HINT) from error


def _read(file: Path) -> list[Case]:
    with translated(file, "holds no cases of SQuAD's form or of Byline's"):
        return list((_byline if file.suffix == ".jsonl" else _squad)(file))


def _squad(file: Path) -> Iterator[Case]:
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        title = unquote(article["title"]).replace("_", " ")
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                impossible = bool(asked.get("is_impossible"))
                spans = asked["plausible_answers" if impossible else "answers"]
                texts = tuple(dict.fromkeys(span["text"] for span in spans))
                key = article_key(title)
                yield Case(key, title, paragraph["context"], asked["question"], texts, not impossible)


def _byline(file: Path) -> Iterator[Case]:
    titles: dict[str, str] = {}
    for line in filter(str.strip, file.read_text(encoding="utf-8").split("\n")):
        row: dict[str, Any] = json.loads(line)
        source = row["source"]
        if not source or not row["evidence"]:
            continue
        if source not in titles:
            titles[source] = _title(file.parent / "corpus" / source)
        refused = bool(row.get("unanswerable"))
        spans = tuple(row.get("tempting", ()) if refused else row["answers"])
        yield Case(article_key(source), titles[source], row["evidence"], row["question"], spans, not refused)


def _title(article: Path) -> str:
    return article.read_text(encoding="utf-8").split("\n", 1)[0].strip()
