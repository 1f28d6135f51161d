"""What is asked of a model about one passage, and the one place that reads a reply: sentences in, numbers
out.

Law: every sentence shown to the model carries a number, and a reply may name only numbers that exist. The
question comes last, but for a reminder of the form.

Does not know: models, retrieval, whether a reply is true.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from index.article import Hit
from rag.answer import NumberedSentence, Question
from rag.english.injection import addresses_model
from rag.models.prompt import BEGUN, PREFILL, REMINDER, Form, asking, fixed, inert, looking

_NONE = "none"
YES_OR_NO = 'root ::= "yes" | "no"'
"""A GBNF grammar of a look's reply."""
Said = tuple[str, tuple[int, ...]]
"""A short answer, and the sentence numbers that it was given for."""


def number(hits: Iterable[Hit], first: int = 1) -> tuple[NumberedSentence, ...]:
    """The sentences of the hits' passages, numbered from ``first`` in the order given.

    Sentences that speak to a model are left out: they are no evidence.
    """
    every = ((hit, sentence) for hit in hits for sentence in hit.passage.sentences)
    pairs = [(hit, sentence) for hit, sentence in every if not addresses_model(sentence.text)]
    return tuple(NumberedSentence(n, hit, sentence) for n, (hit, sentence) in enumerate(pairs, first))


def messages(
    question: Question, sentences: Sequence[NumberedSentence], form: Form, *, reminded: bool = False
) -> list[BaseMessage]:
    """The whole conversation of a reading; where the reply goes on from our words it ends with them.

    ``reminded`` is that of a second try, after a reply that kept to no form.
    """
    text = asking(question.text, _blocks(sentences)) + f"\n\n{REMINDER}" * reminded
    asked = [*fixed(form), HumanMessage(text)]
    return [*asked, AIMessage(PREFILL)] if form in BEGUN else asked


def look_messages(question: Question, short: str, span: str, form: Form) -> list[BaseMessage]:
    """The conversation of a look, whose reply is yes or no."""
    return [*fixed(form), HumanMessage(looking(question.text, short, span))]


def _blocks(sentences: Sequence[NumberedSentence]) -> str:
    """Numbered lines under the title of each article."""
    lines: list[str] = []
    for before, now in zip([None, *sentences], sentences, strict=False):
        if before is None or before.hit.passage.source != now.hit.passage.source:
            lines.append(f"Article: {_title(now)}")
        lines.append(f"S{now.number}: {inert(now.sentence.text)}")
    return "\n".join(lines)


def _title(sentence: NumberedSentence) -> str:
    """The title of a sentence's article, or its file's name where the title speaks to a model."""
    source = sentence.hit.passage.source
    return inert(source.path if addresses_model(source.title) else source.title)


def grammar(count: int) -> str:
    """A GBNF grammar of the text after PREFILL that admits only sentence numbers 1..count.

    Source of the notation: llama.cpp, grammars/README.md.
    """
    numbers = " | ".join(f'"{n}"' for n in range(1, count + 1))
    return (
        'root ::= " none" | " S" id (", S" id)? "\\nAnswer: " text\n'
        f"id ::= {numbers}\n"
        "text ::= [^ \\n] [^\\n]{0,400}"
    )


def schema(count: int) -> dict[str, Any]:
    """A JSON schema of the same reply for servers that take no grammar: source first, 0 for none."""
    return {
        "type": "object",
        "properties": {
            "source": {"type": "integer", "enum": list(range(count + 1))},
            "answer": {"type": "string", "maxLength": 400},
        },
        "required": ["source", "answer"],
        "additionalProperties": False,
    }


_LINE = re.compile(
    r"Source:[ \t]*(?P<ids>S\d{1,9}(?:[ \t]*,[ \t]*S?\d{1,9})*)[ \t]*\n+"
    r"[ \t]*Answer:[ \t]*(?P<text>[^\n]+)"
)


def parse(reply: str) -> Said | None:
    """What a reply in line form points at; ("", ()) for none; None where it breaks the form.

    Numbers are as written: whether such sentences exist is for the caller to say.
    """
    text = reply.lstrip()
    found = _LINE.search(text if text.startswith(PREFILL) else f"{PREFILL} {text}")
    if found:  # a text of white space alone, which the grammar admits, points too
        return found["text"].strip(), tuple(int(n) for n in re.findall(r"\d+", found["ids"]))
    return ("", ()) if is_none(text) else None


def is_none(reply: str) -> bool:
    """Whether a reply in line form says that no sentence states the answer, whatever it says then."""
    lines = [line.strip().lower().rstrip(".") for line in reply.strip().removeprefix(PREFILL).splitlines()]
    source, *rest = [line for line in lines if line] or [""]
    return source == _NONE and all(line.startswith("answer:") for line in rest)


def parse_json(reply: str) -> Said | None:
    """What a reply in JSON points at; ("", ()) for source 0; None where it is not that form."""
    try:
        value = json.loads(reply)
        source, text = value["source"], value["answer"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if type(source) is not int or not isinstance(text, str):
        return None
    if source <= 0:
        return "", ()
    return (text.strip(), (source,)) if text.strip() else None
