"""The prompt's words, and the one place that reads a reply: sentences in, messages and grammar out.

Law: every sentence shown to the model carries a number, and a reply may name only numbers that
exist. The fixed part (system text, then examples) comes first and never varies, so that a runtime's
prompt cache serves it; the question comes last. The reply begins in our own words (``PREFILL``), so
its first token is the decision: a sentence, or none.

Does not know: models, retrieval, whether a reply is true.
"""

import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from index.article import Hit
from rag.answer import NumberedSentence, Statement
from rag.injection import addresses_model, visible

PREFILL = "Source:"
SOURCE_TOKEN = " S"
NONE_TOKEN = " none"
ANSWER_TOKENS = 96
"""The most tokens a reply may take; a statement is one sentence."""

SYSTEM = """\
You answer questions from the numbered sentences of a news article.
First write the number of the sentence that states the answer, then the answer in a few words taken \
from that sentence.
If no sentence states the answer, write: Source: none"""

_FERRY = (
    "The ferry Aurora left Bergen on Friday with 212 passengers on board.",
    "Its captain, Ingrid Solheim, said fog had delayed the departure by two hours.",
    "A second ferry will join the route in May.",
)
_LIBRARY = (
    "The council approved a new library on Tuesday by nine votes to four.",
    'Councillor Amir Patel called the plan "a gift to our children", while Mayor Jane Dow warned that '
    "it would cost £3 million.",
    "Building is to start next spring.",
)
EXAMPLES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (_FERRY, "Why was the departure delayed?", " S2\nAnswer: fog"),
    (_FERRY, "How many passengers got off in Bergen?", " none"),
    (_LIBRARY, "What did the mayor say the plan would cost?", " S2\nAnswer: £3 million"),
    (_LIBRARY, "Who will design the library?", " none"),
)
"""(sentences, question, reply after PREFILL). No word of theirs may stand in an answer unless the
cited sentence has it too: see ``example_words``."""

COMPOSE = """\
Answer the question in one full sentence, in the words of the text. A short answer is given: keep it, \
and keep the words of the text that belong to it. Add nothing, and say who said it where the text does."""
COMPOSED: tuple[tuple[str, str, str, str], ...] = (
    (
        "Its captain, Ingrid Solheim, said thick fog had delayed the departure by two hours.",
        "Why was the departure delayed?",
        "fog",
        "The departure was delayed by thick fog, Ingrid Solheim said.",
    ),
    (
        _LIBRARY[1],
        "What did the mayor say the plan would cost?",
        "£3 million",
        "Mayor Jane Dow warned that the plan would cost £3 million.",
    ),
    (
        _LIBRARY[0],
        "When was the library approved?",
        "Tuesday",
        "The council approved the library on Tuesday.",
    ),
)
"""(text, question, short answer, sentence)."""
SENTENCE = "root ::= [^ \\n] [^\\n]{0,400}"
"""A GBNF grammar of one line."""

LOOK = """\
You check answers. Say yes only if the text states that this is the answer to this very question. Say no \
if the text speaks of something else."""
LOOKED: tuple[tuple[str, str, str, str], ...] = (
    (_FERRY[1], "Why was the departure delayed?", "fog", "yes"),
    (_FERRY[0], "How many passengers got off in Bergen?", "212", "no"),
    (_LIBRARY[1], "What did the mayor say the plan would cost?", "£3 million", "yes"),
    (_LIBRARY[1], "Who called the plan too expensive?", "Amir Patel", "no"),
    (_LIBRARY[0], "How many people live in the town?", "nine", "no"),
    (_FERRY[0], "When did the Aurora leave Bergen?", "Friday", "yes"),
)
"""(text, question, short answer, whether it is the answer)."""
YES_OR_NO = 'root ::= "yes" | "no"'


def number(hits: Iterable[Hit], first: int = 1) -> tuple[NumberedSentence, ...]:
    """The sentences of the hits' passages, numbered from ``first`` in the order given.

    Sentences that speak to a model are left out: they are no evidence.
    """
    every = ((hit, sentence) for hit in hits for sentence in hit.passage.sentences)
    pairs = [(hit, sentence) for hit, sentence in every if not addresses_model(sentence.text)]
    return tuple(NumberedSentence(n, hit, sentence) for n, (hit, sentence) in enumerate(pairs, first))


def messages(question: str, sentences: Sequence[NumberedSentence]) -> list[BaseMessage]:
    """The whole conversation to send, ending with the assistant's prefilled turn."""
    return [*_prefix(), HumanMessage(_ask(question, _blocks(sentences))), AIMessage(PREFILL)]


@lru_cache(maxsize=1)
def _prefix() -> tuple[BaseMessage, ...]:
    turns: list[BaseMessage] = [SystemMessage(SYSTEM)]
    for sentences, question, reply in EXAMPLES:
        numbered = "\n".join(f"S{n}: {text}" for n, text in enumerate(sentences, 1))
        turns += [HumanMessage(_ask(question, numbered)), AIMessage(PREFILL + reply)]
    return tuple(turns)


