"""Running the program in this process, and what its output must look like."""

import contextlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jsonschema
import pytest

import app
from tests.ollama_chat import Brain, ChatReply, ChatRequest, Fault, ModelFile
from tests.ollama_standin import OllamaStandin
from tests.scripted import well_read

SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64)
DEAD = "http://127.0.0.1:9"
"""The discard port, on which nothing listens."""
SHARE = "What did Macron say that Europe paid?"
QUOTE = "Europe paid 60% of the total, Macron said."
"""What ``conftest.ARTICLES`` say to SHARE."""
ELSEWHERE = "Who won the football match?"


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the program left behind."""

    code: int
    out: str
    err: str

    def complaint(self) -> tuple[str, str]:
        """The fault and the next step: two lines on standard error, and no more than that."""
        fault, step = self.err.splitlines()
        assert fault.startswith("byline: ")
        assert step.startswith("  next: ")
        return fault.removeprefix("byline: "), step.removeprefix("  next: ")


Run = Callable[..., Ran]


@contextmanager
def own_process(folder: Path, **variables: object) -> Iterator[None]:
    """As in a process of its own: ``folder`` to work in, and no settings of Byline's but ``variables``."""
    noisy = ("BYLINE_", "OLLAMA_", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "CLICOLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(noisy)}
    own = {"OLLAMA_HOST": DEAD} | {name: str(value) for name, value in variables.items()}
    folder.mkdir()
    with contextlib.chdir(folder), patch.dict(os.environ, kept | own, clear=True):
        yield


def runner(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs ``byline`` with its arguments, in this process."""

    def byline(*arguments: object, stdin: str | bytes = "") -> Ran:
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)

    return byline


def start(*arguments: str, **how: Any) -> "subprocess.Popen[str]":
    """Run ``byline`` in a process of its own."""
    command = [sys.executable, str(app.__file__), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **(pipes | how))


@contextmanager
def ollama(brain: Brain = well_read, *models: ModelFile, **changed: Any) -> Iterator[OllamaStandin]:
    """A stand-in at OLLAMA_HOST."""
    with OllamaStandin(models or (SMALL,), brain, **changed) as server:
        os.environ["OLLAMA_HOST"] = server.url
        yield server


def faulty(fault: Fault) -> Brain:
    return lambda request: replace(well_read(request), fault=fault)


def hanging(purpose: Callable[[ChatRequest], bool], asked: threading.Event) -> Brain:
    """Silent when it is asked for this, which sets ``asked``; well-read in all else."""

    def brain(request: ChatRequest) -> ChatReply:
        if not purpose(request):
            return well_read(request)
        asked.set()
        return replace(well_read(request), fault=Fault("hang", 1))

    return brain


def record(*optional: str, **fields: Any) -> dict[str, Any]:
    """A schema of an object with exactly these fields, of which some need not be there."""
    needed = [name for name in fields if name not in optional]
    shape = {"type": "object", "required": needed, "properties": fields}
    return shape | {"additionalProperties": False}


TEXT, WHOLE, REAL, YES_NO = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))
MAYBE = {"type": ["string", "null"]}
ARTICLE = record(path=TEXT, title=TEXT, publisher=MAYBE, published=MAYBE)
CITATION = record(n=WHOLE, article=ARTICLE, start=WHOLE, end=WHOLE, quote=TEXT)
MARK = {"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2}
CLAIM = record(
    text=TEXT,
    short=TEXT,
    marks={"type": "array", "items": MARK},
    support=REAL,
    verbatim={"const": True},
    citations={"type": "array", "minItems": 1, "items": CITATION},
)
NEAR = record(article=ARTICLE, start=WHOLE, end=WHOLE, text=TEXT, score=REAL)
SIDE = record(value=TEXT, text=TEXT, citations={"type": "array", "items": WHOLE}, article=ARTICLE)
CONTRACT = record(
    "told",
    version={"const": 2},
    question=TEXT,
    standalone_question=TEXT,
    answer=TEXT,
    refused=YES_NO,
    told=TEXT,
    claims={"type": "array", "items": CLAIM},
    conflicts={"type": "array", "items": record(sides={"type": "array", "minItems": 2, "items": SIDE})},
    also_read={"type": "array", "items": NEAR},
    unanswered={"type": "array", "items": TEXT},
    support={"type": ["number", "null"]},
    model=record(backend={"enum": ["ollama", "embedded"]}, name=TEXT, digest=TEXT),
    tokens=record(prompt=WHOLE, completion=WHOLE, context=WHOLE),
    seconds=record(retrieve=REAL, first_token=REAL, total=REAL),
)


def contract(text: str) -> dict[str, Any]:
    """The one object in ``text``, as the contract has it."""
    value: dict[str, Any] = json.loads(text)
    jsonschema.validate(value, CONTRACT)
    return value