def compose_messages(question: str, short: str, span: str) -> list[BaseMessage]:
    """The conversation that asks for a full sentence; fixed part first."""
    return [*_compose_prefix(), HumanMessage(_compose(inert(span), inert(question), inert(short)))]


@lru_cache(maxsize=1)
def _compose_prefix() -> tuple[BaseMessage, ...]:
    turns: list[BaseMessage] = [SystemMessage(COMPOSE)]
    for span, question, short, sentence in COMPOSED:
        turns += [HumanMessage(_compose(span, question, short)), AIMessage(sentence)]
    return tuple(turns)


def _compose(span: str, question: str, short: str) -> str:
    return f"Text: {span}\nQuestion: {question}\nShort answer: {short}"


def _ask(question: str, block: str) -> str:
    return f"{block}\n\nQuestion: {inert(question)}"


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


def flat(text: str) -> str:
    """One line."""
    return " ".join(text.split())


def inert(text: str) -> str:
    """Text as data: one line, so that it can't start a line of the prompt, no control token, nothing hidden.

    A runtime reads ``<|im_end|>`` or ``[INST]`` in a message as the end of a turn; with a space inside
    they are words. Quotes are cut from the stored article, so they never show the space.
    """
    return re.sub(r"<(?=\S)|\[(?=/?[A-Z_]+\])", r"\g<0> ", flat(visible(text)))


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


def schema_messages(question: str, sentences: Sequence[NumberedSentence]) -> list[BaseMessage]:
    """The conversation for the JSON form: the same examples, in JSON, and no prefilled turn."""
    turns: list[BaseMessage] = [SystemMessage(SYSTEM + _AS_JSON)]
    for texts, asked, reply in EXAMPLES:
        numbered = "\n".join(f"S{n}: {text}" for n, text in enumerate(texts, 1))
        said = parse(PREFILL + reply)
        turns += [HumanMessage(_ask(asked, numbered)), AIMessage(_as_json(said))]
    return [*turns, HumanMessage(_ask(question, _blocks(sentences)))]


_AS_JSON = '\nReply in JSON: {"source": number, "answer": sentence}; source 0 and an empty answer for none.'


def _as_json(statements: Sequence[Statement]) -> str:
    if not statements:
        return '{"source": 0, "answer": ""}'
    first = statements[0]
    return json.dumps({"source": first.numbers[0], "answer": first.text}, ensure_ascii=False)


_LINE = re.compile(
    r"Source:[ \t]*(?P<ids>S\d{1,9}(?:[ \t]*,[ \t]*S?\d{1,9})*)[ \t]*\n+"
    r"[ \t]*Answer:[ \t]*(?P<text>[^\n]+)"
)


def parse(reply: str) -> tuple[Statement, ...]:
    """The statements of a reply in line form; none where it names no source or breaks the form.

    Numbers are as written: whether such sentences exist is for the gates to say.
    """
    return tuple(
        Statement(found["text"].strip(), tuple(int(n) for n in re.findall(r"\d+", found["ids"])))
        for found in _LINE.finditer(reply)
    )


def is_refusal(reply: str) -> bool:
    """Whether a reply in line form says that no sentence states the answer."""
    return reply.removeprefix(PREFILL).strip().lower().rstrip(".") == NONE_TOKEN.strip()


def parse_json(reply: str) -> tuple[Statement, ...] | None:
    """The statement of a reply in JSON form; () for source 0; None where it is not that form."""
    try:
        value = json.loads(reply)
        source, text = value["source"], value["answer"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if type(source) is not int or not isinstance(text, str):
        return None
    if source <= 0:
        return ()
    return (Statement(text.strip(), (source,)),) if text.strip() else None


@lru_cache(maxsize=1)
def example_words() -> frozenset[str]:
    """Lower-case words and figures that only the examples hold, for the leak check."""
    asked = [" ".join((*sentences, question, reply)) for sentences, question, reply in EXAMPLES]
    text = " ".join([*asked, *(" ".join(example) for example in COMPOSED)])
    return frozenset(re.findall(r"\w+", text.lower()))


def look_messages(question: str, short: str, span: str) -> list[BaseMessage]:
    """The second look: the conversation whose reply is yes or no; fixed part first."""
    return [*_look_prefix(), HumanMessage(_look(inert(span), inert(question), inert(short)))]


@lru_cache(maxsize=1)
def _look_prefix() -> tuple[BaseMessage, ...]:
    turns: list[BaseMessage] = [SystemMessage(LOOK)]
    for span, question, short, reply in LOOKED:
        turns += [HumanMessage(_look(span, question, short)), AIMessage(reply)]
    return tuple(turns)


def _look(span: str, question: str, short: str) -> str:
    return f"Text: {span}\nQuestion: {question}\nAnswer: {short}\nDoes the text state this answer?"
